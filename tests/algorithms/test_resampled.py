"""Every sampler of imbalanced-learn: its rows are the library's, and none is invented.

The library is the oracle on floats; on mixed tables the laws of the design are.
"""

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from imblearn import combine, over_sampling, under_sampling
from sklearn.preprocessing import StandardScaler

from schemas.errors import UserError
from schemas.plan import SamplerUse
from schemas.survey import Column
from tasks.algorithms.labels import encode
from tasks.algorithms.resampled import Resampled, Task, resample
from tasks.algorithms.samplers import accepted, sampler_names
from tasks.algorithms.settling import concatenated, told
from tests.algorithms.mixed import roles

NAMES = sampler_names()
LIBRARY = {
    name: getattr(module, name)
    for module in (over_sampling, under_sampling, combine)
    for name in module.__all__
}
PARAMS: dict[str, dict[str, Any]] = {
    "KMeansSMOTE": {"cluster_balance_threshold": 0.0},
    "InstanceHardnessThreshold": {"cv": 2},  # a forest for each part
}
LABELS = ("few", "some", "many")
SIZES = (15, 40, 80)


def codes_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.repeat(range(3), SIZES))


@cache
def floats() -> tuple[pa.Table, tuple[Column, ...]]:
    rng, codes = np.random.default_rng(1), codes_of(1)
    columns = {f"x{at}": rng.normal(codes * 1.5, 1 + at) for at in range(4)}
    rows = pa.table({**columns, "y": np.array(LABELS)[codes]})
    return rows, roles(rows.schema, y="target")


@cache
def mixed() -> tuple[pa.Table, tuple[Column, ...]]:
    """Draw strings, nulls, integers, booleans and moments, far apart enough."""
    rng, codes = np.random.default_rng(2), codes_of(2)
    count = len(codes)
    days = np.datetime64("2020-01-01") + (codes * 90 + rng.integers(0, 200, count))
    town = rng.choice(["a", "b", ""], count).astype(object)
    town[rng.random(count) < 0.1] = None
    rows = pa.table(
        {
            "x": pa.array(rng.normal(codes * 2), mask=rng.random(count) < 0.1),
            "age": pa.array(rng.integers(0, 99, count) + codes, pa.uint8()),
            "town": pa.array(town, pa.string()),
            "member": pa.array(rng.random(count) < 0.5, mask=rng.random(count) < 0.1),
            "day": pa.array(days, pa.date32()),
            "id": pa.array(range(count)),
            "y": np.array(LABELS)[codes],
        }
    )
    return rows, roles(rows.schema, y="target", id="key")


def task_of(
    name: str,
    columns: tuple[Column, ...],
    *,
    standardize: bool = True,
    **params: object,
) -> Task:
    use = SamplerUse(name=name, params={**PARAMS.get(name, {}), **params})
    return Task(use, "y", LABELS, columns, seed=7, standardize=standardize)


def table_of(rows: pa.Table, found: Resampled) -> np.ndarray:
    """Give floats and class of all rows, in an order that does not matter."""
    whole = concatenated(rows, found)
    names = [name for name in whole.column_names if name != "y"]
    values = np.column_stack([whole.column(name).to_numpy() for name in names])
    both = np.column_stack([values, encode(whole.column("y"), LABELS)])
    return both[np.lexsort(both.T)]


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("name", [n for n in NAMES if n not in {"SMOTENC", "SMOTEN"}])
def test_on_floats_the_rows_are_the_librarys(name: str, *, standardize: bool) -> None:
    rows, columns = floats()
    x = np.column_stack([rows.column(f"x{at}").to_numpy() for at in range(4)])
    y = encode(rows.column("y"), LABELS)
    scaler = StandardScaler().fit(x)
    seed = {"random_state": 7} if "random_state" in accepted(name) else {}
    sampler = LIBRARY[name](**seed, **PARAMS.get(name, {}))
    given = scaler.transform(x) if standardize else x
    after, labels = sampler.fit_resample(given, y)
    after = scaler.inverse_transform(after) if standardize else after
    expected = np.column_stack([after, labels])
    expected = expected[np.lexsort(expected.T)]
    found = table_of(
        rows, resample(rows, task_of(name, columns, standardize=standardize))
    )
    if standardize:
        np.testing.assert_allclose(found, expected, atol=1e-9)
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["SMOTENC", "SMOTEN"])
def test_on_categories_the_rows_are_those_of_samplers_that_know_them(name: str) -> None:
    rng, y = np.random.default_rng(3), codes_of(3)
    town, size = (rng.integers(0, 3, len(y)) for _ in range(2))
    first = rng.normal(y * 1.0) if name == "SMOTENC" else size.astype(np.float64)
    rows = pa.table(
        {"x": first, "town": np.array(["a", "b", "c"])[town], "y": np.array(LABELS)[y]}
    )
    nominal = {"categorical_features": [1]} if name == "SMOTENC" else {}
    # Codes are those of first appearance, as rows are read.
    codes = encode(rows.column("town"), pc.unique(rows.column("town")).to_pylist())
    sampler = LIBRARY[name](random_state=7, **nominal)
    after, labels = sampler.fit_resample(np.column_stack([first, codes]), y)
    task = task_of(name, roles(rows.schema, y="target"), standardize=False)
    whole = concatenated(rows, resample(rows, task))
    names = pc.unique(rows.column("town")).to_pylist()
    expected = sorted(
        zip(
            after[:, 0],
            (names[int(code)] for code in after[:, 1]),
            (LABELS[code] for code in labels),
            strict=True,
        )
    )
    assert sorted(zip(*(c.to_pylist() for c in whole.columns), strict=True)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_on_mixed_columns_no_law_is_broken(name: str) -> None:
    rows, columns = mixed()
    found = resample(rows, task_of(name, columns))
    made, codes = found.made, encode(rows.column("y"), LABELS)
    assert made.schema.equals(rows.schema)
    made.validate(full=True)
    assert made.column("y").to_pylist() == [LABELS[code] for code in found.codes]
    assert (np.diff(found.codes) >= 0).all()
    assert len(found.times) == rows.num_rows
    for column in ("town", "member"):
        assert set(made.column(column).to_pylist()) <= set(
            rows.column(column).to_pylist()
        )
    for column in ("age", "day"):
        values = made.column(column).to_pylist()
        whole = rows.column(column).to_pylist()
        assert not values or min(whole) <= min(values) <= max(values) <= max(whole)
        assert all(isinstance(value, int | dt.date) for value in values)
    assert made.column("id").null_count == made.num_rows
    known = found.parents[found.parents >= 0]
    assert (codes[known] == found.codes[found.parents >= 0]).all()


@pytest.mark.parametrize("name", NAMES)
def test_who_chooses_rows_makes_none_and_who_makes_rows_keeps_its_own(
    name: str,
) -> None:
    rows, columns = mixed()
    found = resample(rows, task_of(name, columns))
    use = told(task_of(name, columns).use, found).use
    if "sample_indices_" in (LIBRARY[name].__doc__ or ""):
        assert not len(found.codes)
        assert use.traceable
    elif name == "ClusterCentroids":
        assert not use.traceable
        codes = encode(rows.column("y"), LABELS)
        assert (found.times[codes == 0] == 1).all()
    else:
        assert not use.traceable
        assert found.times.max() == 1
        assert (found.times == 1).all() or name in {"SMOTEENN", "SMOTETomek"}


@pytest.mark.parametrize("name", ["SMOTE", "SMOTETomek", "ClusterCentroids", "SMOTEN"])
def test_the_same_seed_gives_the_same_rows(name: str) -> None:
    rows, columns = mixed()
    one, again = (resample(rows, task_of(name, columns)) for _ in range(2))
    assert one.made.equals(again.made)
    np.testing.assert_array_equal(one.times, again.times)


def test_a_smoothed_copy_names_the_row_it_descends_from() -> None:
    rows, columns = floats()
    found = resample(rows, task_of("RandomOverSampler", columns, shrinkage=0.5))
    assert (found.times == 1).all()
    assert (found.parents >= 0).all()
    assert len(found.codes) == 2 * SIZES[2] - SIZES[0] - SIZES[1]


def test_sizes_are_given_by_label() -> None:
    rows, columns = floats()
    sizes = {"few": 90, "some": SIZES[1]}
    found = resample(rows, task_of("SMOTE", columns, sampling_strategy=sizes))
    assert np.bincount(found.codes, minlength=3).tolist() == [75, 0, 0]
    with pytest.raises(UserError, match="'none of them', which has no rows"):
        resample(
            rows,
            task_of("SMOTE", columns, sampling_strategy={"none of them": 1}),
        )


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_a_sampler_cannot_work_with_are_refused_by_name(name: str) -> None:
    rows = pa.table({"x": [1.0, 2.0, 3.0], "y": ["few", "some", "many"]})
    columns = roles(rows.schema, y="target")
    try:
        found = resample(rows, task_of(name, columns))
    except UserError as error:
        assert name in str(error)  # noqa: PT017 - or it can
        assert "random_over" in str(error) or "random_under" in str(error)  # noqa: PT017
    else:
        assert len(found.times) == 3


def test_what_the_library_warns_of_and_was_asked_for_is_no_fault() -> None:
    rows = pa.table(
        {"x": [0.0, 1.0] * 30, "y": ["few"] * 6 + ["some"] * 14 + ["many"] * 40}
    )
    columns = roles(rows.schema, y="target")
    found = resample(rows, task_of("ClusterCentroids", columns))
    made = np.bincount(found.codes, minlength=3)
    codes = encode(rows.column("y"), LABELS)
    assert (made + np.bincount(codes, found.times, minlength=3)).tolist() == [6, 6, 6]
    sizes = {"few": 60}
    over = task_of("RandomOverSampler", columns, sampling_strategy=sizes)
    more = resample(rows, over)
    assert more.times.sum() == 60 + 14 + 40


@pytest.mark.parametrize("error", [TimeoutError, MemoryError])
def test_what_ends_a_run_is_not_taken_for_a_fault_of_the_rows(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise error

    monkeypatch.setattr(over_sampling.SMOTE, "fit_resample", interrupted)
    rows, columns = floats()
    with pytest.raises(error):
        resample(rows, task_of("SMOTE", columns))


def test_parameters_out_of_range_are_refused_by_name() -> None:
    rows, columns = floats()
    with pytest.raises(UserError, match="NearMiss cannot work on these 135 training"):
        resample(rows, task_of("NearMiss", columns, version=9))


def test_what_rows_count_for_is_carried_over() -> None:
    rows, _ = floats()
    counted = rows.append_column("n", pa.array(range(1, rows.num_rows + 1)))
    columns = roles(counted.schema, y="target", n="weight")
    found = resample(counted, task_of("SMOTE", columns))
    codes, own = encode(rows.column("y"), LABELS), np.arange(1, rows.num_rows + 1)
    few = np.sort(own[codes == 0])
    assert set(found.made.column("n").to_pylist()[: 80 - 15]) == {few[len(few) // 2]}
    smoothed = resample(counted, task_of("RandomOverSampler", columns, shrinkage=0.1))
    assert smoothed.made.column("n").to_pylist() == own[smoothed.parents].tolist()

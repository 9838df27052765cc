"""Rows on both sides are counted as a dictionary would, whatever their order."""

from random import Random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from schemas.findings import Overlap
from schemas.survey import Column
from tasks.algorithms.labels import Codes
from tasks.algorithms.overlap import (
    across_folds,
    across_holdout,
    feature_hashes,
    straddling,
)
from tasks.algorithms.roles import feature_role
from tasks.algorithms.selection import Hashes

Row = tuple[float | None, str | None, int]

ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, -0.0, 1.5, None, float("nan")]),
        st.sampled_from(["a", "b", "nan", "None", "", None]),
        st.integers(0, 1),
    ),
    max_size=30,
)
KINDS = pa.schema([("x", pa.float64()), ("c", pa.string()), ("y", pa.int64())])


def columns(schema: pa.Schema) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=field.name,
            type=str(field.type),
            role="target" if field.name == "y" else feature_role(field.type) or "key",
            nullable=True,
        )
        for field in schema
    )


def hashed(rows: list[Row]) -> tuple[Hashes, Codes]:
    names = KINDS.names
    table = pa.table(
        {name: [row[at] for row in rows] for at, name in enumerate(names)}, KINDS
    )
    codes = np.array([row[2] for row in rows], np.int32)
    return feature_hashes(table, columns(KINDS)), codes


def known(row: Row) -> tuple[float | None, str | None]:
    """Write a row so that Python finds equal what a model does."""
    number, text, _ = row
    missing = number is None or number != number  # noqa: PLR0124 - NaN
    return None if missing else number, text


@given(ROWS)
def test_rows_have_one_hash_if_and_only_if_a_model_reads_the_same(
    rows: list[Row],
) -> None:
    hashes, _ = hashed(rows)
    told = [known(row) for row in rows]
    for one, row in zip(hashes, told, strict=True):
        assert [h == one for h in hashes] == [other == row for other in told]


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_holdout_rows_are_counted_as_sets_would(
    train: list[Row], holdout: list[Row], random: Random
) -> None:
    found = across_holdout(hashed(train), hashed(holdout), sampled=False)
    features = {known(row) for row in train}
    whole = {(known(row), row[2]) for row in train}
    assert found == Overlap(
        rows=len(holdout),
        others=len(train),
        repeated=sum(known(row) in features for row in holdout),
        same_label=sum((known(row), row[2]) in whole for row in holdout),
        distinct=len(features),
    )
    random.shuffle(train)
    random.shuffle(holdout)
    assert found == across_holdout(hashed(train), hashed(holdout), sampled=False)


@given(ROWS, st.integers(2, 5), st.integers(0, 99))
def test_folds_are_looked_up_in_each_other(
    rows: list[Row], folds: int, seed: int
) -> None:
    sides = np.random.default_rng(seed).integers(0, folds, len(rows))
    hashes, codes = hashed(rows)
    found = across_folds(hashes, codes, sides)
    told = [known(row) for row in rows]
    elsewhere = [
        {key for key, other in zip(told, sides, strict=True) if other != side}
        for side in sides
    ]
    assert found.repeated == sum(map(set.__contains__, elsewhere, told))
    assert found.same_label <= found.repeated <= found.rows == len(rows)


def test_one_side_alone_straddles_nothing() -> None:
    same = np.zeros(5, np.uint64)
    assert not straddling(same, np.zeros(5, int)).any()
    assert straddling(same, np.array([0, 0, 0, 0, 1])).all()


def test_key_ignored_and_target_columns_do_not_part_rows() -> None:
    table = pa.table({"id": [1, 2], "note": ["p", "q"], "x": [7, 7], "y": [0, 1]})
    roles = ("key", "ignore", "numeric", "target")
    told = [
        Column(name=name, type="", role=role, nullable=True)
        for name, role in zip(table.column_names, roles, strict=True)
    ]
    one, other = feature_hashes(table, told)
    assert one == other

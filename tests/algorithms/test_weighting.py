"""Laws of weights: what rows count for, and what that adds up to."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from schemas.errors import UserError
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.plan import allocate, target_rows
from tasks.algorithms.weighting import (
    balancing,
    class_weights,
    train_schema,
    weigh,
    weight_column,
    with_weights,
)
from tests.strategies import counts

RATIOS = st.floats(0.01, 1)
KINDS = [kind for kind in StrategyKind if kind is not StrategyKind.SAMPLER]


@given(source=counts, ratio=RATIOS)
def test_classes_count_for_what_oversampling_would_give_them(
    source: dict[str, int], ratio: float
) -> None:
    strategy = Strategy(kind=StrategyKind.WEIGHTS, ratio=ratio)
    found = class_weights(source, source, StrategyKind.WEIGHTS, strategy)
    totals = {label: found[label] * rows for label, rows in source.items()}
    assert sum(totals.values()) == pytest.approx(sum(source.values()))
    over = target_rows(source, StrategyKind.RANDOM_OVER, strategy)
    for label, total in totals.items():
        assert total / sum(totals.values()) == pytest.approx(
            over[label] / sum(over.values())
        )


@given(source=counts)
def test_even_classes_have_the_weights_of_scikit_learn(source: dict[str, int]) -> None:
    found = class_weights(source, source, StrategyKind.WEIGHTS, Strategy())
    classes = np.arange(len(source))
    labels = np.repeat(classes, list(source.values()))
    theirs = compute_class_weight("balanced", classes=classes, y=labels)
    assert list(found.values()) == pytest.approx(theirs)


@given(source=counts, ratio=RATIOS)
def test_classes_that_were_cut_count_for_what_they_were(
    source: dict[str, int], ratio: float
) -> None:
    kind = StrategyKind.RANDOM_UNDER
    strategy = Strategy(kind=kind, ratio=ratio, weight_column="w")
    targets = target_rows(source, kind, strategy)
    held = dict.fromkeys(source, 0)
    for item in weigh(allocate(source, held, kind, targets, 5), kind, strategy):
        assert item.weight * item.train == pytest.approx(source[item.label])
        assert item.weight >= 1


@given(source=counts, kind=st.sampled_from(KINDS))
def test_where_no_column_is_written_rows_count_for_one(
    source: dict[str, int], kind: StrategyKind
) -> None:
    if weight_column(kind, Strategy(kind=kind)) is None:
        found = class_weights(source, source, kind, Strategy(kind=kind))
        assert set(found.values()) == {1}


@pytest.mark.parametrize(
    ("strategy", "weights"),
    [
        (Strategy(rows={"b": 9}), (2 / 3, 2)),
        (Strategy(rows={"a": 3}), (2 / 3, 2)),
        (Strategy(fractions={"a": 0.25, "b": 0.75}), (1 / 3, 3)),
        (Strategy(max_growth=1.25), (0.8, 1.6)),
        (Strategy(cap_rows=12), (2 / 3, 2)),
    ],
)
def test_weights_follow_any_sizes(
    strategy: Strategy, weights: tuple[float, float]
) -> None:
    rows = {"a": 9, "b": 3}
    found = class_weights(rows, rows, StrategyKind.WEIGHTS, strategy)
    assert tuple(found.values()) == pytest.approx(weights)


def test_a_cap_on_rows_that_no_weight_can_reach_is_told() -> None:
    rows, strategy = {"a": 9, "b": 3}, Strategy(cap_rows=11, rows={"a": 3})
    with pytest.raises(UserError, match="12 training rows, of which weights drops"):
        class_weights(rows, rows, StrategyKind.WEIGHTS, strategy)


def test_classes_that_do_not_exist_are_told() -> None:
    rows, strategy = {"a": 9, "b": 3}, Strategy(rows={"bb": 5})
    with pytest.raises(UserError, match="did you mean 'b'"):
        class_weights(rows, rows, StrategyKind.WEIGHTS, strategy)


@pytest.mark.parametrize("kind", ["auto", "none", "smote", "random_over"])
def test_a_column_is_named_only_where_it_is_written(kind: str) -> None:
    with pytest.raises(ValueError, match="weight_column goes with kind weights or"):
        Strategy(kind=StrategyKind(kind), weight_column="w")


def test_each_row_gets_the_weight_of_its_class() -> None:
    table = pa.table({"y": pa.array([1, 0, 1]).dictionary_encode()})
    found = with_weights(table, "w", "y", {"0": 0.5, "1": 2.0})
    assert found["w"].to_pylist() == [2.0, 0.5, 2.0]
    assert found.schema == train_schema(table.schema, "w")
    assert train_schema(table.schema, None) == table.schema


def test_a_class_left_alone_weighs_as_it_does_to_the_largest_of_the_others() -> None:
    counts = np.array([900, 100, 50, 0])
    everyone = balancing(counts, np.zeros(4, np.bool_))
    np.testing.assert_array_equal(everyone[:3], counts.sum() / (3 * counts[:3]))
    weights = balancing(counts, np.array([True, False, False, False]))
    np.testing.assert_allclose(
        weights * counts, np.array([900, 100, 100, 0]) / 1_100 * 1_050
    )

"""Caps hold, shrink alike what they shrink, and leave alone what is to be left."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import UserError
from schemas.strategy import Policy, Strategy, StrategyKind
from tasks.algorithms.caps import check_droppable, growth_of
from tasks.algorithms.decide import decide, drops_rows
from tasks.algorithms.plan import target_rows
from tests.algorithms.test_plan import KINDS, RATIOS
from tests.strategies import counts

CAPS = st.integers(2, 5_000)


def _leave(source: dict[str, int], data: st.DataObject) -> tuple[str, ...]:
    return tuple(data.draw(st.lists(st.sampled_from(list(source)), unique=True)))


@given(source=counts, kind=KINDS, ratio=RATIOS, data=st.data())
def test_what_is_left_alone_changes_neither_itself_nor_others(
    source: dict[str, int], kind: StrategyKind, ratio: float, data: st.DataObject
) -> None:
    leave = _leave(source, data)
    strategy = Strategy(ratio=ratio, leave=(*leave, "in no row"))
    found = target_rows(source, kind, strategy)
    assert list(found) == list(source)
    others = {label: rows for label, rows in source.items() if label not in leave}
    expected = target_rows(others, kind, Strategy(ratio=ratio)) if others else {}
    assert found == {**source, **expected}


@given(source=counts, kind=KINDS, ratio=RATIOS, cap=CAPS, data=st.data())
def test_rows_are_capped_or_it_is_said_that_they_cannot_be(
    source: dict[str, int],
    kind: StrategyKind,
    ratio: float,
    cap: int,
    data: st.DataObject,
) -> None:
    assume(kind is not StrategyKind.WEIGHTS)  # see below
    leave = _leave(source, data)
    free = target_rows(source, kind, Strategy(ratio=ratio, leave=leave))
    capped = Strategy(ratio=ratio, leave=leave, cap_rows=cap)
    kept = sum(min(source[label], rows) for label, rows in free.items())
    least = sum(free[label] if label in leave else 1 for label in free)
    if sum(free.values()) > cap and cap < (least if drops_rows(kind) else kept):
        with pytest.raises(UserError, match="cap_rows is"):
            target_rows(source, kind, capped)
        return
    found = target_rows(source, kind, capped)
    assert sum(found.values()) <= cap
    assert all(1 <= found[label] <= free[label] for label in source)
    assert all(found[label] == source[label] for label in leave)
    if sum(free.values()) <= cap:
        assert found == free
    if not drops_rows(kind):
        assert all(found[label] >= min(source[label], free[label]) for label in source)


@given(source=counts, ratio=RATIOS, cap=CAPS)
def test_weights_add_no_rows_so_a_cap_leaves_them_alone(
    source: dict[str, int], ratio: float, cap: int
) -> None:
    kind = StrategyKind.WEIGHTS
    capped = Strategy(ratio=ratio, cap_rows=cap)
    if sum(source.values()) > cap:
        with pytest.raises(UserError, match="cap_rows is"):
            target_rows(source, kind, capped)
        return
    expected = target_rows(source, kind, Strategy(ratio=ratio))
    assert target_rows(source, kind, capped) == expected


@given(source=counts, ratio=RATIOS, cap=CAPS)
def test_what_drops_rows_keeps_the_ratios_below_a_cap(
    source: dict[str, int], ratio: float, cap: int
) -> None:
    assume(cap >= len(source))
    kind = StrategyKind.RANDOM_UNDER
    free = target_rows(source, kind, Strategy(ratio=ratio))
    found = target_rows(source, kind, Strategy(ratio=ratio, cap_rows=cap))
    share = min(1, cap / sum(free.values()))
    near = len(source) + 1  # for each class keeps a row
    assert all(abs(found[label] - share * free[label]) <= near for label in free)
    assert sum(found.values()) > min(cap, sum(free.values())) - len(source)


@pytest.mark.parametrize(
    ("train", "strategy", "kind"),
    [
        ({"a": 900, "b": 100}, Strategy(cap_rows=999), "smote_under"),
        ({"a": 9_000, "b": 1_000}, Strategy(cap_rows=9_999), "random_under"),
        ({"a": 9_000, "b": 9_000}, Strategy(cap_rows=9_999), "random_under"),
        ({"a": 900, "b": 100}, Strategy(cap_rows=1_000), "smote"),
        ({"a": 900, "b": 100}, Strategy(cap_rows=99, rows={"b": 200}), "smote_under"),
        ({"a": 900, "b": 100}, Strategy(cap_rows=99, rows={"a": 200}), "random_under"),
        ({"a": 900, "b": 100}, Strategy(leave=("b",)), "none"),
        ({"a": 900, "b": 100, "c": 90}, Strategy(leave=("a",)), "none"),
        ({"a": 900, "b": 100}, Strategy(leave=("a", "b")), "smote"),
    ],
)
def test_auto_heeds_caps_and_classes_to_leave(
    train: dict[str, int], strategy: Strategy, kind: str
) -> None:
    found, reason = decide(train, strategy, Policy())
    assert found == kind
    assert f"of {sum(train.values()):,} training rows" in reason
    target_rows(train, found, strategy)


def test_a_cap_that_evidence_may_not_reach_is_refused_before_a_tournament() -> None:
    evidence = Strategy(kind=StrategyKind.EVIDENCE, cap_rows=100)
    check_droppable(evidence, 100)
    with pytest.raises(UserError, match=r"evidence may find .* use random_under"):
        check_droppable(evidence, 101)
    check_droppable(Strategy(cap_rows=100), 101)


@pytest.mark.parametrize(
    ("strategy", "growth"),
    [
        (Strategy(), None),
        (Strategy(max_growth=2), 2),
        (Strategy(cap_rows=300), 3),
        (Strategy(cap_rows=300, max_growth=2), 2),
        (Strategy(cap_rows=50), 1),
    ],
)
def test_a_cap_on_rows_is_a_growth(strategy: Strategy, growth: float | None) -> None:
    assert growth_of(strategy, 100) == growth

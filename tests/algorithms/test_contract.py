"""The target contract: the same verdict as row by row, and messages with a way out."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.contract import OnViolation, TargetContract
from schemas.errors import UserError
from tasks.algorithms.contract import Target, accept, check_discrete, check_type
from tasks.algorithms.counts import ClassCounts


def _target(rows: dict[str, int], missing: int = 0) -> Target:
    return Target("y", pa.string(), ClassCounts(Counter(rows), missing))


@given(
    labels=st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1),
    allowed=st.sets(st.sampled_from("abcd"), min_size=2),
)
def test_counted_labels_are_judged_as_each_row_would_be(
    labels: list[str | None], allowed: set[str]
) -> None:
    labels = [*sorted(allowed), *labels]
    contract = TargetContract(allowed=tuple(allowed), max_rejected_share=1)
    rows = Counter(label for label in labels if label is not None)
    classes, rejections, _ = accept(_target(rows, labels.count(None)), contract)
    assert classes == {k: n for k, n in sorted(rows.items()) if k in allowed}
    assert {(r.label, r.rows) for r in rejections} == {
        (label, labels.count(label)) for label in labels if label not in allowed
    }
    assert sum(classes.values()) + sum(r.rows for r in rejections) == len(labels)


def test_expected_missing_labels_do_not_count_against_the_limit() -> None:
    target = _target({"a": 5, "b": 3}, missing=92)
    _, (rejection,), _ = accept(target, TargetContract(nullable=True))
    assert rejection.rows == 92
    assert "expects" in rejection.reason
    with pytest.raises(UserError, match=r"92\.00%.*max_rejected_share allows 5\.00%"):
        accept(target, TargetContract())


@pytest.mark.parametrize(
    ("target", "contract", "message"),
    [
        (_target({}, 3), TargetContract(), "null in all 3 rows"),
        (_target({"a": 3}), TargetContract(), "one class at most"),
        (
            _target({"a": 3, "b": 3, "c": 3}),
            TargetContract(max_classes=2),
            "has 3 classes, contract.max_classes allows 2",
        ),
        (
            _target({"a": 3, "b": 9}),
            TargetContract(min_rows_per_class=5),
            "'a' has 3 rows, contract.min_rows_per_class asks for 5",
        ),
        (
            _target({"a": 300, "b": 9, "c": 8}),
            TargetContract(rare_below=10, rare_drop=True),
            "one class at most",
        ),
        (
            _target({"a": 300, "b": 9, "c": 8}),
            TargetContract(rare_below=10, rare_into="b", min_rows_per_class=18),
            "'b' has 17 rows",
        ),
        (
            _target({"a": 300, "b": 9}, 1),
            TargetContract(on_violation=OnViolation.FAIL),
            "on_violation is fail",
        ),
        (
            _target({str(n): 1 for n in range(90)} | {"a": 900, "b": 900}),
            TargetContract(allowed=("a", "b"), max_rejected_share=0.01),
            r"'0': label is not allowed, 1 rows; .*; \.\.\.",
        ),
    ],
)
def test_an_unfit_target_is_refused_with_the_way_out(
    target: Target, contract: TargetContract, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        accept(target, contract)


def test_a_continuous_target_is_refused_while_counting() -> None:
    halves = Target("y", pa.float64(), ClassCounts(Counter({"1": 3, "0.5": 1})))
    with pytest.raises(UserError, match=r"looks continuous: it holds 0\.5"):
        check_discrete(halves, TargetContract())
    many = Target("y", pa.int64(), ClassCounts(Counter(map(str, range(10_001)))))
    with pytest.raises(UserError, match="over 10,001 classes"):
        check_discrete(many, TargetContract())


def test_a_type_that_cannot_hold_classes_is_named() -> None:
    with pytest.raises(UserError, match=r"type list<.*cannot hold classes"):
        check_type("y", pa.list_(pa.int8()))

"""Hold the counted labels against the target contract: what stays, what is rejected.

The rules themselves are Pandera schemas in schemas.target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.errors
import pyarrow as pa
from pandera.pandas import DataFrameSchema

from schemas.contract import OnViolation, TargetContract
from schemas.errors import UserError
from schemas.survey import Rejection
from schemas.target import (
    MISSING,
    TOO_FEW,
    TOO_MANY,
    class_schema,
    label_schema,
)
from tasks.algorithms.counts import ClassCounts
from tasks.algorithms.labels import is_fractional, is_label_type
from tasks.algorithms.rare_classes import Accepted, settle

EXPECTED_MISSING = "label is missing (the contract expects such rows)"
_SHOWN = 5


@dataclass(frozen=True)
class Target:
    """The target column as the checks need it."""

    name: str
    kind: pa.DataType
    counts: ClassCounts


def check_type(name: str, kind: pa.DataType) -> None:
    """Refuse a column that cannot hold class labels.

    Raises:
        UserError: The type is none of text, dictionary, integer, boolean, float and
            decimal.
    """
    if not is_label_type(kind):
        raise UserError(
            f"target column {name!r} has type {kind}, which cannot hold classes; "
            "use text, dictionary, integer, boolean, or whole-number float or decimal"
        )


def distinct_limit(contract: TargetContract) -> int:
    """Tell how many distinct labels to count before giving up on the column."""
    return max(10_000, 10 * contract.max_classes)


def check_discrete(target: Target, contract: TargetContract) -> None:
    """Refuse a continuous target; cheap enough to be called while counting.

    Raises:
        UserError: Fractional values, or more distinct labels than can be classes.
    """
    if is_fractional(target.kind):
        odd = [v for v in target.counts.rows if not v.lstrip("-").isdigit()]
        if odd:
            raise UserError(
                f"target column {target.name!r} looks continuous: it holds {odd[0]}; "
                "classes must be whole numbers or labels, so bin the column first"
            )
    if len(target.counts.rows) > distinct_limit(contract):
        raise _too_many(target.name, f"over {len(target.counts.rows):,}", contract)


def accept(
    target: Target, contract: TargetContract, unfit: Sequence[Rejection] = ()
) -> Accepted:
    """Sort labels into classes to balance and labels to reject.

    Args:
        target: Name, type and counts over all rows.
        contract: What the target must be.
        unfit: Rows that were not counted, for a feature of theirs is wrong.

    Returns:
        Rows of each class in label order, the rejections, and which were merged.

    Raises:
        UserError: The target is unfit, or more is rejected than the contract allows.
    """
    check_discrete(target, contract)
    if not target.counts.rows:
        raise _no_labels(target, unfit)
    rejections = _rejections(target.counts, contract)
    _check_limits(target, contract, (*rejections, *unfit))
    refused = {rejection.label for rejection in rejections}
    kept = {k: n for k, n in target.counts.rows.items() if k not in refused}
    accepted = settle(kept, (*rejections, *unfit), contract)
    _check_classes(target.name, accepted.classes, contract)
    return accepted


def _no_labels(target: Target, unfit: Sequence[Rejection]) -> UserError:
    if unfit and not target.counts.total:
        said = f"no row has features as they are asked for ({_worst(unfit)})"
        return UserError(f"{said}; mend the source, or ask for less")
    return UserError(
        f"target column {target.name!r} is null in all {target.counts.total:,} rows; "
        "name the column that holds the class"
    )


def _rejections(counts: ClassCounts, contract: TargetContract) -> tuple[Rejection, ...]:
    rows: dict[str | None, int] = dict(sorted(counts.rows.items()))
    if counts.missing:
        rows[None] = counts.missing
    cases = _failures(label_schema(contract), rows)
    reasons = {int(place): str(check) for place, check in cases if place is not None}
    labels = list(rows)
    return tuple(
        Rejection(
            label=labels[place],
            reason=_worded(reason, contract),
            rows=rows[labels[place]],
        )
        for place, reason in sorted(reasons.items())
    )


def _worded(reason: str, contract: TargetContract) -> str:
    return EXPECTED_MISSING if contract.nullable and reason == MISSING else reason


def _failures(
    schema: DataFrameSchema, rows: Mapping[Any, int]
) -> list[tuple[Any, Any]]:
    """Validate lazily; give (place, check) of every failure."""
    frame = pd.DataFrame(
        {"label": pd.Series(list(rows), dtype=object), "rows": list(rows.values())}
    )
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return list(zip(cases["index"], cases["check"], strict=True))
    return []


def _check_limits(
    target: Target, contract: TargetContract, rejections: Sequence[Rejection]
) -> None:
    counted = [r for r in rejections if r.reason != EXPECTED_MISSING]
    rows = sum(rejection.rows for rejection in counted)
    unfit = [rejection for rejection in rejections if rejection.feature]
    total = target.counts.total + sum(rejection.rows for rejection in unfit)
    share = rows / total
    failing = contract.on_violation is OnViolation.FAIL and rows
    if not failing and share <= contract.max_rejected_share:
        return
    limit = (
        "contract.on_violation is fail"
        if failing
        else f"contract.max_rejected_share allows {contract.max_rejected_share:.2%}"
    )
    raise UserError(
        f"{rows:,} of {total:,} rows ({share:.2%}) break the contract of target column "
        f"{target.name!r}{' or of the features' if unfit else ''} "
        f"({_worst(counted)}), {limit}; mend the source or loosen the contract"
    )


def _worst(rejections: Sequence[Rejection]) -> str:
    ordered = sorted(rejections, key=lambda rejection: -rejection.rows)
    shown = [
        f"{'null' if r.label is None else repr(r.label)}: {r.reason}, {r.rows:,} rows"
        for r in ordered[:_SHOWN]
    ]
    return "; ".join(shown) + ("; ..." if len(ordered) > _SHOWN else "")


def _check_classes(
    name: str, classes: Mapping[str, int], contract: TargetContract
) -> None:
    if len(classes) < 2:  # noqa: PLR2004 - one class is nothing to balance
        only = ", ".join(map(repr, classes)) or "none"
        raise UserError(
            f"target column {name!r} has one class at most ({only}); balancing needs "
            "two, so check the filter that made this source"
        )
    checks = {check for _, check in _failures(class_schema(contract), classes)}
    if TOO_MANY in checks:
        raise _too_many(name, f"{len(classes):,}", contract)
    if TOO_FEW in checks:
        raise _too_few(name, classes, contract)


def _too_many(name: str, found: str, contract: TargetContract) -> UserError:
    return UserError(
        f"target column {name!r} has {found} classes, contract.max_classes allows "
        f"{contract.max_classes:,}; if it is continuous bin it first, else raise the "
        "limit"
    )


def _too_few(
    name: str, classes: Mapping[str, int], contract: TargetContract
) -> UserError:
    least = contract.min_rows_per_class
    small = [
        f"{label!r} has {rows:,}" for label, rows in classes.items() if rows < least
    ]
    return UserError(
        f"target column {name!r}: {', '.join(small[:_SHOWN])} rows, "
        f"contract.min_rows_per_class asks for {least:,}; gather more rows, or drop "
        "the class from contract.allowed"
    )

"""The Pandera schemas of the target, built from a TargetContract.

A contract speaks of labels, so it is checked on the distinct labels with their row
counts: the same verdict for each row, at the cost of the classes and not the rows.
Turning violations into rejections and errors lives in tasks.algorithms.contract.
"""

import pandera.pandas as pandera

from schemas.contract import TargetContract

MISSING = "label is missing"
NOT_ALLOWED = "label is not allowed"
TOO_FEW = "class has too few rows"
TOO_MANY = "more classes than allowed"


def label_schema(contract: TargetContract) -> pandera.DataFrameSchema:
    """Build the schema of each label: a frame with columns label and rows.

    Args:
        contract: What the target must be.

    Returns:
        A schema whose failure cases, validated lazily, are the labels to reject.
    """
    checks = [
        pandera.Check(
            lambda labels: labels.notna(), name=MISSING, error=MISSING, ignore_na=False
        )
    ]
    if contract.allowed is not None:
        allowed = list(contract.allowed)
        checks.append(
            pandera.Check(
                lambda labels: labels.isin(allowed), name=NOT_ALLOWED, error=NOT_ALLOWED
            )
        )
    return pandera.DataFrameSchema(
        {
            "label": pandera.Column(checks=checks, nullable=True, unique=True),
            "rows": pandera.Column(int, pandera.Check.ge(0)),
        }
    )


def class_schema(contract: TargetContract) -> pandera.DataFrameSchema:
    """Build the schema of the classes that are left, same columns, one row each."""
    return pandera.DataFrameSchema(
        {
            "label": pandera.Column(unique=True),
            "rows": pandera.Column(
                int, pandera.Check.ge(contract.min_rows_per_class, error=TOO_FEW)
            ),
        },
        checks=pandera.Check(
            lambda classes: len(classes) <= contract.max_classes, error=TOO_MANY
        ),
    )

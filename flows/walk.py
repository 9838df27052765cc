"""The steps of the tutorial, for any runner. What a step does lives in tasks."""

from collections.abc import Callable
from typing import Any

from tasks.algorithms.lessons import Tutorial
from tasks.tutorial import (
    count_classes,
    cross_validate,
    make_toy_table,
    report_forest,
    resample,
    split,
)


def walk(run: Callable[..., Any]) -> Tutorial:
    """Take the steps of the tutorial through a runner.

    Args:
        run: ``run(stage, *args)`` calls a stage: as a task, or without Prefect's
            engine as ``stage.fn(*args)``.

    Returns:
        What all steps found.
    """
    table = run(make_toy_table)
    duplicated = run(resample, table, "RandomOverSampler")
    reduced = run(resample, table, "RandomUnderSampler")
    interpolated = run(resample, table, "SMOTE")
    train, test = run(split, table)
    return Tutorial(
        counts=run(count_classes, table),
        resampled={
            "RandomOverSampler": run(count_classes, duplicated),
            "RandomUnderSampler": run(count_classes, reduced),
            "SMOTE": run(count_classes, interpolated),
        },
        knn=run(cross_validate, train, "knn"),
        report=run(report_forest, train, test),
        guess=run(cross_validate, table, "guess"),
        forest=run(cross_validate, table, "forest"),
        resampled_before={
            "SMOTE": run(cross_validate, interpolated, "forest"),
            "RandomOverSampler": run(cross_validate, duplicated, "forest"),
        },
        resampled_inside={
            "SMOTE": run(cross_validate, table, "forest", "SMOTE"),
            "RandomOverSampler": run(
                cross_validate, table, "forest", "RandomOverSampler"
            ),
        },
    )

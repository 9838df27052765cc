"""The steps of the tutorial, on a table that fits in memory. Its text is lesson_page's.

These are the habits of notebooks, kept as they are to show where they mislead; how
evenkeel itself splits, resamples and scores lives in routing, smote and metrics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from imblearn.pipeline import make_pipeline
from sklearn import model_selection
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import classification_report, f1_score, make_scorer
from sklearn.neighbors import KNeighborsClassifier

from schemas.verdict import ClassReport
from tasks.algorithms.counts import count, in_label_order
from tasks.algorithms.samplers import make_sampler, sample

Counts = Mapping[str, int]
Model = Literal["guess", "knn", "forest"]

_TARGET = "target"
_SEED = 42
_TEST_SHARE = 0.2
_FOLDS = 5
_SCORERS = {
    "macro_f1": make_scorer(f1_score, average="macro", zero_division=0.0),
    "accuracy": "accuracy",
}


@dataclass(frozen=True)
class FoldScores:
    """Scores of a cross-validation, in 0..1, one of each metric per fold."""

    macro_f1: tuple[float, ...]
    accuracy: tuple[float, ...]


@dataclass(frozen=True)
class ForestReport:
    """What scikit-learn's classification report tells of a forest."""

    classes: tuple[ClassReport, ...]
    averages: tuple[ClassReport, ...]
    """Macro and weighted, over the classes."""
    accuracy: float


@dataclass(frozen=True)
class Tutorial:
    """What all steps found; mappings go by the name of the sampler."""

    counts: Counts
    resampled: Mapping[str, Counts]
    knn: FoldScores
    report: ForestReport
    guess: FoldScores
    forest: FoldScores
    resampled_before: Mapping[str, FoldScores]
    """The forest, on folds of a table that was resampled as a whole."""
    resampled_inside: Mapping[str, FoldScores]
    """The forest, with only the training side of each fold resampled."""


def class_counts(table: pa.Table) -> Counts:
    """Count the rows of each class, in label order.

    >>> class_counts(pa.table({"target": [1, 0, 1]}))
    {'0': 1, '1': 2}
    """
    rows = count(table.column(_TARGET)).rows
    return {label: rows[label] for label in in_label_order(list(rows))}


def resample(table: pa.Table, sampler: str) -> pa.Table:
    """Resample the whole table until all classes have the same number of rows.

    Args:
        table: Features and target, without nulls.
        sampler: Name of an imbalanced-learn sampler.

    Returns:
        A table of the same schema.

    Raises:
        UserError: There is no such sampler.
    """
    features, target = sample(sampler, *_features_and_target(table), seed=_SEED)
    columns = pd.DataFrame(features).assign(**{_TARGET: target})
    return pa.Table.from_pandas(columns, table.schema, preserve_index=False)


def split(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Take one row in five, whatever its class, as a test set; training rows first."""
    train, test = model_selection.train_test_split(
        range(table.num_rows), test_size=_TEST_SHARE, random_state=_SEED
    )
    return table.take(train), table.take(test)


def cross_validate(
    table: pa.Table, model: Model, sampler: str | None = None
) -> FoldScores:
    """Score a model by 5-fold cross-validation, stratified and not shuffled.

    Args:
        table: Features and target; 5 rows or more of each class.
        model: guess draws classes evenly, knn asks the 5 nearest neighbours, forest
            has 100 trees.
        sampler: Resamples the training side of each fold, and only that; none if None.

    Returns:
        Macro-F1 and accuracy of each fold.

    Raises:
        UserError: There is no such sampler.
    """
    steps = [] if sampler is None else [make_sampler(sampler, seed=_SEED)]
    scores = model_selection.cross_validate(
        make_pipeline(*steps, _make_model(model)),
        *_features_and_target(table),
        cv=_FOLDS,
        scoring=_SCORERS,
    )
    folds = {name: tuple(scores[f"test_{name}"].tolist()) for name in _SCORERS}
    return FoldScores(**folds)


def report_forest(train: pa.Table, test: pa.Table) -> ForestReport:
    """Train a forest of 100 trees and score it on rows it has not seen.

    Args:
        train: Features and target.
        test: The same columns; one row or more.

    Returns:
        Precision, recall and F1 of each class; 0 where undefined.
    """
    forest = _make_model("forest").fit(*_features_and_target(train))
    features, target = _features_and_target(test)
    found: dict[str, Any] = classification_report(
        target, forest.predict(features), output_dict=True, zero_division=0.0
    )
    accuracy = found.pop("accuracy")
    lines = [_line(label, scores) for label, scores in found.items()]
    return ForestReport(tuple(lines[:-2]), tuple(lines[-2:]), float(accuracy))


def _features_and_target(table: pa.Table) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    rows = table.to_pandas()
    return rows.drop(columns=_TARGET), rows[_TARGET]


def _make_model(model: Model) -> Any:  # noqa: ANN401 - scikit-learn ships no types
    match model:
        case "guess":
            return DummyClassifier(strategy="uniform", random_state=_SEED)
        case "knn":
            return KNeighborsClassifier()
        case "forest":
            return RandomForestClassifier(random_state=_SEED)


def _line(label: str, scores: Mapping[str, float]) -> ClassReport:
    return ClassReport(
        label=label,
        precision=scores["precision"],
        recall=scores["recall"],
        f1=scores["f1-score"],
        support=int(scores["support"]),
    )

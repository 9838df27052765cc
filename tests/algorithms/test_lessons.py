"""The lessons give the published numbers, and those of plain scikit-learn."""

from statistics import fmean

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier

from schemas.errors import UserError
from tasks.algorithms.lessons import (
    class_counts,
    cross_validate,
    report_forest,
    resample,
    split,
)
from tasks.algorithms.toy import toy_table

TOY = toy_table()
TRAIN, TEST = split(TOY)
# Neighbours at equal distance are in another order on another machine.
TIES = 0.05

tables = st.lists(st.integers(0, 3), min_size=5, max_size=60).map(
    lambda target: pa.table({"row": range(len(target)), "target": target})
)


@given(tables)
def test_class_counts_add_up_in_label_order(table: pa.Table) -> None:
    counts = class_counts(table)
    assert sum(counts.values()) == table.num_rows
    assert list(counts) == sorted(counts)


@given(tables)
def test_a_split_has_every_row_on_one_side(table: pa.Table) -> None:
    train, test = split(table)
    both = pa.concat_tables([train, test]).sort_by("row")
    assert both.equals(table.combine_chunks())
    assert test.num_rows == -(-table.num_rows // 5)


@given(tables)
def test_oversampling_keeps_the_schema_and_all_rows(table: pa.Table) -> None:
    resampled = resample(table, "RandomOverSampler") if two_classes(table) else table
    assert resampled.schema == table.schema
    assert resampled.slice(0, table.num_rows).equals(table.combine_chunks())


def two_classes(table: pa.Table) -> bool:
    return len(class_counts(table)) > 1


@pytest.mark.parametrize(
    ("sampler", "rows"),
    [("RandomOverSampler", 112), ("RandomUnderSampler", 27), ("SMOTE", 112)],
)
def test_the_toy_classes_come_out_even(sampler: str, rows: int) -> None:
    resampled = resample(TOY, sampler)
    assert class_counts(resampled) == {"0": rows, "1": rows, "2": rows}
    assert resampled.schema == TOY.schema


def test_an_unknown_sampler_is_refused() -> None:
    with pytest.raises(UserError, match="nearest name is 'SMOTE'"):
        resample(TOY, "smot")


def test_the_toy_test_set_has_few_rows_of_the_smallest_class() -> None:
    assert class_counts(TOY) == {"0": 27, "1": 61, "2": 112}
    assert class_counts(TEST) == {"0": 4, "1": 16, "2": 20}


def test_neighbours_score_what_was_published() -> None:
    scores = cross_validate(TRAIN, "knn").macro_f1
    assert 0.281 <= fmean(scores) <= 0.328
    assert (round(scores[1], 2), round(scores[3], 3)) == (0.25, 0.197)


def test_the_forest_report_is_the_published_one() -> None:
    report = report_forest(TRAIN, TEST)
    lines = [
        (line.label, f"{line.precision:.2f} {line.recall:.2f} {line.f1:.2f}")
        for line in (*report.classes, *report.averages)
    ]
    assert lines == [
        ("0", "0.25 0.25 0.25"),
        ("1", "0.40 0.12 0.19"),
        ("2", "0.48 0.75 0.59"),
        ("macro avg", "0.38 0.38 0.34"),
        ("weighted avg", "0.43 0.45 0.40"),
    ]
    assert [line.support for line in report.classes] == [4, 16, 20]
    assert report.accuracy == pytest.approx(0.45)


def arrays(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    rows = table.to_pandas().to_numpy()
    return rows[:, :-1], rows[:, -1]


@pytest.mark.parametrize("sampler", [None, "RandomOverSampler"])
def test_cross_validation_is_a_loop_over_folds(sampler: str | None) -> None:
    features, target = arrays(TOY)
    expected = []
    for train, test in StratifiedKFold(5).split(features, target):
        known, labels = features[train], target[train]
        if sampler:
            known, labels = RandomOverSampler(random_state=42).fit_resample(
                known, labels
            )
        guesses = KNeighborsClassifier().fit(known, labels).predict(features[test])
        expected.append(f1_score(target[test], guesses, average="macro"))
    found = cross_validate(TOY, "knn", sampler)
    assert found.macro_f1 == pytest.approx(expected, abs=1e-12)


def test_a_forest_report_is_scikit_learns() -> None:
    forest = RandomForestClassifier(random_state=42).fit(*arrays(TRAIN))
    features, target = arrays(TEST)
    guesses = forest.predict(features)
    expected = np.transpose(precision_recall_fscore_support(target, guesses))
    report = report_forest(TRAIN, TEST)
    found = [(x.precision, x.recall, x.f1, x.support) for x in report.classes]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert report.accuracy == pytest.approx((guesses == target).mean())


def test_a_class_the_forest_never_names_scores_zero() -> None:
    unseen = TEST.set_column(4, "target", pa.array([3] * TEST.num_rows))
    report = report_forest(TRAIN, unseen)
    assert {line.recall for line in report.classes} == {0.0}


def test_on_the_toy_a_forest_guesses() -> None:
    assert fmean(cross_validate(TOY, "forest").macro_f1) == pytest.approx(
        0.28, abs=0.01
    )
    assert fmean(cross_validate(TOY, "guess").macro_f1) == pytest.approx(0.28, abs=0.01)


@pytest.mark.parametrize(
    ("sampler", "macro_f1", "accuracy", "within"),
    [("SMOTE", 0.62, 0.63, TIES), ("RandomOverSampler", 0.76, 0.77, 0.01)],
)
def test_resampling_before_the_folds_scores_high_on_noise(
    sampler: str, macro_f1: float, accuracy: float, within: float
) -> None:
    scores = cross_validate(resample(TOY, sampler), "forest")
    assert fmean(scores.macro_f1) == pytest.approx(macro_f1, abs=within)
    assert fmean(scores.accuracy) == pytest.approx(accuracy, abs=within)


@pytest.mark.parametrize("sampler", ["SMOTE", "RandomOverSampler"])
def test_resampling_inside_the_folds_stays_near_guessing(sampler: str) -> None:
    scores = cross_validate(TOY, "forest", sampler)
    assert fmean(scores.macro_f1) == pytest.approx(0.33, abs=TIES)

"""The page tells the numbers it was given, in tables that line up."""

import re
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verdict import ClassReport
from tasks.algorithms.lesson_page import describe
from tasks.algorithms.lessons import FoldScores, ForestReport, Tutorial

shares = st.floats(0, 1)
folds = st.lists(shares, min_size=5, max_size=5).map(tuple)
scores = st.builds(FoldScores, macro_f1=folds, accuracy=folds)
counts = st.fixed_dictionaries({label: st.integers(1, 9999) for label in "012"})
SAMPLERS = ("SMOTE", "RandomOverSampler")


def line(label: str) -> st.SearchStrategy[ClassReport]:
    return st.builds(
        ClassReport,
        label=st.just(label),
        precision=shares,
        recall=shares,
        f1=shares,
        support=st.integers(1, 999),
    )


tutorials = st.builds(
    Tutorial,
    counts=counts,
    resampled=st.fixed_dictionaries(dict.fromkeys(SAMPLERS, counts)),
    knn=scores,
    report=st.builds(
        ForestReport,
        classes=st.tuples(*map(line, "012")),
        averages=st.tuples(line("macro avg"), line("weighted avg")),
        accuracy=shares,
    ),
    guess=scores,
    forest=scores,
    resampled_before=st.fixed_dictionaries(dict.fromkeys(SAMPLERS, scores)),
    resampled_inside=st.fixed_dictionaries(dict.fromkeys(SAMPLERS, scores)),
)


@given(tutorials)
def test_tables_line_up_and_lines_fit_a_terminal(tutorial: Tutorial) -> None:
    lines = describe(tutorial).splitlines()
    assert max(map(len, lines)) <= 88
    tables = [list(group) for is_row, group in groupby(lines, is_table_row) if is_row]
    assert len(tables) == 5
    for table in tables:
        assert len({(len(row), row.count("|")) for row in table}) == 1
        assert re.fullmatch(r"\| :-+ (\| -+: )+\|", table[1])


def is_table_row(text: str) -> bool:
    return text.startswith("|")


@given(tutorials)
def test_every_count_and_every_fold_is_told(tutorial: Tutorial) -> None:
    page = describe(tutorial)
    for told in (tutorial.counts, *tutorial.resampled.values()):
        cells = r" +\| +".join(map(str, (*told.values(), sum(told.values()))))
        assert re.search(rf"\| +{cells} \|", page)
    cells = r" +\| +".join(f"{score:.2f}" for score in tutorial.knn.macro_f1)
    assert re.search(rf"\| macro-F1 \| +{cells} \|", page)


def constant(score: float) -> FoldScores:
    return FoldScores((score,) * 5, (score + 0.01,) * 5)


@pytest.mark.parametrize(
    ("duplicates", "told"),
    [(0.76, "0.62 to 0.76 (accuracy 0.63 to 0.77)"), (0.62, "0.62 (accuracy 0.63)")],
)
def test_the_lesson_names_the_leak_and_the_way_out(
    duplicates: float, told: str
) -> None:
    report = ClassReport(label="0", precision=0.5, recall=0.5, f1=0.5, support=4)
    tutorial = Tutorial(
        counts={"0": 20, "1": 80},
        resampled={"SMOTE": {"0": 80, "1": 80}},
        knn=constant(0.3),
        report=ForestReport((report,), (report,), 0.45),
        guess=constant(0.27),
        forest=constant(0.28),
        resampled_before={
            "SMOTE": constant(0.62),
            "RandomOverSampler": constant(duplicates),
        },
        resampled_inside={"SMOTE": constant(0.33)},
    )
    words = " ".join(describe(tutorial).split())
    assert f"from a macro-F1 of 0.28 into {told}" in words
    assert "it scores 0.33, where guessing gets 0.27" in words
    assert "4.0 times the rows of the smallest" in words
    assert "is right 80% of the time" in words
    assert "one more or less moves its recall by 0.25" in words
    assert "Set the holdout aside first" in words

"""The tutorial as one Markdown page. The numbers on it are made in lessons."""

from collections.abc import Iterable, Sequence
from statistics import fmean
from textwrap import fill

from schemas.verdict import ClassReport
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.lessons import Counts, FoldScores, Tutorial

_WIDTH = 80

_INTRODUCTION = """A toy table of {rows} rows: four features and a target, each drawn
at random. Nothing in the features tells the class, so no model can do better than
guessing, and a score that says otherwise is a mistake. Keep that in mind."""

_SAMPLERS = """RandomOverSampler repeats rows of the small classes, RandomUnderSampler
drops rows of the large ones, SMOTE makes new rows between a row and one of its 5
nearest neighbours of the same class."""

_BEFORE_OR_INSIDE = """Resample the whole table *before* cross-validation, as many
notebooks do, or *inside* each fold, where only the rows the model trains on are
resampled:"""

_VERDICT = """Resampling before the folds turned pure noise from a macro-F1 of {honest}
into {leaky} (accuracy {accuracy}). Copies of a row, or rows made from it, were on both
sides of the split: the model was asked what it had been told. Inside the folds it
scores {inside}, where guessing gets {guess} and {rows} rows leave room for luck."""

_HABITS = """\
- Set the holdout aside first, resample the training rows alone, score on rows as
  they come. evenkeel does so in every run, and checks it before it publishes.
- Always keep a model trained on the data as it is beside the balanced one. Here
  balancing could not help; whether it helps on your data has to be measured."""


def describe(tutorial: Tutorial) -> str:
    """Tell the tutorial step by step, with its numbers and its lesson.

    Args:
        tutorial: What all steps found.

    Returns:
        Markdown whose tables are aligned, so that a terminal shows them well too.
    """
    blocks = (
        *_look(tutorial.counts),
        *_resample(tutorial),
        *_score(tutorial),
        *_leak(tutorial),
        *_lesson(tutorial),
    )
    return "\n\n".join(blocks) + "\n"


def _look(counts: Counts) -> list[str]:
    rows, most = sum(counts.values()), max(counts.values())
    shares = [[label, str(n), f"{n / rows:.1%}"] for label, n in counts.items()]
    ratio = diagnose(list(counts.values())).imbalance_ratio
    return [
        "# Balancing data, step by step",
        _paragraph(_INTRODUCTION.format(rows=rows)),
        "## 1. Look at the classes",
        _table(["class", "rows", "share"], shares),
        _paragraph(
            f"The largest class has {ratio:.1f} times the rows of the smallest. A "
            f"model that always answers with it is right {most / rows:.0%} of the "
            "time and has learnt nothing."
        ),
    ]


def _resample(tutorial: Tutorial) -> list[str]:
    tables = {"(as it is)": tutorial.counts, **tutorial.resampled}
    rows = [
        [name, *map(str, counts.values()), str(sum(counts.values()))]
        for name, counts in tables.items()
    ]
    header = ["sampler", *(f"class {label}" for label in tutorial.counts), "rows"]
    return ["## 2. Resample", _table(header, rows), _paragraph(_SAMPLERS)]


def _score(tutorial: Tutorial) -> list[str]:
    report, folds = tutorial.report, tutorial.knn.macro_f1
    supports = [line.support for line in report.classes]
    test, smallest = sum(supports), min(supports)
    return [
        "## 3. Score models on the data as it is",
        _paragraph(
            f"One row in five is set aside as a test set: {test} rows. On the other "
            f"{sum(tutorial.counts.values()) - test}, 5 nearest neighbours in "
            f"{len(folds)}-fold cross-validation:"
        ),
        _folds(folds),
        _paragraph(
            "And a random forest trained on them, scored on the test set (accuracy "
            f"{_text(report.accuracy)}):"
        ),
        _report([*report.classes, *report.averages]),
        _paragraph(
            f"The smallest class has {smallest} test rows: one more or less moves its "
            f"recall by {_text(1 / smallest)}."
        ),
    ]


def _folds(scores: Sequence[float]) -> str:
    header = ["fold", *map(str, range(1, len(scores) + 1)), "mean"]
    return _table(header, [["macro-F1", *map(_text, scores), _text(fmean(scores))]])


def _report(lines: Iterable[ClassReport]) -> str:
    rows = [
        [x.label, _text(x.precision), _text(x.recall), _text(x.f1), str(x.support)]
        for x in lines
    ]
    return _table(["class", "precision", "recall", "F1", "test rows"], rows)


def _leak(tutorial: Tutorial) -> list[str]:
    scores = {
        "guessing": tutorial.guess,
        "forest, data as it is": tutorial.forest,
        **{f"forest, {n} before": s for n, s in tutorial.resampled_before.items()},
        **{f"forest, {n} inside": s for n, s in tutorial.resampled_inside.items()},
    }
    rows = [[name, *map(_text, _means(folds))] for name, folds in scores.items()]
    return [
        "## 4. What most tutorials leave out",
        _paragraph(_BEFORE_OR_INSIDE),
        _table(["mean over the folds", "macro-F1", "accuracy"], rows),
    ]


def _lesson(tutorial: Tutorial) -> list[str]:
    before = [_means(folds) for folds in tutorial.resampled_before.values()]
    inside = [_means(folds) for folds in tutorial.resampled_inside.values()]
    verdict = _VERDICT.format(
        honest=_text(_means(tutorial.forest)[0]),
        leaky=_range(f1 for f1, _ in before),
        accuracy=_range(accuracy for _, accuracy in before),
        inside=_range(f1 for f1, _ in inside),
        guess=_text(_means(tutorial.guess)[0]),
        rows=sum(tutorial.counts.values()),
    )
    return ["## The lesson", _paragraph(verdict), _HABITS]


def _means(folds: FoldScores) -> tuple[float, float]:
    return fmean(folds.macro_f1), fmean(folds.accuracy)


def _range(scores: Iterable[float]) -> str:
    texts = sorted(map(_text, scores))
    return " to ".join(dict.fromkeys((texts[0], texts[-1])))


def _text(score: float) -> str:
    return f"{score:.2f}"


def _paragraph(text: str) -> str:
    return fill(" ".join(text.split()), _WIDTH)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = [f":{'-' * (widths[0] - 1)}", *(f"{'-' * (w - 1)}:" for w in widths[1:])]
    return "\n".join(_row(cells, widths) for cells in (header, rule, *rows))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(aligned)} |"

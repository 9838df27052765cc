"""Evidence for the tests of the report, made of numbers. A run makes the real thing."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_curve,
    precision_recall_fscore_support,
)

from schemas.config import BalanceConfig, PublishWhen
from schemas.evaluation import EvaluatorKind, Metric
from schemas.findings import Findings, Giveaway, Memorisation, Overlap, Rarity
from schemas.plan import ClassPlan, Decision, ResamplePlan
from schemas.records import Evidence, Outcome
from schemas.scores import Curve, Scores
from schemas.strategy import StrategyKind
from schemas.survey import Rejection, Survey
from schemas.verdict import ClassReport, Evaluation, ModelEvaluation
from schemas.written import Attempt, Check, FileEntry
from tasks.algorithms.calibration import correction_for
from tasks.algorithms.drift import drift
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.passport import draw_up

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "a|b",
    "$x_1$ and $\\frac{1}$",
    "🦊 fox 👩‍🔬",
    "",
    "   ",
    "x" * 200,
    "two\nlines\r\n# heading",
    "`code` *bold* _it_ [link](javascript:alert(3))",
    "\x00\x1b[31mred\x07",
    "\u202egnp.exe",
    "日本語のとても長いラベルです、列からはみ出すかもしれません",
    "العربية",
    "&amp; &lt; \" '",
    "{{ 7 * 7 }} {% raw %}",
    "https://example.org/?a=1&b=2",
    "~~gone~~ <b>bold</b> \\| |---|",
    "</title><style>*{display:none}</style>",
    "--><svg/onload=alert(4)>",
)


def binary(minority: str = "1", target: str = "class") -> Evidence:
    """Make the evidence of a table with a rare class, balanced by SMOTE."""
    rejections = (Rejection(label=minority, reason="label is not allowed", rows=2),)
    return _evidence(
        {"the rest": 10_923, minority: 260}, "mammography", target, rejections
    )


def many() -> Evidence:
    """Make the evidence of 28 classes with the labels that nobody would wish for."""
    names = (*HOSTILE, *(f"ring {number}" for number in range(8)))
    counts = {name: 40 + 3_000 // (1 + place) for place, name in enumerate(names)}
    rejections = (
        Rejection(label=None, reason="label is missing", rows=12),
        Rejection(label="<b>?</b>", reason="label is not allowed", rows=3),
    )
    return _evidence(counts, "rings", "`<i>ring|s</i>`\n'", rejections)


def undersampled() -> Evidence:
    """Make evidence without a model, of a class that was cut and one repeated."""
    whole = binary()
    classes = (
        _class_plan("the rest", 10_923, drop=8_000, duplicate=0, synthesise=0),
        _class_plan("1", 260, drop=0, duplicate=100, synthesise=0),
    )
    kind = StrategyKind.RANDOM_UNDER
    plan = whole.plan.model_copy(
        update={
            "classes": classes,
            "after": diagnose([one.train for one in classes]),
            "decision": Decision(strategy=kind, reason="It was asked for."),
        }
    )
    return whole.model_copy(
        update={"plan": plan, "evaluation": None, "correction": correction_for(kind)}
    )


def drifted() -> Evidence:
    """Make evidence of many classes, the largest of which grew since a version."""
    whole = many()
    before = dict(list(whole.survey.counts.items())[1:])
    before["gone <b>for good</b>"] = 7
    after, limits = whole.survey.counts, whole.config.watch
    config = whole.config.model_copy(update={"publish": PublishWhen.UNLESS_HURT})
    assert whole.evaluation is not None
    hurt = whole.evaluation.model_copy(update={"verdict": "hurt"})
    return whole.model_copy(
        update={
            "config": config,
            "evaluation": hurt,
            "drift": drift(before, after, 4, limits),
        }
    )


def outcome_of(
    made: Evidence, status: str = "published", parent: int | None = None
) -> Outcome:
    """Make an outcome with this evidence, as if its data had been written."""
    attempt = Attempt(root="/out/rings", run_key="k" * 64, attempt="abc", parent=parent)
    file = FileEntry(
        path="data/a/train/part-00000.parquet", rows=9, bytes=9, sha256="0" * 64
    )
    check = Check(name="bytes", success=True, note="")
    when = "2026-01-01T00:00:00+00:00"
    drafted = draw_up(made, attempt, [file], [check], when)
    manifest = drafted.model_copy(update={"version": (parent or 0) + 1})
    return Outcome.model_validate(
        {
            "status": status,
            "root": attempt.root,
            "manifest": manifest,
            "evidence": made,
        }
    )


def _evidence(
    counts: Mapping[str, int], name: str, target: str, rejections: Sequence[Rejection]
) -> Evidence:
    config = BalanceConfig(source=f"data/{name}.parquet", target=target, name=name)
    return Evidence(
        config=config,
        survey=_survey(config, counts, rejections),
        plan=_plan(config, counts),
        evaluation=_evaluation(counts),
        correction=correction_for(StrategyKind.SMOTE),
        findings=_findings(counts, target),
    )


def _findings(counts: Mapping[str, int], target: str) -> Findings:
    rarest, share = min(counts, key=counts.__getitem__), sum(counts.values()) // 5
    return Findings(
        overlap=Overlap(
            rows=share, others=4 * share, repeated=40, same_label=39, distinct=3 * share
        ),
        giveaways=(Giveaway(column=target, label=rarest, score=0.995, rows=12),),
        memorisation=tuple(
            Memorisation(
                label=label,
                synthetic=1_000,
                real=rows,
                copies=17,
                to_real=0.31,
                between_real=0.78,
                closer=0.93,
                astray=0.12,
                astray_real=0.31,
            )
            for label, rows in counts.items()
        ),
        rarities=(
            Rarity(
                label=rarest, rows=8, interval=(0.22, 0.78), needed=21, source_rows=65
            ),
        ),
    )


def _survey(
    config: BalanceConfig, counts: Mapping[str, int], rejections: Sequence[Rejection]
) -> Survey:
    return Survey(
        name=config.name or "unnamed",
        source=config.source,
        fingerprint="a3f1" * 16,
        fragments=(),
        rows=sum(counts.values()) + sum(one.rows for one in rejections),
        arrow_schema=b"",
        columns=(),
        counts=dict(counts),
        rejections=tuple(rejections),
    )


def _class_plan(
    label: str, source: int, *, drop: int, duplicate: int, synthesise: int
) -> ClassPlan:
    holdout = source // 5
    kept = source - holdout - drop
    return ClassPlan(
        label=label,
        source=source,
        holdout=holdout,
        kept=kept,
        dropped=drop,
        duplicated=duplicate,
        synthetic=synthesise,
        train=kept + duplicate + synthesise,
    )


def _plan(config: BalanceConfig, counts: Mapping[str, int]) -> ResamplePlan:
    most = max(rows - rows // 5 for rows in counts.values())
    classes = tuple(
        _class_plan(
            label, rows, drop=0, duplicate=0, synthesise=most - (rows - rows // 5)
        )
        for label, rows in counts.items()
    )
    rarest = min(counts, key=counts.__getitem__)
    reason = (
        f"SMOTE: the smallest class {rarest!r} has {counts[rarest]:,} rows, too few"
    )
    return ResamplePlan(
        run_key="5d41402abc4b2a76",
        seed=7,
        target=config.target,
        key=("id",),
        standardize=True,
        decision=Decision(
            strategy=StrategyKind.SMOTE,
            reason=f"{reason} to drop others down to it.",
            notes=(f"Fewer than 5 neighbours exist, so k is clipped: {rarest!r}.",),
        ),
        before=diagnose([one.kept + one.dropped for one in classes]),
        after=diagnose([one.train for one in classes]),
        classes=classes,
    )


def _evaluation(counts: Mapping[str, int]) -> Evaluation:
    labels, sizes = tuple(counts), tuple(rows // 5 for rows in counts.values())
    models = tuple(_named(model, labels) for model in _models(sizes))
    gain = models[2].scores.macro_f1 - models[0].scores.macro_f1
    return Evaluation(
        evaluator=EvaluatorKind.RANDOM_FOREST,
        metric=Metric.MACRO_F1,
        labels=labels,
        minority=labels[int(np.argmin(sizes))],
        holdout_rows=sum(sizes),
        capped=True,
        models=models,
        difference=gain,
        interval=(gain - 0.03, gain + 0.03),
        confidence=0.95,
        verdict="helped",
        notes=("The rarest class has few holdout rows.",),
    )


def _named(model: ModelEvaluation, labels: Sequence[str]) -> ModelEvaluation:
    named = (
        report.model_copy(update={"label": label})
        for report, label in zip(model.per_class, labels, strict=True)
    )
    return model.model_copy(update={"per_class": tuple(named)})


@functools.cache  # labels change more often than numbers
def _models(sizes: tuple[int, ...]) -> tuple[ModelEvaluation, ...]:
    truth = np.repeat(np.arange(len(sizes)), sizes)
    base, even = _probabilities(truth, 2.2, 0), _probabilities(truth, 3.0, 1)
    return (
        _model("baseline", truth, base, base.argmax(axis=1)),
        _model("threshold_moved", truth, base, (base / np.array(sizes)).argmax(axis=1)),
        _model("balanced", truth, even, even.argmax(axis=1)),
    )


def _probabilities(truth: Codes, skill: float, seed: int) -> Floats:
    noise = np.random.default_rng(seed).normal(size=(len(truth), truth.max() + 1))
    scores = noise + skill * np.eye(truth.max() + 1)[truth]
    powers: Floats = np.exp(1.5 * scores)
    chances: Floats = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _model(name: str, truth: Codes, chances: Floats, said: Codes) -> ModelEvaluation:
    minority = int(np.argmin(np.bincount(truth)))
    precision, recall, _ = precision_recall_curve(
        truth == minority, chances[:, minority]
    )
    thin = np.linspace(0, len(recall) - 1, 200).astype(int)
    observed, predicted = calibration_curve(
        truth == minority, chances[:, minority], n_bins=10, strategy="quantile"
    )
    return ModelEvaluation(
        name=name,
        train_rows=100_000,
        scores=_scores(truth, said, chances, minority),
        per_class=_per_class(truth, said),
        confusion=tuple(map(tuple, confusion_matrix(truth, said).tolist())),
        precision_recall=Curve(x=tuple(recall[thin]), y=tuple(precision[thin])),
        calibration=Curve(x=tuple(predicted), y=tuple(observed)),
    )


def _scores(truth: Codes, said: Codes, chances: Floats, minority: int) -> Scores:
    return Scores(
        macro_f1=f1_score(truth, said, average="macro"),
        balanced_accuracy=balanced_accuracy_score(truth, said),
        g_mean=0.5,
        mcc=matthews_corrcoef(truth, said),
        roc_auc=None,
        average_precision=average_precision_score(
            truth == minority, chances[:, minority]
        ),
        brier=float(((chances - np.eye(chances.shape[1])[truth]) ** 2).sum(1).mean()),
        log_loss=log_loss(truth, chances),
    )


def _per_class(truth: Codes, said: Codes) -> tuple[ClassReport, ...]:
    columns = precision_recall_fscore_support(truth, said, zero_division=0)
    return tuple(
        ClassReport(
            label="",
            precision=precision,
            recall=recall,
            f1=f1,
            support=int(support),
        )
        for precision, recall, f1, support in zip(*columns, strict=True)
    )


def scored(**scores: float | None) -> Evaluation:
    """Give all models of the binary evaluation these scores."""
    whole = binary().evaluation
    assert whole is not None
    models = [
        model.model_copy(update={"scores": model.scores.model_copy(update=scores)})
        for model in whole.models
    ]
    return whole.model_copy(update={"models": tuple(models)})


def remedied(name: str, brier: float, loss: float) -> Evaluation:
    """Give the balanced model's probabilities a remedy with these scores."""
    whole = binary().evaluation
    assert whole is not None
    balanced = whole.models[2]
    scores = balanced.scores.model_copy(update={"brier": brier, "log_loss": loss})
    made = balanced.model_copy(update={"name": name, "scores": scores})
    return whole.model_copy(update={"models": (*whole.models, made)})

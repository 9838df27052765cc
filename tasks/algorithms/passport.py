"""The manifest of a version, drawn from what the stages found.

Its number, its parent and its own hash are given by the commit, in storage.
"""

import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from schemas.manifest import (
    Environment,
    Manifest,
    ManifestClass,
    ManifestEvaluation,
    ManifestSource,
)
from schemas.plan import ClassPlan
from schemas.records import Evidence
from schemas.survey import Rejection, Survey
from schemas.written import Attempt, Check, FileEntry
from tasks.algorithms.evidence import in_brief
from tasks.algorithms.exact import ACCELERATED

PACKAGES = (
    "evenkeel",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "faiss-cpu",
    "imbalanced-learn",
    "pandera",
    "prefect",
)
_ACCELERATOR = "scikit-learn-intelex"


def draw_up(
    evidence: Evidence,
    attempt: Attempt,
    files: Sequence[FileEntry],
    checks: Sequence[Check],
    created: str,
) -> Manifest:
    """Write the passport of a version that is still to be committed.

    Args:
        evidence: What the stages found.
        attempt: Where the files lie.
        files: All files of the version, scratch left out.
        checks: What was verified.
        created: UTC, ISO 8601.

    Returns:
        A manifest whose number, and parent if others came between, commit gives.
    """
    survey, plan = evidence.survey, evidence.plan
    return Manifest(
        dataset=survey.name,
        version=1,
        parent=attempt.parent,
        run_key=plan.run_key,
        attempt=attempt.attempt,
        created=created,
        source=_source(survey),
        target=plan.target,
        config=evidence.config,
        seed=plan.seed,
        weight_column=plan.weight_column,
        sampler=plan.sampler,
        decision=plan.decision,
        diagnosis=plan.before,
        classes=manifest_classes(plan.classes, survey.rejections),
        rejections=survey.rejections,
        merger=survey.merger,
        probability_correction=evidence.correction,
        evaluation=_evaluation(evidence),
        verdict=evidence.evaluation.verdict if evidence.evaluation else "not evaluated",
        checks=tuple(checks),
        searches=evidence.searches,
        features={one.name: one.checks for one in survey.columns if one.checks},
        redrawn=evidence.redrawn,
        findings=evidence.findings,
        odd_numbers=evidence.odd_numbers,
        tournament=in_brief(evidence.leaderboard),
        files=tuple(sorted(files, key=lambda entry: entry.path)),
        environment=_environment(evidence),
    )


def _source(survey: Survey) -> ManifestSource:
    return ManifestSource(
        uri=survey.source,
        fingerprint=survey.fingerprint,
        rows=survey.rows,
        files=survey.fragments,
    )


def manifest_classes(
    classes: Sequence[ClassPlan], rejections: Sequence[Rejection]
) -> tuple[ManifestClass, ...]:
    """Give each class its priors before and after, and its sampling rate.

    Labels of which all rows are rejected follow, with nothing but these.
    """
    rejected: Counter[str] = Counter()
    for one in rejections:
        if one.label is not None:
            rejected[one.label] += one.rows
    before = sum(item.kept + item.dropped for item in classes)
    after = sum(item.train * item.weight for item in classes)
    return tuple(
        ManifestClass(
            label=item.label,
            source=item.source + rejected[item.label],
            rejected=rejected.pop(item.label, 0),
            holdout=item.holdout,
            kept=item.kept,
            dropped=item.dropped,
            duplicated=item.duplicated,
            synthetic=item.synthetic,
            train=item.train,
            prior_before=(item.kept + item.dropped) / before,
            prior_after=item.train * item.weight / after,
            sampling_rate=item.train / (item.kept + item.dropped),
            weight=item.weight,
        )
        for item in classes
    ) + tuple(
        ManifestClass(label=label, source=rows, rejected=rows)
        for label, rows in rejected.items()
    )


def _environment(evidence: Evidence) -> Environment:
    return Environment(
        python=platform.python_version(),
        packages={name: version(name) for name in _packages(evidence)},
    )


def _packages(evidence: Evidence) -> tuple[str, ...]:
    judged = evidence.evaluation is not None and evidence.evaluation.accelerated
    searched = any(search.method == ACCELERATED for search in evidence.searches)
    compared = evidence.leaderboard is not None and evidence.leaderboard.accelerated
    used = judged or searched or compared
    return (*PACKAGES, _ACCELERATOR) if used else PACKAGES


def accepted_rows(manifest: Manifest) -> dict[str, int]:
    """Give the rows of each class of the source that the contract accepted.

    Args:
        manifest: Of a version.

    Returns:
        Rows of each class in label order; labels that were rejected are left out.
    """
    return {
        item.label: item.source - item.rejected
        for item in manifest.classes
        if item.source > item.rejected
    }


def _evaluation(evidence: Evidence) -> ManifestEvaluation | None:
    found = evidence.evaluation
    if found is None:
        return None
    scores = {model.name: model.scores.model_dump() for model in found.models}
    return ManifestEvaluation(
        metric=found.metric,
        baseline=scores["baseline"][found.metric],
        balanced=scores["balanced"][found.metric],
        difference=found.difference,
        interval=found.interval,
    )

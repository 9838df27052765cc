"""What evaluation and search come to, in a sentence. Numbers are in tables."""

import math
from collections.abc import Mapping, Sequence

from schemas.evaluation import Metric
from schemas.manifest import Search
from schemas.plan import ResamplePlan
from schemas.verdict import Evaluation
from tasks.algorithms.certainty import signed
from tasks.algorithms.tables import METRICS

_OUTCOMES = {
    "helped": "Balancing helped",
    "no difference": "Balancing made no difference",
    "hurt": "Balancing hurt",
}
_FELT = 0.005  # a score that moves by less is not worth a word
_NOT_EVALUATED = "Not evaluated: there is no score to judge the balanced data by."


def strategy_name(plan: ResamplePlan) -> str:
    """Name what is done with the rows: a sampler by its own name."""
    return plan.sampler.name if plan.sampler else plan.decision.strategy.value


def search_notes(searches: Sequence[Search]) -> tuple[str, ...]:
    """Say which searches had to be done block by block.

    Args:
        searches: Of all classes.

    Returns:
        A sentence for each such class.
    """
    return tuple(
        f"The {search.donors:,} training rows of {search.label!r} were too many to "
        f"keep their points in memory: neighbours were searched in {search.blocks:,} "
        "blocks from a file, which finds the same."
        for search in searches
        if search.blocks
    )


def redrawn_notes(redrawn: Mapping[str, int]) -> tuple[str, ...]:
    """Say how many synthetic rows failed the feature schema at first.

    Args:
        redrawn: Rows of each class that were drawn again.
    """
    return tuple(
        f"{rows:,} synthetic rows of {label!r} failed the feature schema and were "
        "drawn again."
        for label, rows in redrawn.items()
    )


def verdict_sentence(evaluation: Evaluation | None) -> str:
    """Say in one sentence, with numbers, whether balancing helped.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Plain text.
    """
    if evaluation is None or evaluation.verdict not in _OUTCOMES:
        return _NOT_EVALUATED
    if not math.isfinite(evaluation.difference):
        return _NOT_EVALUATED
    name, better = METRICS[evaluation.metric]
    low, high = evaluation.interval
    turned = "; positive is better" if better == "lower" else ""
    guessed = low > 0 and evaluation.verdict == "no difference"
    doubt = ", as it may by guessing" if guessed else ""
    return (
        f"{_OUTCOMES[evaluation.verdict]}: {name} {_change(evaluation)} (difference "
        f"{signed(evaluation.difference)}, {100 * evaluation.confidence:g} % interval "
        f"{signed(low)} to {signed(high)}{turned}){doubt}."
    )


def alternative_sentence(evaluation: Evaluation | None) -> str:
    """Say so if a moved threshold does as well as balancing, and for nothing.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Plain text; empty if balancing is better, or cannot be compared.
    """
    if evaluation is None:
        return ""
    name, better = METRICS[evaluation.metric]
    base, moved, balanced = (
        _primary(evaluation, model)
        for model in ("baseline", "threshold_moved", "balanced")
    )
    as_good = moved >= balanced if better == "higher" else moved <= balanced
    if moved == base or not as_good:
        return ""
    return (
        f"Moving the threshold of the baseline alone reaches {name} {moved:.3f}, no "
        "worse than balancing, and costs no training."
    )


def price_sentence(evaluation: Evaluation | None) -> str:
    """Name the scores that got worse while the primary metric got better.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Plain text; empty unless balancing helped, and something got worse.
    """
    if evaluation is None or evaluation.verdict != "helped":
        return ""
    worse = []
    for metric, (name, better) in METRICS.items():
        before, after = (
            _score(evaluation, model, metric) for model in ("baseline", "balanced")
        )
        lost = before - after if better == "higher" else after - before
        if lost >= _FELT:
            worse.append(f"{name} went from {before:.3f} to {after:.3f}")
    return f"At a price: {', '.join(worse)}." if worse else ""


def _change(evaluation: Evaluation) -> str:
    before, after = _primary(evaluation, "baseline"), _primary(evaluation, "balanced")
    if f"{before:.3f}" == f"{after:.3f}":
        return f"stayed at {after:.3f}"
    moved = "rose" if after > before else "fell"
    verb = "went" if evaluation.verdict == "no difference" else moved
    return f"{verb} from {before:.3f} to {after:.3f}"


def _primary(evaluation: Evaluation, model: str) -> float:
    return _score(evaluation, model, evaluation.metric)


def _score(evaluation: Evaluation, model: str, metric: Metric) -> float:
    scores = {one.name: getattr(one.scores, metric) for one in evaluation.models}
    score = scores.get(model)
    return math.nan if score is None else float(score)

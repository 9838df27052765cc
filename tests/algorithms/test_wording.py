"""Sentences say what the numbers say."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evaluation import Metric
from schemas.manifest import Search
from schemas.verdict import Evaluation, Verdict
from tasks.algorithms.tables import METRICS
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    search_notes,
    verdict_sentence,
)
from tests import evidence

UNIT = st.floats(0, 1)


def _evaluation(metric: Metric, scores: tuple[float, ...], verdict: str) -> Evaluation:
    whole = evidence.binary().evaluation
    assert whole is not None
    models = [
        model.model_copy(update={"scores": model.scores.model_copy(update={metric: s})})
        for model, s in zip(whole.models, scores, strict=True)
    ]
    better = 1 if METRICS[metric][1] == "higher" else -1
    gain = better * (scores[2] - scores[0])
    return whole.model_copy(
        update={
            "metric": metric,
            "models": tuple(models),
            "difference": gain,
            "interval": (gain - 0.01, gain + 0.01),
            "verdict": verdict,
        }
    )


def test_a_rise_that_is_no_help_may_be_guessing() -> None:
    scores = (0.487, 0.487, 0.52)
    doubted = _evaluation(Metric.MACRO_F1, scores, "no difference")
    assert verdict_sentence(doubted).endswith("+0.043), as it may by guessing.")
    helped = _evaluation(Metric.MACRO_F1, scores, "helped")
    assert verdict_sentence(helped).endswith("+0.043).")


def test_only_searches_in_blocks_are_told() -> None:
    whole = Search(label="a", donors=9, k=5, method="exact", recall=1)
    cut = Search(label="b", donors=9_000_000, k=5, method="m", recall=1, blocks=344)
    (note,) = search_notes([whole, cut])
    assert note.startswith("The 9,000,000 training rows of 'b' were too many")
    assert "344 blocks" in note
    assert search_notes([]) == ()


@given(st.sampled_from(Metric), UNIT, UNIT, st.sampled_from(get_args(Verdict)[:3]))
def test_the_verdict_names_metric_scores_and_difference(
    metric: Metric, before: float, after: float, verdict: str
) -> None:
    said = verdict_sentence(_evaluation(metric, (before, 0.5, after), verdict))

    assert said.startswith("Balancing ")
    assert verdict in said
    assert METRICS[metric][0] in said
    assert f"{after:.3f}" in said
    sure = verdict != "no difference"
    assert ("rose" in said) == (sure and f"{after:.3f}" > f"{before:.3f}")
    assert ("fell" in said) == (sure and f"{after:.3f}" < f"{before:.3f}")
    assert "-0.000" not in said


def test_the_verdict_reads_well() -> None:
    evaluation = _evaluation(Metric.MACRO_F1, (0.61, 0.6, 0.67), "helped")

    assert verdict_sentence(evaluation) == (
        "Balancing helped: macro-F1 rose from 0.610 to 0.670 (difference +0.060, "
        "95 % interval +0.050 to +0.070)."
    )


def test_a_metric_that_is_better_lower_is_explained() -> None:
    evaluation = _evaluation(Metric.LOG_LOSS, (0.4, 0.4, 0.3), "helped")

    assert "fell from 0.400 to 0.300 (difference +0.100" in verdict_sentence(evaluation)
    assert "positive is better" in verdict_sentence(evaluation)


@pytest.mark.parametrize(
    "evaluation",
    [
        None,
        _evaluation(Metric.MCC, (0.1, 0.1, 0.1), "not evaluated"),
        _evaluation(Metric.MCC, (0.1, 0.1, float("nan")), "no difference"),
    ],
)
def test_without_a_score_there_is_no_verdict(evaluation: Evaluation | None) -> None:
    assert verdict_sentence(evaluation).startswith("Not evaluated: ")


@given(st.sampled_from(Metric), UNIT, UNIT, UNIT)
def test_the_alternative_is_named_only_if_it_is_as_good(
    metric: Metric, base: float, moved: float, balanced: float
) -> None:
    said = alternative_sentence(_evaluation(metric, (base, moved, balanced), "helped"))

    better = 1 if METRICS[metric][1] == "higher" else -1
    assert bool(said) == (moved != base and better * moved >= better * balanced)


def test_without_a_moved_threshold_there_is_no_alternative() -> None:
    whole = _evaluation(Metric.MCC, (0.1, 0.9, 0.1), "helped")
    two = whole.model_copy(update={"models": (whole.models[0], whole.models[2])})

    assert alternative_sentence(whole)
    assert not alternative_sentence(two)
    assert not alternative_sentence(None)


@given(
    st.sampled_from([m for m in Metric if m is not Metric.MACRO_F1]),
    UNIT,
    UNIT,
    st.sampled_from(get_args(Verdict)[:3]),
)
def test_a_price_is_named_if_balancing_helped_and_a_score_got_worse(
    metric: Metric, before: float, after: float, verdict: str
) -> None:
    found = _evaluation(metric, (before, before, after), verdict)
    found = found.model_copy(update={"metric": Metric.MACRO_F1})
    name, better = METRICS[metric]
    lost = before - after if better == "higher" else after - before
    said = price_sentence(found)
    assert (name in said) == (verdict == "helped" and lost >= 0.005)
    assert not price_sentence(None)

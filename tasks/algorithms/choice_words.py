"""Phrases that every recommendation is made of. Whole sentences: advice, restraint."""

from schemas.tournament import Comparison, Standing
from tasks.algorithms.certainty import bare_p, interval_words, p_words, signed
from tasks.algorithms.choice import Choice, Rival


def lead_words(rival: Rival, level: float) -> str:
    """Say how far a rival is ahead, and how sure that is."""
    interval, p_value = interval_words(rival.lead.interval, level), rival.lead.p_value
    return f"difference {signed(rival.lead.mean)}, {interval}, {p_words(p_value)}"


def evidence(choice: Choice, found: Comparison) -> str:
    """Say of how many tests the p-value is: the interval is that of a single one.

    Where one test alone would have told a difference, its p-value is given as well.
    """
    interval = interval_words(found.interval, choice.level)
    tests = sum(one.against_none is not None for one in choice.standings)
    p_value = p_words(found.p_holm)
    if tests == 1:
        return f"{interval}, {p_value}"
    if found.p_value < choice.level <= found.p_holm:
        p_value = f"{p_words(found.p_value)} by itself, {bare_p(found.p_holm)}"
    return f"{interval}, {p_value} after Holm's correction for {tests} tests"


def plain(standing: Standing) -> str:
    """Name the learner of a standing as a text does."""
    return standing.candidate.learner.replace("_", " ")


def mean_of(standing: Standing, measure: str) -> str:
    """Write the mean of a measure that is defined."""
    return f"{standing.estimates[measure].mean:.3f}"

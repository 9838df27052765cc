"""Why nothing should be done, in words. What should be done otherwise is in advice."""

from collections.abc import Sequence

from schemas.evaluation import Metric
from schemas.tournament import Comparison, Standing
from tasks.algorithms.certainty import is_same, signed
from tasks.algorithms.choice import Choice
from tasks.algorithms.choice_words import evidence, lead_words, mean_of, plain
from tasks.algorithms.contenders import called
from tasks.algorithms.corrected_t import Mean
from tasks.algorithms.measures import MEASURES
from tasks.algorithms.skill import CHANCE

_FELT = 0.02  # a gain that is worth a remark


def restrain(choice: Choice) -> str:
    """Say why the rows should be left as they are.

    Args:
        choice: Of none.

    Returns:
        Plain text, with how close the best came.
    """
    name, mean = MEASURES[choice.metric].name, mean_of(choice.chosen, choice.metric)
    if choice.guessed:
        return _guess_sentence(choice, choice.guessed)
    if choice.rival:
        learner = plain(choice.chosen)
        return (
            f"Do not balance: {learner} on the rows as they are reaches {name} "
            f"{mean}, and the best that balancing reached with another learner, "
            f"{mean_of(choice.rival.standing, choice.metric)} of "
            f"{choice.rival.standing.name}, is not significantly better "
            f"({lead_words(choice.rival, choice.level)})."
        )
    tried = [one for one in choice.standings if _differs(one)]
    if not tried:
        return f"Do not balance: nothing that was tried changes {name}; it is {mean}."
    compared = sum(one.against_none is not None for one in choice.standings)
    return (
        f"Do not balance: of {_many(compared)} none beat the rows as they are "
        f"({_which(choice)}{name} {mean}) at the {choice.level:g} level; "
        f"{_best_try(choice, tried)}{_harm(choice, tried)}."
    )


def _differs(standing: Standing) -> bool:
    found = standing.against_none
    return found is not None and not is_same(found.interval)


def _which(choice: Choice) -> str:
    """Name the learner where there are several."""
    learners = {one.candidate.learner for one in choice.standings}
    return "" if len(learners) == 1 else f"best {plain(choice.chosen)}, "


def _guess_sentence(choice: Choice, guessed: Mean) -> str:
    low, high = (CHANCE + end for end in guessed.interval)
    return (
        f"Do not balance: {plain(choice.chosen)} was not shown to predict the classes "
        f"better than guessing, whatever was done (mean ROC-AUC "
        f"{CHANCE + guessed.mean:.3f}, {100 * (1 - choice.level):g} % interval "
        f"{low:.3f} to {high:.3f}), so a gain in {MEASURES[choice.metric].name} would "
        "be another way to guess."
    )


def _best_try(choice: Choice, tried: Sequence[Standing]) -> str:
    """Tell how far the best came with the learner that is recommended, if there is."""
    learner = choice.chosen.candidate.learner
    own = [one for one in tried if one.candidate.learner == learner]
    best, found = max(
        ((one, one.against_none) for one in own or tried if one.against_none),
        key=lambda pair: pair[1].difference,
    )
    return (
        f"the best, {called(best, choice.standings)}, differs by "
        f"{signed(found.difference)} "
        f"({evidence(choice, found)}{_room(found)})"
    )


def _room(found: Comparison) -> str:
    """Say how large a gain may have been missed."""
    high = found.interval[1]
    return f"; a gain of {high:.3f} cannot be ruled out" if high > _FELT else ""


def _harm(choice: Choice, tried: Sequence[Standing]) -> str:
    harmed = sum(
        one.against_none.p_holm < choice.level and one.against_none.difference < 0
        for one in tried
        if one.against_none
    )
    return f", and {harmed} did significantly worse" if harmed else ""


def undecided(metric: Metric) -> str:
    """Say that candidates could not be compared."""
    return (
        f"Do not balance: nothing can be said for it, as {MEASURES[metric].name} is "
        "undefined in some folds, which lack rows of some class."
    )


def _many(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count} candidates"

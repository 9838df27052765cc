"""What a recommendation says. Which candidate it is was decided in recommendation."""

from collections.abc import Sequence

from schemas.config import Approach, Metric
from schemas.tournament import Comparison, Standing
from tasks.algorithms.certainty import interval_words, p_words, signed
from tasks.algorithms.choice import Choice, Rival
from tasks.algorithms.contenders import called, odds
from tasks.algorithms.measures import MEASURES

_FELT = 0.02  # a gain that is worth a remark
_TO_THE_PRIORS = (
    "divide the probability of each class by its share of the rows, and then take the "
    "largest"
)
_DO = {
    Approach.WEIGHTS: "Weight the classes, resample nothing",
    Approach.RANDOM_UNDER: "Undersample at random to {}",
    Approach.RANDOM_UNDER_CORRECTED: (
        "Undersample at random to {} and correct the probabilities"
    ),
    Approach.RANDOM_OVER: "Oversample at random to {}",
    Approach.SMOTE_UNDER: "Use SMOTE with undersampling, to {}",
    Approach.SMOTE: "Use SMOTE to {}",
}


def advise(choice: Choice) -> str:
    """Put a choice in words, with the numbers that it rests on.

    Args:
        choice: With a primary metric that is defined.

    Returns:
        Plain text: what to do and why; where there is one, the better mean that is not
        significantly better; the price, where other measures got worse.
    """
    as_it_is = choice.chosen.candidate.approach is Approach.NONE
    said = [_as_it_is(choice)] if as_it_is else _change(choice)
    return " ".join(filter(None, [*said, _cost_sentence(choice)]))


def undecided(metric: Metric) -> str:
    """Say that candidates could not be compared."""
    return (
        f"Do not balance: nothing can be said for it, as {MEASURES[metric].name} is "
        "undefined in some folds, which lack rows of some class."
    )


def _as_it_is(choice: Choice) -> str:
    name, mean = MEASURES[choice.metric].name, _mean(choice.chosen, choice.metric)
    if choice.rival:
        learner = _plain(choice.chosen)
        return (
            f"Do not balance: {learner} on the rows as they are reaches {name} "
            f"{mean}, and the best that balancing reached with another learner, "
            f"{_mean(choice.rival.standing, choice.metric)} of "
            f"{choice.rival.standing.name}, is not significantly better "
            f"({_lead(choice.rival, choice.level)})."
        )
    tried = [one for one in choice.standings if one.against_none]
    if not tried:
        return f"Do not balance: nothing else could be compared; {name} is {mean}."
    return (
        f"Do not balance: of {_many(len(tried))} none beat the rows as they are "
        f"({name} {mean}) at the {choice.level:g} level; {_best_try(choice, tried)}"
        f"{_harm(choice, tried)}."
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
        f"({_evidence(choice, found)}{_room(found)})"
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


def _change(choice: Choice) -> list[str]:
    tell = (_change_sentence, _spread_sentence, _rival_sentence, _price_sentence)
    return [say(choice) for say in tell]


def _change_sentence(choice: Choice) -> str:
    found = choice.chosen.against_none
    if found is None:
        raise ValueError(f"{choice.chosen.name} was not compared with none")
    return (
        f"{_what_to_do(choice)}; with {_plain(choice.chosen)} "
        f"{_move(choice, choice.metric)} (difference {signed(found.difference)}, "
        f"{_evidence(choice, found)})."
    )


def _what_to_do(choice: Choice) -> str:
    candidate, tuned = choice.chosen.candidate, choice.tuned
    if candidate.approach is not Approach.THRESHOLD:
        return _DO[candidate.approach].format(odds(candidate.ratio or 1))
    if tuned is None:
        return f"Do not balance: {_TO_THE_PRIORS}"
    return f"Do not balance: move the threshold to {tuned.middle:.2f}"


def _spread_sentence(choice: Choice) -> str:
    tuned = choice.tuned
    if tuned is None:
        return ""
    return (
        f"In the folds the best threshold was between {tuned.lowest:.2f} and "
        f"{tuned.highest:.2f}."
    )


def _rival_sentence(choice: Choice) -> str:
    rival = choice.rival
    if rival is None or rival.lead.mean <= 0:
        return ""
    return (
        f"The best mean, {_mean(rival.standing, choice.metric)} of "
        f"{called(rival.standing, choice.standings)}, is not significantly better "
        f"({_lead(rival, choice.level)}), and this is simpler."
    )


def _price_sentence(choice: Choice) -> str:
    if not choice.worse:
        return ""
    return f"At a price: {', '.join(_move(choice, name) for name in choice.worse)}."


def _cost_sentence(choice: Choice) -> str:
    """Name the cheapest where costs were given: the primary metric knows none."""
    known = [one for one in choice.standings if "cost" in one.estimates]
    if choice.chosen not in known:
        return ""
    own, cheapest = (
        choice.chosen,
        min(known, key=lambda one: one.estimates["cost"].mean),
    )
    said = f"At the costs that were given a row costs {_mean(own, 'cost')}"
    if cheapest == own:
        return f"{said}, the least of all."
    name = called(cheapest, choice.standings)
    return f"{said}; the cheapest is {name} with {_mean(cheapest, 'cost')}."


def _move(choice: Choice, measure: str) -> str:
    before, after = (
        one.estimates[measure].mean for one in (choice.none, choice.chosen)
    )
    verb = "rises" if after > before else "falls"
    return f"{MEASURES[measure].name} {verb} from {before:.3f} to {after:.3f}"


def _lead(rival: Rival, level: float) -> str:
    interval, p_value = interval_words(rival.lead.interval, level), rival.lead.p_value
    return f"difference {signed(rival.lead.mean)}, {interval}, {p_words(p_value)}"


def _evidence(choice: Choice, found: Comparison) -> str:
    """Say of how many tests the p-value is: the interval is that of a single one."""
    interval = interval_words(found.interval, choice.level)
    tests = sum(one.against_none is not None for one in choice.standings)
    many = f" after Holm's correction for {tests} tests" if tests > 1 else ""
    return f"{interval}, {p_words(found.p_holm)}{many}"


def _plain(standing: Standing) -> str:
    return standing.candidate.learner.replace("_", " ")


def _mean(standing: Standing, measure: str) -> str:
    return f"{standing.estimates[measure].mean:.3f}"


def _many(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count} candidates"

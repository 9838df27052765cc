"""What a recommendation says. Which candidate it is was decided in recommendation.

Why nothing should be done is put in words in restraint.
"""

from schemas.contest import Approach
from tasks.algorithms.certainty import signed
from tasks.algorithms.choice import Choice
from tasks.algorithms.choice_words import evidence, lead_words, mean_of, plain
from tasks.algorithms.contenders import called, odds
from tasks.algorithms.measures import MEASURES
from tasks.algorithms.restraint import restrain

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
    Approach.SAMPLER: "Use {1} of imbalanced-learn",
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
    said = [restrain(choice)] if as_it_is else _change(choice)
    return " ".join(filter(None, [*said, _cost_sentence(choice)]))


def _change(choice: Choice) -> list[str]:
    tell = (_change_sentence, _spread_sentence, _rival_sentence, _price_sentence)
    return [say(choice) for say in tell]


def _change_sentence(choice: Choice) -> str:
    found = choice.chosen.against_none
    if found is None:
        raise ValueError(f"{choice.chosen.name} was not compared with none")
    return (
        f"{_what_to_do(choice)}; with {plain(choice.chosen)} "
        f"{_move(choice, choice.metric)} (difference {signed(found.difference)}, "
        f"{evidence(choice, found)})."
    )


def _what_to_do(choice: Choice) -> str:
    candidate, tuned = choice.chosen.candidate, choice.tuned
    if candidate.approach is not Approach.THRESHOLD:
        done = _DO[candidate.approach]
        if candidate.sampler and candidate.ratio:
            done += ", to {0}"
        return done.format(odds(candidate.ratio or 1), candidate.sampler)
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
        f"The best mean, {mean_of(rival.standing, choice.metric)} of "
        f"{called(rival.standing, choice.standings)}, is not significantly better "
        f"({lead_words(rival, choice.level)}), and this is simpler."
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
    said = f"At the costs that were given a row costs {mean_of(own, 'cost')}"
    if cheapest == own:
        return f"{said}, the least of all."
    name = called(cheapest, choice.standings)
    return f"{said}; the cheapest is {name} with {mean_of(cheapest, 'cost')}."


def _move(choice: Choice, measure: str) -> str:
    before, after = (
        one.estimates[measure].mean for one in (choice.none, choice.chosen)
    )
    verb = "rises" if after > before else "falls"
    return f"{MEASURES[measure].name} {verb} from {before:.3f} to {after:.3f}"

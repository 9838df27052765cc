"""How many classes a run may have before something is left out. Rows are memory's."""

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.evaluation import EvaluatorKind

JUDGED = 200
"""Classes that models are judged on, at most: a forest holds a number for each class in
each node, and a thousand shuffled confusion matrices are drawn."""


def is_judged(config: BalanceConfig, classes: int) -> bool:
    """Tell whether a run evaluates at all."""
    wanted = config.evaluation.evaluator is not EvaluatorKind.NONE
    return wanted and classes <= JUDGED


def breadth_note(config: BalanceConfig, classes: int) -> tuple[str, ...]:
    """Say so where there are too many classes for the evaluation that was asked for."""
    if config.evaluation.evaluator is EvaluatorKind.NONE or classes <= JUDGED:
        return ()
    said = (
        f"Nothing is evaluated: models are judged on {JUDGED} classes at most, here "
        f"are {classes:,}."
    )
    return (said,)


def check_comparable(classes: int) -> None:
    """Refuse a tournament with too many classes.

    Raises:
        UserError: There are more than models are judged on.
    """
    if classes > JUDGED:
        raise UserError(
            f"{classes:,} classes are too many for a tournament, which judges models "
            f"on {JUDGED} at most; balance without one, or merge or leave out rare "
            "classes first"
        )

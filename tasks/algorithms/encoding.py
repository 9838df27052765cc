"""How wide a model sees a table: what its categories become.

The encoders themselves, which scikit-learn takes a second to import for, are in models.
"""

from collections.abc import Sequence

from schemas.evaluation import Encoding, EvaluatorKind
from schemas.survey import Column
from tasks.algorithms.columns import categorical, numeric

LEVELS = 50
"""One-hot columns that a category becomes, at most: the rarest levels share one."""


def is_one_hot(evaluator: EvaluatorKind, encoding: Encoding) -> bool:
    """Tell whether categories become one-hot columns, and not ordinal codes.

    Args:
        evaluator: Any.
        encoding: As asked for; auto goes by the evaluator.

    Returns:
        True if asked for, and for logistic regression, to which the order of codes
        would mean something.
    """
    linear = evaluator is EvaluatorKind.LOGISTIC_REGRESSION
    return encoding is Encoding.ONE_HOT or (linear and encoding is Encoding.AUTO)


def width(
    columns: Sequence[Column], evaluators: Sequence[EvaluatorKind], encoding: Encoding
) -> int:
    """Count the numbers that a model sees of a row, at most.

    Args:
        columns: Of the table, with their roles.
        evaluators: Models, the widest of which counts; one or more.
        encoding: As asked for.

    Returns:
        One for each number; for each category one, or `LEVELS`.
    """
    widest = any(is_one_hot(one, encoding) for one in evaluators)
    levels = LEVELS if widest else 1
    return len(numeric(columns)) + levels * len(categorical(columns))

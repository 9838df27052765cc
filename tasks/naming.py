"""A dataset as a user names it. What is published there is read in published."""

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.storage.commits import numbers
from tasks.storage.location import locate

_OUTPUT = BalanceConfig.model_fields["output"].default


def place_of(name: str, output: str | None = None) -> str:
    """Give OUTPUT/NAME from what a user typed.

    Args:
        name: OUTPUT/NAME as a path or URI; or NAME alone, of a dataset under output.
        output: Where datasets are published; ``balanced`` when not given.

    Raises:
        UserError: Both name a place.

    >>> place_of("glass"), place_of("s3://b/balanced/glass"), place_of("./glass")
    ('balanced/glass', 's3://b/balanced/glass', './glass')
    """
    if "/" not in name and name not in {"", ".", ".."}:
        return f"{output or _OUTPUT}/{name}"
    if output:
        raise UserError(
            f"{name!r} and --output {output!r} both say where; give OUTPUT/NAME, or "
            "NAME alone with --output"
        )
    return name


def dataset_at(name: str, output: str | None = None) -> str:
    """Find a dataset, of which the published version may be damaged.

    Args:
        name: As for place_of.
        output: As for place_of.

    Returns:
        OUTPUT/NAME as an absolute path or URI.

    Raises:
        UserError: Nothing is published there, or it may not be read.
        TransientError: The storage failed.
    """
    place = place_of(name, output)
    root = locate(place).path
    if not numbers(root):
        raise nothing_at(place)
    return root


def nothing_at(place: str) -> UserError:
    """Make the error about a place where no version is."""
    return UserError(
        f"nothing is published at {place!r}; give OUTPUT/NAME of a dataset that "
        "'evenkeel run' has balanced"
    )

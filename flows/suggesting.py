"""What a misspelt or misplaced field of a config was probably meant to be."""

from collections.abc import Iterator
from difflib import get_close_matches
from inspect import isclass

from pydantic import BaseModel

from schemas.config import BalanceConfig

_ALIKE = 0.75  # of 1: 'stratgy' is, 'sauce' is not


def suggestion(field: str) -> str:
    """Name the field that is meant by one that there is not.

    Args:
        field: Its name, with those of the models it lies in, parted by dots.

    Returns:
        A field of that name elsewhere, or the one spelt most alike; else nothing.

    >>> suggestion("metric"), suggestion("strategy.knid"), suggestion("colour")
    ('evaluation.metric', 'strategy.kind', '')
    """
    known = list(_fields(BalanceConfig))
    last = field.rpartition(".")[2]
    elsewhere = [name for name in known if name.rpartition(".")[2] == last]
    near = elsewhere or get_close_matches(field, known, 1, _ALIKE)
    return near[0] if near else ""


def _fields(model: type[BaseModel], within: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield within + name
        if isclass(field.annotation) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{within}{name}.")

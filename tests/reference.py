"""The tables of the README: what may be configured, from the models; all samplers."""

import enum
import sys
import types
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from schemas.config import BalanceConfig
from schemas.strategy import SAMPLER
from tasks.algorithms.catalogue import catalogue


def config_table(model: type[BaseModel] = BalanceConfig) -> str:
    """Write a markdown table of all fields, nested ones with dots."""
    lines = ["| field | default | meaning |", "|---|---|---|"]
    return "\n".join([*lines, *_rows(model, "")])


def samplers_table() -> str:
    """Write a markdown table of all samplers by name."""
    lines = ["| sampler | does | needs | paper |", "|---|---|---|---|"]
    listed = [one for one in catalogue() if one.name.startswith(SAMPLER)]
    cells = [(f"`{one.name.removeprefix(SAMPLER)}`", *one[1:]) for one in listed]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            yield from _rows(nested, f"{prefix}{name}.")
            continue
        default = "required" if field.is_required() else f"`{_shown(field.default)}`"
        meaning = (field.description or "").replace("|", "\\|").replace("\n", " ")
        choices = _choices(nested)
        yield f"| `{prefix}{name}` | {default} | {meaning}{choices} |"


def _shown(value: object) -> str:
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return "null" if value is None else str(value)


def _choices(kind: Any) -> str:  # noqa: ANN401 - an annotation is any object
    options = [kind, *get_args(kind)] if isinstance(kind, types.UnionType) else [kind]
    for option in options:
        if isinstance(option, type) and issubclass(option, enum.Enum):
            return " One of " + ", ".join(f"`{item.value}`" for item in option) + "."
    return ""


if __name__ == "__main__":
    sys.stdout.write(f"{config_table()}\n\n{samplers_table()}\n")

"""Labels of classes as a user writes them. How columns are read as labels: tasks."""

from typing import Annotated

from pydantic import BeforeValidator, JsonValue


def _label(value: object) -> object:
    """Write a label as text: YAML reads 1, yes and true as other types."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


Label = Annotated[str, BeforeValidator(_label)]


def _keyed_by_text(value: object) -> object:
    """Write keys as text, as labels are written, however deep they lie."""
    if isinstance(value, dict):
        return {_label(key): _keyed_by_text(one) for key, one in value.items()}
    return value


Params = Annotated[dict[str, JsonValue], BeforeValidator(_keyed_by_text)]
"""Parameters of something that may name classes."""

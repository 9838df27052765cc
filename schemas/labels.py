"""Labels of classes as a user writes them. How columns are read as labels: tasks."""

from typing import Annotated

from pydantic import BeforeValidator


def _label(value: object) -> object:
    """Write a label as text: YAML reads 1, yes and true as other types."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


Label = Annotated[str, BeforeValidator(_label)]

"""What a split may ask for, and what contradicts itself."""

import pytest
from pydantic import ValidationError

from schemas.config import BalanceConfig
from schemas.splits import Split, SplitKind


def test_values_are_text_whatever_yaml_reads() -> None:
    asked = {"kind": "column", "column": "fold", "values": [4, True]}
    assert Split.model_validate(asked).values == ("4", "true")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"column": "x"}, "stratified looks at no column"),
        ({"kind": "group"}, "kind group needs a column, as in group:NAME"),
        ({"kind": "time", "column": "x", "values": ["a"]}, "go with kind column"),
        ({"kind": "column", "column": "x", "values": []}, "at least 1 item"),
        ({"kind": "random"}, "'stratified', 'group', 'time' or 'column'"),
    ],
)
def test_a_contradiction_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Split.model_validate(fields)


@pytest.mark.parametrize("kind", [k for k in SplitKind if k != "stratified"])
def test_the_target_cannot_part_the_rows(kind: SplitKind) -> None:
    with pytest.raises(ValidationError, match="'y' cannot part the rows as well"):
        BalanceConfig(source="x", target="y", split=Split(kind=kind, column="y"))

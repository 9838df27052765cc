"""What a split may ask for, and what contradicts itself."""

import pytest
from pydantic import ValidationError

from schemas.config import BalanceConfig
from schemas.splits import Split


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


@pytest.mark.parametrize("role", ["target", "weight"])
@pytest.mark.parametrize(
    "fields",
    [
        *({"split": {"kind": kind, "column": "y"}} for kind in ("group", "time")),
        {"split": {"kind": "column", "column": "y"}},
        {"tournament": {"group": "y"}},
    ],
)
def test_target_and_weight_cannot_part_the_rows(
    role: str, fields: dict[str, object]
) -> None:
    asked = {"source": "x", "target": "label", role: "y", **fields}
    with pytest.raises(ValidationError, match="'y' cannot part the rows as well"):
        BalanceConfig.model_validate(asked)

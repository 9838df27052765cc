"""Patterns of names mean the columns that they match, and no more."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.columns import assign
from tasks.algorithms.patterns import spelled_out

NAMES = ["user_id", "shop_id", "id", "a[0]", "a0", "*", "code_1", "code_2", "y"]
SCHEMA = pa.schema([(name, pa.int64()) for name in NAMES])
PATTERNS = st.sampled_from([*NAMES[:-1], "*_id", "code_?", "code_[12]", "?*"])
GIVEN = st.lists(PATTERNS, max_size=4).map(tuple)


def _config(**fields: object) -> BalanceConfig:
    return BalanceConfig.model_validate({"source": "x", "target": "y", **fields})


@given(key=GIVEN, ignore=GIVEN, categorical=GIVEN)
def test_what_is_spelled_out_names_columns_and_stays_as_it_is(
    key: tuple[str, ...], ignore: tuple[str, ...], categorical: tuple[str, ...]
) -> None:
    config = _config(key=key, ignore=ignore, categorical=categorical)
    spelled = spelled_out(config, SCHEMA)
    named = {*spelled.key, *spelled.ignore, *spelled.categorical}
    assert named <= set(NAMES) - {"y"}
    assert {*key, *ignore, *categorical} & set(NAMES) <= named
    assert spelled_out(spelled, SCHEMA) == spelled
    others = {"key", "ignore", "categorical"}
    assert spelled.model_dump(exclude=others) == config.model_dump(exclude=others)


@pytest.mark.parametrize(
    ("ignore", "named"),
    [
        (["*_id"], ("user_id", "shop_id")),
        (["shop_id", "*_id"], ("shop_id", "user_id")),
        (["a[0]"], ("a[0]",)),
        (["*"], ("*",)),
        (["code_[2-9]"], ("code_2",)),
        (["[!uasc*i]*"], ()),
    ],
)
def test_a_pattern_is_spelled_out_in_the_order_of_the_source(
    ignore: list[str], named: tuple[str, ...]
) -> None:
    assert spelled_out(_config(ignore=ignore), SCHEMA).ignore == named


def test_a_name_goes_before_a_pattern() -> None:
    config = _config(key=["user_id"], ignore=["*_id"], categorical=["?*"], weight="a0")
    spelled = spelled_out(config, SCHEMA)
    assert (spelled.key, spelled.ignore) == (("user_id",), ("shop_id",))
    roles = {column.name: column.role for column in assign(SCHEMA, spelled)}
    assert roles["shop_id"] == "ignore"
    assert roles["code_1"] == roles["*"] == "categorical"
    assert (roles["y"], roles["a0"]) == ("target", "weight")


def test_a_pattern_without_a_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no column '\*shopid'; did you mean 'shop_id"):
        spelled_out(_config(ignore=["*shopid"]), SCHEMA)

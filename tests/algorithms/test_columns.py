"""The role of each column, and the columns that have none."""

import pyarrow as pa
import pytest

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.columns import assign, free_name

CONFIG = BalanceConfig(source="x", target="y", key=("id",), ignore=("tags",))
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64()),
        pa.field("x", pa.float32()),
        pa.field("at", pa.timestamp("ms", "UTC")),
        pa.field("flag", pa.bool_(), nullable=False),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("y", pa.string()),
    ]
)


def test_each_column_has_one_role() -> None:
    roles = {column.name: column.role for column in assign(SCHEMA, CONFIG)}
    assert roles == {
        "id": "key",
        "x": "numeric",
        "at": "temporal",
        "flag": "categorical",
        "tags": "ignore",
        "y": "target",
    }
    assert [c.name for c in assign(SCHEMA, CONFIG) if not c.nullable] == ["flag"]


def test_columns_that_no_model_takes_are_named_with_the_way_out() -> None:
    config = CONFIG.model_copy(update={"ignore": ()})
    with pytest.raises(UserError, match=r"'tags' \(list<.*--ignore tags"):
        assign(SCHEMA, config)


@pytest.mark.parametrize("role", ["target", "key", "ignore"])
def test_an_absent_column_is_named_with_the_nearest(role: str) -> None:
    wrong = "Flagg" if role == "target" else ("Flagg",)
    config = CONFIG.model_copy(update={role: wrong})
    with pytest.raises(UserError, match="no column 'Flagg'; did you mean 'flag'"):
        assign(SCHEMA, config)


def test_an_absent_column_like_no_other_is_answered_with_the_list() -> None:
    wide = pa.schema([(f"c{place}", pa.int8()) for place in range(30)])
    config = BalanceConfig(source="x", target="zzz")
    with pytest.raises(UserError, match=r"'c19', \.\.\.$"):
        assign(wide, config)


def test_numbers_are_levels_and_booleans_numbers_where_asked() -> None:
    fields = {"categorical": ("x", "at", "flag"), "numeric": ()}
    config = CONFIG.model_copy(update=fields)
    roles = {column.name: column.role for column in assign(SCHEMA, config)}
    assert {roles[name] for name in ("x", "at", "flag")} == {"categorical"}
    fields = {"categorical": (), "numeric": ("x", "at", "flag")}
    config = CONFIG.model_copy(update=fields)
    roles = {column.name: column.role for column in assign(SCHEMA, config)}
    assert [roles[name] for name in ("x", "at", "flag")] == [
        *("numeric", "temporal", "numeric")
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"numeric": ("word",)}, "'word' has type string, which cannot be numeric"),
        ({"numeric": ("x",), "categorical": ("x",)}, "more than one of key, ignore"),
        ({"ordinal": {"x": ("1", "2")}, "numeric": ("x",)}, "name it in one of them"),
        ({"weight": "x", "numeric": ("x",)}, "name it in one of them"),
        ({"weight": "x", "ignore": ("x", "tags")}, "name it in one of them"),
        ({"ordinal": {"x": ("1", "2")}, "key": ("x",)}, "name it in one of them"),
        ({"categorical": ("flagg",)}, "did you mean 'flag'"),
    ],
)
def test_a_role_that_a_column_cannot_have_is_refused(
    fields: dict[str, object], message: str
) -> None:
    config = CONFIG.model_copy(update=fields)
    with pytest.raises(UserError, match=message):
        assign(SCHEMA.append(pa.field("word", pa.string())), config)


def test_a_key_must_be_of_a_type_that_names_rows() -> None:
    config = BalanceConfig(source="x", target="y", key=("tags",))
    with pytest.raises(UserError, match="cannot name a row"):
        assign(SCHEMA, config)


def test_a_free_name_is_free() -> None:
    assert free_name(pa.schema([("r", pa.int8()), ("r_", pa.int8())]), "r") == "r__"

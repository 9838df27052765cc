"""A feature schema says what one value must be, or is refused with the reason."""

import json

import pandera.pandas as pandera
import pytest
import yaml
from pandera.io.pandas_io import to_yaml

from schemas.errors import UserError
from schemas.features import ELEMENTWISE, is_required, rule, understood


def _checks(told: object) -> list[str]:
    (canonical,) = understood({"columns": {"age": told}}).values()
    return [str(check) for check in rule(canonical, moments=False).checks]


def test_what_pandera_writes_is_read() -> None:
    schema = pandera.DataFrameSchema(
        {
            "age": pandera.Column(
                int, [pandera.Check.ge(0), pandera.Check.in_range(0, 99)], nullable=True
            ),
            "town": pandera.Column(str, pandera.Check.isin(["x", "y"]), required=False),
        },
        name="people",
    )
    found = understood(yaml.safe_load(to_yaml(schema)))
    assert list(found) == ["age", "town"]
    assert [is_required(part) for part in found.values()] == [True, False]
    age, town = (rule(part, moments=False) for part in found.values())
    assert (age.nullable, town.nullable) == (True, False)
    assert sorted(map(str, age.checks)) == sorted(
        map(str, schema.columns["age"].checks)
    )
    assert [check.statistics for check in town.checks] == [
        {"allowed_values": ["x", "y"]}
    ]


def test_each_way_to_write_a_check_means_the_same() -> None:
    flat = _checks({"greater_than": 3, "description": "x"})
    assert flat == _checks({"checks": {"greater_than": 3}})
    assert flat == _checks(
        {"checks": [{"value": 3, "options": {"check_name": "greater_than"}}]}
    )
    assert flat == _checks({"greater_than": {"value": 3}})


def test_every_check_of_one_value_is_known_to_pandera() -> None:
    assert all(callable(getattr(pandera.Check, name)) for name in ELEMENTWISE)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (None, "says nothing of any column"),
        ({"columns": {}}, "says nothing of any column"),
        ({"columns": ["a"]}, "says nothing of any column"),
        ({"columns": {"a": 3}}, "column 'a' of the feature schema is 3"),
        (
            {"columns": {"a": {}}, "checks": {"x": 1}},
            "'checks', which is not about one",
        ),
        ({"columns": {"a": {}}, "index": [{}]}, "'index', which is about an index"),
        ({"columns": {"a": {"unique": True}}}, "'unique', which compares rows"),
        ({"columns": {"a": {"coerce": True}}}, "'coerce', which changes values"),
        ({"columns": {"a": {"regex": True}}}, "'regex', which names columns by a"),
        ({"columns": {"a": {"unique_values_eq": [1]}}}, "looks at all values"),
        ({"columns": {"a": {"greater_then": 1}}}, "did you mean 'greater_than'"),
        ({"columns": {"a": {"checks": {"to_yaml": 1}}}}, "'to_yaml', which is not"),
        ({"columns": {"a": {"checks": [3]}}}, "'None', which is not about one"),
        (
            {"columns": {"a": {"isin": {"value": [1], "raise_warning": True}}}},
            "lets a row pass that fails",
        ),
    ],
)
def test_what_one_value_cannot_tell_is_refused(told: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        understood(told)


@pytest.mark.parametrize("key", ["unique", "coerce", "regex"])
def test_what_is_not_asked_for_is_no_matter(key: str) -> None:
    assert _checks({key: False}) == []


@pytest.mark.parametrize(
    ("part", "moments"),
    [
        ({"in_range": 3}, False),
        ({"str_matches": "("}, False),
        ({"greater_than": "soon"}, True),
    ],
)
def test_a_check_that_cannot_be_made_is_told(part: object, *, moments: bool) -> None:
    with pytest.raises(UserError, match="of which no check can be made"):
        rule(json.dumps(part), moments=moments)

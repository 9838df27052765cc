"""Options of the command line become one config."""

import pytest

from flows.arguments import parser
from flows.asking import balance_config, validated
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.splits import Split, SplitKind


def _asked(*options: str) -> BalanceConfig:
    words = ["run", "x.parquet", "--target", "y", *options]
    return balance_config(parser().parse_args(words))


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("stratified", Split()),
        ("group:customer", Split(kind=SplitKind.GROUP, column="customer")),
        ("time:a:b=c", Split(kind=SplitKind.TIME, column="a:b=c")),
        ("column:part", Split(kind=SplitKind.COLUMN, column="part")),
        (
            "column:p=q=dev,1",
            Split(kind=SplitKind.COLUMN, column="p=q", values=("dev", "1")),
        ),
    ],
)
def test_a_split_is_one_word(text: str, split: Split) -> None:
    assert _asked("--split", text).split == split
    assert _asked().split == Split()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("group", "split: kind group needs a column, as in group:NAME"),
        ("stratified:x", "split: stratified looks at no column"),
        ("random:x", "split.kind: input should be 'stratified', 'group', 'time'"),
        ("", "split.kind: input should be"),
    ],
)
def test_what_is_no_split_is_told(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _asked("--split", text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"strategy": {"leave": "a"}}, r"leave: input should be a list \(given: 'a'"),
        ({"split": {"kind": "column", "column": "c", "values": []}}, "values: list "),
        ({"split": "group:c"}, r"split: input should be a mapping \(given: 'group:c'"),
        (
            {"split": {"colum": "c"}},
            r"split\.colum: there is no such field; did you mean split\.column\?$",
        ),
        ({"metric": "mcc"}, r"metric: .* did you mean evaluation\.metric\?$"),
        ({"stratgy": {}}, r"stratgy: .* did you mean strategy\?$"),
        ({"colour": "red"}, r"colour: there is no such field \(given: 'red'\)$"),
    ],
)
def test_a_wrong_field_is_told_in_words_of_the_file(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        validated({"source": "x", "target": "y", **values})

"""A file with several datasets: read as it is meant, or refused by entry and field."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.arguments import parser
from flows.asking import balance_config
from flows.batch_file import batch, is_batch
from schemas.batch import AT_ONCE, Batch
from schemas.errors import UserError
from schemas.strategy import StrategyKind
from tests.schemas.test_config_fuzz import CONFIGS, VALUES, check_told


def _read(folder: Path, text: str, *options: str) -> Batch:
    path = folder / "batch.yaml"
    path.write_text(text, encoding="utf-8")
    return batch(parser().parse_args(["run", "--config", str(path), *options]))


def test_a_list_of_configs_is_a_batch(tmp_path: Path) -> None:
    text = "[{source: a.parquet, target: y}, {source: b.parquet, target: z, seed: 3}]"
    found = _read(tmp_path, text)
    assert [(one.source, one.target, one.seed) for one in found.datasets] == [
        ("a.parquet", "y", 0),
        ("b.parquet", "z", 3),
    ]
    assert found.concurrency == AT_ONCE


@pytest.mark.parametrize("text", ["{source: a, target: y}", "[{source: a, target: y}]"])
def test_a_pipe_is_read_once(text: str) -> None:
    end, begin = os.pipe()
    os.write(begin, text.encode())
    os.close(begin)
    asked = parser().parse_args(["run", "--config", f"/dev/fd/{end}"])
    listed = is_batch(asked)
    (one,) = batch(asked).datasets if listed else [balance_config(asked)]
    os.close(end)
    assert (listed, one.source, one.target) == (text[0] == "[", "a", "y")


def test_entries_override_defaults_field_by_field(tmp_path: Path) -> None:
    text = """
    concurrency: 3
    defaults:
      target: y
      strategy: {kind: smote, ratio: 0.5, rows: {a: 5, b: 6}}
      evaluation: {evaluator: none}
    datasets:
      - {source: a, strategy: {k_neighbors: 3, rows: {c: 7}}}
      - {source: b, target: z, strategy: {kind: none}}
    """
    found = _read(tmp_path, text)
    first, second = found.datasets
    assert found.concurrency == 3
    assert (first.target, first.strategy.kind, first.strategy.ratio) == (
        "y",
        StrategyKind.SMOTE,
        0.5,
    )
    assert (first.strategy.k_neighbors, first.strategy.rows) == (3, {"c": 7})
    assert (second.target, second.strategy.kind) == ("z", StrategyKind.NONE)
    assert second.evaluation.evaluator == "none"


def test_options_override_the_file_for_all(tmp_path: Path) -> None:
    text = "{concurrency: 4, datasets: [{source: a, target: y, seed: 1}, {source: b}]}"
    options = ("--target", "z", "--ratio", "0.5", "--concurrency", "1")
    found = _read(tmp_path, text, *options)
    assert [one.target for one in found.datasets] == ["z", "z"]
    assert [one.strategy.ratio for one in found.datasets] == [0.5, 0.5]
    assert ([one.seed for one in found.datasets], found.concurrency) == ([1, 0], 1)


GOOD = "{source: a, target: y}"
WRONG = {
    f"[{GOOD}, {{source: b}}]": "entry 2: target is missing",
    f"[{GOOD}, {{target: y, sed: 1}}]": "entry 2: source is missing.*; entry 2: sed: ",
    f"[{GOOD}, {{source: b, target: y, strategy: {{kind: magic}}}}]": (
        r"entry 2: strategy\.kind: input should be.*\(given: 'magic'\)"
    ),
    "[{source: a, target: y, key: [y]}]": "entry 1: config: the target 'y' cannot be",
    f"[{GOOD}, b.parquet]": "entry 2 is no mapping",
    "[]": "datasets: list should have at least 1 item",
    "{datasets: a.parquet}": "datasets: input should be",
    f"{{datasets: [{GOOD}], defaults: [a]}}": "defaults is no mapping",
    f"{{datasets: [{GOOD}], concurency: 2}}": "concurency: there is no such field",
    f"{{datasets: [{GOOD}], concurrency: 0}}": r"concurrency: .*\(given: 0\)",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=WRONG)
def test_what_is_wrong_is_told_by_entry_and_field(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=said):
        _read(tmp_path, text)


@pytest.mark.parametrize("option", [["a.parquet"], ["--name", "a"]])
def test_what_is_of_one_dataset_is_refused(option: list[str], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is of one dataset, and .* lists several"):
        _read(tmp_path, f"[{GOOD}]", *option)


@pytest.mark.parametrize("text", [f"[{GOOD}]", f"{{datasets: [{GOOD}]}}"])
def test_other_commands_take_one_dataset(text: str, tmp_path: Path) -> None:
    path = tmp_path / "batch.yaml"
    path.write_text(text)
    asked = parser().parse_args(["survey", "--config", str(path)])
    with pytest.raises(UserError, match="lists several datasets, which is for"):
        balance_config(asked)


ENTRIES = st.lists(CONFIGS | VALUES, max_size=3)
FILES = ENTRIES | st.fixed_dictionaries(
    {"datasets": ENTRIES | VALUES},
    optional={"defaults": CONFIGS | VALUES, "concurrency": VALUES, "x": VALUES},
)


@settings(max_examples=50)
@given(values=FILES)
def test_whatever_is_listed_is_a_batch_or_told(
    values: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "batch.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    asked = parser().parse_args(["run", "--config", str(path)])
    assert is_batch(asked)
    try:
        assert batch(asked).datasets
    except UserError as error:
        check_told(error)

"""Whatever is written into a config: it is one, or its author is told why not."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.asking import balance_config, validated
from schemas.config import BalanceConfig
from schemas.errors import UserError

FIELDS = [
    *BalanceConfig.model_fields,
    *("strategy.ratio", "kind", "x", "", "source ", "\0", "__class__", "model_config"),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["auto", "smote", "1e999", "NaN", "y", "~", "2001-01-01"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["kind", "ratio", "rows", "fractions", "allowed", "metric"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
CONFIGS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6).flatmap(
    lambda given: st.sampled_from([given, {"source": "x", "target": "y", **given}])
)
OPTIONS = dict.fromkeys(("strategy", "ratio", "k_neighbors", "evaluator", "metric"))


def check_told(error: Exception) -> None:
    told = str(error)
    assert told.strip()
    assert "Traceback" not in told
    assert len(told) < 100_000


def read(content: bytes, **given: Any) -> BalanceConfig | None:  # noqa: ANN401 - options
    """Read a file as the command does; None if its author is told what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_bytes(content)
        options = {**OPTIONS, **given}
        try:
            return balance_config(argparse.Namespace(config=str(path), **options))
        except UserError as error:
            check_told(error)
            return None


@settings(max_examples=300)
@given(CONFIGS)
def test_any_mapping_is_a_config_or_told(values: dict[str, object]) -> None:
    try:
        config = validated(values)
    except UserError as error:
        check_told(error)
    else:
        assert BalanceConfig.model_validate_json(config.model_dump_json()) == config


@settings(max_examples=300)
@given(CONFIGS)
def test_any_json_is_a_config_or_told(values: dict[str, object]) -> None:
    try:
        BalanceConfig.model_validate_json(json.dumps(values))
    except ValidationError as error:
        check_told(error)


@settings(max_examples=200)
@given(CONFIGS, st.sampled_from([{}, {"ratio": 0.5}, {"metric": "x"}]))
def test_any_yaml_is_a_config_or_told(
    values: dict[str, object], given: dict[str, object]
) -> None:
    read(yaml.safe_dump(values).encode(errors="replace"), **given)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_config_or_told(content: bytes) -> None:
    read(content)


YAML = st.lists(
    st.sampled_from(
        [
            *("source: x\n", "target: y\n", "? ", "- ", ": ", "{", "}", "[", "]", "\t"),
            *("&a ", "*a", "<<: ", "!!python/object:os.system ", "!!int ", "!!float "),
            *(
                "!!binary ",
                "!!timestamp ",
                "!!set ",
                "!!omap ",
                "!x ",
                "|\n  ",
                ">",
                "#",
            ),
            *(
                "strategy:\n  ",
                "ratio: ",
                "0x",
                "1_0",
                ".inf",
                ".nan",
                "---\n",
                "...\n",
            ),
            *(
                "2001-99-99",
                "190:20:30",
                "=",
                "%",
                "'",
                '"',
                "\\",
                "\n",
                "  ",
                "~",
                "0",
            ),
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=500)
@given(YAML)
def test_any_words_of_yaml_are_a_config_or_told(text: str) -> None:
    read(text.encode())


def test_yaml_that_outgrows_itself_is_told() -> None:
    levels = "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 9))
    assert read(f"a0: &a0 [x]\n{levels}".encode()) is None
    assert read(b"a: " + b"[" * 5_000) is None
    assert read(b"source: x\ntarget: y\nseed: " + b"9" * 5_000) is None
    assert read(b"source: &s [*s]\n") is None

"""What an event may choose: a configured dataset, and a source inside the roots."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.arrivals import chosen, title
from tasks.storage.roots import ROOTS
from tests.datasets import DATA

GLASS = BalanceConfig(source=str(DATA / "glass.parquet"), target="Type")
NAMED = BalanceConfig(source="nowhere.parquet", target="y", name="named", seed=7)
GONE = BalanceConfig(source="gone.parquet", target="y")
DATASETS = [GONE, GLASS, NAMED]
PAGE = "<img src=x onerror=alert(1)>\n\x1b[31m2026 CRITICAL all lost"


def test_a_dataset_is_chosen_by_its_name() -> None:
    assert chosen(DATASETS, "named", None) == NAMED
    assert chosen(DATASETS, "glass", None) == GLASS.model_copy(update={"name": "glass"})


def test_another_source_changes_nothing_else() -> None:
    found = chosen(DATASETS, "glass", str(DATA / "abalone.parquet"))
    changes = {"name": "glass", "source": str(DATA / "abalone.parquet")}
    assert found == GLASS.model_copy(update=changes)


@given(name=st.text(max_size=200))
def test_only_configured_names_are_chosen(name: str) -> None:
    with suppress(UserError):
        assert chosen(DATASETS, name, None).name in {"glass", "named"}
    assert title(DATASETS, name).isprintable()


@pytest.mark.parametrize("name", ["", "gone", "../..", "Glass", "glass\n", "GLASS "])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(UserError, match=r"No datasets are called .*: glass, named"):
        chosen(DATASETS, name, None)


def test_a_refusal_is_one_short_line() -> None:
    with pytest.raises(UserError) as caught:
        chosen([], PAGE * 1_000, None)
    told = str(caught.value)
    assert told.isprintable()
    assert len(told) < 300
    assert "the configured ones are: none" in told


def test_a_name_that_is_configured_twice_is_refused() -> None:
    with pytest.raises(UserError, match=r"2 datasets are called 'named'.*of its own"):
        chosen([NAMED, *DATASETS], "named", None)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("../..", "outside"),
        ("/etc/passwd", "outside"),
        ("*/../../x.parquet", "outside"),
        ("http://localhost/x.parquet", "not supported"),
        ("", "empty"),
    ],
)
def test_a_source_outside_the_roots_is_refused(
    source: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ROOTS, ".")
    with pytest.raises(UserError, match=said):
        chosen([NAMED], "named", source)


def test_a_run_is_named_after_what_was_asked_for() -> None:
    assert title(DATASETS, "glass") == "balance / glass / auto"
    assert title(DATASETS, "no\nsuch") == r"balance / no\nsuch"
    assert title([], PAGE).startswith("balance / <img src=x onerror=alert(1)>\\n")

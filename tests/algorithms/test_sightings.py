"""Sightings in words: bounded lines, and what wants attention comes first."""

import json

from hypothesis import given
from hypothesis import strategies as st

from schemas.config import WatchConfig
from schemas.records import Sighting
from tasks.algorithms.captions import cells
from tasks.algorithms.drift import drift
from tasks.algorithms.sightings import (
    is_news,
    sighting_line,
    sighting_table,
    summary_line,
)

TEXTS = st.text(max_size=2_000)
SIGHTINGS = st.builds(
    Sighting,
    dataset=st.sampled_from(["a", "b", "c"]),
    note=TEXTS,
    files=st.integers(0, 3),
    rows=st.none() | st.integers(0, 10**9),
    drift=st.none(),
)


def seen(status: str, **fields: object) -> Sighting:
    facts = {"dataset": "d", "source": "s", "note": "n", "version": 1, "files": 2}
    return Sighting.model_validate({**facts, "status": status, **fields})


@given(SIGHTINGS)
def test_a_line_is_one_line_of_bounded_length(sighting: Sighting) -> None:
    line = sighting_line(sighting)
    assert len(line.splitlines()) == 1
    assert cells(line) < 1_100


@given(st.lists(SIGHTINGS))
def test_a_table_tells_of_all_and_of_news_first(sightings: list[Sighting]) -> None:
    table = sighting_table(sightings)
    json.dumps(table, allow_nan=False)
    assert sorted(str(row["Dataset"]) for row in table) == sorted(
        one.dataset for one in sightings
    )
    told = sum(map(is_news, sightings))
    assert all(row["Files"] for row in table[:told])
    total = sum(
        int(part.split()[0]) for part in summary_line(sightings).split(", ") if part
    )
    assert total == len(sightings)


def test_only_a_change_of_files_that_are_there_is_news() -> None:
    assert {
        status
        for status in ("unchanged", "waiting", "told", "changed", "drifted", "unfit")
        if is_news(seen(status))
    } == {"changed", "drifted", "unfit"}
    assert not is_news(seen("unfit", files=0))


def test_a_table_says_how_far_priors_moved() -> None:
    moved = drift({"a": 900, "b": 100}, {"a": 800, "b": 200}, 3, WatchConfig())
    (row,) = sighting_table([seen("drifted", drift=moved)])
    assert row["Drift"] == "G-test p <0.001, w 0.33: moved"

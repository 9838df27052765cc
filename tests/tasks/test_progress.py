"""Stages followed by the clock: what is told of them, and when."""

import pytest

from schemas.written import Shard
from tasks.algorithms.pace import Pace
from tasks.progress import finish_call, follow_call, follow_parts, silent
from tests import evidence

SHARDS = [Shard(start=0, stop=30), Shard(start=30, stop=40)]


@pytest.fixture
def heard() -> list[tuple[str, Pace]]:
    """Collect what was told."""
    return []


def test_parts_are_told_by_their_rows(heard: list[tuple[str, Pace]]) -> None:
    follower, sizes = follow_parts("cut", SHARDS, (), lambda *said: heard.append(said))
    assert sizes == [30, 10]
    for size in reversed(sizes):
        follower.count(size)
    words = follower.finish()
    assert words.startswith("40 rows in ")
    assert {stage for stage, _ in heard} == {"cut"}
    assert [pace.done for _, pace in heard] == [0, 10, 40, 40]
    assert [pace.total for _, pace in heard] == [40] * 4
    assert [pace.over for _, pace in heard] == [False, False, False, True]
    moments = [pace.counted for _, pace in heard]
    assert moments == sorted(moments)


def test_items_without_rows_are_parts() -> None:
    follower, sizes = follow_parts("halve", [8, 6, 4], (2,), silent)
    assert (sizes, follower.pace.total, follower.pace.unit) == ([1, 1, 1], 3, "parts")


def test_a_stage_of_no_parts_says_nothing() -> None:
    follower, sizes = follow_parts("search", [], (), silent)
    assert (sizes, follower.finish(), follower.pace.over) == ([], "", True)


def test_a_call_tells_its_rows_when_it_is_over(heard: list[tuple[str, Pace]]) -> None:
    survey = evidence.binary().survey
    follower = follow_call("survey", lambda *said: heard.append(said))
    words = finish_call(follower, (), survey)
    assert words.startswith(f"{survey.rows:,} rows in ")
    assert [pace.done for _, pace in heard] == [0, survey.rows]
    assert finish_call(follow_call("publish", silent), (), None) == ""

"""The progress artifact of a mapped stage: what it says, and how seldom."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import Artifact

from schemas.written import Shard
from tasks import progress_artifact
from tasks.flow_running import PrefectRunner
from tasks.progress import follow_parts, silent
from tasks.progress_artifact import shown
from tasks.stage import stage
from tests.project import until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]


@stage("cut")
def cut(shard: Shard) -> int:
    """Count the rows of a shard, or fail if it has none."""
    if shard.start == shard.stop:
        raise ArithmeticError("no rows")
    return shard.stop - shard.start


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down what the API is asked to take; it is asked nevertheless."""
    heard: list[str] = []
    for name in ("create_progress_artifact", "update_progress_artifact"):
        real: Callable[..., object] = getattr(progress_artifact, name)

        def ask(*args: Any, real: Any = real, **fields: Any) -> object:  # noqa: ANN401 - the API's own
            heard.append(fields["description"])
            return real(*args, **fields)

        monkeypatch.setattr(progress_artifact, name, ask)
    return heard


def _mine() -> Artifact:
    """Read the artifact of this flow run."""
    run = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(str(runtime.flow_run.id))]))
    with get_client(sync_client=True) as client:
        (artifact,) = client.read_artifacts(flow_run_filter=run)
    return artifact


def _in_flow(act: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
    @flow(name="showing", persist_result=False)
    def showing() -> object:
        return act()

    return showing()


def _shards(count: int) -> list[Shard]:
    return [Shard(start=10 * n, stop=10 * n + 10) for n in range(count)]


def test_many_parts_are_told_seldom(
    calls: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def act() -> Artifact:
        assert PrefectRunner().map(cut, _shards(200)) == [10] * 200
        return _mine()

    began = time.monotonic()
    with caplog.at_level("WARNING", "tasks"):
        artifact = _in_flow(act)
    spent = time.monotonic() - began
    assert len(calls) <= 2 + spent / progress_artifact.EVERY
    assert artifact.description == calls[-1]
    assert calls[-1].startswith("cut: 2,000 rows in ")
    assert artifact.data == 100
    assert "not shown any more" not in caplog.text


def _says(words: str) -> bool:
    return words in str(_mine().description)


def test_it_moves_while_parts_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_artifact, "EVERY", 0.05)

    def act() -> list[object]:
        follower, sizes = follow_parts("cut", _shards(4), (), silent)
        shares = []
        with shown(follower, wanted=True):
            for size in sizes[:3]:
                follower.count(size)
                words = f"cut: {follower.pace.done} of 40 rows"
                until(partial(_says, words), words)
                shares.append(_mine().data)
        return shares

    assert _in_flow(act) == [25, 50, 75]


def test_one_that_cannot_be_shown_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    calls: list[str],
) -> None:
    monkeypatch.setattr(progress_artifact, "EVERY", 0.05)

    def act() -> int:
        follower, sizes = follow_parts("cut", _shards(4), (), silent)
        with shown(follower, wanted=True):
            with get_client(sync_client=True) as client:
                client.delete_artifact(_mine().id)
            until(lambda: "not shown any more" in caplog.text, "the warning")
            tried = len(calls)
            follower.count(sizes[0])
        return tried

    with caplog.at_level("WARNING", "tasks.progress_artifact"):
        assert _in_flow(act) == len(calls)
    assert caplog.text.count("not shown any more") == 1


def test_a_stage_that_fails_is_not_told_as_done(calls: list[str]) -> None:
    shards = [*_shards(3), Shard(start=5, stop=5), *_shards(3)]
    with pytest.raises(ArithmeticError, match="no rows"):
        _in_flow(lambda: PrefectRunner(0.0).map(cut, shards))
    assert calls
    assert not [words for words in calls if " rows in " in words]


def test_one_part_has_no_artifact(calls: list[str]) -> None:
    assert _in_flow(lambda: PrefectRunner().map(cut, _shards(1))) == [10]
    assert calls == []

"""Whatever an engine may do, the bytes are the same: order, workers, shards, pickle."""

import os
import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar, cast

import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.written import Shard
from tasks.running import DirectRunner, Runner
from tasks.stage import Stage
from tasks.storage import parquet
from tasks.storage import shards as shards_module
from tests.tasks.attempts import config_of, mixed_table

R = TypeVar("R")
PHASES = set(Phase) - {Phase.shrink, Phase.explain}  # each example is two whole runs


class AnyEngine(NamedTuple):
    """Calls mapped stages as an engine may, and a little worse."""

    workers: int
    cuts: st.DataObject

    def __call__(self, stage: Stage[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage and give its result."""
        return stage.fn(*args)

    def map(self, stage: Stage[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage in any order, with all that it is told pickled."""
        items = self._merged(items)
        order = self.cuts.draw(st.permutations(range(len(items))))
        sent = [pickle.dumps((item, args)) for item in items]
        with ThreadPoolExecutor(self.workers) as pool:
            futures = {
                place: pool.submit(_receive, stage, sent[place]) for place in order
            }
        return [futures[place].result() for place in range(len(items))]

    def _merged(self, items: Sequence[Any]) -> Sequence[Any]:
        """Put neighbouring shards together, as larger shards would."""
        if not (items and isinstance(items[0], Shard)):
            return items
        starts = [item.start for item in items[1:]]
        kept = self.cuts.draw(st.lists(st.sampled_from(starts), unique=True))
        ends = [0, *sorted(kept), items[-1].stop]
        return [Shard(start=start, stop=stop) for start, stop in pairwise(ends)]


def _receive(stage: Stage[..., R], sent: bytes) -> R:
    item, args = pickle.loads(sent)
    returned: R = pickle.loads(pickle.dumps(stage.fn(item, *args)))
    return returned


def _hashes(folder: Path, run: Runner, asked: dict[str, Any]) -> dict[str, str]:
    outcome = balance_dataset(config_of(folder, **asked), run, force=True)
    return {e.path.split("/", 2)[2]: e.sha256 for e in outcome.manifest.files}


@pytest.mark.parametrize("kind", ["random_over", "smote", "smote_under"])
@settings(max_examples=10, phases=PHASES)
@given(data=st.data(), workers=st.sampled_from([1, 2, 7]), seed=st.integers(0, 9))
def test_no_engine_shows_in_the_bytes(
    kind: str, data: st.DataObject, workers: int, seed: int
) -> None:
    asked = {"strategy": {"kind": kind}, "seed": seed}
    with TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_MOST_ROWS", 10)  # so that a small table has five parts
        patch.setattr(shards_module, "_GROUPS_PER_PART", 8)
        folder = Path(temporary)
        expected = _hashes(folder, DirectRunner(), asked)
        patch.setattr(os, "cpu_count", lambda: workers)
        size = data.draw(st.integers(1, 400))
        pq.write_table(mixed_table(), folder / "mixed.parquet", row_group_size=size)
        found = _hashes(folder, cast("Runner", AnyEngine(workers, data)), asked)
        changed = {name for name in found if found[name] != expected.get(name)}
        assert len([name for name in found if name.startswith("train/part-")]) == 5
        assert {name for name in changed if not name.startswith("report/")} == set()
        assert found.keys() == expected.keys()

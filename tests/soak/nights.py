"""Night after night: a table that grows and drifts, and runs that die at random."""

import os
import random
import signal
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.pipeline import balance_dataset
from schemas.manifest import Manifest
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.stores import store_at
from tests.soak.buckets import Behind
from tests.soak.children import import_what, run_in_child, told
from tests.soak.datasets import Place, config_for
from tests.soak.kills import all_whole
from tests.soak.record import Record, Soak
from tests.soak.steps import Step, watch_steps

NIGHTS = 24
_SHARE_KILLED = 0.6  # of nights
_SIDES = ("train", "holdout", "rejected")
_TARGET = "24 nights with random kills: each verifiable after the next run, no row lost"
_KEYED = "keyed holdout rows never in train, over 24 nights"


class Tale(NamedTuple):
    """What happened over the nights."""

    wrong: list[str]
    leaked: dict[int, int]
    """By night, the rows of train that were held out on a night before."""
    killed: int


def nights(soak: Soak) -> Record:
    """Balance on 24 nights; on half of them a run is killed first."""
    number = soak.size(NIGHTS, 3)
    places: list[tuple[Place, Behind | None]] = [(soak.disk("nights"), None)]
    servers = soak.servers if soak.full else []
    places += [(it.place(soak.folder / f"nights-{it.kind}"), it) for it in servers]
    tales = {place.kind: live_through(place, it, number) for place, it in places}
    wrong = [f"{kind}: {line}" for kind, tale in tales.items() for line in tale.wrong]
    deaths = sum(tale.killed for tale in tales.values())
    soak.say(f"nights: {deaths} runs killed, wrong: {wrong}")
    tried = f"{number} nights each on {', '.join(tales)}; {deaths} runs killed"
    found = "; ".join(wrong[:3]) or (
        "every night whole, source = holdout + train + rejected"
    )
    return Record("nights", _TARGET, tried, found, reached=not wrong and deaths > 0)


def keyed_holdout(soak: Soak) -> Record:
    """Look over 24 nights whether rows held out by their key come into train."""
    number = soak.size(NIGHTS, 2)
    tale = live_through(soak.disk("keyed"), None, number)
    rows = sum(tale.leaked.values())
    where = ", ".join(f"night {night}: {count}" for night, count in tale.leaked.items())
    found = f"{rows} rows held out before came into train{where and f' ({where})'}"
    soak.say(f"keyed holdout: {found}")
    tried = f"{number} nights on disk"
    return Record("keyed holdout", _KEYED, tried, found, reached=not rows)


def live_through(place: Place, server: Behind | None, number: int) -> Tale:
    """Take night after night.

    Args:
        place: Where is published.
        server: Kills runs there; None on disk, where they kill themselves.
        number: Of nights.
    """
    draws = random.Random(number)  # noqa: S311 - the same each time
    wrong: list[str] = []
    leaked: dict[int, int] = {}
    killed = 0
    held: set[int] = set()
    place.folder.mkdir(parents=True, exist_ok=True)
    for night in range(1, number + 1):
        told(partial(grow, place, night))
        if night == 1:
            import_what(partial(_balance, place), place.environment)
        elif draws.random() < _SHARE_KILLED:
            ended = _killed(place, server, draws.randint(1, 100))
            killed += ended == -signal.SIGKILL
        code = run_in_child(partial(_balance, place), place.environment)
        there = told(partial(_look, place), place.environment)
        if back := held & set(there["train"]):
            leaked[night] = len(back)
        held |= set(there["holdout"])
        if code or not there["complete"] or not all_whole(place):
            said = f"exit {code}, no row lost: {there['complete']}"
            wrong.append(f"night {night}: {said}")
    return Tale(wrong, leaked, killed)


def grow(place: Place, night: int) -> None:
    """Write the table of a night: the rows of the nights before it, and new ones.

    What is rare gets rarer still, a class comes up on the tenth night, some rows have
    no class, and the size of things moves.
    """
    parts = [_rows_of(past) for past in range(1, night + 1)]
    pq.write_table(pa.concat_tables(parts), place.source)


def _rows_of(night: int) -> pa.Table:
    rng, rows = np.random.default_rng(night), 300
    rare = max(0.02, 0.15 - 0.01 * night)
    shares = [0.98 - rare, rare, 0.02] if night >= 10 else [1 - rare, rare, 0]
    kinds = rng.choice(["big", "small", "new"], rows, p=shares).astype(object)
    kinds[:4] = ["big", "big", "small", None]
    return pa.table(
        {
            "id": pa.array(range(night * rows, (night + 1) * rows)),
            "size": rng.normal(night / 10, size=rows),
            "town": pa.array(rng.choice(["x", "y", "z"], rows)),
            "kind": pa.array(kinds, pa.string()),
        }
    )


def _balance(place: Place) -> None:
    strategy = {"kind": "smote", "ratio": 0.5}  # drops no row
    config = config_for(place, 0, key=["id"], strategy=strategy)
    balance_dataset(config, DirectRunner())


def _killed(place: Place, server: Behind | None, point: int) -> int:
    steps = count(1)

    def die(_: Step) -> None:
        if next(steps) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def act() -> None:
        if server:
            server.plan(kill=os.getpid(), at=point)
        else:
            watch_steps(Path(place.output), before=die)
        _balance(place)

    return run_in_child(act, server.through if server else None)


def _look(place: Place) -> dict[str, Any]:
    """Hold the head against the source; give the keys on each side."""
    head = read_head(place.root)
    assert head is not None
    ids = {side: _ids(place.root, head, side) for side in _SIDES}
    source = pq.read_table(place.source, columns=["id"])["id"].to_pylist()
    return {**ids, "complete": sorted(chain(*ids.values())) == sorted(source)}


def _ids(root: str, head: Manifest, folder: str) -> list[int]:
    """List the keys of the real rows; synthetic ones have none."""
    found: list[int] = []
    for entry in head.files:
        if entry.path.split("/")[-2] == folder and entry.rows:
            with store_at(root).open(entry.path) as file:
                keys = pq.read_table(file, columns=["id"])["id"]
                found += keys.drop_null().to_pylist()
    return found

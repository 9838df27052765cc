"""Whole runs against an S3 server that fails a fifth of requests. How: proxy."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from tests.soak.buckets import Behind
from tests.soak.children import import_what, run_in_child
from tests.soak.datasets import Place, begin, run
from tests.soak.kills import all_whole
from tests.soak.proxy import FAULTS
from tests.soak.record import Record, Soak

_SHARE = 0.2
_TARGET = (
    "500, 503, resets, slow first byte in 20 % of requests: 0 lost or half-published"
)


def faulty(soak: Soak) -> Record:
    """Run under each fault and under all, as often as without any."""
    runs = soak.size(4, 1)
    kinds: dict[str, Sequence[str]] = {"none": (), **{name: [name] for name in FAULTS}}
    kinds["all"] = FAULTS
    if not soak.full:
        kinds = {"none": (), "all": FAULTS}
    tried, found, fine = [], [], True
    for server in soak.servers:
        place = server.place(soak.folder / "faulty", proxied=True)
        server.plan()
        import_what(partial(begin, place), place.environment)
        codes, seconds, tally = _under(server, place, kinds, runs)
        server.plan()
        whole = all_whole(place)
        fine &= whole and not any(codes) and sum(tally.values()) > 0
        growth = {name: took / seconds["none"] for name, took in seconds.items()}
        said = ", ".join(f"{name} {ratio:.1f}" for name, ratio in growth.items())
        tried.append(
            f"{len(codes)} runs with {sum(tally.values())} faults, {server.kind}"
        )
        failed = sum(map(bool, codes))
        found.append(f"{server.kind}: {failed} runs failed, all whole: {whole}, {said}")
        soak.say(f"faults: {found[-1]}")
    return Record("faults", _TARGET, "; ".join(tried), "; ".join(found), reached=fine)


def _under(
    server: Behind, place: Place, kinds: Mapping[str, Sequence[str]], runs: int
) -> tuple[list[int], dict[str, float], Counter[str]]:
    """Run under each fault in turn, so that a busy machine is as busy for all."""
    codes: list[int] = []
    seconds = dict.fromkeys(kinds, 0.0)
    tally: Counter[str] = Counter()
    for number in range(runs):
        for index, (name, faults) in enumerate(kinds.items()):
            seed = 1 + number * len(kinds) + index
            server.plan(faults=list(faults), share=_SHARE, seed=seed)
            began = time.monotonic()
            codes.append(run_in_child(partial(run, place, seed), place.environment))
            seconds[name] += time.monotonic() - began
            counted = Counter(server.tally())
            del counted["requests"]
            tally += counted
    return codes, seconds, tally

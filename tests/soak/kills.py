"""Runs killed at every change on the disk and at every request to a bucket.

What a change is, is said in steps; requests are counted, and runs killed, by the proxy.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from typing import NamedTuple

from tests.soak.buckets import Behind
from tests.soak.children import import_what, run_in_child, told
from tests.soak.datasets import (
    Place,
    is_chain,
    is_pointed_to,
    run,
    versions,
    write_source,
)
from tests.soak.record import Record, Soak
from tests.soak.steps import Step, watch_steps

_TARGET = "≥ 200 kill points, 0 versions half-published or lost, next run finishes"
_AT_LEAST = 200
_IN_A_ROW = 25  # deaths on top of one another
Kill = Callable[[Place, int], int]
"""Runs in a child that dies at the n-th point; gives how it ended."""


class Death(NamedTuple):
    """What a killed run left."""

    ended: int
    moved: int
    """Versions more than before it."""
    after: int
    """Versions more than before it, once the next run was there."""
    fine: bool
    """They were without a gap and whole, each time, and latest.json pointed to the last
    one once the next run was there."""


def killed(soak: Soak) -> Record:
    """Kill whole runs at every point, one after the other."""
    tally: Counter[str] = Counter()
    bad = 0
    for name, dying in _all(soak):
        for death in dying:
            tally[name] += death.ended == -signal.SIGKILL
            bad += not is_right(death)
        soak.say(f"killed: {name}: {tally[name]} points, {bad} bad")
    points = sum(tally.values())
    tried = ", ".join(f"{number} {name}" for name, number in tally.items())
    enough = points >= soak.size(_AT_LEAST, len(tally))
    found = f"{points} points: {bad} left something wrong, the next run finished"
    return Record("killed", _TARGET, tried, found, reached=enough and not bad)


def is_right(death: Death) -> bool:
    """Tell whether a death did no harm: a version more or none, never half of one."""
    return death.ended in {0, -signal.SIGKILL} and (
        death.fine and death.moved in {0, 1} and death.after == 1
    )


def _all(soak: Soak) -> Iterator[tuple[str, Iterator[Death]]]:
    place = soak.disk("killed")
    yield "on disk", deaths(place, die_on_disk, soak.size(1, 40))
    for server in soak.servers:
        # Enough with the first: the second is there for what one process cannot show.
        every = soak.size(1 if server is soak.servers[0] else 5, 90)
        for after, when in ((False, "before"), (True, "after")):
            bucket = server.place(soak.folder / "killed-s3")
            kill = _by_request(server, after=after)
            yield f"{when} requests to {server.kind}", deaths(bucket, kill, every)


def deaths(place: Place, kill: Kill, every: int = 1) -> Iterator[Death]:
    """Kill runs until one ends alive, each on top of what the last one left.

    Args:
        place: Where they publish.
        kill: Runs to the n-th point with the seed n.
        every: How many points each is after the last.
    """
    import_what(partial(write_source, place))
    ended, points = -signal.SIGKILL, count(1, every)
    while ended:
        # Anew at times: on S3 a run asks once for each version that is there already.
        first = next(points)
        here = replace(place, output=f"{place.output}/{first}")
        import_what(partial(run, here, 0), here.environment)
        before = 1
        for point in chain([first], islice(points, _IN_A_ROW - 1)):
            ended = kill(here, point)
            try:
                left = told(partial(_recover, here, point, before), here.environment)
            except ChildProcessError:
                left = [0, 0, False]
            yield Death(ended, *left)
            before += left[1]
            if not ended:
                break
        if not all_whole(here):
            yield Death(0, 0, 0, fine=False)


def _recover(place: Place, point: int, before: int) -> tuple[int, int, bool]:
    """Look what a run left, run again, and look again."""
    moved, whole = _look(place, before)
    run(place, point)
    after, still = _look(place, before)
    return moved, after, whole and still and is_pointed_to(place.root)


def _look(place: Place, before: int) -> tuple[int, bool]:
    """Tell how many versions there are more than before, and whether all is well."""
    found = versions(place.root, before + 1)
    numbers = [version.number for version in found]
    gapless = numbers == list(range(before + 1, before + 1 + len(numbers)))
    return len(found), gapless and all(version.whole for version in found)


def die_on_disk(place: Place, point: int) -> int:
    """Run in a child that dies before its n-th change on the disk."""
    steps = count(1)

    def die(_: Step) -> None:
        if next(steps) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def act() -> None:
        watch_steps(Path(place.output), before=die)
        run(place, point)

    return run_in_child(act)


def _by_request(server: Behind, *, after: bool) -> Kill:
    def kill(place: Place, point: int) -> int:
        def act() -> None:
            server.plan(kill=os.getpid(), at=point, after=after)
            run(place, point)

        return run_in_child(act, server.through)

    return kill


def all_whole(place: Place) -> bool:
    """Hash all files of all versions again, and look for gaps."""

    def look() -> bool:
        found = versions(place.root)
        return is_chain(found) and all(version.whole for version in found)

    return bool(told(look, place.environment))

"""Runs killed at every change on the disk and at every request to a bucket.

What a change is, is said in steps; requests are counted, and runs killed, by the proxy.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.soak.buckets import Behind
from tests.soak.children import import_what, run_in_child, told
from tests.soak.datasets import Place, begin, is_chain, run, versions
from tests.soak.record import Record, Soak
from tests.soak.steps import Step, watch_steps

_TARGET = "≥ 200 kill points, 0 versions half-published or lost, next run finishes"
_AT_LEAST = 200
Kill = Callable[[int], int]
"""Runs in a child that dies at the n-th point; gives how it ended."""


class Death(NamedTuple):
    """What a killed run left."""

    ended: int
    moved: int
    """Versions more than before it."""
    after: int
    """Versions more than before it, once the next run was there."""
    fine: bool
    """They were without a gap and whole, each time."""


def killed(soak: Soak) -> Record:
    """Kill whole runs at every point, one after the other."""
    tally: Counter[str] = Counter()
    bad = 0
    for name, place, dying in _all(soak):
        for death in dying:
            tally[name] += death.ended == -signal.SIGKILL
            bad += not is_right(death)
        bad += not all_whole(place)
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


def _all(soak: Soak) -> Iterator[tuple[str, Place, Iterator[Death]]]:
    place = soak.disk("killed")
    kill: Kill = partial(die_on_disk, place)
    yield "on disk", place, deaths(place, kill, soak.size(1, 25))
    for server in soak.servers:
        # Enough with the first: the second is there for what one process cannot show.
        every = soak.size(1 if server is soak.servers[0] else 5, 60)
        for after, when in ((False, "before"), (True, "after")):
            bucket = server.place(soak.folder / "killed-s3")
            kill = _by_request(server, bucket, after=after)
            name = f"{when} requests to {server.kind}"
            yield name, bucket, deaths(bucket, kill, every)


def deaths(place: Place, kill: Kill, every: int = 1) -> Iterator[Death]:
    """Kill runs until one ends alive, each on top of what the last one left.

    Args:
        place: Where they publish.
        kill: Runs to the n-th point with the seed n.
        every: How many points each is after the last.
    """
    import_what(partial(begin, place), place.environment)
    before = 1
    for point in count(1, every):
        ended = kill(point)
        try:
            left = told(partial(_recover, place, point, before), place.environment)
        except ChildProcessError:
            left = [0, before, False]
        yield Death(ended, *left)
        before += left[1]
        if ended == 0:
            break


def _recover(place: Place, point: int, before: int) -> tuple[int, int, bool]:
    """Look what a run left, run again, and look again."""
    moved, whole = _look(place, before)
    run(place, point)
    after, still = _look(place, before)
    return moved, after, whole and still


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


def _by_request(server: Behind, place: Place, *, after: bool) -> Kill:
    def kill(point: int) -> int:
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

"""Clocks that jump by years, and hosts that disagree: nothing may depend on the time.

In forked children Python's clocks are replaced, in whole processes all clocks by
libfaketime, where it is installed; the times of files are set by hand.
"""

import datetime as dt
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from schemas.manifest import Manifest
from tasks.storage.held_back import hold_back, read_held_back
from tests.soak.children import import_what, run_in_child, together, told
from tests.soak.datasets import Place, begin, head_number, run, versions
from tests.soak.kills import all_whole
from tests.soak.record import Record, Soak
from tests.soak.wholes import start, upload
from tests.storage import crash

_TARGET = "clocks that jump, hosts that are years apart: no reliance on time"
_YEAR = 365 * 86_400
_HOSTS = (-9, 11)  # years off


def clocks(soak: Soak) -> Record:
    """Run with clocks that jump, on two hosts at once, with files of other years."""
    rounds = soak.size(12, 1)
    places = [soak.disk("clocks")]
    places += [it.place(soak.folder / "clocks") for it in soak.servers[:1]]
    wrong = [line for place in places for line in _jump(place, rounds)]
    wrong += told(partial(_hold_back, soak.disk("held-back"), rounds))
    kinds = ", ".join(place.kind for place in places)
    tried = f"{rounds} jumping runs and {rounds} pairs of hosts on {kinds}"
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library and soak.full:
        upload(soak.servers[0], places[0].source, places[1])
        wrong += _whole(places, library)
        tried += f", {len(places)} pairs of processes under libfaketime"
    else:
        tried += ", none under libfaketime"
    soak.say(f"clocks: {tried}, wrong: {wrong}")
    found = "; ".join(wrong[:3]) or "every version in its order, all of them whole"
    return Record("clocks", _TARGET, tried, found, reached=not wrong)


def _jump(place: Place, rounds: int) -> Iterator[str]:
    import_what(partial(begin, place), place.environment)
    expected, seeds = 1, count(1)
    for number in range(rounds):
        _redate(place, number)
        jumping = partial(_at, None, place, next(seeds))
        code = run_in_child(jumping, place.environment)
        pair = [partial(_at, years, place, next(seeds)) for years in _HOSTS]
        codes = [code, *together(pair, place.environment)]
        expected += 1 + len(pair)
        there = told(partial(head_number, place.root), place.environment)
        if any(codes) or there != expected:
            yield f"{place.kind}: exit {codes}, version {there} for {expected}"
    if not all_whole(place):
        yield f"{place.kind}: not all versions are whole"


def _at(years: int | None, place: Place, seed: int) -> None:
    """Run with clocks that are years off; None: off by other years at every look."""
    draws = random.Random(seed)  # noqa: S311 - the same each time

    def skew() -> float:
        off = draws.randint(-20, 20) if years is None else years
        return off * _YEAR

    set_clocks(skew)
    run(place, seed)


def set_clocks(skew: Callable[[], float]) -> None:
    """Put other clocks in the place of Python's, in every module that has them.

    Args:
        skew: Gives the seconds that the clock is off, each time anew.
    """
    clock, clock_ns = time.time, time.time_ns

    class Skewed(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "Skewed":
            return cls.fromtimestamp(clock() + skew(), tz)

    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is dt.datetime and module is not dt:
                setattr(module, name, Skewed)
    time.time = lambda: clock() + skew()
    time.time_ns = lambda: clock_ns() + int(skew() * 1e9)


def _redate(place: Place, number: int) -> None:
    """Give the files on disk times of other years, the newest ones old ones."""
    draws = random.Random(number)  # noqa: S311 - the same each time
    if "://" in place.output:
        return
    for path in Path(place.output).rglob("*"):
        off = time.time() + draws.randint(-20, 20) * _YEAR
        os.utime(path, (off, off))


def _hold_back(place: Place, rounds: int) -> list[str]:
    """Hold versions back, those before them as of the future or of the past."""
    wrong = []
    for number in range(rounds):
        made: Manifest = crash.run(place.output, number, hold_back)
        if read_held_back(f"{place.output}/toy") != made:
            wrong.append(f"held back: the newest is not the one kept, round {number}")
        _redate(place, number)
    return wrong


def _whole(places: list[Place], library: Path) -> Iterator[str]:
    """Run two processes at once on hosts that are years apart."""
    for place in places:
        hosts = []
        for years in _HOSTS:
            faked = {"LD_PRELOAD": str(library), "FAKETIME": f"{years:+d}y"}
            host = replace(place, environment={**place.environment, **faked})
            hosts.append(start(host, "skewed", years % 97))
        if codes := [code for host in hosts if (code := host.wait())]:
            yield f"{place.kind}: processes under libfaketime ended with {codes}"
        found = told(partial(versions, f"{place.output}/skewed"), place.environment)
        if [version[-1] for version in found] != [True] * len(_HOSTS):
            yield f"{place.kind}: under libfaketime {found} was published"

"""Where the rows come from that a sampler gave: as it tells, else by their values.

Samplers that only choose rows tell which (sample_indices_). Those that add some put
them behind the rows they got, and those that then clean hold the step that did so.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.algorithms.distances import Floats, Positions

_TOLD = "sample_indices_"


class Result(NamedTuple):
    """A sampler that has run, with what it got and gave."""

    sampler: Any
    rows: Floats
    """Shape (n, columns), finite."""
    codes: npt.NDArray[np.integer[Any]]
    new_rows: Floats
    """Shape (m, columns)."""
    new_codes: npt.NDArray[np.integer[Any]]


class Origins(NamedTuple):
    """Two arrays of shape (m,)."""

    rows: Positions
    """Which row it is; -1 for one that was made."""
    parents: Positions
    """Which row it descends from, or is; -1 where that is not told."""


def origins(result: Result) -> Origins:
    """Find out which rows are rows that there were, and what others descend from.

    Args:
        result: Of any sampler.

    Returns:
        Nothing but what is so by value: a row that is told to be another and differs
        from it descends from it.
    """
    told = getattr(result.sampler, _TOLD, None)
    if told is not None:
        parents = np.asarray(told, np.intp)
        return Origins(_same(result, parents), parents)
    claimed = _by_place(result)
    placed = _same(result, claimed)
    if (placed != claimed).any():
        placed = _by_value(result)
    return Origins(placed, placed)


def _same(result: Result, places: Positions) -> Positions:
    """Leave only places whose row has the same values and class."""
    there = np.flatnonzero(places >= 0)
    named = places[there]
    same = (result.new_rows[there] == result.rows[named]).all(axis=1)
    same &= result.new_codes[there] == result.codes[named]
    found = np.full(len(places), -1, np.intp)
    found[there[same]] = named[same]
    return found


def _by_place(result: Result) -> Positions:
    """Say which rows are the first ones, as they were before a cleaning step."""
    steps = [getattr(step, _TOLD, None) for step in vars(result.sampler).values()]
    cleaned = [step for step in steps if step is not None]
    count = len(result.new_rows)
    before = np.asarray(cleaned[-1], np.intp) if cleaned else np.arange(count)
    places = np.where(before < len(result.rows), before, -1)
    return places if len(places) == count else np.zeros(count, np.intp)


def _by_value(result: Result) -> Positions:
    """Take each row for one it equals, and each of these once."""
    there: dict[bytes, list[int]] = defaultdict(list)
    for place in reversed(range(len(result.rows))):
        there[_key(result.rows, result.codes, place)].append(place)
    found = np.full(len(result.new_rows), -1, np.intp)
    for place in range(len(found)):
        equal = there.get(_key(result.new_rows, result.new_codes, place))
        if equal:
            found[place] = equal.pop()
    return found


def _key(rows: Floats, codes: npt.NDArray[np.integer[Any]], place: int) -> bytes:
    # 0.0 and -0.0 are one number with two faces
    values: bytes = (rows[place] + 0.0).tobytes()
    return values + int(codes[place]).to_bytes(8, "little")

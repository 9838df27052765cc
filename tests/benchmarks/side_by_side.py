"""Trials in as many processes as there are cores, and the matches of a tournament.

Seeds decide what is found, so it is the same in any number of processes.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from schemas.contest import TournamentConfig
from schemas.tournament import Match, MatchResult
from tasks.algorithms.infold import class_rows
from tasks.algorithms.lineup import lineup, matches
from tasks.algorithms.tournament import Arena, play

Trial = TypeVar("Trial")
Found = TypeVar("Found")


def each(
    function: Callable[[Trial], Found], trials: Iterable[Trial]
) -> Iterator[Found]:
    """Try something out, several trials at once.

    Args:
        function: Of a module or a partial of one, for processes are given it by name.
        trials: What it is called with.

    Yields:
        What it found, in the order of the trials.
    """
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        yield from pool.map(function, trials)


def compete(arena: Arena, config: TournamentConfig) -> list[MatchResult]:
    """Play a tournament, several matches at once.

    Args:
        arena: What is played on.
        config: Approaches, ratios, learners, folds, repeats and sentinel.

    Returns:
        As ``tasks.algorithms.tournament.compete``, but for seconds.
    """
    candidates = lineup(config, class_rows(arena.rows, arena.problem), ())
    return list(each(partial(_play, arena=arena), matches(candidates, config)))


def _play(match: Match, arena: Arena) -> MatchResult:
    return play(match, arena, time.thread_time)

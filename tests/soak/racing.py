"""Runs of one dataset at once: twins and rivals, in threads and in processes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from tests.soak.children import import_what, run_in_child, together, told
from tests.soak.datasets import Place, begin, is_chain, is_pointed_to, run, versions
from tests.soak.record import Record, Soak

AT_ONCE = 4
_TARGET = (
    "≥ 50 rounds of 4 at once: one version of twins, a chain without gaps of others, "
    "all verifiable"
)


def concurrent(soak: Soak) -> Record:
    """Let runs race, round after round, on top of what was published before."""
    tried, wrong = [], []
    places = [(soak.disk("concurrent"), soak.size(52, 2))]
    for server, rounds in zip(soak.servers, (soak.size(52, 2), 20), strict=False):
        places.append((server.place(soak.folder / "concurrent-s3"), rounds))
    for place, rounds in places:
        told_of = race(place, rounds)
        wrong += told_of
        tried.append(f"{rounds} rounds of {AT_ONCE} on {place.kind}")
        soak.say(f"concurrent: {tried[-1]}, {len(told_of)} wrong")
    found = (
        f"{len(wrong)} rounds with other than one version of each config, a gap, or "
        f"a file that is not whole{''.join(f'; {line}' for line in wrong[:3])}"
    )
    return Record("concurrent", _TARGET, ", ".join(tried), found, reached=not wrong)


def race(place: Place, rounds: int) -> list[str]:
    """Race in turn by threads and processes, with the same and different configs.

    Args:
        place: Where they publish.
        rounds: How many in all.

    Returns:
        What was wrong, a line for each round that was.
    """
    import_what(partial(begin, place), place.environment)
    wrong, before = [], 1
    for number in range(rounds):
        by, twins = _KINDS[number % len(_KINDS)]
        first = 1 + AT_ONCE * number
        seeds = [first] * AT_ONCE if twins else list(range(first, first + AT_ONCE))
        codes = by(place, seeds)
        wanted = before + len(set(seeds))
        count, fine = told(partial(_look, place, before), place.environment)
        if any(codes) or count != wanted or not fine:
            what = f"{by.__name__[1:]}, {'twins' if twins else 'others'}"
            wrong.append(f"{what}: exit {codes}, {count} for {wanted}, whole: {fine}")
        before = count
    if not told(lambda: _all(place), place.environment):
        wrong.append("read at the end, not all is a chain of whole versions")
    return wrong


def _look(place: Place, start: int) -> tuple[int, bool]:
    found = versions(place.root, start + 1)
    fine = is_pointed_to(place.root) and all(version.whole for version in found)
    return start + len(found), fine


def _all(place: Place) -> bool:
    found = versions(place.root)
    keys = {version.run_key for version in found}
    whole = all(version.whole for version in found)
    return is_chain(found) and whole and len(keys) == len(found)


def _by_threads(place: Place, seeds: Sequence[int]) -> list[int]:
    def act() -> None:
        barrier = Barrier(len(seeds))

        def begin(seed: int) -> None:
            barrier.wait()
            run(place, seed)

        with ThreadPoolExecutor(len(seeds)) as pool:
            list(pool.map(begin, seeds))

    return [run_in_child(act, place.environment)]


def _by_processes(place: Place, seeds: Sequence[int]) -> list[int]:
    acts = [partial(run, place, seed) for seed in seeds]
    return together(acts, place.environment)


# Both ways come first, and both twins and others, for where there are two rounds.
_KINDS = (
    (_by_threads, True),
    (_by_processes, False),
    (_by_threads, False),
    (_by_processes, True),
)

"""Cases of ours alone: how it scales, and what a small run costs."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.bench import Bench, Finding
from tests.benchmarks.comparisons import against_notebook, algorithms
from tests.benchmarks.honesty import honest
from tests.benchmarks.measure import Cost, measure
from tests.benchmarks.probabilities import undone
from tests.benchmarks.reference import agreement
from tests.benchmarks.trials import false_help, nothing_to_learn

STRATEGIES = ("random_under", "random_over", "smote")
_GB, _MB = 10**9, 10**6
_DONORS = 0.01 * 0.8  # of the rows: the rare class without its holdout
_DONOR = 2_000  # bytes: 20 numbers twice as they are, twice as points, and neighbours


def scaling(bench: Bench) -> Iterator[Finding]:
    """Measure tables of three sizes; that starting up takes time is no row's fault."""
    sizes = (1_000_000, 5_000_000, 20_000_000)
    if not bench.full:
        sizes = (100_000, 200_000, 400_000)
    sources = [bench.table("source", rows) for rows in sizes]
    # A quick look takes smote alone: the others are start-up, nine times over.
    for strategy in STRATEGIES if bench.full else STRATEGIES[-1:]:
        costs = bench.costs_of(
            f"{strategy}: {', '.join(f'{rows:,}' for rows in sizes)} rows",
            [partial(_ours, bench, source, strategy) for source in sources],
        )
        case = f"{strategy} on {' / '.join(f'{rows / 1e6:g}M' for rows in sizes)} rows"
        for rows, cost in zip(sizes, costs, strict=True):
            bench.costs[f"{strategy}, {rows:,} rows"] = cost
        yield _flat(case, sizes, costs)
        yield _memory(case, strategy, sizes, costs)


def _ours(bench: Bench, source: Path, strategy: str) -> Cost:
    return bench.ours(source, strategy)[0]


def _flat(case: str, sizes: tuple[int, ...], costs: list[Cost]) -> Finding:
    pairs = pairwise(zip(sizes, costs, strict=True))
    each = [
        (more.wall - cost.wall) / (most - rows) * 1e6
        for (rows, cost), (most, more) in pairs
    ]
    spread = max(each) / min(each) - 1 if min(each) > 0 else math.inf
    return Finding(
        case,
        "time of each further row the same within 20 %",
        f"{' and '.join(f'{time:.2f}' for time in each)} µs: {spread:.0%} apart",
        spread <= 0.2,
    )


def _memory(
    case: str, strategy: str, sizes: tuple[int, ...], costs: list[Cost]
) -> Finding:
    peaks = [cost.peak / _MB for cost in costs]
    shown = f"{' / '.join(f'{peak:,.0f}' for peak in peaks)} MB"
    if strategy != "smote":
        flat = max(peaks) <= 1.2 * min(peaks)
        return Finding(case, "memory flat within 20 %", shown, flat)
    room = _DONOR * _DONORS * (sizes[-1] - sizes[0]) / _MB + 0.2 * peaks[0]
    return Finding(
        case,
        f"memory grows by {_DONOR:,} bytes a donor at most, within 20 %",
        f"{shown}; {room:,.0f} MB more allowed",
        peaks[-1] - peaks[0] <= room,
    )


def huge(bench: Bench) -> Iterator[Finding]:
    """Measure a table that fits no memory of this size as a frame."""
    rows = bench.size(50_000_000, 1_000_000)
    bench.say(f"smote_under on {rows:,}")
    cost, _ = bench.ours(bench.table("source", rows), "smote_under")
    bench.costs[f"smote_under, {rows:,} rows, once"] = cost
    yield Finding(
        f"smote_under on {rows:,} rows",
        "< 2 GB",
        f"{cost.total / _GB:.2f} GB in {cost.wall:.0f} s",
        cost.total < 2 * _GB,
    )


def files(bench: Bench) -> Iterator[Finding]:
    """Measure the survey of many small files against that of one large one."""
    count = bench.size(1_000, 100)
    many = bench.table("files", count, 10_000)
    one, cut = bench.costs_of(
        "survey: one file, many",
        [
            partial(_survey, str(source))
            for source in (many.with_suffix(".parquet"), many)
        ],
    )
    bench.costs |= {"survey of one file": one, f"survey of {count:,} files": cut}
    yield Finding(
        f"survey of {count:,} files of 10,000 rows",
        "≤ 2 x one file of as many",
        f"{cut.wall / one.wall:.1f} x: {cut.wall:.1f} s and {one.wall:.1f} s",
        cut.wall <= 2 * one.wall,
    )


def _survey(source: str) -> Cost:
    return measure(["flows.cli", "survey", source, "--target", "y", "--json"])[0]


def wide(bench: Bench) -> Iterator[Finding]:
    """Measure a wide table, whose batches have few rows."""
    rows = bench.size(500_000, 100_000)
    bench.say(f"500 columns, {rows:,} rows")
    cost, _ = bench.ours(bench.table("source", rows, 500), "random_under")
    bench.costs[f"random_under, {rows:,} rows x 500, once"] = cost
    yield Finding(
        f"random_under on {rows:,} rows x 500",
        "< 1 GB, a quarter million rows of it",
        f"{cost.peak / _MB:,.0f} MB",
        cost.peak < _GB,
    )


def mixed(bench: Bench) -> Iterator[Finding]:
    """Measure SMOTE on columns of many levels, one-hot in imbalanced-learn."""
    rows = bench.size(200_000, 50_000)
    bench.say(f"mixed types, {rows:,} rows")
    cost, _ = bench.ours(bench.table("mixed", rows), "smote")
    bench.costs[f"smote, {rows:,} rows x 7 mixed, once"] = cost
    yield Finding(
        f"smote on {rows:,} rows x 7, two columns of 5,000 levels",
        "< 1 GB (imbalanced-learn asks for 71.6 GiB at 200,000 rows)",
        f"{cost.peak / _MB:,.0f} MB in {cost.wall:.1f} s",
        cost.peak < _GB,
    )


def small(bench: Bench) -> Iterator[Finding]:
    """Measure the whole command on a small table, directly and as a flow run."""
    from flows.servers import server  # noqa: PLC0415 - this one case needs it

    with server(bench.folder / "prefect") as address:
        bench.ours(bench.smallest, "auto", server=address)  # its first run is slower
        judged, plain, flow = bench.costs_of(
            "10,000 rows: evaluated, not evaluated, as a flow",
            [
                lambda: bench.ours(bench.smallest, "auto", "random_forest")[0],
                lambda: bench.ours(bench.smallest, "auto")[0],
                lambda: bench.ours(bench.smallest, "auto", server=address)[0],
            ],
        )
    names = ("evaluated", "not evaluated", "not evaluated, as a flow")
    costs = zip(names, (judged, plain, flow), strict=True)
    bench.costs |= {f"10,000 rows: {name}": cost for name, cost in costs}
    yield _within("with evaluation", judged.wall, 8)
    yield _within("without evaluation", plain.wall, 5)
    yield _within("as a flow, beyond direct", flow.wall - plain.wall, 3)


def _within(what: str, seconds: float, most: float) -> Finding:
    case = f"evenkeel run on 10,000 rows, {what}"
    return Finding(case, f"≤ {most:g} s", f"{seconds:.1f} s", seconds <= most)


CASES: Mapping[str, Callable[[Bench], Iterator[Finding]]] = {
    **{name: partial(against_notebook, strategy=name) for name in STRATEGIES},
    "scaling": scaling,
    "huge": huge,
    "files": files,
    "wide": wide,
    "algorithms": algorithms,
    "mixed": mixed,
    "small": small,
    "honest": honest,
    "noise": nothing_to_learn,
    "false help": false_help,
    "probabilities": undone,
    "reference": agreement,
}

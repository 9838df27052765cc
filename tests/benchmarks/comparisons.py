"""Cases against the alternatives: the notebook way, and the I/O limit."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench, Finding, told
from tests.benchmarks.measure import Cost, measure

_FASTER = {"random_under": 4, "random_over": 5, "smote": 4}
_LESS = {"random_under": 8, "random_over": 10, "smote": 8}
_LIMIT = 1.5
_DONORS = 0.01 * 0.8  # of the rows: the rare class without its holdout


def against_notebook(bench: Bench, strategy: str) -> Iterator[Finding]:
    """Measure ours, the notebook way and the I/O limit, one after the other.

    Args:
        bench: Where and how much.
        strategy: A key of the tables above.

    Yields:
        How much faster than the notebook, how much less memory, how near the limit.
    """
    rows = bench.size(5_000_000, 500_000)
    source = bench.table("source", rows)
    _, written = bench.ours(source, strategy)
    ours, notebook, limit = bench.costs_of(
        f"{strategy}: ours, notebook, limit",
        [
            lambda: bench.ours(source, strategy)[0],
            lambda: _notebook(strategy, source),
            lambda: _limit(written, source),
        ],
    )
    names = ("ours", "notebook", "I/O limit")
    costs = zip(names, (ours, notebook, limit), strict=True)
    bench.costs |= {f"{strategy}, {rows:,} rows: {name}": cost for name, cost in costs}
    case = f"{strategy} to 1:1, {rows:,} rows"
    faster, less = notebook.wall / ours.wall, notebook.peak / ours.peak
    yield Finding(
        case,
        f"≥ {_FASTER[strategy]} x faster than the notebook",
        f"{faster:.1f} x ({notebook.cpu / ours.cpu:.1f} x in CPU time)",
        faster >= _FASTER[strategy],
    )
    yield Finding(
        case,
        f"≤ 1/{_LESS[strategy]} of its memory",
        f"1/{less:.1f}",
        less >= _LESS[strategy],
    )
    yield _beside_limit(bench, case, strategy, rows, (ours, limit))


def _beside_limit(
    bench: Bench, case: str, strategy: str, rows: int, costs: tuple[Cost, Cost]
) -> Finding:
    ours, limit = costs
    start, _ = bench.ours(bench.smallest, strategy)
    target, spent = f"≤ {_LIMIT} x the I/O limit", 0.0
    if strategy == "smote":
        _, found = told(["tests.benchmarks.search", str(int(_DONORS * rows))])
        spent, target = found["ours"], f"{target} and the neighbour search"
    ratio = (ours.wall - spent) / limit.wall
    return Finding(
        case,
        target,
        f"{ratio:.1f} x; {(ours.wall - spent - start.wall) / limit.wall:.1f} x without "
        f"the {start.wall:.1f} s that 10,000 rows take"
        + (f"; search {spent:.1f} s" if spent else ""),
        ratio <= _LIMIT,
    )


def _notebook(strategy: str, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        words = [str(source), strategy, f"{folder}/balanced.parquet"]
        return measure(["tests.benchmarks.notebook", *words])[0]


def _limit(rows: int, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        words = [str(source), str(rows), folder]
        return measure(["tests.benchmarks.limit", *words])[0]


def algorithms(bench: Bench) -> Iterator[Finding]:
    """Measure the neighbour search and the forest against scikit-learn's own."""
    rows = bench.size(1_000_000, 100_000)
    bench.say(f"neighbours of {rows:,}")
    cost, found = told(["tests.benchmarks.search", str(rows)])
    bench.costs[f"neighbours of {rows:,} rows, and a sample of brute force"] = cost
    faster = found["brute"] / found["ours"]
    yield Finding(
        f"neighbours of {rows:,} rows x 20",
        "recall ≥ .95, ≥ 10 x faster than brute force",
        f"recall {found['recall']:.3f}; {found['ours']:.0f} s, brute force "
        f"{found['brute']:.0f} s: {faster:.1f} x",
        faster >= 10 and found["recall"] >= 0.95,
    )
    rows = bench.size(80_000, 5_000)
    bench.say(f"forest of {rows:,}")
    cost, found = told(["tests.benchmarks.forest", str(rows)])
    bench.costs[f"forest of {rows:,} rows, ours and stock"] = cost
    faster, as_wide = (found[name] / found["ours"] for name in ("one", "stock"))
    yield Finding(
        f"forest of 100 trees, {rows:,} rows x 20",
        "≥ 8 x faster than stock as it comes, AUC ± .005",
        f"{found['ours']:.1f} s, stock {found['one']:.1f} s: {faster:.1f} x; "
        f"{found['stock']:.1f} s with as many cores: {as_wide:.1f} x; AUC "
        f"{found['auc']:.4f} ± {found['gap']:.4f}"
        + ("" if found["accelerated"] else "; no accelerated library here"),
        faster >= 8 and found["gap"] <= 0.005,
    )

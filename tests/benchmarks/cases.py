"""What is measured against what, in turn. How is in measure; how it is told, report."""

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Cost, measure, middle

STRATEGIES = ("random_under", "random_over", "smote")
EVALUATORS = ("none", "random_forest")
_PYTHON = (sys.executable, "-m")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Comparison:
    """Medians of one strategy, evaluation off."""

    strategy: str
    ours: Cost
    notebook: Cost
    limit: Cost


def make_source(path: Path, rows: int) -> None:
    """Generate a table in a process of its own, which takes its memory with it.

    Args:
        path: The Parquet file to make.
        rows: Rows of the table.
    """
    measure([*_PYTHON, "tests.benchmarks.data", str(path), str(rows)])


def compare(strategy: str, source: Path, pairs: int, say: Say) -> Comparison:
    """Measure ours, the notebook way and the I/O limit, one after the other.

    Args:
        strategy: One of STRATEGIES, to 1:1.
        source: A table as data makes it.
        pairs: How often, 1 or more.
        say: Told each cost as it comes.

    Returns:
        The medians.
    """
    rounds: list[tuple[Cost, Cost, Cost]] = []
    for place in range(pairs):
        ours, rows = _ours(strategy, source)
        rounds.append((ours, _notebook(strategy, source), _limit(rows, source)))
        walls = ", ".join(f"{cost.wall:.1f}" for cost in rounds[-1])
        say(f"{strategy} {place + 1}/{pairs}: ours, notebook, limit {walls} s")
    return Comparison(strategy, *map(middle, zip(*rounds, strict=True)))


def whole_run(evaluator: str, source: Path, runs: int, say: Say) -> Cost:
    """Measure the command on a small table, where start-up is nearly all there is.

    Args:
        evaluator: One of EVALUATORS.
        source: A table as data makes it.
        runs: How often, 1 or more.
        say: Told each cost as it comes.

    Returns:
        The median.
    """
    costs = []
    for place in range(runs):
        cost, _ = _run("auto", source, evaluator)
        costs.append(cost)
        say(f"evaluator {evaluator} {place + 1}/{runs}: {cost.wall:.1f} s")
    return middle(costs)


def _ours(strategy: str, source: Path) -> tuple[Cost, int]:
    """Give the rows written too: those the limit has to write."""
    cost, said = _run(strategy, source, "none")
    classes = json.loads(said)["classes"]
    return cost, sum(item["train"] + item["holdout"] for item in classes)


def _run(strategy: str, source: Path, evaluator: str) -> tuple[Cost, str]:
    with tempfile.TemporaryDirectory(dir=source.parent) as output:
        asked = f"--target y --strategy {strategy} --evaluator {evaluator}"
        place = ["--output", output, "--no-prefect", "--json"]
        return measure(
            [*_PYTHON, "flows.cli", "run", str(source), *asked.split(), *place]
        )


def _notebook(strategy: str, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        words = [str(source), strategy, f"{folder}/balanced.parquet"]
        return measure([*_PYTHON, "tests.benchmarks.notebook", *words])[0]


def _limit(rows: int, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        words = [str(source), str(rows), folder]
        return measure([*_PYTHON, "tests.benchmarks.limit", *words])[0]

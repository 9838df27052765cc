"""What every case needs: sources, runs of ours, and how a finding is put.

Cases live in comparisons and cases; how they are told, in report.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Cost, measure, middle


@dataclass(frozen=True)
class Finding:
    """One line of the table: what is to be reached, and what was."""

    case: str
    target: str
    measured: str
    reached: bool


@dataclass
class Bench:
    """Where and how much is measured."""

    folder: Path
    full: bool
    pairs: int
    say: Callable[[str], None]
    """Told each cost as it comes."""
    costs: dict[str, Cost] = field(default_factory=dict)
    """Medians, by what was run."""

    def size(self, full: int, quick: int) -> int:
        """Choose a size."""
        return full if self.full else quick

    def table(self, kind: str, *numbers: float) -> Path:
        """Generate a table once, in a process which takes its memory with it.

        Args:
            kind: As tests.benchmarks.data has it.
            numbers: What it is made of.
        """
        name = "-".join([kind, *map(str, numbers)])
        path = self.folder / (name if kind == "files" else f"{name}.parquet")
        if not path.exists():
            words = [kind, str(path), *map(str, numbers)]
            measure(["tests.benchmarks.data", *words])
        return path

    def costs_of(
        self, name: str, actions: Sequence[Callable[[], Cost]], times: int | None = None
    ) -> list[Cost]:
        """Run several things in turn, several times, and take each one's medians.

        Args:
            name: Of the case.
            actions: What is run, each giving its cost.
            times: How often; as often as pairs when not given.
        """
        rounds = []
        for _ in range(times or self.pairs):
            rounds.append([action() for action in actions])
            walls = ", ".join(
                f"{cost.wall:.1f} ({cost.cpu:.1f})" for cost in rounds[-1]
            )
            self.say(f"{name}: {walls} s")
        return [middle(costs) for costs in zip(*rounds, strict=True)]

    def ours(
        self,
        source: Path,
        strategy: str,
        evaluator: str = "none",
        server: str | None = None,
    ) -> tuple[Cost, int]:
        """Run ours as whole command.

        Args:
            source: What is balanced.
            strategy: To 1:1.
            evaluator: What judges it.
            server: Address of a Prefect server; directly when not given.

        Returns:
            The cost, and the rows that were written.
        """
        variables = {"PREFECT_API_URL": f"{server}/api"} if server else {}
        with tempfile.TemporaryDirectory(dir=self.folder) as output:
            cost, said = measure(
                [
                    *("flows.cli", "run", str(source), "--target", "y", "--json"),
                    *("--strategy", strategy, "--evaluator", evaluator),
                    *("--output", output, "--prefect" if server else "--no-prefect"),
                ],
                variables,
            )
        classes = json.loads(said)["classes"]
        return cost, sum(item["train"] + item["holdout"] for item in classes)

    @cached_property
    def smallest(self) -> Path:
        """The table on which start-up is nearly all there is."""
        return self.table("source", 10_000)


def told(module: Sequence[str]) -> tuple[Cost, Mapping[str, Any]]:
    """Run a program that writes JSON."""
    cost, said = measure(module)
    return cost, json.loads(said)

"""What cases found is kept as they end: a bench that was stopped goes on from there."""

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.bench import Bench, Finding
from tests.benchmarks.measure import Cost

Case = Callable[[Bench], Iterable[Finding]]


@dataclass(frozen=True)
class Measured:
    """A case that was measured."""

    findings: tuple[Finding, ...]
    costs: dict[str, Cost]
    load: float
    """Of the machine in the five minutes before it ended: 2 is what bench makes."""
    minutes: float
    """That measuring it took, its tables included."""


def measure_once(name: str, case: Case, bench: Bench, folder: Path | None) -> Measured:
    """Measure a case, or tell what it found when it was measured before.

    Args:
        name: Of the case.
        case: Measures.
        bench: Where and how much.
        folder: Where what is found is kept, for good; None to measure each time.
    """
    file = folder / f"{name}.json" if folder else None
    if file and file.exists():
        return _read(file)
    before, start = set(bench.costs), time.perf_counter()
    findings = tuple(case(bench))
    minutes = (time.perf_counter() - start) / 60
    bench.say(f"{name}: {minutes:.1f} minutes")
    costs = {what: bench.costs[what] for what in bench.costs if what not in before}
    measured = Measured(findings, costs, os.getloadavg()[1], minutes)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(measured)), encoding="utf-8")
    return measured


def _read(file: Path) -> Measured:
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Measured(
        tuple(Finding(**one) for one in kept["findings"]),
        {what: Cost(**one) for what, one in kept["costs"].items()},
        kept["load"],
        kept["minutes"],
    )

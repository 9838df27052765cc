"""Tells what was measured, where and with what, in markdown. Nothing is run here."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.bench import Finding
from tests.benchmarks.kept import Measured
from tests.benchmarks.measure import Cost

_MB, _GB = 10**6, 10**9
_PACKAGES = (
    "pyarrow",
    "pandas",
    "numpy",
    "prefect",
    "scikit-learn",
    "imbalanced-learn",
    "faiss-cpu",
    "scikit-learn-intelex",
)

_NOTE = """\
Whole processes, run in turn, the files in the page cache; medians, where not told
otherwise. CPU seconds are those of all cores: where other work shares the cores, they
are the fairer figure. Memory is resident, at its peak, in the largest process and in
all processes of a run. The notebook way writes the balanced table; ours writes a
holdout, lineage and a report as well and reads back what it wrote. The I/O limit
decodes the source once and writes as many rows as ours, each on all cores, and does
nothing else. With `--quick` tables are too small for most ratios to be reached."""


def findings_table(found: Sequence[Finding]) -> str:
    """Lay out what was to be reached, and whether it was.

    Args:
        found: In order.

    Returns:
        A markdown table.
    """
    rows = [
        (item.case, item.target, item.measured, "yes" if item.reached else "**no**")
        for item in found
    ]
    return table(("case", "to reach", "measured", "reached"), rows, "left")


def costs_table(costs: Mapping[str, Cost]) -> str:
    """Lay out what was run.

    Args:
        costs: By what it was.

    Returns:
        A markdown table.
    """
    rows = [
        (name, f"{c.wall:.1f}", f"{c.cpu:.1f}", _size(c.peak), _size(c.total))
        for name, c in costs.items()
    ]
    header = ("run", "wall, s", "CPU, s", "largest process, MB", "all, MB")
    return table(header, rows, "right")


def page(command: str, measured: Sequence[Measured]) -> str:
    """Put the tables on a page with the machine, the versions and the date.

    Args:
        command: What was typed.
        measured: What was found, and what was run for it.

    Returns:
        Markdown.
    """
    found = [finding for case in measured for finding in case.findings]
    costs = {what: cost for case in measured for what, cost in case.costs.items()}
    reached = sum(item.reached for item in found)
    loads = [case.load for case in measured]
    load = f"load while cases ended: {min(loads):.1f} to {max(loads):.1f}"
    took = f"time: {sum(case.minutes for case in measured):.1f} minutes"
    told = (f"command: `{command}`", *facts(), took, load)
    lines = "\n".join(f"- {fact}" for fact in told)
    parts = (
        f"# evenkeel: {reached} of {len(found)} figures reached",
        lines,
        findings_table(found),
        "## What was run",
        _NOTE,
        costs_table(costs),
    )
    return "\n\n".join(parts) + "\n"


def _size(count: float) -> str:
    return f"{count / _MB:,.0f}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], side: str) -> str:
    """Lay out rows in markdown, all columns but the first aligned to a side."""
    ruler = ["---", *["---:" if side == "right" else "---"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ruler, *rows))


def facts() -> list[str]:
    """Tell when, on what machine and with what versions this runs."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    cores = f"{os.cpu_count()} x {_processor()}, {memory:.0f} GB"
    versions = [f"{name} {_version(name)}" for name in _PACKAGES]
    system = [platform.system(), f"Python {platform.python_version()}"]
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"machine: {cores}",
        f"versions: {', '.join([*system, *versions])}",
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

"""Tells what was measured, where and with what, in markdown. Nothing is run here."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.cases import Comparison
from tests.benchmarks.measure import Cost

_MB, _GB = 10**6, 10**9
_PACKAGES = ("pyarrow", "pandas", "numpy", "scikit-learn", "imbalanced-learn")

_NOTE = """\
Medians of whole processes, run in turn, the files in the page cache. Wall seconds come
first, CPU seconds of all cores in brackets: where other work shares the cores, CPU is
the fairer figure. MB are the peak resident memory of the largest process. The notebook
way writes the balanced table; ours writes a holdout, lineage and a report as well and
reads back what it wrote. The limit decodes the source once and writes as many rows as
ours, each on all cores, and does nothing else."""


def comparison_table(found: Sequence[Comparison]) -> str:
    """Lay out ours against the notebook way and the I/O limit.

    Args:
        found: One for each strategy.

    Returns:
        A markdown table.
    """
    return _table(
        (
            "case",
            "ours, s",
            "notebook, s",
            "I/O limit, s",
            "faster",
            "of the limit",
            "ours, MB",
            "notebook, MB",
            "less memory",
        ),
        [_comparison(item) for item in found],
    )


def whole_run_table(found: Mapping[str, Cost]) -> str:
    """Lay out runs of the command on a small table.

    Args:
        found: The cost with each evaluator.

    Returns:
        A markdown table.
    """
    rows = [(name, _time(cost), _size(cost)) for name, cost in found.items()]
    return _table(("evaluator", "ours, s", "ours, MB"), rows)


def page(command: str, title: str, tables: Mapping[str, str]) -> str:
    """Put the tables on a page with the machine, the versions and the date.

    Args:
        command: What was typed.
        title: What was measured.
        tables: Tables under their headings.

    Returns:
        Markdown.
    """
    parts = [f"## {heading}\n\n{table}" for heading, table in tables.items()]
    facts = "\n".join(f"- {fact}" for fact in (f"command: `{command}`", *_facts()))
    return "\n\n".join([f"# {title}", facts, _NOTE, *parts]) + "\n"


def _comparison(item: Comparison) -> tuple[str, ...]:
    ours, notebook, limit = item.ours, item.notebook, item.limit
    return (
        f"{item.strategy} to 1:1",
        *map(_time, (ours, notebook, limit)),
        f"{notebook.wall / ours.wall:.1f}x ({notebook.cpu / ours.cpu:.1f}x)",
        f"{ours.wall / limit.wall:.1f}x ({ours.cpu / limit.cpu:.1f}x)",
        *map(_size, (ours, notebook)),
        f"{notebook.peak / ours.peak:.1f}x",
    )


def _time(cost: Cost) -> str:
    return f"{cost.wall:.1f} ({cost.cpu:.1f})"


def _size(cost: Cost) -> str:
    return f"{cost.peak / _MB:,.0f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ruler, *rows))


def _facts() -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    cores = f"{os.cpu_count()} x {_processor()}, {memory:.0f} GB"
    versions = [f"{name} {version(name)}" for name in _PACKAGES]
    system = [platform.system(), f"Python {platform.python_version()}"]
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"machine: {cores}, load {os.getloadavg()[-1]:.1f} over the last 15 minutes",
        f"versions: {', '.join([*system, *versions])}",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

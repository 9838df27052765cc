"""Lays out what the soak found, in markdown. Nothing is tried here."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.benchmarks.report import facts, table
from tests.soak.kept import Tried

_NOTE = """\
Runs are whole runs of the pipeline on a table of 376 mixed rows, with real, rejected
and synthetic rows, lineage and a report; without the evaluation, which writes nothing.
They run in forked children of one process, but for "whole runs", which are processes
started from the command line. "Whole" says that every manifest has its seal and every
listed file its bytes and sha256, read back. S3 (moto) is one process; S3 (Ceph) is
Ceph's own gateway, monitor and storage daemon, its data in memory; it is tried where it
is installed, and in a full soak only. Figures behind faults are the ratio of run times
to those without, in the same soak."""


def page(command: str, found: Sequence[Tried], left: Sequence[str] = ()) -> str:
    """Put the table on a page with the machine, the versions and the date.

    Args:
        command: What was typed.
        found: What was found, and when.
        left: Names of cases that were not asked for.

    Returns:
        Markdown.
    """
    reached = sum(item.record.reached is True for item in found)
    first = datetime.fromtimestamp(min(item.began for item in found), UTC)
    took = sum(item.seconds for item in found) / 60
    time = f"time: {took:.0f} minutes of cases, the first begun {first:%Y-%m-%d %H:%M}"
    parts = (
        f"# evenkeel: {reached} of {len(found)} laws of reliability held",
        "\n".join(f"- {line}" for line in (f"command: `{command}`", *facts(), time)),
        findings_table(found),
        *([f"Not tried this time: {', '.join(left)}."] if left else []),
        _NOTE,
    )
    return "\n\n".join(parts) + "\n"


def findings_table(found: Sequence[Tried]) -> str:
    """Lay out what was to be reached, and whether it was."""
    said = {True: "yes", False: "**no**", None: "not tried"}
    rows = [
        (*item[:4], f"{seconds / 60:.1f}", said[item.reached])
        for item, _, seconds in found
    ]
    header = ("case", "to reach", "tried", "found", "minutes", "reached")
    return table(header, rows, "left")

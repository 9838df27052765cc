"""What the command prints of the life of versions: lists for people, JSON for pipes.

What it prints of one version, and the terminal itself, is in console.
"""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from flows.console import print_json, terminal
from schemas.manifest import HistoryLine
from schemas.written import Check
from tasks.algorithms.captions import one_line
from tasks.storage.pruning import Pruned

_KEY_SHOWN = 8
_MINUTES = len("2024-05-01T02:30")


def show_history(lines: Sequence[HistoryLine], *, as_json: bool) -> None:
    """Print all versions of a dataset."""
    if as_json:
        print_json([line.model_dump(mode="json") for line in lines])
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("no.", "train", "holdout"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("strategy", "verdict", "run key", "stored (UTC)"):
        table.add_column(name, no_wrap=True)
    table.add_column("state")
    for line in lines:
        table.add_row(*map(Text, _cells(line)))
    out = terminal()
    out.print(table)
    out.print("Stored: when the storage, by its own clock, got the manifest.")


def _cells(line: HistoryLine) -> list[str]:
    restored = f"restores {line.restores}" if line.restores else ""
    return [
        str(line.version),
        *(_rows(line.train), _rows(line.holdout)),
        *(line.strategy or "", line.verdict or "", (line.run_key or "")[:_KEY_SHOWN]),
        (line.stored or "")[:_MINUTES].replace("T", " "),
        ", ".join(filter(None, [line.state, restored])),
    ]


def _rows(rows: int | None) -> str:
    return "" if rows is None else f"{rows:,}"


def show_pruned(found: Sequence[Pruned], *, dry_run: bool, as_json: bool) -> None:
    """Print what became of each version."""
    if as_json:
        lines = [one._asdict() for one in found]
        print_json({"dry_run": dry_run, "versions": lines})
        return
    out = terminal()
    done = "would be removed" if dry_run else "removed"
    for one in found:
        mark = ", " if one.removed else ": "
        fate = done if one.removed else "kept"
        out.print(Text(f"version {one.version} {fate}{mark}{one.note}"))


def show_checks(
    root: str, version: int, checks: Sequence[Check], *, as_json: bool
) -> None:
    """Print what was checked of a version."""
    if as_json:
        listed = [check.model_dump() for check in checks]
        good = all(check.success for check in checks)
        print_json({"root": root, "version": version, "ok": good, "checks": listed})
        return
    out = terminal()
    name = root.rpartition("/")[2]
    out.print(Text(f"{name}, version {version}", style="bold"))
    for check in checks:
        said = "ok    " if check.success else "FAILED"
        out.print(Text(f"{said} {check.name}: {one_line(check.note)}"))

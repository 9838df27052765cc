"""``make bench``: measures every case and writes RESULTS.md. Cases live in cases."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.cases import (
    EVALUATORS,
    STRATEGIES,
    compare,
    make_source,
    whole_run,
)
from tests.benchmarks.report import comparison_table, page, whole_run_table

_RESULTS = Path(__file__).with_name("RESULTS.md")
_QUICK_ROWS, _SMALL_ROWS = 500_000, 10_000


def main() -> None:
    """Measure, print the page, and keep it."""
    asked = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="evenkeel-bench-") as folder:
        tables = _measure(Path(folder), asked.rows, asked.pairs)
    command = shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]])
    told = page(command, f"evenkeel: {asked.rows:,} rows x 20 columns", tables)
    sys.stdout.write(told)
    asked.results.write_text(told, encoding="utf-8")


def _measure(folder: Path, rows: int, pairs: int) -> dict[str, str]:
    large, small = folder / "large.parquet", folder / "small.parquet"
    make_source(large, rows)
    make_source(small, _SMALL_ROWS)
    compared = [compare(name, large, pairs, _say) for name in STRATEGIES]
    started = {name: whole_run(name, small, pairs, _say) for name in EVALUATORS}
    return {
        f"{rows:,} rows, evaluation off": comparison_table(compared),
        f"{_SMALL_ROWS:,} rows, the whole command": whole_run_table(started),
    }


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    add = parser.add_argument
    add(
        "--quick",
        action="store_const",
        dest="rows",
        const=_QUICK_ROWS,
        help=f"{_QUICK_ROWS:,} rows, the default",
    )
    add("--rows", type=int, help="rows of the table; 5000000 is the yardstick")
    add("--pairs", type=int, default=3, help="runs of each, in turn (default: 3)")
    add(
        "--results",
        type=Path,
        default=_RESULTS,
        metavar="FILE.md",
        help="where the page is kept (default: RESULTS.md beside this program)",
    )
    parser.set_defaults(rows=_QUICK_ROWS)
    return parser


if __name__ == "__main__":
    main()

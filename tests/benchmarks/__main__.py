"""``make bench``: measures every case and writes RESULTS.md. Cases live in cases."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.cases import CASES
from tests.benchmarks.kept import measure_once
from tests.benchmarks.report import page

_RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Measure, print the page, and keep that of a whole run."""
    asked = _parser().parse_args()
    chosen = asked.case or list(CASES)
    with tempfile.TemporaryDirectory(prefix="evenkeel-bench-", dir=asked.dir) as folder:
        bench = Bench(Path(folder), not asked.quick, asked.pairs, _say)
        found = [
            measure_once(name, CASES[name], bench, asked.records) for name in chosen
        ]
    command = shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]])
    told = page(command, found)
    sys.stdout.write(told)
    results = asked.results or (None if asked.quick or asked.case else _RESULTS)
    if results:
        results.write_text(told, encoding="utf-8")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    add = parser.add_argument
    add("--quick", action="store_true", help="smaller tables: under five minutes")
    add("--case", choices=CASES, action="append", help="this alone; may be repeated")
    add("--pairs", type=int, default=3, help="runs of each, in turn (default: 3)")
    add("--dir", type=Path, help="where tables and outputs go: some 20 GB in full")
    add(
        "--records",
        type=Path,
        metavar="DIR",
        help="keep what each case found there, and measure only what is not there yet",
    )
    add(
        "--results",
        type=Path,
        metavar="FILE.md",
        help="where the page is kept (default: RESULTS.md here, for a full run)",
    )
    return parser


if __name__ == "__main__":
    main()

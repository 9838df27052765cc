"""``make soak``: tries every case and writes RELIABILITY.md. Cases live in cases."""

import argparse
import shlex
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.soak import ceph
from tests.soak.cases import CASES
from tests.soak.kept import try_once
from tests.soak.record import Soak
from tests.soak.report import page

_RESULTS = Path(__file__).parents[1] / "benchmarks" / "RELIABILITY.md"


def main() -> None:
    """Try, print the page, and keep that of a whole soak."""
    asked = _parser().parse_args()
    if absent := ceph.missing():
        _say(f"S3 by Ceph is not tried: {', '.join(absent)} are not installed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so servers stop too
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="evenkeel-soak-", dir=asked.dir) as folder:
        with_ceph = not asked.quick and not absent
        soak = Soak(Path(folder), not asked.quick, partial(_say_at, began), with_ceph)
        try:
            found = [
                try_once(name, partial(CASES[name], soak), asked.records)
                for name in asked.case or CASES
            ]
        finally:
            soak.close()
    command = shlex.join(["python", "-m", "tests.soak", *_without_folders()])
    left = [name for name in CASES if asked.case and name not in asked.case]
    told = page(command, found, left)
    sys.stdout.write(told)
    results = asked.results or (None if asked.quick or asked.case else _RESULTS)
    if results:
        results.write_text(told, encoding="utf-8")
    sys.exit(any(case.record.reached is False for case in found))


def _without_folders() -> list[str]:
    """Give what was typed, of paths of this machine the names alone."""
    words = sys.argv[1:]
    return [Path(word).name if Path(word).is_absolute() else word for word in words]


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _say_at(began: float, line: str) -> None:
    _say(f"{time.monotonic() - began:5.0f} s  {line}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    add = parser.add_argument
    add("--quick", action="store_true", help="fewer of everything: under two minutes")
    add("--case", choices=CASES, action="append", help="this alone; may be repeated")
    add("--dir", type=Path, help="where runs publish (default: the temporary folder)")
    add(
        "--records",
        type=Path,
        metavar="FOLDER",
        help="keep what each case found here; what is there is not tried again",
    )
    add(
        "--results",
        type=Path,
        metavar="FILE.md",
        help="where the page is kept (default: RELIABILITY.md, for a full soak)",
    )
    return parser


if __name__ == "__main__":
    main()

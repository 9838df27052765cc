"""A whole run on a disk that is too small: told, and nothing is left behind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets import DATA

ROOT = Path(__file__).parents[2]
NOT_PERMITTED = 77
SCRIPT = """
mount -t tmpfs -o size=600k tmpfs "$1" || exit 77
"$2" -m flows.cli run "$4" --target Type --evaluator none --no-prefect --output "$1" \
  || exit 1
"$2" -m flows.cli run "$3" --target income --evaluator none --no-prefect \
  --strategy random_over --output "$1"
echo "exit $?"
find "$1" -name 'part-*' | grep -c adult
"$2" -m flows.cli show "$1/glass" --json | cut -c1-40
"""


def test_a_run_on_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("mounting a small disk takes unshare(1)")
    sources = [str(DATA / "adult.parquet"), str(DATA / "glass.parquet")]
    done = subprocess.run(  # noqa: S603 - our own command, on a disk of its own
        [
            *(
                unshare,
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                SCRIPT,
                "sh",
            ),
            *(str(tmp_path), sys.executable, *sources),
        ],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=240,
    )
    if done.returncode == NOT_PERMITTED or "unshare" in done.stderr:
        pytest.skip("mounting a small disk is not permitted here")
    lines = done.stdout.splitlines()
    assert "exit 2" in lines, done.stderr
    assert lines[lines.index("exit 2") + 1] == "0"
    assert lines[-1].startswith('{"dataset": "glass", "version": 1')
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr

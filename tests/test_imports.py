"""What a command imports: it starts as fast as what it does allows, and no slower."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.data import write_source
from tests.project import ROOT

SLOW = {
    *("prefect", "pandas", "pandera", "scipy", "sklearn", "imblearn", "sklearnex"),
    *("faiss", "matplotlib", "jinja2", "httpx", "boto3", "obstore", "distributed"),
}
CONTRACT = {"pandas", "pandera"}
REPORT = {"matplotlib", "jinja2"}


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (
            "run s.parquet --target y --strategy random_under --evaluator none --json",
            CONTRACT | REPORT,
        ),
        ("survey s.parquet --target y", CONTRACT),
        ("show s", set()),
        ("versions s", set()),
        ("verify s", set()),
    ],
)
def test_a_command_imports_what_it_needs(
    words: str, needed: set[str], folder: Path
) -> None:
    """Prefect alone takes longer to import than a small dataset to balance."""
    assert _loaded_by(words, folder) & SLOW == needed


def test_what_takes_long_to_run_imports_no_prefect_either(tmp_path: Path) -> None:
    modules = (
        "flows.comparison, flows.leaderboard_table, flows.walk, tasks.unbalancing, "
        "flows.batch_command, flows.batch_file, tasks.batch"
    )
    assert "prefect" not in _loaded_after(f"import sys, {modules}", tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish version 1 of a small dataset, where nobody configured anything."""
    made = tmp_path_factory.mktemp("laptop")
    write_source(made / "s.parquet", 1_000)
    request = "run s.parquet --target y --strategy random_over --evaluator none"
    _loaded_by(request, made)
    return made


def _loaded_by(words: str, folder: Path) -> set[str]:
    """List what a command imports."""
    program = f"""
import sys
from flows.cli import main
assert main({words.split()}) == 0
"""
    return _loaded_after(program, folder)


def _loaded_after(program: str, folder: Path) -> set[str]:
    """List what is imported at the end of a program, in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", f"{program}\nprint(*sys.modules, file=sys.stderr)"],
        cwd=folder,
        env={**kept, "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.splitlines()[-1].split())

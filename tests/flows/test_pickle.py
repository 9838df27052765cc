"""Nothing that lies in a source or an output is ever unpickled."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.project import ROOT


class _Attack:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


def _source(folder: Path, payload: bytes) -> Path:
    """Write a table whose columns and metadata ask to be unpickled."""
    told = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": payload,
    }
    fields = [
        pa.field("y", pa.string()),
        pa.field("x", pa.int64(), metadata=told),
        pa.field("note", pa.string()),
    ]
    rows = [["a"] * 60 + ["b"] * 30, list(range(90)), [payload.hex()] * 90]
    table = pa.table(rows, schema=pa.schema(fields, {"pandas": payload}))
    pq.write_table(table, folder / "t.parquet")
    return folder / "t.parquet"


def _run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "tests.flows.unpickled", *words],
        env={**os.environ, "PREFECT_HOME": str(folder / "home")},
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )


def test_the_watch_sees_what_is_unpickled(tmp_path: Path) -> None:
    """Else the test below could not fail."""
    payload = pickle.dumps(_Attack(tmp_path / "mark"))
    script = (
        "import sys, pickle; from tests.flows import unpickled as u; "
        "sys.addaudithook(u._watch); "
        f"pickle.loads({payload!r}); print(u.FOUND)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert "posix.mkdir" in done.stdout
    assert (tmp_path / "mark").is_dir()


@pytest.mark.parametrize("place", ["source", "output"])
def test_nothing_found_in_storage_is_unpickled(tmp_path: Path, place: str) -> None:
    mark, out = tmp_path / "mark", tmp_path / "out"
    payload = pickle.dumps(_Attack(mark))
    source = _source(tmp_path, payload if place == "source" else b"")
    words = ["run", str(source), "--target", "y", "--ignore", "note", "--no-prefect"]
    words += ["--output", str(out), "--strategy", "smote"]
    done = _run(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    if place == "output":
        planted = ["latest.json", "_watch/a.json", "data/x/scratch/found.parquet"]
        for path in [*planted, "data/x/held-back.json", "_commits/0.json"]:
            (out / "t" / path).parent.mkdir(parents=True, exist_ok=True)
            (out / "t" / path).write_bytes(payload)
        done = _run(*words, "--force", folder=tmp_path)
        assert done.returncode in {0, 1}, done.stderr
        shown = _run("show", str(out / "t"), folder=tmp_path)
        assert "unpickled: []" in shown.stdout
    assert "unpickled: []" in done.stdout
    assert not mark.exists()

"""`evenkeel run` of several datasets: what it prints, and its exit codes."""

import json
import re
from pathlib import Path

import pytest

from flows import pipeline
from flows.cli import main
from tests.datasets import DATA

FILE = f"""
defaults: {{evaluation: {{evaluator: none}}}}
datasets:
  - {{source: {DATA}/glass.parquet, target: Type, name: panes}}
  - {{source: {DATA}/no_such.parquet, target: Type}}
  - {{source: {DATA}/ecoli.parquet, target: class}}
"""


def _run(folder: Path, text: str, *options: str) -> int:
    path = folder / "batch.yaml"
    path.write_text(text, encoding="utf-8")
    words = ["--config", str(path), "--output", str(folder / "out"), "--no-prefect"]
    return main(["run", *words, *options])


def test_one_that_fails_does_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, FILE) == 2
    out, err = capsys.readouterr()
    lines = [re.sub("[│\\s]+", " ", line).strip() for line in out.splitlines()]
    assert lines[0] == "3 datasets: 1 failed, 2 published"
    assert "panes published not evaluated 214 366 1" in lines
    assert "ecoli published not evaluated 336 912 1" in lines
    assert re.match(rf"{DATA}/no_such.parquet: .*does not exist", lines[-1])
    assert f"1 of 3 datasets failed: {DATA}/no_such"[:60] in err
    assert re.search(r"^panes: resample: 214 rows in ", err, re.MULTILINE)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"panes", "ecoli"}


def test_json_is_one_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = FILE.replace("no_such", "hypothyroid").replace(
        "hypothyroid.parquet, target: Type", "hypothyroid.parquet, target: Class"
    )
    assert _run(tmp_path, good, "--json", "--concurrency", "3") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["failed"] == 0
    names = [one["dataset"] for one in record["datasets"]]
    assert names == ["panes", "hypothyroid", "ecoli"]
    assert [one["version"] for one in record["datasets"]] == [1, 1, 1]
    assert _run(tmp_path, good, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert {one["status"] for one in again["datasets"]} == {"unchanged"}
    assert _run(tmp_path, FILE, "--json") == 2
    record = json.loads(capsys.readouterr().out)
    assert (record["failed"], record["datasets"][1]["status"]) == (1, "failed")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILE.replace("ecoli", "glass").replace("panes", "glass"), "called 'glass'"),
        (
            FILE.replace("target: class", "target: class, holdout: 2"),
            "entry 3: holdout",
        ),
        ("datasets: [", "cannot be read"),
        ("- source\n", "entry 1 is no mapping"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, text) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert not (tmp_path / "out").exists()


def test_what_no_user_can_mend_has_another_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by 0")

    monkeypatch.setattr(pipeline, "balance_dataset", break_down)
    assert _run(tmp_path, FILE) == 1
    assert "panes: ZeroDivisionError: by 0" in capsys.readouterr().out

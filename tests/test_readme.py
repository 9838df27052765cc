"""The README is true: its commands run, its output and its table are real."""

import contextlib
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli import main
from tests.reference import config_table, samplers_table
from tests.soak.quote import KEPT, requoted

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Stand in a folder with the shipped data and the files shown, no version yet."""
    place = tmp_path_factory.mktemp("visit")
    (place / "tests").symlink_to(ROOT / "tests")
    for kind, text in BLOCKS:
        if kind == "yaml" and (named := re.match(r"# (\w+\.yaml)\n", text)):
            (place / named[1]).write_text(text, encoding="utf-8")
    with contextlib.chdir(place):
        yield place


def _lines(language: str, start: str) -> list[str]:
    blocks = [text for kind, text in BLOCKS if kind == language]
    return [
        line for text in blocks for line in text.splitlines() if line.startswith(start)
    ]


def _run(line: str) -> str:
    words = shlex.split(line, comments=True)[1:]
    if words[0] == "run":
        words.append("--no-prefect")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(words) == 0
    return out.getvalue()


def _without_names_of_runs(text: str) -> str:
    named = re.sub(r"[0-9a-f]{16}-[0-9a-f]{12}", "RUNKEY-ATTEMPT", text).strip()
    return "\n".join(line.rstrip() for line in named.splitlines())


def _measured(text: str) -> tuple[str, list[float]]:
    """Part the scores from the rest, which must agree to the letter."""
    score = r"[+-]?\d\.\d{3}\b"
    return re.sub(score, "SCORE", text), list(map(float, re.findall(score, text)))


def test_every_target_of_make_exists() -> None:
    for line in _lines("sh", "make"):
        target = line.split()[1]
        done = subprocess.run(  # noqa: S603 - a target named in our own README
            ["make", "-n", target],  # noqa: S607 - the make that is installed
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, target


def test_the_commands_run_and_the_first_prints_what_is_shown(visited: Path) -> None:
    lines = _lines("sh", "evenkeel")
    outputs = [_run(line) for line in lines]
    shown = next(text for kind, text in BLOCKS if kind == "text")
    words, numbers = _measured(_without_names_of_runs(outputs[0]))
    told, figures = _measured(_without_names_of_runs(shown))
    assert words == told
    assert numbers == pytest.approx(figures, abs=0.02)  # other machines round otherwise
    again = next(n for n, line in enumerate(lines) if "nothing to do" in line)
    assert outputs[again].startswith("Nothing to do")
    many = next(n for n, line in enumerate(lines) if "many.yaml" in line)
    assert _timeless(outputs[many]) in [
        _timeless(text) for kind, text in BLOCKS if kind == "text"
    ]
    assert (visited / "balanced").is_dir()


def _timeless(text: str) -> list[str]:
    """Leave out times, sizes, which a word more in a report moves, and run keys."""
    text = re.sub(r"\b[0-9a-f]{8}\b", "RUNKEY", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD hh:mm", text)
    text = re.sub(r"\d+ (s|min) ago", "N s ago", text)
    text = re.sub(r"[\d,]+ bytes", "N bytes", text)
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_life_of_versions_is_as_shown(visited: Path) -> None:
    assert (visited / "balanced" / "panes").is_dir()
    shown = [_timeless(text) for kind, text in BLOCKS if kind == "text"]
    for line in ("versions panes", "verify panes", "prune panes --keep 1"):
        assert _timeless(_run(f"evenkeel {line}")) in shown
    again = next(line for line in _lines("sh", "evenkeel") if "leaves it alone" in line)
    assert _run(again).startswith("Nothing was published: version 3 of panes stays.")


def test_the_python_blocks_run_one_after_another(
    visited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert visited == Path.cwd()
    names: dict[str, object] = {}
    for text in (text for kind, text in BLOCKS if kind == "python"):
        exec(compile(text, "README.md", "exec"), names)  # noqa: S102 - our own README
    assert "published" in capsys.readouterr().out


def test_the_layout_is_the_one_on_disk(visited: Path) -> None:
    shown = set(re.findall(r"RUNKEY-ATTEMPT/(\w+)/", README))
    (data,) = (visited / "balanced" / "ecoli" / "data").iterdir()
    assert {path.name for path in data.iterdir()} <= shown
    latest = json.loads((visited / "balanced/ecoli/latest.json").read_text())
    assert (visited / "balanced/ecoli" / latest["manifest"]).is_file()


def test_the_configuration_table_is_that_of_the_model() -> None:
    assert config_table() in README


def test_the_table_of_samplers_is_that_of_the_library() -> None:
    assert samplers_table() in README


def test_what_it_says_of_reliability_is_what_was_kept() -> None:
    assert requoted(README, KEPT.read_text("utf-8")) == README

"""What is shown of the stages while they run, in a terminal and in a pipe."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from flows.cli import main
from flows.live import progress, progress_of
from tasks.algorithms.pace import advance, begin, finish
from tests.datasets import DATA
from tests.project import until

_WIDTH = 90
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Screen:
    """A terminal of the system's, and what was written to it."""

    def __init__(self, leader: int) -> None:
        """Read all the time, for a full terminal makes who writes to it wait."""
        self._leader, self._raw = leader, b""
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # Linux's word for: nobody writes any more
            while some := os.read(self._leader, 1 << 16):
                self._raw += some

    def text(self) -> str:
        """Give all that was written until now, without what moves the cursor."""
        return _CONTROL.sub("", self._raw.decode(errors="ignore"))

    def until(self, words: str) -> None:
        """Wait until something is written."""
        until(lambda: words in self.text(), f"{words!r} on the screen")


@contextmanager
def _terminal(width: int = _WIDTH) -> Iterator[Screen]:
    """Make stderr a terminal."""
    leader, follower = os.openpty()
    screen = Screen(leader)
    with os.fdopen(follower, "w") as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        patch.setattr(sys, "stderr", terminal)
        yield screen
    screen.reader.join()
    os.close(leader)


def test_a_terminal_has_one_line_that_is_rewritten() -> None:
    now = time.monotonic()
    with _terminal() as screen, progress() as report:
        pace = begin(5_000_000, now - 100)
        report("resample", advance(pace, 1_000_000, now - 80))
        screen.until("1,000,000 of 5,000,000 rows")
        pace = advance(advance(pace, 1_000_000, now - 80), 1_000_000, now)
        report("resample", pace)
        screen.until("2,000,000 of 5,000,000 rows, 20,000 rows/s, 2 min ")
        report("search", begin(0, now))
        screen.until("search")
    lines = re.split(r"[\r\n]+", screen.text())
    assert max(map(len, lines)) <= _WIDTH
    assert screen.text().count("\n") <= 1


def test_what_a_stage_came_to_stays() -> None:
    with _terminal() as screen, progress() as report:
        report("verify", begin(0, 0.0))
        report("verify", finish(begin(0, 0.0), 20.0, 10_000))
        report("publish", finish(begin(0, 20.0), 21.0))
    assert "verify: 10,000 rows in 20 s, 500 rows/s\r\n" in screen.text()
    assert "publish" not in screen.text()


def test_several_datasets_have_a_line_each_until_they_end() -> None:
    now = time.monotonic()
    with _terminal() as screen, progress() as report:
        with (
            suppress(ArithmeticError),
            progress_of("glass", report) as one,
            progress_of("ecoli", report) as other,
        ):
            one("resample", begin(5_000, now))
            other("search", begin(7_000, now))
            screen.until("glass: resample")
            screen.until("ecoli: search")
            one("verify", finish(begin(0, 0.0), 20.0, 10_000))
            raise ArithmeticError  # a run that fails leaves no line behind
        before = len(screen.text())
        report("plan", begin(0, now), "panes")
        screen.until("panes: plan")
    assert "glass: verify: 10,000 rows in 20 s, 500 rows/s\r\n" in screen.text()
    assert "ecoli: search" not in screen.text()[before:].partition("panes: plan")[2]


def test_a_narrow_terminal_cuts_the_line() -> None:
    with _terminal(50) as screen, progress() as report:
        report("resample", begin(5_000_000, time.monotonic()))
        screen.until("0 of")
    lines = re.split(r"[\r\n]+", screen.text())
    assert max(map(len, lines)) <= 50
    assert screen.text().count("\n") <= 1


def test_a_pipe_has_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as report:
        report("resample", begin(5_000, 0.0))
        report("resample", advance(begin(5_000, 0.0), 1_000, 5.0))
        report("resample", finish(begin(0, 0.0), 20.0, 5_000))
    assert capsys.readouterr().err == "resample: 5,000 rows in 20 s, 250 rows/s\n"


def test_a_run_tells_its_stages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(DATA / "ecoli.parquet"), "--target", "class", "--output"]
    with _terminal() as screen:
        assert main(["run", *words, str(tmp_path), "--no-prefect"]) == 0
    said = re.findall(r"(\w+): [\d,]+ rows in ", screen.text())
    assert "ecoli, version 1" in capsys.readouterr().out
    stages = ["survey", "plan", "resample", "search", "synthesise"]
    assert said == [*stages, "evaluate", "verify"]

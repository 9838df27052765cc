"""Every version is told, whatever became of it."""

import os
from pathlib import Path

import pytest

from schemas.manifest import HistoryLine
from tasks.history import history
from tasks.storage.commits import manifest_path
from tasks.storage.held_back import hold_back
from tasks.storage.restoring import restore
from tasks.storage.workspace import begin, write_bytes
from tests.storage.drafts import draft
from tests.storage.places import KEYS, NAME, output_of, publish_all

NOW = "2024-05-02T03:00:00+00:00"


@pytest.fixture(params=["disk", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return output_of(request, tmp_path)


def test_nothing_has_no_history(output: str) -> None:
    assert history(f"{output}/{NAME}") == ()


def test_published_restored_and_held_back_are_told(output: str) -> None:
    root, (first, *_) = publish_all(output, KEYS[:2])
    restore(root, first, NOW, "me")
    held = begin(output, NAME, KEYS[2])
    hold_back(held, draft(held, [write_bytes(held, "x.bin", b"held")]))
    lines = history(root)
    assert [line.version for line in lines] == [1, 2, 3, 4]
    assert [line.state for line in lines] == ["", "", "published", "held back"]
    assert [line.restores for line in lines] == [None, None, 1, None]
    assert [line.run_key for line in lines] == [KEYS[0], KEYS[1], KEYS[0], KEYS[2]]
    assert all(line.stored and line.stored.endswith("+00:00") for line in lines)


def test_the_time_is_that_of_the_storage(tmp_path: Path) -> None:
    root, _ = publish_all(str(tmp_path), KEYS[:1])
    os.utime(Path(root, manifest_path(1)), (1_714_532_400, 1_714_532_400))
    (line,) = history(root)
    assert line.stored == "2024-05-01T03:00:00+00:00"


def test_a_damaged_version_hides_no_other(tmp_path: Path) -> None:
    root, _ = publish_all(str(tmp_path), KEYS[:3])
    Path(root, manifest_path(2)).write_text("{}")
    first, second, third = history(root)
    assert second == HistoryLine(version=2, stored=second.stored, state="damaged")
    assert (first.verdict, third.state) == ("not evaluated", "published")

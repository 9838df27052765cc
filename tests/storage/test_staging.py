"""What a killed run left is found by its id, and nothing else ever is."""

from pathlib import Path
from uuid import uuid4

import pytest

from schemas.errors import UserError
from schemas.written import Attempt
from tasks.storage.commits import HELD_BACK, commit
from tasks.storage.staging import abandoned
from tasks.storage.workspace import begin, directory, discard, write_bytes
from tests.storage.drafts import draft

KEY = "a1" * 32


def folders(attempts: tuple[Attempt, ...]) -> set[str]:
    return {directory(attempt) for attempt in attempts}


def test_all_attempts_of_a_run_are_found_and_no_others(tmp_path: Path) -> None:
    run, other = str(uuid4()), str(uuid4())
    mine = {directory(begin(str(tmp_path), name, KEY, run)) for name in ("a", "b", "b")}
    for owner in (other, ""):
        begin(str(tmp_path), "b", KEY, owner)
    found = abandoned(str(tmp_path), run)
    assert folders(found) == mine
    assert len(mine) == 3
    for attempt in found:
        discard(attempt)
    assert abandoned(str(tmp_path), run) == ()
    assert len(list(tmp_path.glob("*/data/*"))) == 2


def test_what_is_a_version_is_not_abandoned(tmp_path: Path) -> None:
    run = str(uuid4())
    published, held, lost = (begin(str(tmp_path), "toy", KEY, run) for _ in range(3))
    commit(published, draft(published, [write_bytes(published, "x", b"fine")]))
    (Path(directory(held)) / HELD_BACK).touch()
    assert folders(abandoned(str(tmp_path), run)) == {directory(lost)}


def test_an_output_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert abandoned(str(tmp_path / "none"), str(uuid4())) == ()


@pytest.mark.parametrize("owner", ["", "*", "..", "[ab]"])
def test_an_owner_is_no_pattern(owner: str, tmp_path: Path) -> None:
    begin(str(tmp_path), "toy", KEY, "abc")
    with pytest.raises(ValueError, match="not a plain relative path"):
        abandoned(str(tmp_path), owner)


def test_an_output_that_cannot_be_a_path_is_told() -> None:
    with pytest.raises(UserError, match="not supported"):
        abandoned("ftp://x", str(uuid4()))

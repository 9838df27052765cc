"""Who lists files and who removes them see each other, whoever comes first."""

from pathlib import Path

import pytest

from schemas.errors import TransientError, VerificationError
from schemas.written import Attempt
from tasks.storage.commits import commit, is_committed, read_head
from tasks.storage.held_back import hold_back
from tasks.storage.pins import MARKS, PINS, marked, pinned, told
from tasks.storage.stores import store_at
from tasks.storage.workspace import begin, discard, write_bytes
from tests.storage.drafts import draft
from tests.storage.places import KEYS, NAME, output_of

FOLDER = "data/aaaa-bbbb"


@pytest.fixture(params=["disk", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return output_of(request, tmp_path)


def test_a_pin_is_there_as_long_as_the_body(output: str) -> None:
    with pinned(output, FOLDER, "me"), pinned(output, FOLDER, "you"):
        assert list(told(output, PINS)) == [FOLDER]
    assert not told(output, PINS)
    left = {item.path for item in store_at(output).below("")}
    assert left <= {"_commits/probe"}  # of a bucket, whether it keeps what is there


def test_what_is_marked_cannot_be_pinned(output: str) -> None:
    with marked(output, FOLDER):
        with (
            pytest.raises(
                VerificationError, match=r"being removed.*remove .*_removals"
            ),
            pinned(output, FOLDER, "me"),
        ):
            raise AssertionError
        with pinned(output, f"{FOLDER}b", "me"):
            pass
        assert not told(output, PINS)
    with pinned(output, FOLDER, "me"):
        pass


def test_a_pin_stays_where_no_one_knows_the_end(output: str) -> None:
    with pytest.raises(TransientError), pinned(output, FOLDER, "me"):
        raise TransientError("lost")
    assert list(told(output, PINS)) == [FOLDER]
    with pinned(output, FOLDER, "me"):  # the same one tries again
        pass
    assert not told(output, PINS)


@pytest.mark.parametrize("error", [KeyError, VerificationError])
def test_a_mark_goes_with_an_error_that_did_nothing(
    output: str, error: type[Exception]
) -> None:
    with pytest.raises(error), marked(output, FOLDER):
        raise error("no")
    assert not told(output, MARKS)


def _written(output: str) -> Attempt:
    attempt = begin(output, NAME, KEYS[0])
    write_bytes(attempt, "report/report.md", b"fine")
    return attempt


@pytest.mark.parametrize("finish", [commit, hold_back])
def test_a_run_whose_files_are_about_to_go_publishes_nothing(
    output: str,
    finish: object,
) -> None:
    attempt = _written(output)
    folder = f"data/{attempt.run_key[:16]}-{attempt.attempt}"
    with marked(attempt.root, folder), pytest.raises(VerificationError, match="looked"):
        finish(attempt, draft(attempt))  # type: ignore[operator] # one of two functions
    assert read_head(attempt.root) is None
    assert not is_committed(attempt)
    assert finish(attempt, draft(attempt)).version == 1  # type: ignore[operator] # same


def test_files_stay_while_no_one_knows_whether_they_are_published(output: str) -> None:
    attempt = _written(output)
    folder = f"data/{attempt.run_key[:16]}-{attempt.attempt}"
    with pytest.raises(TransientError), pinned(attempt.root, folder, "run"):
        raise TransientError("lost")
    discard(attempt)
    assert len(store_at(attempt.root).below("data")) == 1
    assert commit(attempt, draft(attempt)).version == 1
    assert not told(attempt.root, PINS)

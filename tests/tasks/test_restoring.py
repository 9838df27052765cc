"""A rollback holds through the nights that follow, until something changes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError, VerificationError
from schemas.records import Outcome
from tasks.algorithms.endings import ending, ending_line
from tasks.algorithms.narration import narrate
from tasks.auditing import audit
from tasks.events import payload
from tasks.published import find_published
from tasks.publishing import publish
from tasks.restoring import number_of, roll_back
from tasks.running import DirectRunner
from tasks.storage.commits import numbers
from tasks.storage.places import places
from tasks.storage.workspace import absolute
from tasks.survey import survey_source
from tests.s3 import S3
from tests.tasks.attempts import config_of, mixed_table


def _run(config: BalanceConfig, **options: bool) -> Outcome:
    return balance_dataset(config, DirectRunner(), **options)


def _good_and_bad(folder: Path, **fields: object) -> tuple[BalanceConfig, Outcome]:
    """Publish a version, and one to regret; give the config of all nights to come."""
    _run(config_of(folder, **fields))
    nightly = config_of(folder, seed=1, **fields)
    return nightly, _run(nightly)


def _change(config: BalanceConfig, rows: int = 300) -> None:
    pq.write_table(mixed_table().slice(0, rows), config.source)


def test_a_rollback_holds_through_the_next_night(tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path)
    made, is_new = roll_back(bad.root, 1)
    assert (made.version, is_new) == (3, True)
    night, another = _run(nightly), _run(nightly)
    assert night == another
    assert (night.status, night.manifest) == ("rolled back", made)
    assert night.evidence is None
    assert numbers(bad.root) == [1, 2, 3]
    title, why = ending(night)
    assert title == "Nothing was published: version 3 of mixed stays"
    assert "Version 3, which restores version 1, stays until one of them" in why
    assert "--force" in why
    assert ending_line(night) == "Version 3: rolled back"
    assert payload(night)["reason"] == why
    found = find_published.fn(nightly, survey_source.fn(nightly))
    assert narrate(found) == "what this run would make was rolled back to 3"
    assert "Version 3: rolled back" not in narrate(_run(nightly, force=True))


def test_a_night_of_what_was_restored_finds_nothing_to_do(tmp_path: Path) -> None:
    _, bad = _good_and_bad(tmp_path)
    made, _ = roll_back(bad.root, 1)
    again = _run(config_of(tmp_path))
    assert (again.status, again.manifest) == ("unchanged", made)
    assert payload(again)["restores"] == 1
    assert payload(bad)["restores"] is None
    assert Path(places(bad.root, made)["train"]).is_dir()


@pytest.mark.parametrize("what", ["source", "config", "force"])
def test_what_is_new_or_forced_is_published(what: str, tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path)
    roll_back(bad.root, 1)
    if what == "source":
        _change(nightly)
    elif what == "config":
        nightly = config_of(tmp_path, seed=2)
    night = _run(nightly, force=what == "force")
    assert (night.status, night.manifest.version) == ("published", 4)
    assert _run(nightly).status == "unchanged"


def test_it_holds_when_what_was_rolled_back_is_pruned(tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path)
    roll_back(bad.root, 1)
    Path(bad.root, "_commits", f"{2:020d}.json").unlink()
    assert _run(nightly).status == "rolled back"


def test_a_run_that_was_at_work_meanwhile_gives_way(tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path)
    made = None

    class Interrupted(DirectRunner):
        """Has someone roll back just before the commit."""

        def __call__(self, stage, *args):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN204 - as the runner's
            nonlocal made
            if stage is publish:
                made, _ = roll_back(bad.root, 1)
            return super().__call__(stage, *args)

    late = balance_dataset(nightly, Interrupted(), force=True)
    assert (late.status, late.manifest) == ("rolled back", made)
    assert numbers(bad.root) == [1, 2, 3]
    assert len(list(Path(bad.root, "data").iterdir())) == 2


def test_what_is_restored_passes_every_check(tmp_path: Path) -> None:
    _, bad = _good_and_bad(tmp_path)
    roll_back(bad.root, 1)
    assert all(check.success for check in audit(bad.root, 3))


def test_once_more_it_is_pointed_to_if_the_first_was_killed(tmp_path: Path) -> None:
    _, bad = _good_and_bad(tmp_path)
    latest = Path(bad.root, "latest.json")
    former = latest.read_bytes()
    made, _ = roll_back(bad.root, 1)
    latest.write_bytes(former)  # as if killed between the commit and this
    assert roll_back(bad.root, 1) == (made, False)
    assert all(check.success for check in audit(bad.root, 3))


def test_in_a_bucket_it_is_the_same(s3: S3, tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path, output=f"s3://{s3.bucket()}/out")
    made, _ = roll_back(bad.root, 1)
    assert _run(nightly).manifest == made
    assert all(check.success for check in audit(bad.root, 3))


def test_what_was_harmed_is_not_restored(tmp_path: Path) -> None:
    _, bad = _good_and_bad(tmp_path)
    first = _run(config_of(tmp_path), force=True)
    entry = first.manifest.files[0]
    path = Path(absolute(first.root, entry.path))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    roll_back(bad.root, 2)
    with pytest.raises(VerificationError, match=f"not restored: .*{entry.path}"):
        roll_back(bad.root, 3)
    assert numbers(bad.root) == [1, 2, 3, 4]


@pytest.mark.parametrize("number", [0, -1, 3, 10**20])
def test_a_version_that_is_not_there_is_told(number: int, tmp_path: Path) -> None:
    _, bad = _good_and_bad(tmp_path)
    with pytest.raises(UserError, match=f"no version {number} at .* newest are 1, 2 "):
        number_of(bad.root, number)
    assert number_of(bad.root, None) == 2


def test_the_source_is_not_needed(tmp_path: Path) -> None:
    nightly, bad = _good_and_bad(tmp_path)
    Path(nightly.source).unlink()
    made, _ = roll_back(bad.root, 1)
    assert isinstance(pq.read_table(places(bad.root, made)["train"]), pa.Table)

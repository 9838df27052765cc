"""What stages found, told in one line of a log."""

import pytest

from schemas.manifest import Manifest, Search
from schemas.plan import Schedule
from schemas.records import Evidence, Published
from schemas.survey import Rejection
from schemas.tournament import Compared
from schemas.written import Attempt, Check, FileEntry, ShardResult
from tasks.algorithms.narration import narrate
from tasks.algorithms.passport import draw_up
from tests import evidence, matches

EVIDENCE = (evidence.binary(), evidence.many(), evidence.undersampled())
ATTEMPT = Attempt(root="/out/x", run_key="k" * 64, attempt="abc")


def _file(path: str, rows: int | None) -> FileEntry:
    return FileEntry(path=path, rows=rows, bytes=1_000, sha256="0" * 64)


def _manifest(parent: int | None) -> Manifest:
    attempt = ATTEMPT.model_copy(update={"parent": parent})
    files = [_file("data/a/train/part-00000.parquet", 10)]
    return draw_up(evidence.binary(), attempt, files, [], "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_line_is_one_line_whatever_the_labels(made: Evidence) -> None:
    for found in filter(None, (made.survey, made.plan, made.evaluation)):
        line = narrate(found)
        assert line
        assert line.isprintable()


def test_a_survey_names_its_extremes() -> None:
    survey = evidence.binary().survey.model_copy(
        update={
            "rows": 1_012,
            "counts": {"no": 1_000, "yes": 10},
            "rejections": (Rejection(label=None, reason="null", rows=2),),
        }
    )
    line = narrate(survey)
    assert "1,012 rows" in line
    assert "2 classes from 10 (yes) to 1,000 (no), 2 rows rejected" in line


def test_shards_add_up() -> None:
    one = ShardResult(files=(), holdout=1, kept=2, dropped=3, rejected=4)
    line = "4 rows kept for training, 2 held out, 6 dropped, 8 rejected"
    assert narrate([one, one]) == line


def test_made_rows_are_told_without_their_lineage() -> None:
    made = [
        (_file("data/a/train/synthetic-0.parquet", 7), _file("data/a/lineage/0", 7)),
        (_file("data/a/train/synthetic-1.parquet", 5), _file("data/a/lineage/1", 5)),
    ]
    assert narrate(made) == "12 synthetic rows in 4 files of 4,000 bytes"
    report = (_file("data/a/report/report.md", None),)
    assert narrate(report) == "1 file of 1,000 bytes"


def test_the_least_sure_search_is_told() -> None:
    whole = Search(label="a", donors=1_000, k=5, method="exact", recall=1)
    part = Search(label="b", donors=70_000, k=5, method="faiss", recall=0.9726)
    assert narrate([whole, part]) == (
        "neighbours of 71,000 rows of 2 classes, recall 0.973 or better (faiss)"
    )
    cut = part.model_copy(update={"blocks": 300})
    assert narrate([whole, cut]).endswith("(faiss), 1 class in blocks from a file")
    assert narrate([whole]) == (
        "neighbours of 1,000 rows of 1 class, recall 1.000 (exact)"
    )


def test_what_is_published_is_told() -> None:
    same = _manifest(None)
    assert "nothing" in narrate(Published(version=None, unchanged=None))
    assert "another source" in narrate(Published(version=2, unchanged=None))
    known = Published(version=same.version, unchanged=same)
    assert "what this run would make" in narrate(known)


def test_an_ending_is_told() -> None:
    made = evidence.outcome_of(evidence.binary(), parent=3)
    assert narrate(made).startswith("version 4, ")
    assert narrate(made).endswith(" training rows in 1 file")
    aside = evidence.outcome_of(evidence.drifted(), "held back", 3)
    assert narrate(aside).startswith("Held back: hurt, v3 stays, ")
    again = aside.model_copy(update={"evidence": None})
    assert narrate(again).startswith("Still held back: hurt, ")


def test_drift_is_told() -> None:
    line = narrate(evidence.drifted().drift)
    assert line.startswith("Since version 4 the class priors moved")
    assert line.isprintable()


def test_an_attempt_names_what_it_follows() -> None:
    assert narrate(ATTEMPT) == "attempt abc"
    after = ATTEMPT.model_copy(update={"parent": 3})
    assert narrate(after) == "attempt abc, after version 3"


def test_checks_are_named() -> None:
    checks = (Check(name="bytes", success=True, note=""),)
    assert narrate(checks) == "1 check passed: bytes"


def test_a_tournament_is_told() -> None:
    results = matches.results(dict.fromkeys(matches.field(), 0.0))
    played = tuple(one.match for one in results)
    plan = evidence.binary().plan
    line = narrate(Schedule(plan=plan, matches=played))
    candidates, folds = len(matches.field()), matches.FOLDS * matches.REPEATS
    assert line.endswith(f"matches of {candidates} candidates in {folds} folds")
    assert narrate(results).startswith(f"{len(results):,} matches played, ")
    assert narrate(results[:1]).startswith("1 match played, ")
    board = matches.leaderboard(results)
    assert narrate(board) == board.recommendation.sentence
    found = Compared(status="compared", place="out/x", leaderboard=board)
    assert narrate(found) == "compared, out/x"


@pytest.mark.parametrize("found", [None, [], (), [None], 3])
def test_nothing_to_tell_is_no_line(found: object) -> None:
    assert not narrate(found)

"""What the Prefect UI is given of a run: all that matters, under keys that stay."""

import html
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact

from flows.pipeline import balance_dataset
from schemas.records import Outcome
from tasks.artifacts import artifact_key, show_in_ui
from tasks.running import DirectRunner
from tests.tasks.attempts import config_of, mixed_table

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

KINDS = ("published", "report", "verdict", "decision", "classes", "quality", "drift")


def show(outcome: Outcome) -> None:
    """Show it inside a flow run, but not as its parameter: plans hold 2**64."""

    @flow(name="show")
    def shown() -> None:
        show_in_ui(outcome)

    shown()


def _run(folder: Path, name: str, **fields: object) -> Outcome:
    config = config_of(folder, name=name, **fields)
    return balance_dataset(config, DirectRunner())


def _artifacts(name: str, kind: str) -> list[Artifact]:
    key = artifact_key(name, kind)
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        found = list(client.read_artifacts(artifact_filter=wanted))
    return sorted(found, key=lambda one: str(one.created))


def _text(artifact: Artifact) -> str:
    return html.unescape(str(artifact.data)).replace("\\", "")


def _change_source(folder: Path) -> None:
    """Leave 50 rows of the largest class."""
    rows = mixed_table().sort_by("kind")
    pq.write_table(rows.slice(250), folder / "mixed.parquet")


def test_a_first_version_shows_all_there_is(tmp_path: Path) -> None:
    outcome = _run(tmp_path, "first")
    show(outcome)
    shown = {kind: _artifacts("first", kind)[-1] for kind in KINDS}
    assert shown["published"].description == "Version 1: published"
    page = _text(shown["published"])
    assert "first: version 1 is published" in page
    assert outcome.root in page
    assert "![Training rows of each class" in page
    assert shown["quality"].description == "4 of 376 rows rejected (1.1%)"
    (row,) = json.loads(str(shown["quality"].data))
    assert (row["Rows"], row["Label"]) == (4, "(missing)")
    assert shown["drift"].description == "No earlier version to compare with"
    assert not _artifacts("first", "evaluation")
    for artifact in shown.values():
        assert len(str(artifact.data).encode()) < 200_000


def test_drift_since_the_last_version_is_a_table(tmp_path: Path) -> None:
    _run(tmp_path, "later")
    _change_source(tmp_path)
    show(_run(tmp_path, "later"))
    drift = _artifacts("later", "drift")[-1]
    assert str(drift.description).startswith("G-test p <0.001, w ")
    assert str(drift.description).endswith(": moved")
    first, *_ = json.loads(str(drift.data))
    assert (first["Class"], first["Rows then"], first["Rows now"]) == ("big", 300, 50)
    for kind in ("published", "report"):
        assert "Since version 1 the class priors moved" in _text(
            _artifacts("later", kind)[-1]
        )


def test_runs_that_made_nothing_are_understood_from_one_page(tmp_path: Path) -> None:
    _run(tmp_path, "nights")
    show(_run(tmp_path, "nights"))
    _change_source(tmp_path)
    gate = {"publish": "if_helped"}
    show(_run(tmp_path, "nights", **gate))
    show(_run(tmp_path, "nights", **gate))
    unchanged, held, again = _artifacts("nights", "published")
    assert [one.description for one in (unchanged, held, again)] == [
        "Version 1: unchanged",
        "Held back: not evaluated, v1 stays",
        "Still held back: not evaluated",
    ]
    for artifact, title in (
        (unchanged, "Nothing to do: version 1 of nights is what is asked for"),
        (held, "nights is held back: nothing was published"),
        (again, "nights is still held back: nothing was done"),
    ):
        page = _text(artifact)
        assert page.lstrip().startswith(f"# {title}")
        for part in ("## The decision", "smote_under", "| big |", "data:image/svg"):
            assert part in page
    assert "held-back.json" in _text(again)
    assert len(_artifacts("nights", "report")) == 1


def test_a_verdict_shows_its_interval(tmp_path: Path) -> None:
    show(_run(tmp_path, "judged", evaluation={"trees": 5}))
    (verdict,) = _artifacts("judged", "verdict")
    assert "% interval" in _text(verdict)
    assert "![Difference in the primary metric" in _text(verdict)
    (scores,) = _artifacts("judged", "evaluation")
    assert "macro-F1" in str(scores.data)


def test_ten_thousand_classes_stay_small(tmp_path: Path) -> None:
    labels = [f"class {n // 2:05d}" for n in range(20_000)] + ["class 00000"] * 9_000
    rows = range(len(labels))
    table = pa.table({"id": rows, "x": rows, "kind": labels})
    pq.write_table(table, tmp_path / "mixed.parquet")
    contract = {"max_classes": 20_000}
    strategy = {"kind": "random_under"}
    show(_run(tmp_path, "wide", contract=contract, strategy=strategy))
    for kind in KINDS:
        (artifact,) = _artifacts("wide", kind)
        assert len(str(artifact.data).encode()) < 200_000
    assert "(9,800 more)" in str(_artifacts("wide", "classes")[0].data)

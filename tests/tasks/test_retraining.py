"""The example retraining: it scores as the evaluation did, and believes nothing."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.errors import EvenkeelError, UserError, VerificationError
from schemas.records import Outcome
from tasks.manifests import read_version
from tasks.retraining import title, train_model
from tasks.running import DirectRunner
from tasks.storage.places import places
from tasks.storage.roots import ROOTS
from tests.datasets import request

QUICK = {"evaluator": "knn", "resamples": 100}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Publish two versions of one dataset."""
    folder = tmp_path_factory.mktemp("published")
    first = balance_dataset(request("glass", folder, evaluation=QUICK), DirectRunner())
    balance_dataset(request("glass", folder, seed=1), DirectRunner())
    return first


@pytest.fixture
def manifest(published: Outcome, tmp_path: Path) -> Path:
    """Give a copy of the first version, to do harm to."""
    root = Path(published.root)
    shutil.copytree(root, tmp_path / "glass")
    lies = Path(places(str(tmp_path / "glass"), published.manifest)["manifest"])
    assert lies.is_file()
    return lies


def test_the_score_is_that_of_the_evaluation(published: Outcome) -> None:
    told = places(published.root, published.manifest)["manifest"]
    found = train_model.fn(str(told))
    evaluation = published.manifest.evaluation
    assert evaluation is not None
    assert (found.dataset, found.version) == ("glass", 1)
    assert (found.metric, found.score) == (evaluation.metric, evaluation.balanced)
    assert found.train_rows == sum(c.train for c in published.manifest.classes)
    assert found.holdout_rows == sum(c.holdout for c in published.manifest.classes)


@pytest.mark.parametrize(
    ("dataset", "evaluation"),
    [
        ("ecoli", {"evaluator": "random_forest", "trees": 20, "metric": "brier"}),
        ("horse_colic", {"evaluator": "knn", "metric": "roc_auc"}),
    ],
)
@pytest.mark.parametrize("kind", ["smote", "weights"])
def test_each_evaluator_and_metric_scores_alike(
    dataset: str, evaluation: dict[str, object], kind: str, tmp_path: Path
) -> None:
    fields = {
        "evaluation": {"resamples": 100, **evaluation},
        "strategy": {"kind": kind},
    }
    outcome = balance_dataset(request(dataset, tmp_path, **fields), DirectRunner())
    told = outcome.manifest.evaluation
    assert told is not None
    found = train_model.fn(str(places(outcome.root, outcome.manifest)["manifest"]))
    assert found.score == pytest.approx(told.balanced)


def test_a_forest_is_trained_where_nothing_was_evaluated(tmp_path: Path) -> None:
    config = request("glass", tmp_path, evaluation={"evaluator": "none", "trees": 5})
    outcome = balance_dataset(config, DirectRunner())
    found = train_model.fn(str(places(outcome.root, outcome.manifest)["manifest"]))
    assert found.score is not None
    assert 0 < found.score < 1


def test_there_is_no_score_without_a_holdout(tmp_path: Path) -> None:
    evaluation = {"evaluator": "none", "trees": 5}
    config = request("glass", tmp_path, holdout=0.001, evaluation=evaluation)
    outcome = balance_dataset(config, DirectRunner())
    found = train_model.fn(str(places(outcome.root, outcome.manifest)["manifest"]))
    assert (found.holdout_rows, found.score) == (0, None)


def test_a_manifest_that_was_changed_is_not_believed(manifest: Path) -> None:
    fields = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**fields, "target": "RI"}))
    with pytest.raises(VerificationError, match="changed after it was written"):
        train_model.fn(str(manifest))


def _file(manifest: Path, part: str) -> Path:
    """Give a file of a version."""
    version, root = read_version(str(manifest))
    return next(Path(root) / e.path for e in version.files if f"/{part}/" in e.path)


@pytest.mark.parametrize("part", ["train", "holdout"])
def test_a_file_that_was_changed_is_not_trained_on(manifest: Path, part: str) -> None:
    path = _file(manifest, part)
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(VerificationError, match="was changed; balance again"):
        train_model.fn(str(manifest))


def test_a_file_that_is_gone_is_told(manifest: Path) -> None:
    _file(manifest, "train").unlink()
    with pytest.raises(VerificationError, match="is gone"):
        train_model.fn(str(manifest))


@pytest.mark.parametrize("place", ["glass/stray.json", "glass/_commits/x.json"])
def test_a_manifest_that_lies_elsewhere_is_refused(manifest: Path, place: str) -> None:
    stray = manifest.parents[2] / place
    shutil.copy(manifest, stray)
    with pytest.raises(UserError, match=r"give OUTPUT/NAME/_commits/NUMBER\.json"):
        read_version(str(stray))
    moved = manifest.parents[1].rename(manifest.parents[2] / "other")
    with pytest.raises(UserError, match="not where version 1 of 'glass'"):
        read_version(str(moved / "_commits" / manifest.name))


@pytest.mark.parametrize(
    "place",
    [
        *("/", "x", "*/x.json", "a/_commits/1.json", "s3://bucket", "$(x)/y z"),
        f"a/_commits/{20 * '1'}.json/x",
    ],
)
def test_a_place_where_no_manifest_can_be_is_not_looked_at(place: str) -> None:
    with pytest.raises(UserError, match=r"no place of a manifest; give OUTPUT/NAME"):
        read_version(place)


@pytest.mark.parametrize("place", ["/etc/passwd", "..", "", "http://localhost/1.json"])
def test_what_is_outside_of_the_roots_is_not_opened(
    place: str, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, str(manifest.parents[1]))
    assert read_version(str(manifest))[0].version == 1
    with pytest.raises(UserError, match=r"outside|empty|not supported"):
        train_model.fn(place)


def test_a_linked_file_outside_of_the_roots_is_not_opened(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, str(manifest.parents[1]))
    path = _file(manifest, "train")
    path.rename(tmp_path / "same.parquet")
    path.symlink_to(tmp_path / "same.parquet")
    with pytest.raises(UserError, match="outside"):
        train_model.fn(str(manifest))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"not json"])
def test_what_is_no_manifest_is_told(manifest: Path, content: bytes) -> None:
    manifest.write_bytes(content)
    with pytest.raises(EvenkeelError, match="not a manifest"):
        train_model.fn(str(manifest))


def test_a_run_is_named_after_the_version() -> None:
    place = "/data/balanced/glass/_commits/00000000000000000012.json"
    assert title(place) == "retrain / glass / version 12"
    assert title("x\n" * 100).startswith(r"retrain / x\nx\n")
    assert len(title("x\n" * 100)) < 80

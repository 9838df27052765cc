"""Probabilities of a file go back to the real priors, whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.errors import UserError, VerificationError
from schemas.manifest import Manifest
from schemas.records import Outcome
from tasks.algorithms.calibration import correct_priors
from tasks.manifests import manifest_at
from tasks.running import DirectRunner
from tasks.storage.places import places
from tasks.storage.roots import ROOTS
from tasks.unbalancing import unbalance
from tests.s3 import S3
from tests.tasks.attempts import config_of

Floats = npt.NDArray[np.float64]
LABELS = ("big", "mid", "small")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Publish a version of each strategy."""
    folder = tmp_path_factory.mktemp("versions")
    return {
        kind: balance_dataset(
            config_of(folder, name=kind, strategy={"kind": kind}), DirectRunner()
        )
        for kind in ("none", "random_under", "smote")
    }


def manifest(outcome: Outcome) -> str:
    return str(places(outcome.root, outcome.manifest)["manifest"])


def draw(rows: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).dirichlet(np.ones(len(LABELS)), rows)


def write(path: Path, found: Floats, labels: Sequence[str] = LABELS) -> str:
    columns = dict(zip(labels, found.T, strict=True))
    table = pa.table({"id": np.arange(len(found)), **columns})
    pq.write_table(table, path, row_group_size=100)
    return str(path)


def priors(version: Manifest) -> tuple[Floats, Floats]:
    """Count the shares anew: after, before."""
    after = np.array([item.train for item in version.classes])
    before = np.array([item.kept + item.dropped for item in version.classes])
    return after / after.sum(), before / before.sum()


def test_a_file_is_corrected_by_the_priors_of_its_version(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    outcome, found = versions["random_under"], draw(1_000)
    source = write(tmp_path / "p.parquet", found, [f"p_{label}" for label in LABELS])
    out = tmp_path / "new" / "q.parquet"
    told = unbalance(manifest(outcome), source, str(out))
    table = pq.read_table(out)
    expected = correct_priors(found, *priors(outcome.manifest))
    assert table.column_names == ["id", "p_big", "p_mid", "p_small"]
    assert table["id"].to_pylist() == list(range(1_000))
    corrected = np.column_stack([table[name] for name in table.column_names[1:]])
    np.testing.assert_allclose(corrected, expected, rtol=1e-12)
    np.testing.assert_allclose(corrected.sum(axis=1), 1)
    assert (told.out, told.rows, told.safe) == (str(out), 1_000, True)
    means = [item.mean_after for item in told.classes]
    np.testing.assert_allclose(means, expected.mean(axis=0))
    assert [path.name for path in out.parent.iterdir()] == ["q.parquet"]


def test_nothing_changes_where_nothing_was_resampled(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    source = write(tmp_path / "p.parquet", draw(500))
    out = tmp_path / "q.parquet"
    unbalance(manifest(versions["none"]), source, str(out))
    one, other = (pq.read_table(path).to_pandas() for path in (source, out))
    np.testing.assert_allclose(one, other, rtol=1e-15)


def test_a_model_is_corrected_for_the_weights_that_it_heeded(tmp_path: Path) -> None:
    found, source = draw(500), write(tmp_path / "p.parquet", draw(500))
    strategy = {"kind": "random_under", "weight_column": "w"}
    asked = {"under": strategy, "weights": {"kind": "weights"}}
    corrected, told = {}, ""
    for name, wanted in asked.items():
        config = config_of(tmp_path / "in", name=name, strategy=wanted)
        told = manifest(balance_dataset(config, DirectRunner()))
        for weighted in (True, False):
            out = tmp_path / f"{name} {weighted}".replace(" ", "-")
            unbalance(told, source, str(out), weighted=weighted)
            table = pq.read_table(out).select(list(LABELS))
            corrected[name, weighted] = np.column_stack(table.columns)
    before = np.array([item.prior_before for item in manifest_at(told).classes])
    third = np.full(len(LABELS), 1 / 3)
    heeded = correct_priors(found, third, before)
    np.testing.assert_allclose(corrected["under", True], found)
    np.testing.assert_allclose(corrected["under", False], heeded)
    np.testing.assert_allclose(corrected["weights", True], heeded)
    np.testing.assert_allclose(corrected["weights", False], found)


def test_files_of_a_folder_become_one(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    parts = draw(300), draw(200, seed=1)
    for place, part in enumerate(parts):
        write(tmp_path / "p" / f"{place}.parquet", part)
    out = tmp_path / "q.parquet"
    unbalance(manifest(versions["random_under"]), str(tmp_path / "p"), str(out))
    expected = correct_priors(
        np.concatenate(parts), *priors(versions["random_under"].manifest)
    )
    np.testing.assert_allclose(pq.read_table(out)["mid"], expected[:, 1])


def test_an_unsafe_formula_is_used_only_if_asked_for(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    source, out = write(tmp_path / "p.parquet", draw(9)), tmp_path / "q.parquet"
    told = manifest(versions["smote"])
    with pytest.raises(UserError, match=r"smote, after which .* not safe.*--anyway"):
        unbalance(told, source, str(out))
    assert not out.exists()
    assert not unbalance(told, source, str(out), anyway=True).safe
    assert out.exists()


def test_nothing_is_left_of_a_file_with_a_bad_row(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    write(tmp_path / "p" / "good.parquet", draw(2_000))
    found = draw(1_500)
    found[1_400, 2] += 0.1
    write(tmp_path / "p" / "later.parquet", found)
    place, told = tmp_path / "out", manifest(versions["random_under"])
    with pytest.raises(UserError, match=r"'later.parquet', row 1,400 from 0: .*sum"):
        unbalance(told, str(tmp_path / "p"), str(place / "q.parquet"))
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("p.parquet", "is where the probabilities are read from"),
        ("there.parquet", "is there already; remove it"),
        ("folder", "is there already; remove it"),
        ("two words.parquet", "cannot be written: call the file by letters"),
        ("s3://bucket", "is a whole bucket"),
    ],
)
def test_no_file_is_written_where_none_may_be(
    versions: dict[str, Outcome], tmp_path: Path, out: str, message: str
) -> None:
    source = write(tmp_path / "p.parquet", draw(9))
    write(tmp_path / "there.parquet", draw(3))
    (tmp_path / "folder").mkdir()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    place = out if "://" in out else str(tmp_path / out)
    with pytest.raises(UserError, match=message):
        unbalance(manifest(versions["random_under"]), source, place)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_what_is_written_is_not_read_the_next_time(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    write(tmp_path / "p.parquet", draw(9))
    with pytest.raises(UserError, match="would be read as source the next time"):
        unbalance(
            manifest(versions["random_under"]),
            str(tmp_path / "*.parquet"),
            str(tmp_path / "q.parquet"),
        )


@pytest.mark.parametrize("outside", ["manifest", "probabilities", "out"])
def test_roots_bound_all_three_places(
    versions: dict[str, Outcome],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outside: str,
) -> None:
    source, told = write(tmp_path / "p.parquet", draw(9)), versions["random_under"]
    allowed = {
        "manifest": told.root,
        "probabilities": source,
        "out": str(tmp_path / "out"),
    }
    del allowed[outside]
    monkeypatch.setenv(ROOTS, ",".join(allowed.values()))
    with pytest.raises(UserError, match=ROOTS):
        unbalance(manifest(told), source, str(tmp_path / "out" / "q.parquet"))
    assert not (tmp_path / "out").exists()


def test_probabilities_may_lie_in_buckets(
    versions: dict[str, Outcome], tmp_path: Path, s3: S3
) -> None:
    bucket, told = s3.bucket(), manifest(versions["random_under"])
    local = write(tmp_path / "p.parquet", draw(50))
    source = s3.upload(Path(local), bucket, "in/p.parquet")
    unbalance(told, source, f"s3://{bucket}/out/q.parquet")
    unbalance(told, local, str(tmp_path / "q.parquet"))
    assert s3.read(bucket, "out/q.parquet") == (tmp_path / "q.parquet").read_bytes()
    with pytest.raises(UserError, match="is there already"):
        unbalance(told, source, f"s3://{bucket}/out/q.parquet")


def test_a_manifest_is_named_in_any_way(
    versions: dict[str, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = versions["random_under"]
    root = Path(outcome.root)
    found = [manifest_at(manifest(outcome)), manifest_at(str(root))]
    monkeypatch.chdir(root)
    found += [manifest_at("latest.json"), manifest_at(str(root / "latest.json"))]
    root.parent.with_name("balanced").symlink_to(root.parent)
    monkeypatch.chdir(root.parents[1])
    found += [manifest_at(root.name), manifest_at(f"balanced/{root.name}")]
    assert all(one == outcome.manifest for one in found)


def test_a_manifest_that_was_changed_is_not_believed(
    versions: dict[str, Outcome], tmp_path: Path
) -> None:
    root = tmp_path / "random_under" / "_commits"
    root.mkdir(parents=True)
    original = Path(manifest(versions["random_under"]))
    changed = original.read_text().replace('"seed": 0', '"seed": 1')
    (root / original.name).write_text(changed)
    source = write(tmp_path / "p.parquet", draw(9))
    with pytest.raises(VerificationError, match="changed after it was written"):
        unbalance(str(root / original.name), source, str(tmp_path / "q.parquet"))

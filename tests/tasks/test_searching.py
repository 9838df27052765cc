"""Each class is searched once, and tells how; what was found is what parts are of."""

from pathlib import Path

import numpy as np
import pytest

from flows.pipeline import balance_dataset
from schemas.manifest import Manifest, Search
from tasks.algorithms import arrays, search_space
from tasks.running import DirectRunner
from tasks.searching import prepared, search_neighbours, synthesised
from tasks.storage.commits import SCRATCH, data_folder
from tests.tasks.attempts import config_of, write


def test_a_class_tells_how_it_was_searched(tmp_path: Path) -> None:
    written = write(config_of(tmp_path, strategy={"kind": "smote"}))
    survey, plan, attempt, *_ = written
    code = synthesised(plan)[0]
    item = plan.classes[code]
    told = search_neighbours.fn(code, survey, plan, attempt)
    assert told.label == item.label
    assert told.donors == item.kept
    assert told.k == item.k_neighbors == 5
    assert told.recall == 1
    assert "exact" in told.method


def test_what_was_found_is_read_back(tmp_path: Path) -> None:
    written = write(config_of(tmp_path, strategy={"kind": "smote"}))
    survey, plan, attempt, *_ = written
    for code in synthesised(plan):
        model, ordinals = prepared(code, survey, plan, attempt)
        rows = plan.classes[code].kept
        assert len(ordinals) == model.donors.num_rows == rows
        assert model.found.neighbours.shape == (rows, plan.classes[code].k_neighbors)
        assert set(model.found.votes) == {"town"}
        own = np.arange(rows)[:, np.newaxis]
        assert not (model.found.neighbours == own).any()


def test_the_manifest_says_how_each_class_was_searched(tmp_path: Path) -> None:
    config = config_of(tmp_path, strategy={"kind": "smote"})
    manifest = balance_dataset(config, DirectRunner()).manifest
    made = [item.label for item in manifest.classes if item.synthetic]
    assert [search.label for search in manifest.searches] == made
    assert all(isinstance(search, Search) for search in manifest.searches)


def test_in_blocks_from_a_file_the_same_is_found_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(tmp_path, strategy={"kind": "smote"})
    whole = balance_dataset(config, DirectRunner())
    monkeypatch.setattr(search_space, "BUDGET", 0)
    monkeypatch.setattr(arrays, "BLOCK", 2_000)
    parts = balance_dataset(config, DirectRunner(), force=True)
    assert _data(whole.manifest) == _data(parts.manifest)
    before, after = (outcome.manifest.searches for outcome in (whole, parts))
    assert [search.blocks for search in before] == [0, 0]
    assert all(search.blocks > 0 for search in after)
    assert [{**search.model_dump(), "blocks": 0} for search in after] == [
        search.model_dump() for search in before
    ]
    folder = Path(parts.root) / data_folder(parts.manifest)
    assert "blocks from a file" in (folder / "report" / "report.md").read_text()
    assert not (folder / SCRATCH).exists()


def _data(manifest: Manifest) -> dict[str, str]:
    """Hash by path in the attempt's folder, the report left out."""
    paths = {entry.path.split("/", 2)[2]: entry.sha256 for entry in manifest.files}
    return {path: sha for path, sha in paths.items() if "report" not in path}


def test_nothing_is_searched_for_a_strategy_without_neighbours(tmp_path: Path) -> None:
    config = config_of(tmp_path, strategy={"kind": "random_over"})
    assert balance_dataset(config, DirectRunner()).manifest.searches == ()

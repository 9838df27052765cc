"""A dataset is found by OUTPUT/NAME, or by NAME alone."""

from pathlib import Path

import pytest

from schemas.errors import UserError
from tasks.naming import dataset_at, place_of
from tests.s3 import S3
from tests.storage.places import KEYS, NAME, publish_all


@pytest.mark.parametrize(
    ("name", "output", "place"),
    [
        ("glass", None, "balanced/glass"),
        ("glass", "/srv/out", "/srv/out/glass"),
        ("glass", "s3://bucket/out", "s3://bucket/out/glass"),
        ("balanced/glass", None, "balanced/glass"),
        ("./glass", None, "./glass"),
        ("s3://bucket/glass", None, "s3://bucket/glass"),
        ("..", None, ".."),
    ],
)
def test_a_name_is_a_place(name: str, output: str | None, place: str) -> None:
    assert place_of(name, output) == place


def test_two_places_are_one_too_many() -> None:
    with pytest.raises(UserError, match="both say where"):
        place_of("balanced/glass", "balanced")


def test_a_dataset_is_found_where_it_is(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for output in (str(tmp_path / "balanced"), f"s3://{s3.bucket()}/out"):
        root, _ = publish_all(output, KEYS[:1])
        assert dataset_at(root) == dataset_at(NAME, output) == root
    monkeypatch.chdir(tmp_path)
    assert dataset_at(NAME) == str(tmp_path / "balanced" / NAME)


@pytest.mark.parametrize("name", ["nothing", "", ".", "a/b"])
def test_where_nothing_is_that_is_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"nothing is published|A path is empty"):
        dataset_at(name)

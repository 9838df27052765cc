"""The dataset that is balanced over and over, and what of it is published and whole.

Where it lies is a Place: on disk, or in a bucket of a real server.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import VerificationError
from schemas.manifest import Manifest
from schemas.written import FileEntry
from tasks.running import DirectRunner
from tasks.storage.commits import LATEST, read_head, read_version, signpost
from tasks.storage.stores import store_at
from tasks.storage.workspace import describe
from tests.tasks.attempts import mixed_table

NAME = "mixed"
_VERSION = re.compile(r"_commits/(\d{20})\.json")


@dataclass(frozen=True)
class Place:
    """Where versions are published, and how it is reached."""

    kind: str
    """As the table calls it: disk, S3 (moto), S3 (Ceph)."""
    output: str
    """A folder, or a URI."""
    folder: Path
    """Of this machine, for the source."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """Where the versions of the dataset are."""
        return f"{self.output}/{NAME}"

    @property
    def source(self) -> Path:
        """The table."""
        return self.folder / f"{NAME}.parquet"


class Version(NamedTuple):
    """One version, as a reader sees it."""

    number: int
    parent: int | None
    run_key: str
    sha256: str
    """Of the manifest."""
    whole: bool
    """Every listed file is there, with its bytes and hash."""


def config_for(place: Place, seed: int, **fields: object) -> BalanceConfig:
    """Ask for the table to be balanced; another seed is another version."""
    return BalanceConfig.model_validate(
        {
            "source": str(place.source),
            "target": "kind",
            "name": NAME,
            "ignore": ["id"],
            "output": place.output,
            "strategy": {"kind": "smote", "rows": {"small": 40}},
            "contract": {"nullable": True},
            "evaluation": {"evaluator": "none"},
            "seed": seed,
            **fields,
        }
    )


def write_source(place: Place) -> None:
    """Write the table: 376 rows of mixed columns, four of them without a class."""
    place.folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(mixed_table(), place.source)


def run(place: Place, seed: int) -> Manifest:
    """Take a whole run: real, rejected and synthetic rows, lineage and report."""
    return balance_dataset(config_for(place, seed), DirectRunner()).manifest


def versions(root: str, start: int = 1) -> list[Version]:
    """Read versions and hash all of their files again.

    Args:
        root: OUTPUT/NAME.
        start: The first that is looked at.

    Raises:
        VerificationError: A manifest is damaged, which is never right.
    """
    names = (_VERSION.fullmatch(item.path) for item in store_at(root).files("_commits"))
    numbers = [int(name[1]) for name in names if name]
    return [read(root, number) for number in numbers if number >= start]


def read(root: str, number: int) -> Version:
    """Read one version and hash all of its files again."""
    manifest = read_version(root, number)
    whole = bool(manifest.files) and all(
        is_whole(root, entry) for entry in manifest.files
    )
    return Version(
        number, manifest.parent, manifest.run_key, manifest.sha256 or "", whole
    )


def is_whole(root: str, entry: FileEntry) -> bool:
    """Tell whether a listed file is as it was written."""
    try:
        return describe(root, entry) == entry
    except VerificationError:  # it is gone
        return False


def head_number(root: str) -> int:
    """Give the number of the published version; 0 before the first."""
    head = read_head(root)
    return head.version if head else 0


def is_pointed_to(root: str) -> bool:
    """Tell whether latest.json points to the published version, if there is one."""
    head, said = read_head(root), store_at(root).read(LATEST)
    return said == (signpost(head) if head else None)


def is_chain(found: list[Version]) -> bool:
    """Tell whether versions are numbered without a gap, each on top of the last."""
    return all(
        (version.number, version.parent) == (place, place - 1 or None)
        for place, version in enumerate(found, 1)
    )


def begin(place: Place) -> None:
    """Write the source and publish version 1."""
    write_source(place)
    run(place, 0)

"""What a case of the soak found, and how large it was to be. How it is told: report."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests.s3 import S3, serving
from tests.soak import ceph
from tests.soak.buckets import Behind, proxied
from tests.soak.datasets import Place


class Record(NamedTuple):
    """One line of the table."""

    case: str
    target: str
    """What was to be reached."""
    tried: str
    found: str
    reached: bool | None
    """None: it could not be tried, and what was found says why."""


@dataclass
class Soak:
    """Where and how much is tried; servers are started when first asked for."""

    folder: Path
    full: bool
    say: Callable[[str], None]
    """Told how far a case is."""
    with_ceph: bool = False
    """Whether a second S3 server is tried."""
    _up: ExitStack = field(default_factory=ExitStack)

    def size(self, full: int, quick: int) -> int:
        """Choose a size."""
        return full if self.full else quick

    def disk(self, name: str) -> Place:
        """Give an empty folder to publish in."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        return Place("disk", str(folder / "out"), folder)

    @property
    def servers(self) -> list[Behind]:
        """The S3 servers, each behind a proxy."""
        return [self._moto, *([self._ceph] if self.with_ceph else [])]

    @cached_property
    def _moto(self) -> Behind:
        return self._behind(self._up.enter_context(serving()), "S3 (moto)")

    @cached_property
    def _ceph(self) -> Behind:
        return self._behind(self._up.enter_context(ceph.serving()), "S3 (Ceph)")

    def _behind(self, server: S3, kind: str) -> Behind:
        return self._up.enter_context(proxied(server, kind))

    def close(self) -> None:
        """Stop the servers."""
        self._up.close()

"""Real S3 servers behind a proxy, and what it is asked. The proxy is in proxy."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.s3 import S3
from tests.soak.children import told
from tests.soak.datasets import Place

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Behind:
    """An S3 server, reached through a proxy."""

    server: S3
    proxy: str
    """Address of the proxy, as ``http://127.0.0.1:PORT``."""
    kind: str

    @property
    def through(self) -> Mapping[str, str]:
        """What a process has in its environment that goes through the proxy."""
        return {**self.server.environment, "AWS_ENDPOINT_URL": self.proxy}

    def plan(self, **fields: object) -> None:
        """Say what happens to requests from now on, and count anew."""
        self._ask("plan", json.dumps(fields).encode())

    def tally(self) -> Mapping[str, int]:
        """Tell how many requests there were, and how many of each fault."""
        return dict(self._ask("tally", b"{}"))

    def _ask(self, what: str, body: bytes) -> Any:  # noqa: ANN401 - JSON
        request = Request(f"{self.proxy}/-/{what}", body)  # noqa: S310 - this machine
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def place(self, folder: Path, *, proxied: bool = False) -> Place:
        """Make a bucket to publish in; in a child, for boto3 leaves threads."""
        bucket = told(self.server.bucket)
        environment = self.through if proxied else self.server.environment
        return Place(self.kind, f"s3://{bucket}/out", folder, environment)


@contextmanager
def proxied(server: S3, kind: str) -> Iterator[Behind]:
    """Run a proxy before a server as long as the body."""
    upstream = urlsplit(server.endpoint).netloc
    words: Sequence[str] = [sys.executable, "-m", "tests.soak.proxy", upstream]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) as it:  # noqa: S603 - our own module
        assert it.stdin
        assert it.stdout
        try:
            port = int(it.stdout.readline())
            yield Behind(server, f"http://127.0.0.1:{port}", kind)
        finally:
            it.stdin.close()

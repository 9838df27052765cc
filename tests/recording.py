"""A proxy before a real server, which writes down every request; it may cut answers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit


class Request(NamedTuple):
    """What was asked."""

    method: str
    path: str
    """With the query, as it was sent."""
    range: str
    """The header, as ``bytes=0-9``; empty if there was none."""
    keys: tuple[str, ...] = ()
    """That a deletion names in its body."""


@dataclass
class Recording:
    """What passed a proxy, and how it is reached."""

    endpoint: str = ""
    requests: list[Request] = field(default_factory=list)
    cuts: int = 0
    """So many of the next answers to GET are broken off half-way."""

    def ranges(self) -> list[tuple[int, int]]:
        """List the parts of objects that were asked for, as start and bytes."""
        found = [item.range.removeprefix("bytes=") for item in self.requests]
        ends = [tuple(map(int, text.split("-"))) for text in found if text]
        return [(start, stop - start + 1) for start, stop in ends]


@contextmanager
def recording(server: str) -> Iterator[Recording]:
    """Pass requests on to a server as long as the body.

    Args:
        server: Its address, as ``http://127.0.0.1:5000``.

    Yields:
        What passed so far.
    """
    record = Recording()

    class Handler(_Handler):
        recorded = record
        place = urlsplit(server)

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    record.endpoint = f"http://127.0.0.1:{proxy.server_port}"
    Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield record
    finally:
        proxy.shutdown()
        proxy.server_close()


class _Handler(BaseHTTPRequestHandler):
    recorded: Recording
    place = urlsplit("")

    def _pass_on(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        keys = re.findall(rb"<Key>(.*?)</Key>", body) if "delete" in self.path else []
        asked = Request(
            self.command,
            self.path,
            self.headers.get("Range", ""),
            tuple(key.decode() for key in keys),
        )
        self.recorded.requests.append(asked)
        behind = HTTPConnection(self.place.netloc, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        data = answer.read()
        behind.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection"}:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "GET" and self.recorded.cuts and len(data) > 1:
            self.recorded.cuts -= 1
            data = data[: len(data) // 2]
        self.wfile.write(data)
        self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        """Stay silent."""

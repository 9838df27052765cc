"""A proxy before an S3 server, which records who asked, and may spoil requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.s3 import S3


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    """By names in lower case."""


class Refused(NamedTuple):
    """An answer that the proxy gives itself."""

    status: int
    body: bytes


Spoil = Callable[[Asked], Refused | None]
"""May change the headers that go on, or refuse."""


@dataclass
class Proxy:
    """A running proxy."""

    endpoint: str
    asked: list[Asked] = field(default_factory=list)

    def who(self, method: str) -> set[tuple[str, str]]:
        """Tell which access keys signed requests of a method, and for which bucket."""
        found = set()
        for one in self.asked:
            if one.method == method:
                signed = one.headers.get("authorization", "")
                key = signed.partition("Credential=")[2].partition("/")[0]
                found.add((key, one.path.split("/")[1].split("?")[0]))
        return found


@contextmanager
def before(server: S3, spoil: Spoil | None = None) -> Iterator[Proxy]:
    """Stand before a server on a free port of this machine, as long as the body."""
    target = urlsplit(server.endpoint).netloc

    proxy = Proxy("")
    handler = _handler(proxy, target, spoil)
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    proxy.endpoint = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def _handler(
    proxy: Proxy, target: str, spoil: Spoil | None
) -> type[BaseHTTPRequestHandler]:
    """Make what answers: the server's class takes no arguments of ours."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            proxy.asked.append(Asked(self.command, self.path, dict(headers)))
            asked = Asked(self.command, self.path, headers)
            refused = spoil(asked) if spoil else None
            if refused:
                _reply(self, refused.status, {}, refused.body)
            else:
                _reply(self, *_passed_on(target, asked, body))

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815 - its names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _passed_on(
    target: str, asked: Asked, body: bytes
) -> tuple[int, dict[str, str], bytes]:
    with closing(HTTPConnection(target, timeout=60)) as connection:
        connection.request(asked.method, asked.path, body, asked.headers)
        found = connection.getresponse()
        return found.status, dict(found.getheaders()), found.read()


def _reply(
    handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes
) -> None:
    handler.send_response(status)
    own = {"connection", "transfer-encoding", "date"}
    told = {name: value for name, value in headers.items() if name.lower() not in own}
    if "content-length" not in map(str.lower, told):
        told["Content-Length"] = str(len(body))
    for name, value in told.items():
        handler.send_header(name, value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)

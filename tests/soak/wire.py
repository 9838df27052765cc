"""HTTP requests and answers as bytes, whole. What is done with them is the proxy's."""

from typing import BinaryIO, NamedTuple

_BODILESS = {204, 304}


class Message(NamedTuple):
    """A request, read to its end."""

    method: str
    path: str
    body: bytes
    raw: bytes
    """Head and body as they came."""


def read_request(reader: BinaryIO) -> Message | None:
    """Read a request; None when the client is done.

    Args:
        reader: Of the client's connection.
    """
    head, fields = _read_head(reader)
    if not head:
        return None
    method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
    body = _read_body(reader, fields)
    return Message(method, path, body, head + body)


def read_answer(reader: BinaryIO, method: str) -> bytes:
    """Read an answer.

    Args:
        reader: Of the connection to the server.
        method: Of the request: an answer to HEAD has no body, whatever its head says.

    Raises:
        ConnectionError: The server closed the connection.
    """
    head, fields = _read_head(reader)
    if not head:
        raise ConnectionError("the server closed the connection")
    status = int(head.split(b" ", 2)[1])
    if method == "HEAD" or status in _BODILESS:
        return head
    return head + _read_body(reader, fields)


def answer(status: str, body: bytes) -> bytes:
    """Make an answer of our own."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _read_head(reader: BinaryIO) -> tuple[bytes, dict[str, str]]:
    lines = []
    while line := reader.readline():
        lines.append(line)
        if line == b"\r\n":
            break
    pairs = (line.decode("latin-1").partition(":") for line in lines[1:-1])
    return b"".join(lines), {name.lower(): value.strip() for name, _, value in pairs}


def _read_body(reader: BinaryIO, fields: dict[str, str]) -> bytes:
    if "chunked" not in fields.get("transfer-encoding", "").lower():
        return reader.read(int(fields.get("content-length", 0)))
    parts = []
    while True:
        size = reader.readline()
        chunk = reader.read(int(size.split(b";")[0], 16) + len(b"\r\n"))
        parts += [size, chunk]
        if chunk == b"\r\n":
            return b"".join(parts)

"""A proxy between a run and its S3 server that fails, delays, or kills on purpose.

python -m tests.soak.proxy HOST:PORT prints its own port, and stops with its stdin.
What a test asks of it goes to ``/-/plan``; what it did is told by ``/-/tally``.
How requests and answers are read from a socket is in wire.
"""

import json
import os
import random
import signal
import socketserver
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET, create_connection, socket
from threading import Lock, Thread
from typing import Any

from tests.soak.wire import Message, answer, read_answer, read_request

FAULTS = ("500", "503", "reset before", "reset after", "reset within", "slow")
_SLOW = 0.3  # seconds until the first byte


@dataclass
class Plan:
    """What happens to requests, from the next one on."""

    kill: int = 0
    """The process that dies; 0: none."""
    at: int = 0
    """By which request, from 1."""
    after: bool = False
    """Once the server has answered, rather than before it was asked."""
    faults: tuple[str, ...] = ()
    share: float = 0.0
    """Of the requests that fail."""
    seed: int = 0


@dataclass
class State:
    """What the threads of all connections share."""

    plan: Plan = field(default_factory=Plan)
    tally: Counter[str] = field(default_factory=Counter)
    draws: random.Random = field(default_factory=random.Random)
    lock: Lock = field(default_factory=Lock)

    def next_fault(self) -> tuple[int, str]:
        """Number the next request, and draw what happens to it."""
        with self.lock:
            self.tally["requests"] += 1
            number, fault = self.tally["requests"], ""
            if self.plan.faults and self.draws.random() < self.plan.share:
                fault = self.draws.choice(self.plan.faults)
                self.tally[fault] += 1
            return number, fault

    def begin(self, plan: Plan) -> None:
        """Go by a plan from now on."""
        with self.lock:
            self.plan = plan
            self.draws = random.Random(plan.seed)  # noqa: S311 - the same each time
            self.tally.clear()


class Server(socketserver.ThreadingTCPServer):
    """A thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, upstream: tuple[str, int]) -> None:
        """Take a free port of this machine."""
        self.upstream = upstream
        self.state = State()
        super().__init__(("127.0.0.1", 0), Connection)


class Connection(socketserver.BaseRequestHandler):
    """One connection of a client, and one to the server behind."""

    server: Server

    def handle(self) -> None:
        """Pass requests on until either side is done, or all goes to plan."""
        with suppress(ConnectionError), create_connection(self.server.upstream) as far:
            near, reader = self.request, self.request.makefile("rb")
            source = far.makefile("rb")
            while request := read_request(reader):
                if request.path.startswith("/-/"):
                    near.sendall(answer("200 OK", self._obey(request)))
                elif not self._pass_on(near, far, source, request):
                    return

    def _obey(self, request: Message) -> bytes:
        state = self.server.state
        if request.path == "/-/plan":
            asked = json.loads(request.body)
            state.begin(Plan(**{**asked, "faults": tuple(asked.get("faults", ()))}))
        return json.dumps(state.tally).encode()

    def _pass_on(self, near: socket, far: socket, source: Any, ask: Message) -> bool:  # noqa: ANN401 - a reader
        """Do to one request what is planned; tell whether the connection goes on."""
        state = self.server.state
        number, fault = state.next_fault()
        plan = state.plan
        dies = bool(plan.kill) and number == plan.at
        if (dies and not plan.after) or fault == "reset before":
            return _drop(near, plan.kill if dies else 0)
        if fault in {"500", "503"}:
            near.sendall(_refusal(fault))
            return True
        far.sendall(ask.raw)
        told = read_answer(source, ask.method)
        if dies or fault == "reset after":
            return _drop(near, plan.kill if dies else 0)
        if fault == "reset within":
            near.sendall(told[: len(told) // 2])
            return _drop(near, 0)
        time.sleep(_SLOW if fault == "slow" else 0)
        near.sendall(told)
        return True


def _drop(near: socket, victim: int) -> bool:
    """Reset the connection, once the victim is dead if there is one."""
    if victim:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    near.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    near.close()
    return False


def _refusal(fault: str) -> bytes:
    status, code = {
        "500": ("500 Internal Server Error", "InternalError"),
        "503": ("503 Slow Down", "SlowDown"),
    }[fault]
    body = f"<Error><Code>{code}</Code><Message>on purpose</Message></Error>"
    return answer(status, body.encode())


def main(upstream: str) -> None:
    """Serve until the stdin ends."""
    host, port = upstream.rsplit(":", 1)
    with Server((host, int(port))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])

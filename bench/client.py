"""Clients that do order lifecycles over HTTP, keep-alive, as cheap as Python allows:
what is measured is the server."""

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.cast import Part

VERIFY = {"title": "楼道灯坏了", "category": "repair", "seen_how": "phone"}


class Refused(Exception):
    """An answer that is not 2xx; `server`: the server's own fault."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.server = status >= 500


@dataclass
class Connection:
    """One keep-alive connection."""

    port: int
    sock: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(
        self, path: str, token: str, body: Any = None, key: str = ""
    ) -> dict[str, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        once = f"Idempotency-Key: {key}\r\n" if key else ""
        head = (
            f"POST /api/v1/orders{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"{once}Content-Length: {len(data)}\r\n\r\n"
        )
        self.sock.sendall(head.encode() + data)
        status, answer = self._answer()
        if not 200 <= status < 300:
            raise Refused(status, f"{path} {answer[:300]!r}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _answer(self) -> tuple[int, bytes]:
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self._more()
        head, body = raw.split(b"\r\n\r\n", 1)
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        if not lengths:  # an error page on its way out
            raise Refused(int(head[9:12]), repr(body[:200]))
        length = lengths[0]
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        got = self.sock.recv(65536)
        if not got:
            raise ConnectionError("closed by the server")
        return got


@dataclass
class Client(threading.Thread):
    """Lifecycles one after the other until told to stop. `done` counts them;
    `spans` are the seconds of single acts; `ids` the orders that were acknowledged."""

    port: int
    part: Part
    stop: threading.Event
    turn: int = 0  # goes on with the members where the last round stopped
    done: int = 0
    spans: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            connection = Connection(self.port)
            while not self.stop.is_set():
                self.ids.append(self._lifecycle(connection))
                self.done += 1
        except (OSError, Refused, StopIteration) as error:
            self.errors.append(repr(error))

    def _lifecycle(self, to: Connection) -> str:
        part = self.part
        member = part.members[self.turn % len(part.members)]
        self.turn += 1
        order = self._timed(to, "", part.worker, wish(part))["id"]
        tokens = {"worker": part.worker, "member": member}
        for who, act, body in acts():
            body = moment() if act == "report_done" else body
            self._timed(to, f"/{order}/acts/{act}", tokens[who], body)
        return str(order)

    def _timed(
        self, to: Connection, path: str, token: str, body: Any
    ) -> dict[str, Any]:
        began = time.perf_counter()
        answer = to.post(path, token, body)
        self.spans.append(time.perf_counter() - began)
        return answer


def moment() -> dict[str, str]:
    """A service that has just ended: nobody serves in two places at once."""
    end = datetime.now(UTC)
    start = end - timedelta(milliseconds=1)
    return {"start": start.isoformat(), "end": end.isoformat(), "note": "换好了"}


def wish(part: Part) -> dict[str, str]:
    """The order that begins a lifecycle."""
    return {
        "place": part.place, "category": "repair", "detail": "灯坏了", "source": "desk"
    }  # fmt: skip


def acts() -> list[tuple[str, str, Any]]:
    """(who, act, body) of the six acts after it; a report is of the `moment`."""
    return [
        ("worker", "verify", VERIFY), ("worker", "publish", None),
        ("member", "claim", None), ("member", "start", None),
        ("member", "report_done", None), ("worker", "confirm", {"result": "solved"}),
    ]  # fmt: skip

"""Sixteen callers at once: `python -m benchmarks.load PORT CONNECTIONS SECONDS FILE`, in a process of its own.

FILE holds JSON: `{path, headers: {name: value}, bodies: [text]}`. The bodies are sent in turn over connections that are
kept open where the server lets them; with SECONDS each body is sent as often as there is time for, with 0 once.
What came of it is printed as JSON.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

STARTUP = 0.5  # seconds that do not count: workers compile their statements


@dataclass
class Tally:
    """What was answered: how many with which status, how long each took, how many bodies said allow."""

    statuses: Counter[int] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)
    allowed: int = 0
    sample: str = ""
    first_bad: str = ""


@dataclass
class Caller:
    """One connection with the request that is on its way."""

    address: tuple[str, int]
    link: socket.socket | None = None
    sent_at: float = 0.0
    got: bytes = b""

    def send(self, request: bytes, watch: selectors.BaseSelector) -> None:
        if self.link is None:
            self.link = socket.create_connection(self.address)
            self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            watch.register(self.link, selectors.EVENT_READ, self)
        self.got = b""
        self.sent_at = time.perf_counter()
        self.link.sendall(request)

    def hang_up(self, watch: selectors.BaseSelector) -> None:
        if self.link is not None:
            watch.unregister(self.link)
            self.link.close()
            self.link = None

    def answer(self) -> tuple[int, bytes, bool] | None:
        """Status, body and whether the server closes; None while more is to come."""
        assert self.link is not None
        more = self.link.recv(1 << 20)
        self.got += more
        head, ends, body = self.got.partition(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        if more and (not ends or at < 0 or len(body) < int(lower[at + 15 :].split(b"\r\n", 1)[0])):
            return None
        closes = not more or b"connection: close" in lower
        return (int(head[9:12]) if ends else 0), body, closes


def requests_of(plan: dict[str, Any]) -> list[bytes]:
    """The requests as they go over the line."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in plan["headers"].items())
    made = []
    for body in plan["bodies"]:
        raw = body.encode()
        head = f"POST {plan['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
        made.append(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
    return made


def drive(port: int, connections: int, duration: float, requests: list[bytes]) -> dict[str, Any]:
    """Send and count."""
    tally = Tally()
    waiting: Iterator[bytes] = iter(requests) if not duration else cycle(requests)
    callers = [Caller(("127.0.0.1", port)) for _ in range(connections)]
    idle, busy = deque(callers), 0
    begun = time.perf_counter()
    counts_from = begun + (STARTUP if duration else 0)
    with selectors.DefaultSelector() as watch:
        while True:
            now = time.perf_counter()
            while idle and not (duration and now > counts_from + duration):
                request = next(waiting, None)
                if request is None:
                    break
                idle.popleft().send(request, watch)
                busy += 1
            if not busy:
                break
            for key, _ in watch.select():
                caller: Caller = key.data
                found = caller.answer()
                if found is None:
                    continue
                _count(tally, found, caller, counts_from)
                if found[2]:
                    caller.hang_up(watch)
                idle.append(caller)
                busy -= 1
    spent = min(time.perf_counter() - counts_from, duration or 1e9)
    return _summary(tally, spent)


def _count(tally: Tally, found: tuple[int, bytes, bool], caller: Caller, counts_from: float) -> None:
    status, body, _closes = found
    now = time.perf_counter()
    if now < counts_from:
        return
    tally.statuses[status] += 1
    tally.taken.append(now - caller.sent_at)
    tally.allowed += body.count(b'"verdict":"allow"') + body.count(b'"verdict": "allow"')
    tally.sample = tally.sample or body.decode(errors="replace")[:600]
    if not 200 <= status < 300:
        tally.first_bad = tally.first_bad or body.decode(errors="replace")[:600]


def _summary(tally: Tally, spent: float) -> dict[str, Any]:
    ordered = sorted(tally.taken)
    return {
        "requests": len(ordered),
        "seconds": spent,
        "statuses": {str(status): count for status, count in tally.statuses.items()},
        "allowed": tally.allowed,
        "p50_ms": ordered[len(ordered) // 2] * 1000 if ordered else 0,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000 if ordered else 0,
        "sample": tally.sample,
        "first_bad": tally.first_bad,
    }


def main() -> None:
    """The command line."""
    port, connections, duration, file = sys.argv[1:]
    plan = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps(drive(int(port), int(connections), float(duration), requests_of(plan))))


if __name__ == "__main__":
    main()

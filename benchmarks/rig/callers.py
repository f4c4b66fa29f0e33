"""Callers as phones and gateways are: what got no answer is sent again, word for word, until there is one."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 120.0
LATER = (429, 500, 502, 503, 504)  # the registry asks to come again, or does not know what it did
RST = struct.pack("ii", 1, 0)
# How a line may break: before anything went over it, in the middle of the head, of the body, after everything, in the
# middle of the answer; or it is merely slow.
BREAKS = ("before", "in_head", "in_body", "after", "in_answer")
SLOW = "slow"
SLOW_SECONDS = 2.0


@dataclass(frozen=True)
class Act:
    """One request: to the API with the token of `login`, to pages with his cookie. `body` is JSON, or raw with its
    `mime`; None asks for a page. `expects`: what answers it when all is well."""

    kind: str
    login: str
    path: str
    body: Any = None
    expects: tuple[int, ...] = (200, 201)
    mime: str = "application/json"


@dataclass
class Sent:
    """An act with what came of it. Moments are `time.monotonic()`; `after_move`: the clock moved while it was done."""

    act: Act
    attempts: int = 0
    status: int = 0
    answer: Any = None
    answered_at: float = 0.0
    after_move: bool = False

    @property
    def ok(self) -> bool:
        return self.status in self.act.expects


Script = Generator[Act, Sent, None]
Answer = tuple[int, bytes]


def asked(
    port: int, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"", broken: str = ""
) -> Answer | None:
    """Status and body of one request; None when there was no whole answer. `broken` is one of BREAKS, or slow."""
    head = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
    request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{head}{length}\r\n".encode() + body
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as line:
            if not _sent(line, request, len(body), broken):
                return None
            got = _read(line)
    except OSError:
        return None
    return _understood(got)


def _sent(line: socket.socket, request: bytes, body: int, broken: str) -> bool:
    """Send it as far as the line holds; whether an answer can be waited for."""
    if broken == SLOW:
        for start in range(0, len(request), len(request) // 10 + 1):
            line.sendall(request[start : start + len(request) // 10 + 1])
            time.sleep(SLOW_SECONDS / 10)
        return True
    upto = {"before": 0, "in_head": 40, "in_body": len(request) - body // 2 - 1}.get(broken, len(request))
    line.sendall(request[:upto])
    if broken == "in_answer":
        line.recv(1)
    if broken and broken != "after":  # whoever hangs up after sending everything does so in order
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    return not broken


def _read(line: socket.socket) -> bytes:
    got = b""
    while more := line.recv(1 << 16):
        got += more
    return got


def _understood(got: bytes) -> Answer | None:
    head, ends, body = got.partition(b"\r\n\r\n")
    at = head.lower().find(b"content-length:")
    if not ends or (at >= 0 and len(body) < int(head[at + 15 :].split(b"\r\n", 1)[0])):
        return None
    return int(head[9:12]), body


@dataclass
class Log:
    """What the callers know: what came of each act, and what should not have been answered."""

    sent: list[Sent] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)  # of all attempts; 0 for none


class Callers:
    """So many callers, each with scripts that it goes through one after the other."""

    def __init__(self, port: int, secrets: Mapping[str, str], scripts: Sequence[Callable[[], Script]], count: int):
        self.port, self.secrets, self.scripts = port, secrets, scripts
        self.gap = 0.0  # seconds from one request of a caller to its next; 0: as fast as it is answered
        # How often the registry's clock was moved, and whether it is wrong now.
        self.log, self.moves, self.astray = Log(), 0, False
        self.progress = [0] * count
        self._may, self._over = threading.Event(), threading.Event()
        self._broken: list[str] = []
        self._lock = threading.Lock()
        self._resting = [threading.Event() for _ in range(count)]
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def go(self) -> None:
        """Let them work."""
        for rests in self._resting:
            rests.clear()
        self._may.set()

    def hold(self) -> None:
        """Let each finish what it has begun to send, then wait.

        Raises:
            RuntimeError: one of them gets no answer any more.
        """
        self._may.clear()
        for number, rests in enumerate(self._resting):
            if not rests.wait(PATIENCE_SECONDS + 30):
                raise RuntimeError(f"caller {number} does not come to rest")

    def stop(self) -> None:
        self._over.set()
        self._may.set()
        for thread in self._threads:
            thread.join(30)

    def break_lines(self, how: str, count: int = 1) -> None:
        """The next requests go over lines that break like this."""
        with self._lock:
            self._broken += [how] * count

    def recovered(self, seconds: float = 60) -> float | None:
        """Wait until each of them was answered again; after how many seconds, or None."""
        begun, before = time.monotonic(), list(self.progress)
        while time.monotonic() - begun < seconds:
            if all(now > then for now, then in zip(self.progress, before, strict=True)):
                return time.monotonic() - begun
            time.sleep(0.02)
        return None

    def _work(self, number: int) -> None:
        choose, due = random.Random(number), 0.0
        while not self._over.is_set():
            script, came, moves = choose.choice(self.scripts)(), None, self.moves
            try:
                while True:
                    due = self._paced(due)
                    act = script.send(came)  # the first is None, as generators want it
                    if not self._may.is_set():
                        self._resting[number].set()
                        self._may.wait()
                    if self._over.is_set():
                        return
                    came = self._insist(act, number, moves)
            except StopIteration:
                continue
            except Exception as error:  # a caller that stops without a word would look like a calm run
                self.log.odd.append(f"caller {number}: {error!r}")
                self._resting[number].set()
                return

    def _paced(self, due: float) -> float:
        """Wait until it is time for the next request; when the one after it is due. Who is late does not hurry."""
        now = time.monotonic()
        if self.gap and due > now:
            self._over.wait(due - now)
        return max(due, now) + self.gap

    def _insist(self, act: Act, number: int, moves: int) -> Sent:
        """Send until it is answered for good."""
        method, raw, headers = self._request(act)
        sent, until, pause = Sent(act), time.monotonic() + PATIENCE_SECONDS, 0.02
        while time.monotonic() < until and not self._over.is_set():
            with self._lock:
                broken = self._broken.pop() if self._broken else ""
            sent.attempts += 1
            answer = asked(self.port, method, act.path, headers, raw, broken)
            self.log.answers[answer[0] if answer else 0] += 1
            if answer is not None and answer[0] == 500:
                self.log.odd.append(f"{act.kind}: 500 {answer[1].decode(errors='replace')[:300]}")
            if answer is not None and answer[0] not in LATER:
                sent.status, sent.answered_at = answer[0], time.monotonic()
                sent.answer = json.loads(answer[1]) if answer[1] and method == "POST" else None
                sent.after_move = self.astray or self.moves != moves
                self._note(sent)
                self.progress[number] += 1
                return sent
            time.sleep(pause)
            pause = min(pause * 1.5, 0.4)
        raise RuntimeError(f"{act.kind}: not answered in {PATIENCE_SECONDS:.0f} s")

    def _request(self, act: Act) -> tuple[str, bytes, dict[str, str]]:
        """Method, body and headers of an act."""
        secret = self.secrets[act.login]
        if act.path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {secret}"}
        else:
            headers = {"Cookie": f"registry_session={secret}", "Accept": "text/html"}
        if act.body is None:
            return "GET", b"", headers
        raw = act.body if isinstance(act.body, bytes) else json.dumps(act.body).encode()
        return "POST", raw, {**headers, "Content-Type": act.mime}

    def _note(self, sent: Sent) -> None:
        self.log.sent.append(sent)
        if not sent.ok and not (sent.after_move and sent.status in (409, 422)):
            said = json.dumps(sent.answer, ensure_ascii=False)[:400]
            self.log.odd.append(f"{sent.act.kind} after {sent.attempts} attempts: {sent.status} {said}")

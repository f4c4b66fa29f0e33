"""Which request a piece of work belongs to, through jobs and messages: what the trail and the log call it by."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# As nginx makes them; the column of the trail holds no more.
PLAUSIBLE = re.compile(r"[A-Za-z0-9_-]{8,40}")
_running: ContextVar[str] = ContextVar("registry_request_id", default="")


def new_id() -> str:
    """A number for work that nobody gave one: sixteen hexadecimal digits."""
    return secrets.token_hex(8)


def request_id() -> str:
    """The number of the request that asked for what is running; empty where nobody asked."""
    return _running.get()


def begin(number: str) -> None:
    """What this thread does from here on belongs to that request."""
    _running.set(number)


@contextmanager
def following(number: str) -> Iterator[str]:
    """Work that was asked for by the request `number`; where there was none it gets a number of its own."""
    kept = _running.set(number or new_id())
    try:
        yield _running.get()
    finally:
        _running.reset(kept)

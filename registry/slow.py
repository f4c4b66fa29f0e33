"""Statements that take long go into the log: their text without any value, whose request it was, milliseconds.

Off unless REGISTRY_SLOW_QUERY_MS is above 0; then the statements of the gun, which pass SQLAlchemy's cursors by, are
measured where they are given to their driver. Off, nothing is put in anybody's way.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from registry import journeys, prepared

MOST = 2000  # characters of a statement
STARTED = "registry_statement_started"
log = logging.getLogger("registry.slow")
# Values that somebody wrote into the text of a statement.
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w$:%])\d+(?:\.\d+)?\b")


def watch(least_ms: int) -> Callable[[], None]:
    """Log every statement of this process that takes at least so many milliseconds; what is returned ends it."""

    def before(connection: Any, *_rest: Any) -> None:
        connection.info[STARTED] = perf_counter()

    def after(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        _tell(statement, connection.info.pop(STARTED, None), least_ms)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    travel, execute = journeys.travel, prepared._Sqlite._execute

    @wraps(travel)
    def travelled(held: Any, asked: Any, **more: Any) -> Any:
        started = perf_counter()
        came = travel(held, asked, **more)
        _tell("; ".join(one.text for one in asked) or "COMMIT", started, least_ms)
        return came

    @wraps(execute)
    def executed(self: Any, held: Any, given: Any) -> Any:
        started = perf_counter()
        cursor = execute(self, held, given)
        _tell(self._text, started, least_ms)
        return cursor

    journeys.travel, prepared._Sqlite._execute = travelled, executed  # type: ignore[method-assign]

    def end() -> None:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)
        journeys.travel, prepared._Sqlite._execute = travel, execute  # type: ignore[method-assign]

    return end


def without_values(statement: str) -> str:
    """The text on one line, with ? for whatever value stands in it."""
    return _LITERAL.sub("?", " ".join(statement.split()))[:MOST]


def _tell(statement: str, started: float | None, least_ms: int) -> None:
    took = (perf_counter() - started) * 1000 if started is not None else 0.0
    if took >= least_ms:
        log.warning("slow statement: %s", without_values(statement), extra={"ms": round(took, 1)})

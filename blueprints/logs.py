"""The log: lines of JSON for a machine, or of text for a terminal, each with the request it belongs to.

No line carries a name, a telephone number or a secret: people and units are numbers, a request is known by its endpoint
rather than by an address with codes in it, and what a library tells of values is blackened.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context, request

from registry import tracing

# Told with a line by `extra=`.
TOLD = ("status", "ms")
ANSWERED = "request"
# Telephone and identity numbers, what a caller signs in by, values that SQLAlchemy and PostgreSQL tell of.
PRIVATE = (
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "***"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "***"),
    (re.compile(r"(?i)(bearer|token=|password=|secret=)\s*[^\s&'\"]+"), r"\1 ***"),
    (re.compile(r"(?m)^\s*DETAIL:.*$"), "DETAIL: ***"),
    (re.compile(r"(?m)\[parameters: .*$"), "[parameters: ***]"),
)


class Json(logging.Formatter):
    """One object a line: time (UTC), level, logger, message, request_id, and what is known of the request."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": ANSWERED if _is_answered(record) else blackened(record.getMessage()),
            **facts(),
            **{name: record.__dict__[name] for name in TOLD if name in record.__dict__},
        }
        if record.exc_info:
            line["exception"] = blackened(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)


class Text(logging.Formatter):
    """A line for people, with the request it belongs to at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._second = (0, "")

    def format(self, record: logging.LogRecord) -> str:
        told = {name: record.__dict__[name] for name in TOLD if name in record.__dict__}
        words = " ".join([f"{name}={value}" for name, value in {**facts(), **told}.items()])
        if _is_answered(record):
            return f"{self.formatTime(record)} {record.levelname} {record.name} {ANSWERED} [{words}]"
        first, *rest = blackened(super().format(record)).split("\n")
        return "\n".join([f"{first} [{words}]" if words else first, *rest])

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """As the library writes it; its day and second are written once a second."""
        second, text = self._second
        if second != int(record.created):
            second = int(record.created)
            text = time.strftime(self.default_time_format, time.localtime(second))
            self._second = (second, text)
        return f"{text},{int(record.msecs):03d}"


def answered(log: logging.Logger, status: int, milliseconds: float) -> None:
    """The line of a request. It is made without asking which line of code logs it, and holds numbers and our own
    names alone: to look for either takes a good part of a gun's time."""
    if log.isEnabledFor(logging.INFO):
        told = {"status": status, "ms": milliseconds}
        log.handle(log.makeRecord(log.name, logging.INFO, "", 0, ANSWERED, (), None, extra=told))


def _is_answered(record: logging.LogRecord) -> bool:
    return record.msg is ANSWERED and record.exc_info is None


def configure(level: str, form: str) -> None:
    """Write the log of this process to standard error, as `json` or `text`; once, whoever has set it up stays."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_worth_a_line)
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=level, handlers=[handler])


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Alembic tells at every look at the schema that it looks; what it does to the schema is worth one."""
    looks = record.levelno <= logging.INFO and record.name.startswith("alembic.")
    return not looks or record.getMessage().startswith("Running")


def facts() -> dict[str, Any]:
    """Whose work this is, in numbers."""
    number = tracing.request_id()
    found: dict[str, Any] = {"request_id": number} if number else {}
    if has_request_context():
        found["method"], found["endpoint"] = request.method, request.endpoint
        if (who := g.get("actor")) is not None:
            found["person_id"], found["unit_id"] = who.person_id, who.unit_id
    return found


def blackened(text: str) -> str:
    """The text without what must not stand in a log."""
    for pattern, instead in PRIVATE:
        text = pattern.sub(instead, text)
    return text

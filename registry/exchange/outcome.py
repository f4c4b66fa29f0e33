"""What came of a table, as it is kept with the import and shown on its page: plain JSON that can be told again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.exchange.convert import shown
from registry.exchange.importing import Report
from registry.exchange.judging import RowError
from registry.exchange.sheets._common import Bilingual
from registry.messages import T

KEPT_ERRORS = 200
KEPT_CHANGES = 50
KEPT_REASONS = 100


def kept(text: str) -> Any:
    """A message as JSON: its template and values, or its two languages."""
    if hasattr(text, "zh") and hasattr(text, "en"):
        return {"zh": text.zh, "en": text.en}
    if isinstance(text, T):
        return {"text": text.template, "values": {key: _kept_value(value) for key, value in text.values.items()}}
    return str(text)


def _kept_value(value: Any) -> Any:
    if isinstance(value, T):
        return kept(value)
    return value if isinstance(value, int) else str(value)


def told(data: Any) -> str:
    """The message of its JSON."""
    if isinstance(data, Mapping) and "zh" in data:
        return Bilingual(data["zh"], data["en"])
    if isinstance(data, Mapping):
        values = {key: told(value) if isinstance(value, Mapping) else value for key, value in data["values"].items()}
        return T(data["text"], **values)
    return str(data)


def result_of(report: Report, announced: Sequence[T], errors_file: int | None) -> dict[str, Any]:
    """The counts, the reasons with how often each, the first errors and changes of a report."""
    return {
        "counts": report.summary(),
        "reasons": [[heading, kept(reason), count] for heading, reason, count in report.reasons()[:KEPT_REASONS]],
        "warnings": [
            [heading, kept(reason), count] for heading, reason, count in report.warning_reasons()[:KEPT_REASONS]
        ],
        "errors": [_error(error) for error in report.errors[:KEPT_ERRORS]],
        "changes": [
            [change.row, change.column, _shown(change.old), _shown(change.new)]
            for change in report.changes[:KEPT_CHANGES]
        ],
        "notices": [kept(text) for text in (*announced, *report.notices)],
        "errors_file": errors_file,
        "seconds": round(report.seconds, 1),
    }


def _error(error: RowError) -> list[Any]:
    return [error.row, error.heading, error.value, kept(error.reason)]


def _shown(value: Any) -> str:
    return "" if value is None else shown(value)

"""Dated periods `[since, until)` as a condition."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from registry.db import among

Span = tuple[int, int] | list[int] | None
"""The ids that a statement is about: from the first to the last, or these; None for all."""


def holds(period: Any, on: date) -> ColumnElement[bool]:
    """A period that holds on a day; an open end is None."""
    return and_(period.since <= on, or_(period.until.is_(None), period.until > on))


def within(column: Any, ids: Span) -> tuple[ColumnElement[bool], ...]:
    """Only rows whose id lies in a span: nothing is asked where it is None."""
    if ids is None:
        return ()
    return (among(column, ids),) if isinstance(ids, list) else (column.between(*ids),)

"""Dated periods `[since, until)` as a condition."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_


def holds(period: Any, on: date) -> ColumnElement[bool]:
    """A period that holds on a day; an open end is None."""
    return and_(period.since <= on, or_(period.until.is_(None), period.until > on))

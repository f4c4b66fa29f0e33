"""Pages of long lists by keyset: a page costs the same wherever it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.db import db
from registry.errors import Invalid
from registry.messages import T

LARGEST = 200
MOST_COUNTED = 10_000
_counted: ContextVar[list[int] | None] = ContextVar("counted", default=None)


@dataclass(frozen=True)
class Page:
    """Rows and the cursor of the next page, None at the end."""

    items: Sequence[Any]
    next: str | None


def paginate(
    statement: Select[Any],
    key: InstrumentedAttribute[int],
    limit: int = 50,
    cursor: str | None = None,
    newest: bool = False,
) -> Page:
    """One page of a select over entities ordered by an id column, ascending or newest first.

    Raises:
        Invalid: the cursor is not one of ours.
    """
    counted = _counted.get()
    if counted is not None:
        found = statement.with_only_columns(key).distinct().order_by(None).limit(MOST_COUNTED + 1).subquery()
        counted.append(int(db.session.scalar(select(func.count()).select_from(found)) or 0))
        return Page([], None)
    limit = max(1, min(limit, LARGEST))
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18 or int(cursor) > _largest(key):
            raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询"))
        statement = statement.where(key < int(cursor) if newest else key > int(cursor))
    ordered = statement.order_by(key.desc() if newest else key).limit(limit + 1)
    rows = db.session.scalars(ordered).unique().all()
    items = rows[:limit]
    return Page(items, str(getattr(items[-1], key.key)) if len(rows) > limit else None)


def _largest(key: InstrumentedAttribute[int]) -> int:
    """The largest number that a row can have; PostgreSQL refuses to compare with a larger one."""
    return 2**63 - 1 if isinstance(key.type, BigInteger) else 2**31 - 1


def count(ask: Callable[[str | None], Page]) -> int:
    """How many rows the list has of which `ask(cursor)` gives a page, by the very conditions of its pages; above
    MOST_COUNTED nobody counts on. What `paginate` walks is counted by one statement, other lists are walked.
    """
    total, cursor = 0, None
    while total <= MOST_COUNTED:
        counted: list[int] = []
        before = _counted.set(counted)
        try:
            page = ask(cursor)
        finally:
            _counted.reset(before)
        if counted:
            return counted[0]
        total, cursor = total + len(page.items), page.next
        if cursor is None:
            break
    return total

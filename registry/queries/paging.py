"""Pages of long lists by keyset: a page costs the same wherever it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from registry.db import db
from registry.errors import Invalid
from registry.messages import T

LARGEST = 200


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
    limit = max(1, min(limit, LARGEST))
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询"))
        statement = statement.where(key < int(cursor) if newest else key > int(cursor))
    ordered = statement.order_by(key.desc() if newest else key).limit(limit + 1)
    rows = db.session.scalars(ordered).unique().all()
    items = rows[:limit]
    return Page(items, str(getattr(items[-1], key.key)) if len(rows) > limit else None)

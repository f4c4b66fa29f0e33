"""What a list that leaves as a spreadsheet is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Column
from registry.messages import T
from registry.queries.paging import Page

Row = dict[str, Any]
Filters = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that may leave: `page` gives one page of it, `rows` what its items look like outside."""

    heading: T
    heading_en: str
    permission: str
    columns: Sequence[Column]
    page: Callable[[Actor, Filters, str | None], Page]
    rows: Callable[[Actor, Sequence[Any]], Iterable[Row]]


def column(name: str, heading: T, heading_en: str, **more: Any) -> Column:
    return Column(name=name, heading=heading, heading_en=heading_en, **more)


def masked(phone: str | None) -> str | None:
    """Enough to recognise, not enough to call."""
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) >= 8 else None

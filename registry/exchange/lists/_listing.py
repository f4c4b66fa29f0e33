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
Rows = Callable[[Actor, Sequence[Any]], Iterable[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that may leave: `page` gives one page of it, `rows` what its items look like outside; `whole`: with their
    personal data unmasked, for whoever said why."""

    heading: T
    heading_en: str
    permission: str
    columns: Sequence[Column]
    page: Callable[[Actor, Filters, str | None], Page]
    rows: Rows
    whole: Rows | None = None


def column(name: str, heading: T, heading_en: str, **more: Any) -> Column:
    return Column(name=name, heading=heading, heading_en=heading_en, **more)

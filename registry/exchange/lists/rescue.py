"""Rescue stations and teams as a list that leaves: what the import reads, with the state of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry import clock
from registry.actor import Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets import responders as sheet
from registry.exchange.sheets._common import Bilingual
from registry.messages import T
from registry.queries import responders
from registry.queries.paging import LARGEST
from registry.queries.responder_inputs import written
from registry.rules import responders as rules

STATES = {state.id: Bilingual(state.zh, state.en) for state in rules.STATES.values()}


def _rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for line in items:
        row = line.responder
        yield {
            **{name: getattr(row, name) for name in ("name", "kind", "capacity", "phone", "address", "lat", "lon")},
            "unit": row.unit.name,
            "areas": "、".join(area.zh for area in line.areas),
            "rota": written([each for each in row.shifts if each.until is None or each.until > today]).replace(
                "\n", "；"
            ),
            "status": row.status,
        }


RESPONDERS = Listing(
    heading=T("救援力量"),
    heading_en=sheet.SHEET.heading_en,
    permission="responder.read",
    columns=(*sheet.SHEET.columns, column("status", T("状态"), "Status", kind="choice", choices=STATES)),
    page=lambda actor, filters, cursor: responders.page(actor, filters, clock.now(), LARGEST, cursor),
    rows=_rows,
)

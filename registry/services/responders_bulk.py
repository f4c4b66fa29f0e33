"""Many responders at once, for imports: put on file or brought up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from registry import policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.queries import responder_imports, responder_inputs
from registry.services import responders

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its position in the call, the column, and why."""

    index: int
    column: str
    reason: T


def bulk_register(actor: Actor, rows: Sequence[Row]) -> list[RefusedRow]:
    """Put responders on file in one transaction, or correct the one of the same unit and name; which were not taken.

    A row: `unit_id, name, kind, areas` (codes), `capacity?, phone?, address?, lat?, lon?, rota?` (as people write it).
    What a row leaves empty stays as it is.
    """
    policy.require(actor, "responder.import")
    refused: list[RefusedRow] = []
    with transaction():
        known = responder_imports.ids(actor, [(row["unit_id"], row["name"]) for row in rows])
        for index, row in enumerate(rows):
            try:
                _one(actor, row, known.get((row["unit_id"], row["name"])))
            except Invalid as error:
                column, texts = next(iter(error.errors.items()))
                refused.append(RefusedRow(index, "rota" if column == "shifts" else column, texts[0]))
            except (Conflict, Forbidden) as error:
                refused.append(RefusedRow(index, "name", cast(T, error.detail)))
    return refused


def _one(actor: Actor, row: Row, known: int | None) -> None:
    data = {name: value for name, value in row.items() if value not in (None, "") and name != "rota"}
    shifts = responder_inputs.rota(actor, row["unit_id"], row["rota"]) if row.get("rota") else None
    if known is None:
        responders.register(actor, responder_inputs.with_members({**data, "shifts": shifts or ()}))
        return
    responders.correct(actor, known, {name: value for name, value in data.items() if name != "unit_id"})
    if shifts is not None:
        responders.set_rota(actor, known, shifts)

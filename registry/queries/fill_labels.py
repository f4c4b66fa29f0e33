"""What the label of a fill says: the gas and its dangers from the rules, the fill from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import FillCycle, Filling, GasBatch
from registry.rules.kinds import MEDIA, Medium
from registry.rules.precautions import Precaution, precautions

MOST = 500


@dataclass(frozen=True, slots=True)
class FillFace:
    """A fill with what its label needs; `precaution` is None for a gas that the rules do not know,
    `printed` says whether the labels of its turn were printed or said to be on."""

    row: Filling
    medium: Medium | None
    precaution: Precaution | None
    batch_no: str
    printed: bool

    @property
    def net_g(self) -> int | None:
        """What is in the cylinder by the scale, residue included; None for a fill by pressure or without a tare."""
        if self.row.gross_after_g is None or not self.row.tare_g:
            return None
        return self.row.gross_after_g - self.row.tare_g


def of_day(actor: Actor, on: date, unprinted: bool = False) -> list[FillFace]:
    """The fills of the caller's station on a day, in their order; at most 500."""
    policy.require(actor, "fill_label.print")
    statement = (
        policy.scope(actor, Filling)
        .where(Filling.station_id == actor.unit_id, Filling.filled_on == on)
        .options(joinedload(Filling.station), joinedload(Filling.cylinder))
        .order_by(Filling.ended_at, Filling.id)
        .limit(MOST)
    )
    faces = _faces(list(db.session.scalars(statement)), on)
    return [face for face in faces if not (unprinted and face.printed)]


def chosen(actor: Actor, ids: Sequence[int], on: date) -> list[FillFace]:
    """The fills with these ids, in the order given; those that are not the caller's station's are left out."""
    policy.require(actor, "fill_label.print")
    statement = (
        policy.scope(actor, Filling)
        .where(Filling.id.in_(ids), Filling.station_id == actor.unit_id)
        .options(joinedload(Filling.station), joinedload(Filling.cylinder))
    )
    found = {row.id: row for row in db.session.scalars(statement)}
    return _faces([found[number] for number in dict.fromkeys(ids) if number in found], on)


def _faces(rows: Sequence[Filling], on: date) -> list[FillFace]:
    known = precautions(on)
    batches = {row.gas_batch_id for row in rows if row.gas_batch_id}
    notes = dict(db.session.execute(select(GasBatch.id, GasBatch.delivery_note).where(GasBatch.id.in_(batches))).all())
    turns: dict[int | None, bool | None] = dict(
        db.session.execute(
            select(FillCycle.filling_id, FillCycle.labels_printed).where(
                FillCycle.filling_id.in_([row.id for row in rows])
            )
        ).all()
    )
    found = []
    for row in rows:
        medium = row.cylinder.medium if row.cylinder.medium in known else row.medium
        face = FillFace(
            row, MEDIA.get(medium), known.get(medium), notes.get(row.gas_batch_id or 0, ""), bool(turns.get(row.id))
        )
        found.append(face)
    return found

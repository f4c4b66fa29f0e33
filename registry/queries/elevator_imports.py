"""What is on file of elevators that come again in a list: by which keys they are known, and with which values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Contract, Elevator, ElevatorStatus, Inspection, RescueEnrolment
from registry.queries.elevator_values import values

Key = tuple[Any, ...]

INSPECTION = ("kind", "done_on", "valid_until", "conclusion", "report_no")


def existing(actor: Actor, names: tuple[str, ...], keys: Iterable[Key]) -> dict[Key, dict[str, Any]]:
    """Present values of the elevators that are known by these keys, for those that are.

    `names` are the columns a key is made of: ("source", "foreign_no"), ("device_code",), ("use_cert_no",), ... Every
    other name of a row of `services.elevators_bulk.bulk_register` is among the values. Only what the caller may see.
    """
    wanted = [tuple(key) for key in keys]
    columns = [getattr(Elevator, name) for name in names]
    condition = columns[0].in_([key[0] for key in wanted]) if len(columns) == 1 else tuple_(*columns).in_(wanted)
    rows = db.session.scalars(policy.scope(actor, Elevator).where(condition)).all()
    present = present_values(rows)
    return {tuple(getattr(row, name) for name in names): present[row.id] for row in rows}


def present_values(rows: Sequence[Elevator]) -> dict[int, dict[str, Any]]:
    """Everything a bulk row may state, by the elevator's id."""
    ids = [row.id for row in rows]
    dated = _dated(ids)
    blank: dict[str, Any] = dict.fromkeys(
        (
            "status_since",
            *(f"inspection_{name}" for name in INSPECTION),
            "company_id",
            "contract_since",
            "contract_number",
            "rescue_since",
            "plate_verified_on",
        )
    )
    return {
        row.id: {
            **blank,
            **values(row),
            "source": row.source,
            "foreign_no": row.foreign_no,
            "status": row.status,
            **dated.get(row.id, {}),
        }
        for row in rows
    }


def _dated(ids: list[int]) -> dict[int, dict[str, Any]]:
    """What the dated tables say at present, by elevator."""
    found: dict[int, dict[str, Any]] = {}

    def note(elevator_id: int, more: Mapping[str, Any]) -> None:
        found.setdefault(elevator_id, {}).update(more)

    for status in _open(ElevatorStatus, ids):
        note(status.elevator_id, {"status_since": status.since})
    for contract in _open(Contract, ids):
        note(
            contract.elevator_id,
            {
                "company_id": contract.company_id,
                "contract_since": contract.since,
                "contract_number": contract.number or None,
            },
        )
    for enrolment in _open(RescueEnrolment, ids):
        note(
            enrolment.elevator_id,
            {"rescue_since": enrolment.since, "plate_verified_on": enrolment.plate_verified_on},
        )
    for row in sorted(inspections(ids), key=lambda row: (row.done_on or date.min, row.id)):
        newest = {f"inspection_{name}": getattr(row, name) for name in INSPECTION}
        note(row.elevator_id, {**newest, "inspection_report_no": row.report_no or None})
    return found


def inspections(ids: list[int]) -> Sequence[Inspection]:
    """The inspections of several elevators."""
    return db.session.scalars(select(Inspection).where(Inspection.elevator_id.in_(ids))).all()


def _open(model: Any, ids: list[int]) -> Sequence[Any]:
    statement = select(model).where(model.elevator_id.in_(ids), model.until.is_(None)).order_by(model.since)
    return db.session.scalars(statement).all()

"""The rows that a bulk registration writes: of the elevator and of its dated tables, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table

from registry.models import Contract, ElevatorStatus, ElevatorUse, Inspection, LabelCode, RescueEnrolment
from registry.queries.elevator_values import COLUMNS, DETAILS, stored

Row = Mapping[str, Any]

IN_USE = "in_use"
DEFAULT_INSPECTION = {"kind": "periodic_inspection", "conclusion": "pass", "report_no": ""}
NOT_NULL = ("name", "address")


@dataclass(frozen=True, slots=True)
class Written:
    """An elevator that was inserted: its id, the values of its row, and what the caller gave."""

    id: int
    values: dict[str, Any]
    row: Row


def elevator_row(row: Row, label_code: str, divisions: Mapping[str, str | None]) -> dict[str, Any]:
    """The values of a new elevator; all rows have the same names, as one statement for many needs."""
    values = {name: row.get(name) for name in COLUMNS}
    values.update({name: values[name] or "" for name in NOT_NULL})
    values["details"] = {
        name: stored(name, row[name]) for name in DETAILS & row.keys() if row[name] is not None
    } or None
    values["division_code"] = values["division_code"] or divisions.get(row["area_code"])
    values["label_code"] = label_code
    values["status"] = row.get("status") or IN_USE
    values["source"], values["foreign_no"] = row.get("source"), row.get("foreign_no")
    values["version"] = 1
    return values


def dated_rows(written: Sequence[Written], today: date) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """What goes into the dated tables with new elevators, table by table."""
    builders = (
        (ElevatorStatus, _first_status),
        (ElevatorUse, _first_use),
        (LabelCode, _label),
        (Inspection, _first_inspection),
        (Contract, _first_contract),
        (RescueEnrolment, first_enrolment),
    )
    for model, build in builders:
        values = [made for item in written if (made := build(item, today))]
        if values:
            yield model.__table__, values  # type: ignore[misc]


def _first_status(item: Written, today: date) -> dict[str, Any]:
    """Of an elevator in use, the oldest day on which something proves that it was there, if none was stated."""
    known = [item.row.get("in_use_since"), item.row.get("registered_on"), item.row.get("inspection_done_on")]
    proven = next((day for day in known if day), today) if item.values["status"] == IN_USE else today
    since = item.row.get("status_since") or min(proven, today)
    return {"elevator_id": item.id, "status": item.values["status"], "since": since, "reason": "", "document": ""}


def _first_use(item: Written, today: date) -> dict[str, Any] | None:
    if not item.values.get("use_unit_id"):
        return None
    since = item.row.get("in_use_since") or item.row.get("registered_on") or today
    return {"elevator_id": item.id, "unit_id": item.values["use_unit_id"], "since": min(since, today), "document": ""}


def _label(item: Written, today: date) -> dict[str, Any]:
    return {
        "code": item.values["label_code"],
        "scheme": "own",
        "status": "active",
        "elevator_id": item.id,
        "issued_on": today,
        "bound_on": today,
        "reason": "",
        "prints": 0,
    }


def _first_inspection(item: Written, _today: date) -> dict[str, Any] | None:
    return inspection_values(item.id, item.row)


def inspection_values(elevator_id: int, row: Row) -> dict[str, Any] | None:
    """The inspection a row states, None when it states none."""
    if not row.get("inspection_done_on") and not row.get("inspection_valid_until"):
        return None
    return {
        "elevator_id": elevator_id,
        "done_on": row.get("inspection_done_on"),
        "valid_until": row.get("inspection_valid_until"),
        **{name: row.get(f"inspection_{name}") or default for name, default in DEFAULT_INSPECTION.items()},
        "notice_no": "",
        "note": "",
    }


def _first_contract(item: Written, today: date) -> dict[str, Any] | None:
    if not item.row.get("company_id"):
        return None
    return {
        "elevator_id": item.id,
        "company_id": item.row["company_id"],
        "since": item.row.get("contract_since") or today,
        "number": item.row.get("contract_number") or "",
        "mode": "fixed",
    }


def first_enrolment(item: Written, today: date) -> dict[str, Any] | None:
    """The enrolment at 96366 a row states, None when it states none."""
    code, verified = item.row.get("rescue_code"), item.row.get("plate_verified_on")
    if not code or not (item.row.get("rescue_since") or verified):
        return None
    since = item.row.get("rescue_since") or verified or today
    return {"elevator_id": item.id, "code": code, "since": since, "plate_verified_on": verified}

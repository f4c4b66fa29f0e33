"""Whether a unit's safety officers have done what a day asks of them: for decisions taken elsewhere."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select

from registry.db import db
from registry.models import SafetyAppointment, SafetyRecord
from registry.queries.safety import in_force


def daily_check_open(unit_id: int, on: date, subject: str = "filling") -> bool | None:
    """Whether no officer of a unit has made the daily check of a day yet (Order 74 art. 43).

    None for a unit that has no officer appointed on that day: then nobody can owe the check.
    """
    officer = exists().where(
        SafetyAppointment.unit_id == unit_id,
        SafetyAppointment.subject == subject,
        SafetyAppointment.role == "officer",
        in_force(SafetyAppointment, on),
    )
    made = exists().where(
        SafetyRecord.unit_id == unit_id,
        SafetyRecord.subject == subject,
        SafetyRecord.cycle == "daily",
        SafetyRecord.starts_on == on,
        SafetyRecord.replaced_on.is_(None),
    )
    has_officer, is_made = db.session.execute(select(officer, made)).one()
    return not is_made if has_officer else None

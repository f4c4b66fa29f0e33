"""Whether a unit's safety officers have done what a day asks of them: for decisions taken elsewhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists

from registry.models import SafetyAppointment, SafetyRecord
from registry.queries.safety import in_force


def daily_check(unit_id: Any, on: Any, subject: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a unit has an officer appointed on a day, and whether the daily check of the day was made (Order 74
    art. 43): two columns. Without an officer nobody owes the check."""
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
    return officer, made

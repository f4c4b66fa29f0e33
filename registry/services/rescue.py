"""The 96366 platform: an elevator's rescue code, and the day somebody saw its plate in the car (elevators.md §6.1)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Invalid
from registry.messages import T
from registry.models import Elevator, RescueEnrolment
from registry.queries import elevator_checks


def enrol(
    actor: Actor, elevator_id: int, code: str, since: date | None = None, plate_verified_on: date | None = None
) -> RescueEnrolment:
    """Put an elevator on the platform under `code` (5 to 8 digits, unique in the city), or note that its plate was
    seen. Another code ends the enrolment under the former one.

    Raises:
        Invalid: the code is on another elevator, or a day lies in the future.
    """
    policy.require(actor, "rescue.enrol")
    today = clock.today()
    since = since or today
    wrong = {
        name: [T("不能晚于今天")]
        for name, day in (("since", since), ("plate_verified_on", plate_verified_on))
        if day and day > today
    }
    if wrong:
        raise Invalid(wrong)
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        if taken := elevator_checks.taken({"rescue_code": code}, elevator.id):
            raise Invalid({"code": taken["rescue_code"]})
        row = session.scalars(
            select(RescueEnrolment).where(RescueEnrolment.elevator_id == elevator.id, RescueEnrolment.until.is_(None))
        ).first()
        if row is None or row.code != code:
            if row is not None:
                row.until = max(since, row.since)
            row = RescueEnrolment(elevator_id=elevator.id, code=code, since=since)
            session.add(row)
        row.plate_verified_on = plate_verified_on or row.plate_verified_on
        elevator.rescue_code = code
        elevator.version += 1
        audit.record(
            actor,
            "rescue.enrolled",
            row,
            elevator_id=elevator.id,
            code=code,
            plate_verified_on=row.plate_verified_on,
        )
        return row

"""What waits for people with a safety appointment: today's check, the week's report, the month's minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import SafetyAppointment
from registry.queries import safety, safety_days, safety_sheets
from registry.rules import safety as rules

WAITING = ("due", "late")


def due(cycle: str) -> Callable[[Actor, date], int]:
    """How many records of a cycle the caller has to make now: one for each subject he is appointed for."""

    def count(actor: Actor, day: date) -> int:
        held = policy.scope(actor, SafetyAppointment, SafetyAppointment.subject, SafetyAppointment.role).where(
            SafetyAppointment.unit_id == actor.unit_id,
            SafetyAppointment.person_id == actor.person_id,
            safety.in_force(SafetyAppointment, day),
        )
        roles = {(subject, role) for subject, role in db.session.execute(held)}
        duties = (rules.duties(subject, day)[cycle] for subject in {subject for subject, _role in roles})
        return sum(_waits(actor, duty, day) for duty in duties if (duty.subject, duty.role) in roles)

    return count


def without_officer(actor: Actor, day: date) -> int:
    """How many elevators in use of the caller's unit have no officer."""
    return safety.unassigned(actor, day)


def _waits(actor: Actor, duty: rules.Duty, day: date) -> bool:
    span = rules.current(duty, day)
    used = safety_days.of_units(actor, duty.subject, span, [actor.unit_id or 0]).get(actor.unit_id or 0, frozenset())
    done = safety_sheets.done_in(actor, duty, span) is not None
    return bool(used) and rules.state_of(duty, span, done, day) in WAITING

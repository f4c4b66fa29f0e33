"""The clocks of a case as rows: begun, stopped, extended by the head and once more by the heads together, and the days
of a hearing left out."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import CaseClock, EnforcementCase
from registry.queries import parameters
from registry.rules import cases as rules
from registry.rules import enforcement_clocks as clocks
from registry.rules.enforcement_clocks import Calendar

DECISION = "decision"
BY_HEAD, TOGETHER = 1, 2


def calendar() -> Calendar:
    """The days off that terms are counted by."""
    return Calendar(*parameters.holidays())


def start(session: Session, row: EnforcementCase, key: str, day: date) -> CaseClock:
    """Begin a clock; one of its kind that still runs ends."""
    stop(session, row, key, day)
    due = clocks.due(day, key, calendar=calendar())
    clock = CaseClock(case_id=row.id, key=key, starts_on=day, first_due_on=due, due_on=due)
    session.add(clock)
    session.flush()
    return clock


def stop(session: Session, row: EnforcementCase, key: str, day: date) -> None:
    """End a clock, if it runs."""
    found = running(session, row, key)
    if found is not None:
        found.done_on = day


def stop_all(session: Session, row: EnforcementCase, day: date) -> None:
    """The case is over: nothing runs on but the party's time to have it reviewed."""
    for key in clocks.clocks(day):
        if key not in rules.REMEDIES:
            stop(session, row, key, day)


def extend(session: Session, row: EnforcementCase, key: str, extension: str) -> None:
    """The head extends a clock, once."""
    found = running(session, row, key)
    if found is None or found.extensions:
        raise Conflict(T("这个期限由负责人延长一次；办案期限还要延长的，须集体讨论决定"))
    found.extensions = BY_HEAD
    found.due_on = _due(found, key, extension)


def extend_together(session: Session, row: EnforcementCase, until: date) -> None:
    """The heads set another last day of the case, once, after its first extension.

    Raises:
        Conflict: not extended by the head yet, or by the heads before.
        Invalid: not later than the day that stands.
    """
    found = running(session, row, DECISION)
    if found is None or found.extensions != BY_HEAD:
        raise Conflict(T("办案期限先由负责人延长一次；仍不能作出决定的，才由集体讨论决定继续延期，只有一次"))
    if until <= found.due_on:
        raise Invalid.field("extended_until", T("应晚于现在的届满日{day}", day=found.due_on.isoformat()))
    found.extensions, found.due_on = TOGETHER, until


def leave_out(session: Session, row: EnforcementCase, since: date, until: date) -> None:
    """The days of a hearing do not count in the time to decide."""
    found = running(session, row, DECISION)
    if found is None:
        return
    days = (until - since).days
    found.left_out += days
    if found.extensions == TOGETHER:
        found.due_on += timedelta(days=days)
        return
    found.due_on = _due(found, DECISION, *(["decision_extended"] if found.extensions else []))


def running(session: Session, row: EnforcementCase, key: str) -> CaseClock | None:
    """The clock of a kind that runs."""
    return session.scalars(
        select(CaseClock).where(CaseClock.case_id == row.id, CaseClock.key == key, CaseClock.done_on.is_(None))
    ).first()


def newest(session: Session, row: EnforcementCase, key: str) -> CaseClock | None:
    """The last clock of a kind, whether it runs or not."""
    asked = select(CaseClock).where(CaseClock.case_id == row.id, CaseClock.key == key)
    return session.scalars(asked.order_by(CaseClock.id.desc())).first()


def _due(found: CaseClock, *keys: str) -> date:
    return clocks.due(found.starts_on, *keys, calendar=calendar(), more_days=found.left_out)

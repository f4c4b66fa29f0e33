"""Who of a station's certified people is on duty now (R26)."""

from __future__ import annotations

from sqlalchemy import select

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import StaffPresence
from registry.queries import filling_staff


def sign_on(actor: Actor, login: str) -> StaffPresence:
    """A person of the caller's station comes on duty.

    Raises:
        Invalid: nobody of the station, or without a valid certificate. Conflict: on duty already.
    """
    policy.require(actor, "presence.sign")
    now = clock.now()
    with transaction() as session:
        known = filling_staff.of_station(actor.unit_id, clock.day_of(now), {login})
        if login not in known:
            raise Invalid.field("login", T("本站没有这名人员：{login}", login=login))
        person = known[login]
        if not person.certified:
            raise Invalid.field("login", T("{name}没有有效的气瓶充装作业证，不能上岗", name=person.name))
        open_now = select(StaffPresence.id).where(
            StaffPresence.person_id == person.id, StaffPresence.until_at.is_(None)
        )
        if session.scalar(open_now):
            raise Conflict(T("{name}已经在岗", name=person.name))
        row = StaffPresence(station_id=actor.unit_id, person_id=person.id, since_at=now)
        session.add(row)
        audit.record(actor, "presence.signed_on", row, station_id=row.station_id, person_id=row.person_id)
        return row


def sign_off(actor: Actor, presence_id: int) -> StaffPresence:
    """A person goes off duty.

    Raises:
        Conflict: off duty already.
    """
    policy.require(actor, "presence.sign")
    with transaction():
        row = policy.get(actor, StaffPresence, StaffPresence.id == presence_id, lock=True)
        if row.until_at is not None:
            raise Conflict(T("已经下岗"))
        row.until_at = clock.now()
        audit.record(actor, "presence.signed_off", row, station_id=row.station_id, person_id=row.person_id)
        return row

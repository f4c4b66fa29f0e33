"""The second person decides what a security administrator asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden
from registry.messages import T
from registry.models import AccessRequest, Membership, Person
from registry.services import access_requests, accounts, second_factors


def decide(actor: Actor, request_id: int, granted: bool) -> AccessRequest:
    """Grant or refuse a request.

    Raises:
        Missing: no such request. Conflict: it is decided. Forbidden: the caller asked for it, or is the one who gains.
    """
    policy.require(actor, "access_request.decide")
    with transaction() as session:
        row = policy.get(actor, AccessRequest, AccessRequest.id == request_id, lock=True)
        if row.state != "waiting":
            raise Conflict(T("这项申请已经处理"))
        if actor.person_id in (row.asked_by_id, row.person_id):
            raise Forbidden(T("要由申请人和本人以外的第二个人确认"))
        row.state = "granted" if granted else "refused"
        row.decided_by_id, row.decided_at = actor.person_id, clock.now()
        if granted:
            _carry_out(session, actor, row)
        row.password_hash = None
        audit.record(actor, f"access_request.{row.state}", row, **_told(row))
        return row


def _carry_out(session: Session, actor: Actor, row: AccessRequest) -> None:
    person = session.get_one(Person, row.person_id)
    if row.kind == access_requests.SECOND_FACTOR:
        second_factors.take_away(session, actor, person, row.reason)
        return
    if row.kind == access_requests.PASSWORD:
        accounts.give_password(session, actor, person, row.password_hash or "")
        return
    access_requests.refuse_union(person.id, row.role or "")
    session.add(
        Membership(
            person_id=person.id, unit_id=row.unit_id, role=row.role, area_code=row.area_code, since=clock.today()
        )
    )
    audit.record(actor, "person.role_granted", person, unit_id=row.unit_id, role=row.role, area_code=row.area_code)


def _told(row: AccessRequest) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("kind", "person_id", "unit_id", "role", "area_code", "asked_by_id")}

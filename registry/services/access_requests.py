"""What a security administrator may not do alone: asked here, decided by a second person (`access_decisions`).

Parts of the verbs of `people` and `second_factors`. Without the last two a security administrator could sign in as the
very person who is to decide.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from registry import audit, clock
from registry.actor import ADMINISTRATORS, Actor
from registry.errors import Conflict
from registry.messages import T
from registry.models import AccessRequest, Person
from registry.queries import access_requests as queries

ROLE, SECOND_FACTOR, PASSWORD = "role", "second_factor", "password"


def refuse_union(person_id: int, role: str) -> None:
    """The three administrators are three people.

    Raises:
        Conflict: the person holds another of the three roles.
    """
    if role in ADMINISTRATORS and queries.administrator_roles(person_id) - {role}:
        raise Conflict(T("系统、安全、审计管理员要由不同的人担任，请先结束此人现有的管理员角色"))


def needs_another(actor: Actor, person_id: int, role: str) -> bool:
    """Whether giving a role waits for a second person: any to oneself, and those of administrators, unless nobody
    but the two could decide."""
    if actor.role != "security_admin":
        return False
    if person_id == actor.person_id:
        return True
    return role in ADMINISTRATORS and queries.somebody_else_decides({person_id, actor.person_id or 0})


def reset_needs_another(actor: Actor, person_id: int) -> bool:
    """Whether the reset of a second factor waits for a second person: that of an administrator does, and of whoever
    decides requests, since it is the second person."""
    return queries.is_guarded(person_id) and queries.somebody_else_decides({person_id, actor.person_id or 0})


def password_needs_another(actor: Actor, person: Person) -> bool:
    """Whether a new password set for somebody waits for a second person, as the reset of a second factor does: whoever
    sets it can sign in with it. The first one of a new account waits only where somebody could decide.

    Raises:
        Conflict: it would have to wait and nobody could decide; the way in is the command on the server.
    """
    if actor.role == "system" or not queries.is_guarded(person.id):
        return False
    if queries.somebody_else_decides({person.id, actor.person_id or 0}):
        return True
    if person.password_hash is None:
        return False
    if person.id == actor.person_id:
        raise Conflict(T("请在“修改密码”里更换自己的密码"))
    raise Conflict(
        T("没有第二个人可以确认：此人可在“修改密码”里自己更换，忘记密码的在服务器上用 flask account set-password 设置")
    )


def ask(
    session: Session,
    actor: Actor,
    kind: str,
    person: Person,
    reason: str = "",
    unit_id: int | None = None,
    role: str | None = None,
    area_code: str | None = None,
    password_hash: str | None = None,
) -> AccessRequest:
    """Keep what is asked for; nothing happens until it is decided.

    Raises:
        Conflict: the same waits already.
    """
    if queries.is_asked(kind, person.id, unit_id, role):
        raise Conflict(T("同样的申请已在等待第二人确认"))
    row = AccessRequest(
        kind=kind,
        person_id=person.id,
        unit_id=unit_id,
        role=role,
        area_code=area_code,
        reason=reason,
        password_hash=password_hash,
        state="waiting",
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
    )
    session.add(row)
    audit.record(
        actor,
        "access_request.asked",
        row,
        kind=kind,
        person_id=person.id,
        unit_id=unit_id,
        role=role,
        area_code=area_code,
        reason=reason,
    )
    return row


def waits(result: object) -> bool:
    """Whether a verb has only asked."""
    return isinstance(result, AccessRequest)

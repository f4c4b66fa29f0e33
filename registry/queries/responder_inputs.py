"""What people type about a responder, read: the unit by name or credit code, the rota with the names of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from registry import clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.db import db
from registry.errors import Invalid
from registry.messages import Spoken, T
from registry.models import DutyShift, Membership, Person, Unit
from registry.queries.periods import holds
from registry.rules import rota_text
from registry.rules.rota_text import RotaError, Written


def unit_of(actor: Actor, text: str | None) -> int | None:
    """The id of the unit of this name or credit code; the caller's own when nothing is given.

    Raises:
        Invalid: no such unit, or an office that names none.
    """
    if not text:
        if actor.role in OFFICE_ROLES:
            raise Invalid.field("unit", T("请填写所属单位"))
        return actor.unit_id
    same = or_(Unit.name == text, Unit.credit_code == text.upper())
    found: int | None = db.session.scalar(policy.scope(actor, Unit, Unit.id).where(same).order_by(Unit.id).limit(1))
    if found is None:
        raise Invalid.field("unit", T("没有登记这个单位，请填写全称或统一社会信用代码"))
    return found


def names_of(actor: Actor, unit_id: int) -> dict[str, int]:
    """People of a unit by name, the first of equal names."""
    of_unit = select(Membership.person_id).where(Membership.unit_id == unit_id, holds(Membership, clock.today()))
    rows = db.session.execute(
        policy.scope(actor, Person, Person.name, Person.id).where(Person.id.in_(of_unit)).order_by(Person.id.desc())
    )
    return {row.name: row.id for row in rows}


def rota(actor: Actor, unit_id: int, text: str | None, field: str = "rota") -> list[dict[str, Any]]:
    """The shifts of a written rota.

    Raises:
        Invalid: a line that cannot be read, somebody who is not of the unit.
    """
    try:
        lines, unknown = rota_text.resolved(rota_text.parse(text or ""), names_of(actor, unit_id))
    except RotaError as error:
        raise Invalid.field(field, Spoken(error.zh, error.en)) from None
    if unknown:
        raise Invalid.field(field, T("本单位没有这些人员：{names}", names="、".join(unknown)))
    return [dict(line) for line in lines]


def with_members(data: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever stands on the rota is a member."""
    named = {shift["person_id"] for shift in data.get("shifts") or () if shift.get("person_id")}
    return {**data, "members": sorted(set(data.get("members") or ()) | named)}


def written(shifts: Sequence[DutyShift], english: bool = False) -> str:
    """A rota as people write it; the people of its shifts are loaded."""
    return rota_text.written(
        (Written(each.weekday, each.begins, each.ends, each.person.name if each.person else "") for each in shifts),
        english,
    )

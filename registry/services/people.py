"""People: register, correct, give a role, record a certificate, let them sign in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import ADMINISTRATORS, OFFICE_ROLES, ROLES, Actor
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid
from registry.messages import T
from registry.models import AccessRequest, Area, Certificate, Membership, Person, Unit
from registry.policy import UNIT_MANAGERS
from registry.queries import personal
from registry.services import access_requests, accounts, sign_ins, units

# What the manager of a unit may hand out at the own unit; offices' roles are given by the security administrator.
ROLES_BY_MANAGER = {
    "use_manager": frozenset({"use_manager"}),
    "maintenance_manager": frozenset({"maintenance_manager", "technician"}),
    "filling_manager": frozenset({"filling_manager", "filler", "checker"}),
}


def register(actor: Actor, data: dict[str, Any]) -> Person:
    """Register a person with a first role: `name, phone?, unit_id, role, area_code?`; an administrator's waits for a
    second person.

    A unit's manager registers people of the own unit only.
    """
    policy.require(actor, "person.register")
    values = dict(data)
    unit_id, role, area_code = values.pop("unit_id"), values.pop("role"), values.pop("area_code", None)
    with transaction() as session:
        unit_id = _own_unit(actor, unit_id)
        _check_role(actor, role, area_code)
        policy.get(actor, Unit, Unit.id == unit_id)
        person = Person(name=values["name"], phone=values.get("phone") or "", created_on=clock.today())
        session.add(person)
        session.flush()
        audit.record(actor, "person.registered", person, unit_id=unit_id, role=role)
        _give(session, actor, person, unit_id, role, area_code)
        return person


def first_administrator(actor: Actor, data: dict[str, Any]) -> Person:
    """The first account of an empty registry: `office, credit_code, area_code, name, login, password`.

    The office is registered with it unless its credit code is on file. It is all three administrators until others
    are appointed; the first role, in which it begins, is that of accounts.

    Raises:
        Conflict: there is an administrator.
    """
    policy.require(actor, "person.set_login")
    with transaction() as session:
        holds = or_(Membership.until.is_(None), Membership.until > clock.today())
        keepers = Membership.role.in_(("admin", "security_admin"))
        if session.execute(select(Membership.id).where(keepers, holds)).first():
            raise Conflict(T("已有系统管理员或安全管理员，其他管理员由安全管理员在“人员”页面授予角色"))
        office = session.scalar(select(Unit).where(Unit.credit_code == data["credit_code"])) or units.register(
            actor,
            {
                "name": data["office"],
                "credit_code": data["credit_code"],
                "area_code": data["area_code"],
                "capacities": ["regulator"],
            },
        )
        person = register(actor, {"name": data["name"], "unit_id": office.id, "role": "security_admin"})
        for role in ("admin", "auditor"):
            grant_role(actor, person.id, {"unit_id": office.id, "role": role})
        set_login(actor, person.id, {"login": data["login"], "password": data["password"]})
        return person


def correct(actor: Actor, person_id: int, data: dict[str, Any]) -> Person:
    """Correct name or phone; an empty phone of somebody whose phone the caller does not see stays. The trail names the
    fields, not their contents."""
    policy.require(actor, "person.correct")
    with transaction():
        person = policy.get(actor, Person, Person.id == person_id, lock=True)
        values = {"name": data["name"], "phone": data.get("phone") or ""}
        if not values["phone"] and not personal.sees(actor, person):
            del values["phone"]  # who does not see it leaves the field empty
        changed = audit.changes(person, values)
        if changed:
            audit.record(actor, "person.corrected", person, fields=sorted(changed))
        return person


def grant_role(actor: Actor, person_id: int, data: dict[str, Any]) -> Membership | AccessRequest:
    """Give a person a further role: `unit_id, role, area_code?`. One to oneself, or an administrator's, waits for a
    second person.

    Raises:
        Conflict: it is held or asked for already, or the person is another of the three administrators.
    """
    policy.require(actor, "person.grant_role")
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id, lock=True)
        unit_id = _own_unit(actor, data["unit_id"])
        _check_role(actor, data["role"], data.get("area_code"))
        policy.get(actor, Unit, Unit.id == unit_id)
        today = clock.today()
        held = select(Membership.id).where(
            Membership.person_id == person.id,
            Membership.unit_id == unit_id,
            Membership.role == data["role"],
            or_(Membership.until.is_(None), Membership.until > today),
        )
        if session.execute(held).first():
            raise Conflict(T("此人在该单位已有这个角色"))
        row = _give(session, actor, person, unit_id, data["role"], data.get("area_code"))
        if not access_requests.waits(row):
            audit.record(actor, "person.role_granted", person, unit_id=unit_id, role=row.role, area_code=row.area_code)
        return row


def _give(
    session: Session, actor: Actor, person: Person, unit_id: int, role: str, area_code: str | None
) -> Membership | AccessRequest:
    if actor.role != "system":
        access_requests.refuse_union(person.id, role)
    if access_requests.needs_another(actor, person.id, role):
        return access_requests.ask(
            session, actor, access_requests.ROLE, person, unit_id=unit_id, role=role, area_code=area_code
        )
    row = Membership(person_id=person.id, unit_id=unit_id, role=role, area_code=area_code, since=clock.today())
    session.add(row)
    return row


def record_certificate(actor: Actor, person_id: int, data: dict[str, Any]) -> Certificate:
    """Record a certificate: `item, number, issued_on?, expires_on`; the same number again renews it."""
    policy.require(actor, "person.record_certificate")
    if data.get("issued_on") and data["expires_on"] <= data["issued_on"]:
        raise Invalid.field("expires_on", T("有效期应晚于发证日期"))
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id)
        row = session.scalar(
            select(Certificate).where(Certificate.item == data["item"], Certificate.number == data["number"])
        )
        if row is not None and row.person_id != person.id:
            raise Invalid.field("number", T("这个证件编号已登记在他人名下"))
        if row is None:
            row = Certificate(person_id=person.id, item=data["item"], number=data["number"])
            session.add(row)
        row.issued_on, row.expires_on = data.get("issued_on"), data["expires_on"]
        audit.record(actor, "person.certificate_recorded", person, item=row.item, expires_on=row.expires_on)
        return row


def set_login(actor: Actor, person_id: int, data: dict[str, Any]) -> Person | AccessRequest:
    """Let a person sign in, set a new password, or stop it: `login, password?, disabled`. The last two end sessions.
    The password of an administrator waits for a second person; what else was asked for is done.

    Raises:
        Forbidden: a unit's manager asks for somebody who has a role elsewhere too.
        Invalid: the login is taken, or the password too short or too common.
        Conflict: a password waits already, or nobody could decide.
    """
    policy.require(actor, "person.set_login")
    login = data["login"].strip().lower()
    with transaction() as session:
        person = policy.get(actor, Person, Person.id == person_id, lock=True)
        _refuse_shared(actor, person)
        if session.execute(select(Person.id).where(Person.login == login, Person.id != person.id)).first():
            raise Invalid.field("login", T("这个账号已有人使用"))
        password = data.get("password")
        if not password and not person.password_hash:
            raise Invalid.field("password", T("首次开通账号需要设置密码"))
        hashed = accounts.accepted(password, login, "password") if password else None
        person.login = login
        person.disabled = bool(data.get("disabled"))
        if person.disabled:
            sign_ins.end_all(session, person.id)
        audit.record(actor, "person.login_set", person, login=login, disabled=person.disabled)
        if hashed is None:
            return person
        if access_requests.password_needs_another(actor, person):
            return access_requests.ask(session, actor, access_requests.PASSWORD, person, password_hash=hashed)
        return accounts.give_password(session, actor, person, hashed)


def _refuse_shared(actor: Actor, person: Person) -> None:
    """Whoever sets a password can act as that person everywhere: a unit's manager only for people of the unit alone."""
    if actor.role not in UNIT_MANAGERS:
        return
    elsewhere = select(Membership.id).where(
        Membership.person_id == person.id,
        Membership.unit_id != actor.unit_id,
        or_(Membership.until.is_(None), Membership.until > clock.today()),
    )
    if db.session.scalar(elsewhere.limit(1)) is not None:
        raise Forbidden(T("此人在其他单位也有身份，登录账号由安全管理员设置"))


def _own_unit(actor: Actor, unit_id: int | None) -> int:
    """Managers of units act for their own unit whatever was asked."""
    if actor.role in UNIT_MANAGERS:
        if unit_id not in (None, actor.unit_id):
            raise Forbidden(T("只能登记本单位的人员"))
        return actor.unit_id or 0
    if unit_id is None:
        raise Invalid.field("unit", T("请填写单位"))
    return unit_id


def _check_role(actor: Actor, role: str, area_code: str | None) -> None:
    if role not in ROLES or role == "system":
        raise Invalid.field("role", T("没有这个角色"))
    if actor.role in ROLES_BY_MANAGER and role not in ROLES_BY_MANAGER[actor.role]:
        raise Invalid.field("role", T("本单位不能授予这个角色"))
    if role in OFFICE_ROLES | ADMINISTRATORS and actor.role not in ("security_admin", "system"):
        raise Invalid.field("role", T("监管角色由安全管理员授予"))
    if role in ("inspector_county", "leader_county", "officer_station") and not area_code:
        raise Invalid.field("area_code", T("县区角色需要选择辖区"))
    if area_code and db.session.get(Area, area_code) is None:
        raise Invalid.field("area_code", T("没有这个辖区"))

"""Personal data: where it is held, who needs it for the work at hand, and what everybody else is shown.

`HOLDINGS` is the one table that pages, lists, exports, the interface and `docs/security.md` ask. Whoever meets none of
a holding's needs reads it masked; who has the permission `personal.show` is shown one row's for a reason, by the verb
`services.personal.show`, which leaves its entry in the trail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from registry import clock, policy
from registry.actor import Actor
from registry.db import Base, db
from registry.errors import Missing
from registry.messages import T
from registry.models import (
    Accident,
    Call,
    CallDispatch,
    CylinderReport,
    FaultReport,
    GuardedShift,
    Hazard,
    Membership,
    Paper,
    Person,
    Registration,
    ResponderMember,
    SupervisionCheck,
)
from registry.permissions import DESK, LEADERS, OFFICERS, REGISTRARS
from registry.queries import call_facts, cylinder_reports, fault_reports
from registry.queries.periods import holds
from registry.rules import masking, paper_data
from registry.rules import registrations as registration_rules
from registry.rules.accident_case import OPEN_STATES as OPEN_ACCIDENTS

# 执法证: its number is shown to whoever is inspected (行政处罚法 art. 55), so it hides nothing.
ENFORCEMENT = "A0"

Mask = Callable[[str | None], str]
# A column, what it is called (a text or a thing of the rules), the whole datum.
Line = tuple[str, Any, str]


@dataclass(frozen=True, slots=True)
class Datum:
    """One thing of a row: the column, what it is called, what is left of it."""

    name: str
    label: T
    mask: Mask = masking.phone


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody who reads a row's data unmasked, and why. `asks`: it takes a statement, so lists do not ask it."""

    who: str
    why: str
    holds: Callable[[Actor, Any], bool]
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """A table that holds personal data. `key` finds a row from an address; `shown`: may be shown for a reason;
    `more`: what else of the row's is shown then, as (name, label, value)."""

    label: T
    model: type[Base]
    key: str
    data: tuple[Datum, ...]
    needs: tuple[Need, ...]
    shown: bool = True
    more: Callable[[Any], list[Line]] | None = None
    options: Callable[[], tuple[Any, ...]] = tuple


def _own_unit(name: str = "unit_id") -> Callable[[Actor, Any], bool]:
    return lambda actor, row: actor.unit_id is not None and getattr(row, name) == actor.unit_id


def _colleague(actor: Actor, row: Person) -> bool:
    """Whether the person has a role at the caller's unit today."""
    if actor.unit_id is None:
        return False
    today = clock.today()
    if "memberships" not in inspect(row).unloaded:
        present = (one for one in row.memberships if one.since <= today and (one.until is None or one.until > today))
        return any(one.unit_id == actor.unit_id for one in present)
    asked = select(Membership.id).where(Membership.person_id == row.id, Membership.unit_id == actor.unit_id)
    return db.session.scalar(asked.where(holds(Membership, today)).limit(1)) is not None


def _on_the_spot(actor: Actor, row: Person) -> bool:
    if actor.role not in OFFICERS | DESK:
        return False
    now = clock.now()
    standing = policy.scope(actor, GuardedShift, GuardedShift.id).where(
        GuardedShift.person_id == row.id, GuardedShift.starts_at <= now, GuardedShift.ends_at > now
    )
    return db.session.scalar(standing.limit(1)) is not None


def _of_a_team(actor: Actor, row: Person) -> bool:
    if actor.role not in DESK:
        return False
    asked = select(ResponderMember.id).where(ResponderMember.person_id == row.id)
    return db.session.scalar(asked.where(holds(ResponderMember, clock.today())).limit(1)) is not None


def _coming(actor: Actor, row: Call) -> bool:
    own = next((one for one in reversed(row.dispatches) if one.unit_id and one.unit_id == actor.unit_id), None)
    return own is not None and row.closed_at is None and call_facts.asked(own).open


def _runs(row: CallDispatch) -> bool:
    call = db.session.get(Call, row.call_id)  # read with its dispatches, so no statement of its own
    return call is not None and call.closed_at is None


def _called(row: Call) -> list[Line]:
    lines: list[Line] = []
    for other in row.callers:
        lines.append(("caller", T("又来电的报警人"), other.caller))
        lines.append(("caller_phone", T("又来电的回拨电话"), other.caller_phone or ""))
    for one in row.dispatches:
        lines.append(("contact_phone", T("联系：{contact}", contact=one.contact or "—"), one.contact_phone))
    return lines


# What a paper is about, where that holds the same data and gives the same people a need of it.
_ABOUT: Mapping[str, type[Base]] = MappingProxyType(
    {"accident": Accident, "hazard": Hazard, "supervision_check": SupervisionCheck}
)


def _subject(row: Paper) -> Any:
    model = _ABOUT.get(row.subject)
    return db.session.get(model, row.subject_id) if model and row.subject_id else None


def _of_its_subject(actor: Actor, row: Paper) -> bool:
    about = _subject(row)
    return about is not None and sees(actor, about)


def _issues(actor: Actor, row: Paper) -> bool:
    if actor.role not in OFFICERS | LEADERS or actor.unit_id is None or row.issuer_id != actor.unit_id:
        return False
    match _subject(row):
        case Accident(state=state):
            return state in OPEN_ACCIDENTS
        case Hazard(closed_on=closed_on):
            return closed_on is None
    return True


def _on_paper(row: Paper) -> list[Line]:
    return [(name, _ON_PAPER[name], value) for name, value in paper_data.lines(row.facts)]


def _certificates(row: Person) -> list[Line]:
    numbers = [one for one in row.certificates if one.item != ENFORCEMENT]
    return [("number", T("证件编号（{item}）", item=one.item), one.number) for one in numbers]


def _form(row: Registration) -> list[Line]:
    said = row.fields or {}
    return [
        (field.name, field, str(said[field.name]))
        for field in registration_rules.form_fields()
        if field.type == "phone" and said.get(field.name)
    ]


PHONE, CONTACT = T("电话"), T("联系电话")
_ON_PAPER = {
    "reporter": T("报告人"),
    "reporter_phone": CONTACT,
    "responsible_phone": T("负责人电话"),
    "leader_phone": T("治理负责人电话"),
    "phone": CONTACT,
    paper_data.MOBILE: T("文中的手机号码"),
}

HOLDINGS: Mapping[str, Holding] = MappingProxyType(
    {
        "person": Holding(
            T("人员"),
            Person,
            "id",
            (Datum("phone", PHONE),),
            (
                Need("the person", "one's own data", lambda actor, row: actor.person_id == row.id),
                Need("people of the same unit", "work side by side, and keep the unit's own people", _colleague),
                Need("the 96366 desk", "rings members of rescue teams day and night", _of_a_team, asks=True),
                Need(
                    "officers and the desk, of who stands guard now",
                    "lead those on the spot of a guarded event while their shift lasts",
                    _on_the_spot,
                    asks=True,
                ),
            ),
            more=_certificates,
            options=lambda: (selectinload(Person.certificates), selectinload(Person.memberships)),
        ),
        "call": Holding(
            T("96366警情"),
            Call,
            "no",
            (Datum("caller", T("报警人"), masking.name), Datum("caller_phone", T("回拨电话"))),
            (
                Need(
                    "the 96366 desk, until the call is closed",
                    "calms who is trapped, asks for the place, calls back",
                    lambda actor, row: actor.role in DESK and row.closed_at is None,
                ),
                Need("a unit that was sent, while it is on the way or at work", "finds and reaches who waits", _coming),
            ),
            more=_called,
            options=lambda: (selectinload(Call.dispatches), selectinload(Call.callers)),
        ),
        "dispatch": Holding(
            T("派遣"),
            CallDispatch,
            "id",
            (Datum("contact", T("联系人"), masking.name), Datum("contact_phone", CONTACT)),
            (
                Need("the unit itself", "its own people", _own_unit()),
                Need(
                    "the 96366 desk, until the call is closed",
                    "rings whom it has sent",
                    lambda actor, row: actor.role in DESK and _runs(row),
                ),
            ),
            shown=False,  # with its call
        ),
        "fault_report": Holding(
            T("乘客报修"),
            FaultReport,
            "no",
            (Datum("phone", CONTACT),),
            (Need("whoever handles the report, until it is handled", "asks back", fault_reports.may_call),),
            shown=False,  # promised to the citizen on the form
        ),
        "cylinder_report": Holding(
            T("气瓶举报"),
            CylinderReport,
            "no",
            (Datum("phone", CONTACT),),
            (Need("offices that handle the report, until it is handled", "ask back", cylinder_reports.may_call),),
            shown=False,
        ),
        "accident": Holding(
            T("事故"),
            Accident,
            "no",
            (Datum("reporter", T("报告人"), masking.name), Datum("reporter_phone", CONTACT)),
            (
                Need("the unit that reported", "what it gave itself", _own_unit()),
                Need(
                    "officers, until the accident is closed",
                    "verify the report within the hour and follow it up",
                    lambda actor, row: actor.role in OFFICERS and row.state in OPEN_ACCIDENTS,
                ),
            ),
        ),
        "hazard": Holding(
            T("重大事故隐患"),
            Hazard,
            "no",
            (Datum("responsible_phone", T("负责人电话")),),
            (Need("the unit of the hazard", "what it gave itself", _own_unit()),),
        ),
        "registration": Holding(
            T("使用登记"),
            Registration,
            "no",
            (),
            (
                Need("the unit that applies", "what it gave itself", _own_unit()),
                Need(
                    "registrars, until the application is decided",
                    "examine it and ask for what is missing",
                    lambda actor, row: actor.role in REGISTRARS and row.state in registration_rules.OPEN,
                ),
            ),
            more=_form,
        ),
        "supervision_check": Holding(
            T("监督检查"),
            SupervisionCheck,
            "no",
            (Datum("contact_phone", CONTACT),),
            (Need("the unit that was checked", "what it gave itself", _own_unit()),),
        ),
        "paper": Holding(
            T("文书"),
            Paper,
            "id",
            (),
            (
                Need("the unit that it is addressed to", "what was served on it", _own_unit()),
                Need(
                    "whoever needs the data of the accident, hazard or check that it is about",
                    "the same work",
                    _of_its_subject,
                    asks=True,
                ),
                Need(
                    "officers and leaders of the office that issued it, until the accident or hazard is closed",
                    "sign it, serve it, send it on",
                    _issues,
                    asks=True,
                ),
            ),
            more=_on_paper,
        ),
    }
)
_OF_MODEL = {one.model: (kind, one) for kind, one in HOLDINGS.items()}
_DATA = {kind: {datum.name: datum for datum in one.data} for kind, one in HOLDINGS.items()}


def sees(actor: Actor, row: Any, asking: bool = True) -> bool:
    """Whether the caller needs the row's personal data for the work at hand; in lists without `asking` the tables."""
    if actor.role == "system":
        return True
    needs = _OF_MODEL[type(row)][1].needs
    return any(need.holds(actor, row) for need in needs if asking or not need.asks)


def shown(actor: Actor, row: Any, name: str, asking: bool = True) -> str:
    """A datum of a row as this caller reads it; empty where there is none."""
    value = getattr(row, name) or ""
    return value if not value or sees(actor, row, asking) else _DATA[_OF_MODEL[type(row)][0]][name].mask(value)


def number(actor: Actor, row: Person, item: str, text: str) -> str:
    """The number of one of the person's certificates as this caller reads it."""
    return text if item == ENFORCEMENT or sees(actor, row, asking=False) else masking.number(text)


def address(actor: Actor, row: Any) -> tuple[str, str] | None:
    """Under what (kind, key) the row's data can be shown for a reason; None where there is nothing to show."""
    kind, one = _OF_MODEL[type(row)]
    if not one.shown or not policy.may(actor, "personal.show") or sees(actor, row):
        return None
    return kind, str(getattr(row, one.key))


def find(actor: Actor, kind: str, key: str) -> tuple[Holding, Any]:
    """A holding and its row.

    Raises:
        Missing: no such kind or row, or not for this caller to see.
    """
    one = HOLDINGS.get(kind)
    column: Any = getattr(one.model, one.key) if one else None
    by_id = one is not None and one.key == "id"
    if one is None or not one.shown or (by_id and not (key.isascii() and key.isdecimal() and len(key) < 10)):
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    wanted: Any = int(key) if by_id else key.strip().upper()
    return one, policy.get(actor, one.model, column == wanted, options=one.options())


def whole(holding: Holding, row: Any) -> list[Line]:
    """All personal data of a row: (column, what it is called, value), without what is empty."""
    plain: list[Line] = [(datum.name, datum.label, getattr(row, datum.name) or "") for datum in holding.data]
    return [line for line in (*plain, *(holding.more(row) if holding.more else ())) if line[2]]


def kept_form(actor: Actor, row: Registration, values: Any) -> Any:
    """What stands in an application as this caller reads it: mobile numbers masked without a need."""
    return values if sees(actor, row) else masking.mobiles(values)


def hides(actor: Actor, row: Paper) -> bool:
    """Whether an issued paper says personal data that this caller is not to read on it."""
    return bool(paper_data.lines(row.facts)) and not sees(actor, row)


def said(actor: Actor, row: Paper) -> Mapping[str, Any]:
    """What an issued paper says, as this caller reads it."""
    return paper_data.masked(row.facts) if hides(actor, row) else row.facts

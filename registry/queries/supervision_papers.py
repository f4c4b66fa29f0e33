"""What the record of a supervision inspection (检查记录表) says, as plain texts under the names its template uses."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.db import db
from registry.models import (
    Membership,
    Person,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionDevice,
    SupervisionInspector,
    Unit,
)
from registry.queries.paper_facts import chinese_day
from registry.queries.supervision_checks import items_of
from registry.rules import papers
from registry.rules import supervision_checks as rules
from registry.rules.kinds import ELEVATOR_KINDS

KIND = "check_record"
Facts = dict[str, Any]
RESULTS = {"ok": "符合", "not_ok": "不符合", "not_applicable": "不适用", "impossible": "无法检查"}
MEASURES = {"directive": "下达监察指令书", "seal": "实施查封", "detain": "实施扣押", "other": "其他"}
MANAGERS = ("use_manager", "maintenance_manager", "filling_manager")
SIGNATURE_WIDTH = 45  # millimetres
MOST_PHOTOS = 12
BLANK: dict[str, tuple[str, ...]] = {
    "check": (
        *("no", "kind", "list", "began", "ended", "day", "facts", "problems", "measures", "opinion", "recorder"),
        *("recorded", "refusal"),
    ),
    "unit": ("name", "credit_code", "legal_person", "address", "manager"),
    "contact": ("name", "post", "phone"),
    "unit_signature": ("name", "picture"),
}


def title(on: date) -> str:
    """What the paper is called."""
    return papers.kinds(on)[KIND].zh


def blank() -> Facts:
    """Every name the template may use, with nothing behind it."""
    return {
        **{name: dict.fromkeys(keys, "") for name, keys in BLANK.items()},
        "number": "",
        "devices": [dict.fromkeys(("name", "certificate", "no", "place"), "")],
        "items": [dict.fromkeys(("code", "text", "basis", "result", "note"), "")],
        "inspectors": [{"name": "", "certificate": "", "signature": dict.fromkeys(("name", "picture"), "")}],
        "photos": [dict.fromkeys(("name", "picture"), "")],
    }


def facts(row: SupervisionCheck) -> Facts:
    """The facts of a check that was just recorded."""
    unit = db.session.get_one(Unit, row.unit_id)
    on = clock.day_of(row.recorded_at) if row.recorded_at else clock.today()
    answers = _answers(row)
    recorder = db.session.get(Person, row.recorder_id) if row.recorder_id else None
    return {
        "check": {
            "no": row.no,
            "kind": rules.kinds(on)[row.kind].zh,
            "list": rules.lists(on)[row.list_kind].zh,
            "began": chinese_day(clock.day_of(row.started_at)) if row.started_at else "",
            "ended": chinese_day(clock.day_of(row.ended_at)) if row.ended_at else "",
            "day": chinese_day(on),
            "facts": row.facts,
            "problems": row.problems,
            "measures": _measures(row),
            "opinion": row.unit_opinion,
            "recorder": recorder.name if recorder else "",
            "recorded": chinese_day(on),
            "refusal": _refusal(row),
        },
        "unit": {
            "name": unit.name,
            "credit_code": unit.credit_code or "",
            "legal_person": unit.legal_person,
            "address": unit.address,
            "manager": _manager(unit.id, on),
        },
        "contact": {"name": row.contact, "post": row.contact_post, "phone": row.contact_phone},
        "unit_signature": _file(row.signature_id, "被检查单位签名", SIGNATURE_WIDTH),
        "devices": _devices(row),
        "items": _items(row, answers),
        "inspectors": _inspectors(row),
        "photos": _photos(row, answers),
    }


def _answers(row: SupervisionCheck) -> list[SupervisionAnswer]:
    statement = select(SupervisionAnswer).where(SupervisionAnswer.check_id == row.id)
    return list(db.session.scalars(statement.order_by(SupervisionAnswer.place)))


def _items(row: SupervisionCheck, answers: list[SupervisionAnswer]) -> list[Facts]:
    asked = {item.code: item for item in items_of(row)}
    return [
        {
            "code": answer.item,
            "text": asked[answer.item].zh,
            "basis": asked[answer.item].legal_ref,
            "result": RESULTS[answer.result],
            "note": answer.note,
        }
        for answer in answers
    ]


def _devices(row: SupervisionCheck) -> list[Facts]:
    rows = db.session.scalars(
        select(SupervisionDevice)
        .where(SupervisionDevice.check_id == row.id)
        .options(joinedload(SupervisionDevice.elevator))
        .order_by(SupervisionDevice.id)
    )
    return [
        {
            "name": ELEVATOR_KINDS[each.elevator.kind].zh,
            "certificate": each.elevator.use_cert_no or each.elevator.label_code,
            "no": each.elevator.factory_no or "",
            "place": each.elevator.address,
        }
        for each in rows
    ]


def _inspectors(row: SupervisionCheck) -> list[Facts]:
    rows = db.session.scalars(
        select(SupervisionInspector)
        .where(SupervisionInspector.check_id == row.id)
        .options(joinedload(SupervisionInspector.person))
        .order_by(SupervisionInspector.place)
    )
    return [
        {
            "name": each.person.name,
            "certificate": each.certificate_no,
            "signature": _file(each.signature_id, each.person.name, SIGNATURE_WIDTH),
        }
        for each in rows
    ]


def _measures(row: SupervisionCheck) -> str:
    chosen = row.measures or []
    boxes = "　".join(f"{'☑' if key in chosen else '☐'}{name}" for key, name in MEASURES.items())
    return f"{boxes}：{row.measures_note}" if row.measures_note else boxes


def _refusal(row: SupervisionCheck) -> str:
    if not row.refusal:
        return ""
    return f"{row.refusal['note']}（见证人：{row.refusal['witness']}）"


def _photos(row: SupervisionCheck, answers: list[SupervisionAnswer]) -> list[Facts]:
    """Photos of the items that do not conform, of the scene and of a refusal; no more than a paper holds."""
    named = [(number, f"{answer.item} 现场照片") for answer in answers for number in answer.photos or ()]
    named += [(number, "现场照片") for number in row.photos or ()]
    named += [(number, "拒签情况照片") for number in (row.refusal or {}).get("photos", ())]
    return [_file(number, name) for number, name in named[:MOST_PHOTOS]]


def _file(number: int | None, name: str, width: int | None = None) -> Facts:
    if number is None:
        return {"name": "", "picture": ""}
    return {"file": number, "name": name, **({"width": width} if width else {})}


def _manager(unit_id: int, on: date) -> str:
    """Who is in charge of safety at the unit, as far as the register knows."""
    statement = (
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.unit_id == unit_id,
            Membership.role.in_(MANAGERS),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until > on),
        )
        .order_by(Person.id)
        .limit(1)
    )
    return db.session.scalar(statement) or ""

"""The county's supervision inspections of the year: a plan and its draw, checks closed, recorded and under way.

It comes after the city, because the units of the city are in the pool."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Person, SupervisionCheck, SupervisionInspector
from registry.queries import supervision_checks as queries
from registry.services import supervision_checks, supervision_plans, supervision_records
from seeds import cast, past, pictures

AREA = "341302"
PLANNED_DAYS = 45
DRAWN, CLOSED = 6, 3
TEAM = ("county", "county2")
COMPLAINED = "12345投诉：3号楼电梯频繁停梯"


def build() -> None:
    """Everything, by the verbs themselves, each on its day."""
    county, today = cast.actor("county"), clock.today()
    with past.at(past.moment(today - timedelta(days=PLANNED_DAYS), 9)):
        given = {"year": clock.today().year, "kind": "routine", "area": AREA, "scope": "按双随机一公开要求分批抽查。"}
        reason = {"unit": str(cast.unit("station").id), "reason": "群众多次反映夜间充装"}
        supervision_plans.add_key_unit(county, reason)
        plan = supervision_plans.make(county, given)
        document = {"document": f"埇市监特〔{plan.year}〕6号"}
        plan = supervision_plans.move(cast.actor("county-leader"), plan.id, "adopt", document)
        draw = supervision_plans.draw(county, plan.id, {"size": DRAWN})
    checks = db.session.scalars(
        select(SupervisionCheck).where(SupervisionCheck.draw_id == draw.id).order_by(SupervisionCheck.id)
    ).all()
    for number, check in enumerate(checks[:CLOSED]):
        _closed(check.no, PLANNED_DAYS - 8 - 5 * number)
    _complaint()
    _under_way()


def _closed(no: str, ago: int) -> None:
    """A drawn check without problems."""
    people = _team(no)
    with past.at(past.moment(clock.today() - timedelta(days=ago), 9)):
        supervision_checks.start(people[0], no, {})
    with past.at(past.moment(clock.today() - timedelta(days=ago), 11)):
        supervision_records.record(people[0], no, _record(people, no, {}))
    with past.at(past.moment(clock.today() - timedelta(days=ago - 1), 10)):
        supervision_checks.find_nothing(people[0], no, {})
        supervision_checks.close(people[0], no, {})


def _complaint() -> None:
    """A complaint was looked into a few days ago: two items do not conform, the directive is still to be issued."""
    people = [cast.actor(login) for login in TEAM]
    day = clock.today() - timedelta(days=2)
    with past.at(past.moment(day, 9)):
        given = {"kind": "other", "unit": str(cast.unit("property").id), "list_kind": "elevator_use"}
        row = supervision_checks.open_check(people[0], {**given, "occasion": COMPLAINED})
        supervision_checks.start(people[0], row.no, {"inspectors": list(TEAM)})
    with past.at(past.moment(day, 11)):
        wrong = {"U08": "3号楼2单元轿厢对讲无人应答", "U10": "未见本年度演练记录"}
        record = _record(people, row.no, wrong)
        record |= {
            "facts": "抽查电梯机房、轿厢和安全技术档案，询问值班人员。",
            "problems": "1.3号楼2单元电梯紧急报警装置双向通话无人应答；2.未见本年度应急演练记录。",
            "measures": ["directive"],
        }
        supervision_records.record(people[0], row.no, record)


def _under_way() -> None:
    """Two inspectors are at the filling station right now."""
    county = cast.actor("county")
    given = {"kind": "other", "unit": str(cast.unit("station").id), "list_kind": "filling"}
    row = supervision_checks.open_check(county, {**given, "occasion": "上级交办：节前燃气安全检查"})
    supervision_checks.start(county, row.no, {"inspectors": list(TEAM)})


def _team(no: str) -> list[Actor]:
    """Those drawn for a check, in their order."""
    logins = db.session.scalars(
        select(Person.login)
        .join(SupervisionInspector, SupervisionInspector.person_id == Person.id)
        .join(SupervisionCheck, SupervisionCheck.id == SupervisionInspector.check_id)
        .where(SupervisionCheck.no == no)
        .order_by(SupervisionInspector.place)
    )
    return [cast.actor(login) for login in logins]


def _record(people: list[Actor], no: str, wrong: dict[str, str]) -> dict[str, Any]:
    """A record; the items `wrong` do not conform, each with what was found."""
    sheet = queries.sheet(people[0], no)
    first = {each.kind: each.label_code for each in reversed(sheet.devices)}
    logins = dict(db.session.execute(select(Person.id, Person.login)).all())
    return {
        "devices": list(first.values()),
        "answers": [
            {
                "item": item.code,
                "result": "not_ok",
                "note": wrong[item.code],
                "photos": [pictures.photo(item.code + no)],
            }
            if item.code in wrong
            else {"item": item.code, "result": "ok"}
            for item in sheet.items
        ],
        "facts": "查阅档案和记录，查看现场。",
        "unit_opinion": "情况属实，无异议。",
        "contact": "现场负责人",
        "contact_post": "安全管理人员",
        "contact_phone": "13900000000",
        "signatures": [
            {"person": logins[person.person_id], "image": pictures.signature(f"{person.name}{no}")} for person in people
        ],
        "unit_signature": pictures.signature(f"unit {no}"),
    }

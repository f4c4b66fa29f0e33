"""Accidents: reported, graded, moved through their table; each change of the figures grades anew (hazards.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import T
from registry.models import Accident, AccidentGrading, AccidentStep, Cylinder, Elevator, Unit
from registry.queries import accident_facts, cylinders, elevators, legal_moves, units
from registry.queries import accidents as queries
from registry.replays import digest, sent_before
from registry.rules import accident_case as rules
from registry.rules import accidents as grades
from registry.rules import papers as paper_kinds
from registry.rules.workflow import Move
from registry.services import papers
from registry.services.papers import About

Data = Mapping[str, Any]
KIND = "SG"
FIGURES = ("deaths", "serious_injuries", "minor_injuries", "loss_yuan")
FOUND = ("exclusion", "cause_class", "cause", "responsibility")


def report(actor: Actor, data: Data) -> Accident:
    """Note an accident: `title, happened_at, told_at?, received_at?, place, place_type?, link, course, damage?, taken?,
    at_risk?, reporter, reporter_phone`, the equipment as `elevator?` or `cylinder?` (label codes) or `equipment` in
    words, `unit?` (credit code, id or name; that of the equipment, or the caller's, when left out), the figures
    `deaths, serious_injuries, minor_injuries, loss_yuan` and the other measures of `accident_grades`.

    Raises:
        Invalid: unknown unit or equipment, moments in the wrong order or in the future, not the caller's unit or area.
    """
    policy.require(actor, "accident.report")
    with transaction() as session:
        elevator, cylinder = _equipment(actor, data)
        unit = _unit(actor, session, data, elevator, cylinder)
        area = elevator.area_code if elevator else unit.area_code
        moments = _moments(data)
        _in_charge(actor, unit, area)
        contract = queries.company_of(elevator.id, clock.day_of(moments["happened_at"])) if elevator else None
        row = Accident(
            **moments,
            no=_no(session, str(area), clock.today().year),
            title=data["title"],
            area_code=str(area),
            happened_on=clock.day_of(moments["happened_at"]),
            place=data["place"],
            place_type=data.get("place_type") or (elevator.place_type if elevator else None),
            equipment="elevator" if elevator else "cylinder" if cylinder else data.get("equipment") or "other",
            elevator_id=elevator.id if elevator else None,
            cylinder_id=cylinder.id if cylinder else None,
            unit_id=unit.id,
            company_id=contract,
            link=data["link"],
            course=data["course"],
            damage=data.get("damage") or "",
            taken=data.get("taken") or "",
            at_risk=data.get("at_risk"),
            reporter=data["reporter"],
            reporter_phone=data["reporter_phone"],
            measures={},
            grade="",
            state=rules.FIRST_STATE,
            state_since=clock.today(),
            version=1,
        )
        session.add(row)
        session.flush()
        _grade(actor, session, row, data)
        session.add(_step(actor, row, "report", "", moments["received_at"], data, {}))
        audit.record(
            actor,
            "accident.reported",
            row,
            no=row.no,
            title=row.title,
            unit_id=row.unit_id,
            elevator_id=row.elevator_id,
            cylinder_id=row.cylinder_id,
            grade=row.grade,
        )
        return row


def report_once(actor: Actor, ref: str, data: Data) -> tuple[Accident, bool]:
    """Like `report`, for callers that send again when no answer came: (accident, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "accident.report")
    content = digest(data)
    with transaction():
        known = sent_before(actor, Accident, ref, content)
        if known is not None:
            return known, True
        row = report(actor, data)
        row.ref, row.ref_digest = ref, content
        return row, False


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> Accident:
    """Make one of the moves of `accident_moves`: `done_at?, document?, note?`, what the move needs by name, and with a
    follow-up report the figures that changed.

    Raises:
        Conflict: the move is not legal now, was made before, or somebody else was faster.
        Invalid: what the move needs is missing, or an impossible moment.
    """
    if verb not in rules.VERBS:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"accident.{verb}")
    with transaction() as session:
        row = policy.get(actor, Accident, Accident.no == no, lock=True)
        if version is not None and version != row.version:
            raise Conflict(T("这起事故刚被别人办理过，请重新打开后再办"))
        found = legal_moves.find(rules.NAME, row.state, verb)
        done_at = data.get("done_at") or clock.now()
        steps = session.scalars(select(AccidentStep).where(AccidentStep.accident_id == row.id)).all()
        _may(row, found, steps)
        _check(row, found, data, done_at, steps)
        before, row.state = row.state, found.target
        if before != row.state:
            row.state_since = clock.today()
        row.version += 1
        kept = _keep(actor, row, found, data)
        if verb == "follow_up":
            _grade(actor, session, row, data)
        step = _step(actor, row, verb, before, done_at, data, kept)
        session.add(step)
        _papers(session, actor, row, step)
        audit.record(
            actor,
            "accident.moved",
            row,
            **{"from": before, "to": row.state},
            no=row.no,
            verb=verb,
            done_at=done_at,
            elevator_id=row.elevator_id,
            responsible_id=row.responsible_id,
        )
        return row


def _papers(session: Session, actor: Actor, row: Accident, step: AccidentStep) -> None:
    """Issue what a move of the office brings forth: a unit reports to the office, the office reports upwards."""
    if actor.role not in OFFICE_ROLES:
        return
    today = clock.today()
    for kind in rules.papers_of(step.verb, today):
        session.flush()
        facts = accident_facts.of_accident(session, actor, row.id, step)
        title = f"{paper_kinds.kinds(today)[kind].zh}　{row.no}"
        papers.issue(actor, kind, title, About("accident", row.id, row.area_code), facts)


def _equipment(actor: Actor, data: Data) -> tuple[Elevator | None, Cylinder | None]:
    if data.get("elevator") and data.get("cylinder"):
        raise Invalid.field("cylinder", T("电梯和气瓶只填一项"))
    try:
        name = "elevator"
        if data.get("elevator"):
            return elevators.by_code(actor, data["elevator"]), None
        name = "cylinder"
        return None, cylinders.by_code(actor, data["cylinder"]) if data.get("cylinder") else None
    except Missing as error:
        raise Invalid.field(name, error.detail) from None


def _unit(actor: Actor, session: Session, data: Data, elevator: Elevator | None, cylinder: Cylinder | None) -> Unit:
    if data.get("unit"):
        try:
            return units.find(actor, str(data["unit"]))
        except Missing as error:
            raise Invalid.field("unit", error.detail) from None
    own = None if actor.role in OFFICE_ROLES else actor.unit_id
    number = elevator.use_unit_id if elevator else cylinder.owner_id if cylinder else own
    if number is None:
        raise Invalid.field("unit", T("请填写事故单位"))
    return session.get_one(Unit, number)


def _in_charge(actor: Actor, unit: Unit, area: str | None) -> None:
    if not area:
        raise Invalid.field("unit", T("这个单位没有登记辖区，请先补全单位信息"))
    if actor.role in COUNTY_ROLES and area not in actor.areas:
        raise Invalid.field("unit", T("只能登记本辖区的事故"))
    if actor.role not in OFFICE_ROLES and unit.id != actor.unit_id:
        raise Invalid.field("unit", T("只能报告本单位的事故"))


def _moments(data: Data) -> dict[str, datetime]:
    """When it happened, was told and was received, in this order."""
    now = clock.now()
    happened = data["happened_at"]
    received = data.get("received_at") or now
    told = data.get("told_at") or min(happened, received)
    wrong: dict[str, list[T]] = {}
    if happened > now:
        wrong["happened_at"] = [T("不能晚于现在")]
    if told < happened:
        wrong["told_at"] = [T("不能早于事故发生时间")]
    if received > now:
        wrong["received_at"] = [T("不能晚于现在")]
    elif received < told:
        wrong["received_at"] = [T("不能早于单位负责人接报时间")]
    if wrong:
        raise Invalid(wrong)
    return {"happened_at": happened, "told_at": told, "received_at": received}


def _may(row: Accident, found: Move, steps: Any) -> None:
    """What the table cannot say: reports made once, an event that is none, papers that must have gone out."""
    done = {step.verb for step in steps}
    if found.verb in rules.ONCE and found.verb in done:
        raise Conflict(T("这一步已经办理过"))
    if found.verb == "report_city" and "report_county" not in done:
        raise Conflict(T("县级上报以后，市局再上报省局"))
    if found.verb == "close_event" and row.grade != rules.NO_ACCIDENT:
        raise Conflict(T("已构成{grade}，应当组织调查", grade=T(grades.GRADE_NAMES[row.grade][0])))
    if found.verb == "form_team" and row.grade == rules.NO_ACCIDENT:
        raise Conflict(T("尚不构成事故，请按事件办结；伤亡或损失有变化的，先续报"))
    if found.verb == "close" and not {"send_report", "pass_up"} <= done:
        raise Conflict(T("批复送达有关单位并逐级上报以后才能结案"))


def _check(row: Accident, found: Move, data: Data, done_at: datetime, steps: Any) -> None:
    wrong: dict[str, list[T]] = {
        name: [T("办理这一项必须填写")] for name in found.needs if data.get(name) in (None, "", [])
    }
    if done_at > clock.now():
        wrong["done_at"] = [T("不能晚于现在")]
    elif done_at < row.received_at:
        wrong["done_at"] = [T("不能早于接报时间")]
    changed = data.get("changed_at")
    if changed and not row.happened_at <= changed <= done_at:
        wrong["changed_at"] = [T("应在事故发生以后、续报以前")]
    if found.verb == "extend" and "days" not in wrong:
        most = rules.extension_limit(clock.today())
        given = sum(int(step.data.get("days") or 0) for step in steps if step.verb == "extend")
        if given + data["days"] > most:
            wrong["days"] = [T("调查期限累计最多延长{most}日，已延长{given}日", most=most, given=given)]
    held = data.get("responsibility")
    if held and rules.is_responsible(held, clock.today()) and not data.get("responsible"):
        wrong["responsible"] = [T("请填写责任单位")]
    if wrong:
        raise Invalid(wrong)


def _keep(actor: Actor, row: Accident, found: Move, data: Data) -> dict[str, Any]:
    """Put on the row what the move finds out, and return what stands in the ledger."""
    kept: dict[str, Any] = {name: data[name] for name in ("days", "addressee") if data.get(name)}
    if data.get("changed_at"):
        kept["changed_at"] = data["changed_at"].isoformat()
    for name in FOUND:
        if name in found.needs:
            setattr(row, name, data[name])
            kept[name] = data[name]
    if found.verb == "file_report":
        row.responsible_id = None
        if data.get("responsible"):
            try:
                row.responsible_id = units.find(actor, str(data["responsible"])).id
            except Missing as error:
                raise Invalid.field("responsible", error.detail) from None
            kept["responsible_id"] = row.responsible_id
    if found.verb == "follow_up":
        kept |= {name: data[name] for name in _asked() if data.get(name) is not None}
    return kept


def _asked() -> list[str]:
    return list(dict.fromkeys((*FIGURES, *grades.measures_of(clock.today()))))


def _grade(actor: Actor, session: Session, row: Accident, data: Data) -> None:
    """Grade by the figures as they are now; a new row only where a figure is not what it was."""
    today = clock.today()
    figures = {name: int(data[name]) if data.get(name) is not None else getattr(row, name) or 0 for name in FIGURES}
    others = {
        name: data[name] if isinstance(data[name], bool) else str(data[name])
        for name in grades.measures_of(today)
        if name not in FIGURES and data.get(name) not in (None, False)
    }
    measures = {**row.measures, **others}
    found = grades.grade({**measures, **figures}, today)
    all_of_them = {**figures, **measures}
    before = row.grade
    if before and all_of_them == {**{name: getattr(row, name) for name in FIGURES}, **row.measures}:
        return
    for name, value in figures.items():
        setattr(row, name, value)
    row.measures, row.grade = measures, found.grade
    reasons = [
        {"grade": r.grade, "measure": r.measure, "zh": r.zh, "en": r.en, "basis": r.basis} for r in found.reasons
    ]
    session.add(
        AccidentGrading(
            accident_id=row.id,
            since=today,
            at=clock.now(),
            grade=found.grade,
            measures=all_of_them,
            reasons=reasons,
            person_id=actor.person_id,
        )
    )
    audit.record(actor, "accident.graded", row, **{"from": before, "to": found.grade}, no=row.no, measures=all_of_them)


def _no(session: Session, area: str, year: int) -> str:
    """SG-341302-2026-0001: gap-free in the county and the year."""
    return f"{KIND}-{area}-{year}-{next_number(session, KIND, area, year):04d}"


def _step(
    actor: Actor, row: Accident, verb: str, source: str, done_at: datetime, data: Data, kept: dict[str, Any]
) -> AccidentStep:
    return AccidentStep(
        accident_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        done_at=done_at,
        document=data.get("document") or "",
        note=data.get("note") or "",
        data=kept,
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )

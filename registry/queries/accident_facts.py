"""What the papers of an accident say: the contents of a report by SAMR50 art. 10, the clocks, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import clock
from registry.actor import Actor
from registry.models import Accident, AccidentStep
from registry.queries import accidents, paper_facts
from registry.queries.case_facts import chinese_moment
from registry.queries.paper_facts import chinese_day
from registry.rules import accident_case as rules
from registry.rules import accidents as grades

Facts = dict[str, Any]
KINDS = ("accident_first", "accident_follow_up", "accident_closing")
ACCIDENT = (
    *("no", "title", "grade", "grade_basis", "happened", "told", "received", "place", "area", "equipment", "link"),
    *("course", "damage", "taken", "at_risk", "reporter", "reporter_phone", "company", "investigator"),
    *("deaths", "serious_injuries", "minor_injuries", "loss", "cause_class", "cause", "responsibility", "responsible"),
)
MOVE = ("addressee", "note", "document", "done", "changed", "person", "sequence")
STEPS = ("form_team", "file_report", "approve", "send_report", "pass_up", "close")
CLOCK = ("step", "duty", "due", "done", "state")
CHANGE = ("what", "value")
MEASURES = {"deaths": "死亡", "serious_injuries": "重伤", "minor_injuries": "轻伤", "loss_yuan": "直接经济损失（元）"}
KINDS_OF_EQUIPMENT = {"elevator": "电梯", "cylinder": "气瓶"}


def of_accident(session: Session, actor: Actor, number: int, step: AccidentStep) -> Facts:
    """The facts as they stand with `step`, the move that brings the paper forth."""
    asked = select(Accident).where(Accident.id == number).options(*accidents.PLACES, accidents.STEPS)
    row = session.scalars(asked.execution_options(populate_existing=True)).one()
    done = {one.verb: one for one in row.steps}
    followed = [one for one in row.steps if one.verb == "follow_up"]
    return {
        "accident": _accident(row),
        "unit": paper_facts.unit(row.unit_id),
        "device": paper_facts.device(row.elevator_id, row.cylinder_id),
        "office": paper_facts.office(actor),
        "clocks": [_clock(one) for one in accidents.clocks(row)],
        "changes": _changes(step),
        "move": {
            "addressee": step.data.get("addressee", ""),
            "note": step.note,
            "document": step.document,
            "done": chinese_moment(step.done_at),
            "changed": _changed(step),
            "person": actor.name,
            "sequence": str(len(followed)) if step.verb == "follow_up" else "",
        },
        "follow_ups": [{"changed": _changed(one), "done": chinese_moment(one.done_at)} for one in followed],
        "steps": {name: _said(done.get(name)) for name in STEPS},
        "today": chinese_day(clock.today()),
    }


def blank() -> Facts:
    """Every name a template may use, with nothing behind it."""
    return {
        "accident": dict.fromkeys(ACCIDENT, ""),
        **{name: dict.fromkeys(paper_facts.BLANK[name], "") for name in ("unit", "device", "office")},
        "clocks": [dict.fromkeys(CLOCK, "")],
        "changes": [dict.fromkeys(CHANGE, "")],
        "move": dict.fromkeys(MOVE, ""),
        "follow_ups": [dict.fromkeys(("changed", "done"), "")],
        "steps": {name: _said(None) for name in STEPS},
        **dict.fromkeys(("number", "today"), ""),
    }


def _accident(row: Accident) -> Facts:
    today = clock.today()
    names = {name: rules.names(f"accident_{name}", today) for name in ("links", "causes", "responsibilities")}
    investigator = rules.names("accident_investigators", today).get(row.grade)
    grade = grades.grade({**row.measures, **{name: getattr(row, name) for name in MEASURES}}, today)
    return {
        "no": row.no,
        "title": row.title,
        "grade": grades.GRADE_NAMES[row.grade][0],
        "grade_basis": "；".join(f"{one.zh}（{one.basis}）" for one in grade.reasons if one.grade == row.grade),
        "happened": chinese_moment(row.happened_at),
        "told": chinese_moment(row.told_at),
        "received": chinese_moment(row.received_at),
        "place": row.place,
        "area": paper_facts.area_name(row.area_code),
        "equipment": KINDS_OF_EQUIPMENT.get(row.equipment, row.equipment if row.equipment != "other" else "其他"),
        "link": names["links"].get(row.link, (row.link, ""))[0],
        "course": row.course,
        "damage": row.damage,
        "taken": row.taken,
        "at_risk": "" if row.at_risk is None else str(row.at_risk),
        "reporter": row.reporter,
        "reporter_phone": row.reporter_phone,
        "company": row.company.name if row.company else "",
        "investigator": investigator[0] if investigator else "",
        "deaths": str(row.deaths),
        "serious_injuries": str(row.serious_injuries),
        "minor_injuries": str(row.minor_injuries),
        "loss": f"{row.loss_yuan}元",
        "cause_class": names["causes"][row.cause_class][0] if row.cause_class else "",
        "cause": row.cause,
        "responsibility": names["responsibilities"][row.responsibility][0] if row.responsibility else "",
        "responsible": row.responsible.name if row.responsible else "",
    }


def _clock(one: rules.Clock) -> Facts:
    late = one.late(clock.now())
    state = "超过时限" if late else "按时" if one.done and one.due else "已办理" if one.done else ""
    return {
        "step": one.zh,
        "duty": one.duty_zh,
        "due": chinese_moment(one.due) or ("及时" if one.running else ""),
        "done": chinese_moment(one.done),
        "state": state or ("待办" if one.running else "未开始"),
    }


def _changed(step: AccidentStep) -> str:
    moment = step.data.get("changed_at")
    return chinese_moment(datetime.fromisoformat(moment)) if moment else ""


def _changes(step: AccidentStep) -> list[Facts]:
    """What a follow-up report says anew."""
    measures = rules.names("accident_measures", clock.today())
    named = {**{name: zh for name, (zh, _en) in measures.items()}, **MEASURES}
    return [
        {"what": named[name], "value": "是" if value is True else str(value)}
        for name, value in step.data.items()
        if name in named and step.verb == "follow_up"
    ]


def _said(step: AccidentStep | None) -> Facts:
    if step is None:
        return dict.fromkeys(("day", "document", "note"), "")
    return {
        "day": chinese_day(step.done_at.astimezone(clock.CITY_ZONE).date()),
        "document": step.document,
        "note": step.note,
    }

"""What the papers of a hazard say, taken from its ledger: plain texts under the names that the templates use.

Every name is always there, empty where nothing has been said yet, so that a template may ask for any of them.
Pictures and other files are `{"file": id, "name": ...}`; whoever sets the paper puts them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.actor import Actor
from registry.db import db
from registry.models import Area, Certificate, Cylinder, Elevator, Hazard, HazardStep, Paper, Person, StoredFile, Unit
from registry.queries import hazard_facts
from registry.queries.hazard_offers import LIST_LEVELS, LISTING_LEVELS, REOPEN_REASONS
from registry.rules import hazards as rules
from registry.rules.hazard_case import field_type
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS
from registry.settings import current

Facts = dict[str, Any]
PROVINCE = "安徽省市场监督管理局"
LEVELS = {"general": "一般", "larger": "较大", "severe": "严重", "major": "重大"}
ANSWERS = {"yes": "是", "no": "否", "not_applicable": "不适用"}
# The fields of a step, by the name its paper gives to the step; the last step of the present round counts.
STEPS: dict[str, tuple[str, ...]] = {
    "submit": ("submit",),
    "recognition": ("recognise",),
    "assignment": ("assign",),
    "receipt": ("sign_for",),
    "plan": ("file_plan",),
    "plan_review": ("approve_plan",),
    "closing": ("request_closing",),
    "verification": ("pass_verification", "fail_verification"),
    "county": ("sign_county",),
    "second": ("sign_county_second", "sign_city"),
    "notice": ("close",),
    "remind": ("remind",),
    "supervise": ("supervise",),
    "list_supervision": ("list_supervision",),
    "delist": ("delist",),
    "summon": ("summon",),
    "record_talk": ("record_talk",),
    "transfer_case": ("transfer_case",),
}


def of_hazard(actor: Actor, hazard: Hazard, steps: Sequence[HazardStep]) -> Facts:
    """The facts for any paper of a hazard, as they stand now. `steps` is its whole ledger, oldest first."""
    today = clock.today()
    names = _Names(steps)
    latest = {name: _last(hazard, steps, verbs) for name, verbs in STEPS.items()}
    found: Facts = {name: _step(step, STEPS[name], names) for name, step in latest.items()}
    verification = latest["verification"]
    found["verification"]["conclusion"] = (
        "" if verification is None else "合格" if verification.verb == "pass_verification" else "不合格"
    )
    found["verification"]["people"] = _verifiers(hazard, steps)
    found["hazard"] = _hazard(hazard, today)
    found["unit"] = unit(hazard.unit_id)
    found["device"] = device(hazard.elevator_id, hazard.cylinder_id)
    found["progress"] = [
        {"day": chinese_day(step.done_on), "text": step.data.get("progress", "")}
        for step in steps
        if step.verb == "report_progress" and step.round == hazard.round
    ]
    found["extensions"] = [
        {"day": chinese_day(step.done_on), "reason": step.data.get("reason", ""), "due": chinese_day(step.due_on)}
        for step in steps
        if step.verb == "extend"
    ]
    found["history"] = _history(hazard)
    found["office"] = office(actor)
    found["today"] = chinese_day(today)
    return found | dict.fromkeys(ONLY_THIS_PAPER, "")


def blank_hazard() -> Facts:
    """Every name that the papers of a hazard may use, with nothing behind it: what a template is tried with."""
    found: Facts = {name: _step(None, verbs, None) for name, verbs in STEPS.items()}
    found["verification"] |= {"conclusion": "", "people": [dict.fromkeys(("name", "certificate"), "")]}
    found |= {name: dict.fromkeys(keys, "") for name, keys in BLANK.items()}
    found["progress"] = [dict.fromkeys(("day", "text"), "")]
    found["extensions"] = [dict.fromkeys(("day", "reason", "due"), "")]
    found["history"] = [dict.fromkeys(("day", "act", "number"), "")]
    return found | dict.fromkeys(ONLY_THIS_PAPER, "") | {"today": ""}


BLANK: dict[str, tuple[str, ...]] = {
    "hazard": (
        *("no", "title", "description", "area", "level", "list_level", "clauses", "source", "found_on", "listed_on"),
        *(
            "due_on",
            "original_due_on",
            "closed_on",
            "days_overdue",
            "possible_accident",
            "interim_measures",
            "stop_use",
        ),
        *("responsible_person", "responsible_phone", "round"),
    ),
    "unit": ("name", "credit_code", "address", "legal_person", "phone"),
    "device": ("name", "code", "no", "certificate", "place"),
    "office": ("name", "phone", "area", "person"),
}
# What is said when one paper is issued, over what the ledger says.
ONLY_THIS_PAPER = ("number", "addressee", "help", "feedback", "leader", "notice_days", "second_is_city")


def chinese_day(day: date | str | None) -> str:
    """2026年11月3日, without noughts in front; empty for none."""
    if not day:
        return ""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def area_name(code: str) -> str:
    """What the area is called."""
    area = db.session.get(Area, code)
    return area.name if area else ""


def _last(hazard: Hazard, steps: Sequence[HazardStep], verbs: tuple[str, ...]) -> HazardStep | None:
    first = verbs[0] in ("submit", "recognise", "assign", "sign_for", "file_plan", "approve_plan")
    of_round = [step for step in steps if step.verb in verbs and (first or step.round == hazard.round)]
    return of_round[-1] if of_round else None


class _Names:
    """Names of the people, units and files that a ledger mentions, each asked for once."""

    def __init__(self, steps: Sequence[HazardStep]) -> None:
        wanted: dict[Any, set[int]] = {Person: set(), Unit: set(), StoredFile: set()}
        for step in steps:
            for name, value in step.data.items():
                model = MODELS.get(field_type(name, step.done_on))
                if model is not None and value is not None:
                    wanted[model].update(value if isinstance(value, list) else [value])
        self._found = {
            model: {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}
            for model, ids in wanted.items()
        }

    def named(self, model: Any, ids: Any) -> list[Any]:
        """The rows of these ids, in their order."""
        found = self._found[model]
        return [found[one] for one in (ids if isinstance(ids, list) else [ids]) if one in found]


MODELS: dict[str, Any] = {
    "unit": Unit,
    "person": Person,
    "people": Person,
    "verifiers": Person,
    "file": StoredFile,
    "files": StoredFile,
    "drawing": StoredFile,
}


CHOICES: dict[str, Mapping[str, Any]] = {
    "list_level": LIST_LEVELS,
    "listing_level": LISTING_LEVELS,
    "reopen_reason": REOPEN_REASONS,
}
LISTS = ("file", "files", "drawing", "checklist")
DRAWING_WIDTH = 34  # millimetres of a signature on paper


def _step(step: HazardStep | None, verbs: Iterable[str], names: _Names | None) -> Facts:
    """What was given with a step; all that may come with it, empty, where it has not been made."""
    on = clock.today()
    found: Facts = {name: [] if field_type(name, on) in LISTS else "" for name in _fields(tuple(verbs))}
    found |= {"day": "", "person": ""}
    if step is None or names is None:
        return found
    found["day"] = chinese_day(step.done_on)
    found["person"] = step.person.name if step.person else ""
    for name, value in step.data.items():
        found[name] = _said(name, value, step.done_on, names)
    return found


def _fields(verbs: tuple[str, ...]) -> list[str]:
    return list(
        dict.fromkeys(name for move in rules.MOVES if move.verb in verbs for name in (*move.needs, *move.accepts))
    )


def _said(name: str, value: Any, on: date, names: _Names) -> Any:
    """A field as a paper says it."""
    kind = field_type(name, on)
    match kind:
        case "drawing":
            return [
                {"file": row.id, "name": row.name, "width": DRAWING_WIDTH} for row in names.named(StoredFile, value)
            ]
        case "files" | "file":
            return [{"file": row.id, "name": row.name} for row in names.named(StoredFile, value)]
        case "person" | "people" | "verifiers":
            return "、".join(row.name for row in names.named(Person, value))
        case "unit":
            return "、".join(row.name for row in names.named(Unit, value))
        case "due_day" | "past_day":
            return chinese_day(value)
        case "money":
            return f"{Decimal(str(value)):,.2f}".removesuffix(".00")
        case "flag":
            return "是" if value else "否"
        case "choice":
            return str(CHOICES.get(name, {}).get(value, value))
        case "checklist":
            points = {point.item: point.zh for point in rules.acceptance(on)}
            return [
                {
                    "item": points.get(item, item),
                    "answer": ANSWERS.get(given["answer"], given["answer"]),
                    "reason": given.get("reason") or "",
                }
                for item, given in value.items()
            ]
        case _:
            return "" if value is None else str(value) if not isinstance(value, list) else "、".join(map(str, value))


def _hazard(hazard: Hazard, today: date) -> Facts:
    clauses = [rules.clause(number, hazard.listed_on or today) for number in hazard.clauses]
    late = rules.overdue(hazard.due_on, hazard.closed_on, today)
    return {
        "no": hazard.no,
        "title": hazard.title,
        "description": hazard.description,
        "area": area_name(hazard.area_code),
        "level": LEVELS.get(hazard.level, hazard.level),
        "list_level": str(LIST_LEVELS[hazard.list_level]) if hazard.listed_on else "",
        "clauses": "；".join(f"{clause.basis}：{clause.zh}" for clause in clauses if clause),
        "source": next((source.zh for source in rules.sources(today) if source.source == hazard.source), hazard.source),
        "found_on": chinese_day(hazard.found_on),
        "listed_on": chinese_day(hazard.listed_on),
        "due_on": chinese_day(hazard.due_on),
        "original_due_on": chinese_day(hazard.original_due_on),
        "closed_on": chinese_day(hazard.closed_on),
        "days_overdue": str(late) if late else "",
        "possible_accident": hazard.possible_accident,
        "interim_measures": hazard.interim_measures,
        "stop_use": "已责令停止使用" if hazard.stop_use else "",
        "responsible_person": hazard.responsible_person,
        "responsible_phone": hazard.responsible_phone,
        "round": str(hazard.round),
    }


HISTORY = {"remind": "提醒", "supervise": "督办", "listed_notice": "挂牌督办", "talk": "约谈"}


def _history(hazard: Hazard) -> list[Facts]:
    """What the offices have issued to get it done so far."""
    rows = db.session.scalars(
        select(Paper).where(Paper.hazard_id == hazard.id, Paper.kind.in_(HISTORY)).order_by(Paper.id)
    )
    return [{"day": chinese_day(row.issued_on), "act": HISTORY[row.kind], "number": row.number} for row in rows]


def unit(unit_id: int) -> Facts:
    """A unit as papers name it."""
    row = db.session.get_one(Unit, unit_id)
    return {
        "name": row.name,
        "credit_code": row.credit_code or "",
        "address": row.address,
        "legal_person": row.legal_person,
        "phone": row.phone,
    }


def device(elevator_id: int | None, cylinder_id: int | None) -> Facts:
    """A device as papers name it; empty texts where there is none."""
    elevator = db.session.get(Elevator, elevator_id) if elevator_id else None
    cylinder = db.session.get(Cylinder, cylinder_id) if cylinder_id else None
    if elevator is not None:
        return {
            "name": ELEVATOR_KINDS[elevator.kind].zh,
            "code": elevator.label_code,
            "no": elevator.factory_no or "",
            "certificate": elevator.use_cert_no or "",
            "place": elevator.address,
        }
    if cylinder is not None:
        return {
            "name": CYLINDER_KINDS[cylinder.kind].zh,
            "code": cylinder.label_code or "",
            "no": cylinder.serial_no,
            "certificate": cylinder.register_no or "",
            "place": "",
        }
    return dict.fromkeys(("name", "code", "no", "certificate", "place"), "")


def _verifiers(hazard: Hazard, steps: Sequence[HazardStep]) -> list[Facts]:
    """The appointed verifiers, each with the number of the certificate they enforce with."""
    appointed: list[int] = next(
        (
            step.data["verifiers"]
            for step in reversed(steps)
            if step.verb == "accept_request" and step.round == hazard.round
        ),
        [],
    )
    people = db.session.scalars(
        select(Person).where(Person.id.in_(appointed)).options(joinedload(Person.certificates))
    ).unique()
    return [{"name": person.name, "certificate": _enforces(person.certificates)} for person in people]


def _enforces(certificates: Iterable[Certificate]) -> str:
    held = [row for row in certificates if row.item == hazard_facts.ENFORCEMENT]
    return max(held, key=lambda row: row.expires_on).number if held else ""


def office(actor: Actor) -> Facts:
    """The office that issues: the bureau of the actor."""
    unit = db.session.get(Unit, actor.unit_id) if actor.unit_id else None
    return {
        "name": unit.name if unit else "",
        "phone": unit.phone if unit else "",
        "area": area_name(unit.area_code) if unit and unit.area_code else "",
        "person": actor.name,
    }


def addressee(hazard: Hazard) -> str:
    """The bureau of the next level that a report goes to."""
    if hazard.list_level == "county":
        return f"{area_name(current().city_code)}市场监督管理局"
    return PROVINCE


def feedback(on: date) -> str:
    """How often progress is to be reported, as the assignment says it."""
    every = next((move.deadline for move in rules.MOVES if move.verb == "report_progress" and move.in_force(on)), None)
    return f"每{every.amount}日报送一次整改进展" if every else ""


def merged(facts: Facts, more: Mapping[str, Any]) -> Facts:
    """Facts with what only this paper says put over them, one level deep."""
    return {
        **facts,
        **{
            name: {**facts[name], **value}
            if isinstance(value, Mapping) and isinstance(facts.get(name), dict)
            else value
            for name, value in more.items()
        },
    }

"""Visits as pages and callers need them: one, many, the files behind them, and how complete their evidence is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from registry import codes, evidence, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Capacity, Elevator, StoredFile, Unit, Visit, VisitJoin, VisitWorker
from registry.queries import maker_items
from registry.queries.paging import LARGEST, Page
from registry.rules.limits import edition
from registry.rules.maintenance import Answer, Item
from registry.settings import current

STEPS: dict[int, T] = {
    1: T("扫码签到、合同与人员资格"),
    2: T("签到位置"),
    3: T("签到照片"),
    4: T("第二名作业人员"),
    5: T("维保项目"),
    6: T("试验照片"),
    7: T("作业人员签名"),
    8: T("签退"),
    9: T("使用单位确认"),
    10: T("及时上传"),
}
TONES = {"block": "bad", "hold": "bad", "warn": "warn", "info": "info"}

LISTED = (
    selectinload(Visit.elevator).selectinload(Elevator.use_unit),
    selectinload(Visit.company),
    selectinload(Visit.workers).selectinload(VisitWorker.person),
    selectinload(Visit.confirmed_by),
    selectinload(Visit.joins).selectinload(VisitJoin.person),
)


@dataclass(frozen=True)
class Step:
    """A link of the chain of evidence: `tone` good, warn or bad, with what was found."""

    number: int
    label: T
    tone: str
    findings: list[dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """An answer as it is shown; `item` is None when it was not asked, `file` the id of its photo."""

    answer: Answer
    item: Item | None
    file: int | None = None


def one(actor: Actor, visit_id: int) -> Visit:
    """A visible visit with all that belongs to it."""
    return policy.get(actor, Visit, Visit.id == visit_id, options=LISTED)


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Visits, the latest day first.

    `filters`, each optional: `area`, `company` (unit id), `elevator` (code), `cycle`, `paperless` (bool), `since` and
    `until` (days of the visit, inclusive), `state` (`to_confirm`, `confirmed`, `declined`).

    Raises:
        Invalid: the cursor is not one of ours.
    """
    policy.require(actor, "visit.read")
    limit = max(1, min(limit, LARGEST))
    statement = _filtered(policy.scope(actor, Visit), filters).options(*LISTED)
    if cursor:
        day, number = _place(cursor)
        statement = statement.where(Visit.done_on <= day, or_(Visit.done_on < day, Visit.id < number))
    ordered = statement.order_by(Visit.done_on.desc(), Visit.id.desc()).limit(limit + 1)
    rows = db.session.scalars(ordered).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], f"{last.done_on:%Y%m%d}.{last.id}" if last else None)


def _place(cursor: str) -> tuple[date, int]:
    """By day first, because every index of this table of millions leads to a day."""
    day, _, number = cursor.partition(".")
    try:
        return datetime.strptime(day, "%Y%m%d").date(), int(number[:18])
    except ValueError:
        raise Invalid.field("cursor", T("翻页标记无效，请从首页重新查询")) from None


def _filtered(statement: Select[Any], filters: Mapping[str, Any]) -> Select[Any]:
    given = {key: value for key, value in filters.items() if value not in (None, "")}
    conditions = {
        "area": lambda v: Visit.elevator_id.in_(
            select(Elevator.id).where(or_(Elevator.area_code == v, Elevator.division_code == v))
        ),
        "company": lambda v: Visit.company_id == v,
        "elevator": lambda v: Visit.elevator_id.in_(
            select(Elevator.id).where(Elevator.label_code == codes.split(str(v)).code)
        ),
        "cycle": lambda v: Visit.cycle == v,
        "paperless": _is_paperless,
        "since": lambda v: Visit.done_on >= v,
        "until": lambda v: Visit.done_on <= v,
        "state": _in_state,
    }
    return statement.where(*(condition(given[key]) for key, condition in conditions.items() if key in given))


def _is_paperless(wanted: bool) -> Any:
    if wanted:
        return and_(Visit.counts_from.is_not(None), Visit.counts_until.is_(None))
    return or_(Visit.counts_from.is_(None), Visit.counts_until.is_not(None))


def _in_state(state: str) -> Any:
    if state == "confirmed":
        return Visit.confirmed_at.is_not(None)
    if state == "declined":
        return Visit.declined_reason.is_not(None)
    return and_(Visit.confirmed_at.is_(None), Visit.declined_reason.is_(None))


def companies(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the maintenance companies, for a choice list; only its own for a company."""
    maintaining = select(Capacity.unit_id).where(Capacity.capacity == "maintenance")
    statement = policy.scope(actor, Unit, Unit.id, Unit.name).where(Unit.id.in_(maintaining))
    if actor.role in policy.MAINTENANCE:
        statement = statement.where(Unit.id == actor.unit_id)
    return [(row.id, row.name) for row in db.session.execute(statement.order_by(Unit.name).limit(500))]


def waits_for(actor: Actor, visit: Visit) -> bool:
    """Whether this caller may confirm or decline the visit now."""
    undecided = visit.confirmed_at is None and visit.declined_reason is None
    return undecided and policy.may(actor, "visit.confirm")


def count_to_confirm(actor: Actor, _on: date) -> int:
    """How many visits wait for the use unit's word."""
    statement = policy.scope(actor, Visit, func.count()).where(_in_state("to_confirm"))
    return db.session.scalar(statement) or 0


def chain(visit: Visit) -> list[Step]:
    """The ten steps of the chain of evidence (elevators.md §3.2) with what is missing in each."""
    on = date.fromisoformat(visit.answers["on"])
    step_of = {row["rule"]: int(row["step"]) for row in edition("paperless_steps", on)}
    found: dict[int, list[dict[str, str]]] = {number: [] for number in STEPS}
    for finding in visit.findings:
        default = 6 if finding["rule"] == "M11" else 5
        found[step_of.get(finding["rule"], default) or 10].append(finding)
    return [
        Step(n, label, TONES[found[n][0]["severity"]] if found[n] else "good", found[n]) for n, label in STEPS.items()
    ]


def answers(visit: Visit) -> list[Shown]:
    """Every answer in the order of the table."""
    asked = maker_items.asked_of(visit.answers)
    items = {item.code: item for item in asked}
    photos = {kept["item"]: kept["photo"]["file"] for kept in visit.answers["others"] if kept.get("photo")}
    return [Shown(a, items.get(a.item), photos.get(a.item)) for a in evidence.answers_of(visit.answers, asked)]


def remarkable(visit: Visit) -> list[Shown]:
    """The answers that are more than a plain `normal`."""
    different = {kept["item"] for kept in visit.answers["others"]}
    return [shown for shown in answers(visit) if shown.answer.item in different]


def file_ids(visit: Visit) -> set[int]:
    """Ids of the files that belong to a visit."""
    kept = [visit.check_in.get("photo"), visit.check_out.get("photo"), *visit.signatures]
    kept += [answer.get("photo") for answer in visit.answers["others"]]
    kept.append((visit.confirmation or {}).get("signature"))
    kept += [picture for join in visit.joins for picture in (join.photo, join.signature)]
    return {picture["file"] for picture in kept if picture and picture.get("file")}


def picture(actor: Actor, visit_id: int, file_id: int) -> tuple[Path, str]:
    """Where a photo or signature of a visible visit lies, and its type.

    Raises:
        Missing: the visit is not for this caller to see, or the file is not one of its own.
    """
    policy.require(actor, "visit.read_people")
    visit = policy.get(actor, Visit, Visit.id == visit_id, options=(selectinload(Visit.joins),))
    row = db.session.get(StoredFile, file_id) if file_id in file_ids(visit) else None
    if row is None:
        raise Missing(T("没有找到这张照片"))
    return files.path_of(current().files_dir, row.sha256), row.mime

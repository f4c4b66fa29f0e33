"""What insurance ends soon or has lapsed, and which elevators have none: the lists behind the reminders.

A policy is on these lists while something it covers, in use today, would stand without cover: a renewal by another
policy, of whatever insurer, takes it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.models import Contract, Cylinder, Elevator, Policy, PolicyItem, Unit
from registry.queries import elevators, premiums
from registry.queries import indicator_reasons as reasons
from registry.queries.cylinder_policies import WHOLE
from registry.queries.fill_covers import FILL_LIABILITY
from registry.queries.indicator_definitions import insured
from registry.queries.paging import Page, paginate
from registry.queries.policies import UNITS
from registry.queries.policy_codes import GONE
from registry.rules import cylinder_lifecycle, lifecycle

Where = ColumnElement[bool]
# Days to the end: a warning 60, 30 and 7 days ahead (elevators.md §7, G). Every policy is in one band.
BANDS: dict[str, tuple[int, int]] = {"7": (0, 7), "30": (8, 30), "60": (31, 60)}
LAPSED = "lapsed"
LAPSED_DAYS = 365
ELEVATORS_IN_USE = tuple(s.id for s in lifecycle.STATUSES.values() if s.counts_in_use)
CYLINDERS_IN_USE = tuple(s.id for s in cylinder_lifecycle.STATUSES.values() if s.counts_in_use)


@dataclass(frozen=True)
class Ending:
    """A policy whose end leaves `open` pieces of equipment without cover; `days` to its last day, negative after."""

    policy: Policy
    days: int
    open: int


@dataclass(frozen=True)
class Uninsured:
    """An elevator with who maintains it and why it is not insured; `insured_until` when it is."""

    elevator: Elevator
    company: str | None
    reason: Any
    insured_until: date | None


@dataclass(frozen=True)
class Change:
    """An elevator of a policy to renew: whether it goes on, why not, and its premium before and for the next term."""

    elevator: Elevator
    dropped: bool
    before_fen: int
    proposal: premiums.Proposal | None


def found(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    """Policies by `when` (a band or `lapsed`; within 60 days when left out), `insurer`, `q` (holder or use unit),
    `company` (maintains what they cover), `area`."""
    policy.require(actor, "policy.read")
    when = filters.get("when")
    statement = policy.scope(actor, Policy).where(_lapsed(on) if when == LAPSED else _ending(on, when))
    if insurer := filters.get("insurer"):
        statement = statement.where(Policy.insurer_id == int(insurer))
    if text := filters.get("q"):
        units = _units(text)
        holds = Policy.holder_id.in_(units)
        statement = statement.where(or_(holds, Policy.id.in_(_covering(Elevator.use_unit_id.in_(units)))))
    if company := filters.get("company"):
        statement = statement.where(Policy.id.in_(_covering(_maintained_by(company, on))))
    if area := filters.get("area"):
        statement = statement.where(Policy.id.in_(_covering(_inside(area))))
    return statement


def page(actor: Actor, filters: Mapping[str, Any], on: date) -> Page:
    """A page of `Ending`, what was recorded last first."""
    statement = found(actor, filters, on).options(*UNITS)
    rows = paginate(statement, Policy.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)
    lapsed = filters.get("when") == LAPSED
    open_ = _open_counts([row.id for row in rows.items], on, lapsed)
    return Page([Ending(row, (_end(row) - on).days, open_.get(row.id, 0)) for row in rows.items], rows.next)


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many policies are in each band, and how many have lapsed: for the first page, in one statement."""
    policy.require(actor, "policy.read")
    conditions = {**{band: _ending(on, band) for band in BANDS}, LAPSED: _lapsed(on)}
    numbers = [func.count(case((condition, Policy.id))) for condition in conditions.values()]
    nearby = Policy.ends_on.between(on - timedelta(days=LAPSED_DAYS), on + timedelta(days=max(BANDS["60"])))
    recent = or_(nearby, Policy.cancelled_on > on - timedelta(days=LAPSED_DAYS))
    found = db.session.execute(policy.scope(actor, Policy, *numbers).where(recent)).one()
    return dict(zip(conditions, found, strict=True))


def elevators_by_cover(actor: Actor, filters: Mapping[str, Any], on: date) -> Select[Any]:
    """Elevators by the filters of the register, `company`, `place_type` and `cover`: `none` are those in use without
    insurance, `some` those with it; left out, all that may be insured."""
    policy.require(actor, "elevator.read")
    statement = elevators.found(actor, {name: filters.get(name) for name in ("area", "kind", "q")})
    statement = statement.where(Elevator.status.not_in(GONE))
    has_cover = insured(PolicyItem.elevator_id, Elevator.id, on)
    if filters.get("cover") == "none":
        statement = statement.where(Elevator.status.in_(ELEVATORS_IN_USE), ~has_cover)
    elif filters.get("cover") == "some":
        statement = statement.where(has_cover)
    if filters.get("place_type"):
        statement = statement.where(Elevator.place_type == filters["place_type"])
    if filters.get("company"):
        statement = statement.where(_maintained_by(filters["company"], on))
    return statement


def elevator_page(actor: Actor, filters: Mapping[str, Any], on: date) -> Page:
    """A page of `Uninsured`."""
    statement = elevators_by_cover(actor, filters, on).options(*elevators.UNITS)
    rows = paginate(statement, Elevator.id, filters.get("limit") or 50, filters.get("cursor"))
    ids = [row.id for row in rows.items]
    companies, until = _companies(ids, on), insured_until(ids, on)
    bare = [row for row in rows.items if row.id not in until]
    why = reasons.elevators_not_insured(bare, on, {})
    return Page(
        [Uninsured(row, companies.get(row.id), why.get(row.id), until.get(row.id)) for row in rows.items], rows.next
    )


def elevator_count(actor: Actor, filters: Mapping[str, Any], on: date) -> int:
    """How many match."""
    statement = elevators_by_cover(actor, filters, on).with_only_columns(func.count())
    return db.session.scalar(statement) or 0


def codes(actor: Actor, filters: Mapping[str, Any], on: date, most: int) -> list[str]:
    """The label codes of the first of them."""
    statement = elevators_by_cover(actor, filters, on).with_only_columns(Elevator.label_code)
    return list(db.session.scalars(statement.order_by(Elevator.id).limit(most)))


def uninsured_in_use(actor: Actor, on: date) -> int:
    """How many elevators in use of the caller's have no insurance."""
    return elevator_count(actor, {"cover": "none"}, on)


def insured_until(ids: Sequence[int], on: date) -> dict[int, date]:
    """Id -> the last day of the longest policy that covers an elevator on a day."""
    rows = db.session.execute(
        select(PolicyItem.elevator_id, func.max(Policy.ends_on))
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            PolicyItem.elevator_id.in_(ids),
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
            Policy.starts_on <= on,
            Policy.ends_on >= on,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        )
        .group_by(PolicyItem.elevator_id)
    )
    return {id_: day for id_, day in rows if id_ is not None}


def changes(actor: Actor, row: Policy, terms: premiums.Terms) -> list[Change]:
    """The elevators a policy covered to its end, with what becomes of each in the next term; the dropped ones first."""
    items = db.session.execute(
        select(PolicyItem, Elevator)
        .join(Elevator, Elevator.id == PolicyItem.elevator_id)
        .where(PolicyItem.policy_id == row.id, _to_the_end(PolicyItem, row.cancelled_on or row.ends_on))
        .order_by(PolicyItem.id)
    ).all()
    parts = premiums.worth(row, [item for item, _ in items])
    going_on = [thing for _, thing in items if thing.status not in GONE]
    proposals = premiums.propose(going_on, terms)
    lines = [Change(thing, thing.id not in proposals, parts[item.id], proposals.get(thing.id)) for item, thing in items]
    return sorted(lines, key=lambda line: not line.dropped)


def renewal_codes(row: Policy) -> list[str]:
    """The label codes of what a policy covered to its end and what may be insured again."""
    model: Any = Elevator if row.subject == "elevator" else Cylinder
    alive = model.status.not_in(GONE) if row.subject == "elevator" else model.status.in_(cylinder_lifecycle.LIVE)
    statement = (
        select(model.label_code)
        .join(PolicyItem, getattr(PolicyItem, f"{row.subject}_id") == model.id)
        .where(PolicyItem.policy_id == row.id, _to_the_end(PolicyItem, row.cancelled_on or row.ends_on), alive)
        .order_by(PolicyItem.id)
    )
    return [code for code in db.session.scalars(statement) if code]


def _end(row: Policy) -> date:
    """The last day covered."""
    return row.ends_on if row.cancelled_on is None else row.cancelled_on - timedelta(days=1)


def _ending(on: date, when: str | None) -> Where:
    first, last = BANDS.get(when or "", (0, 60))
    return and_(
        Policy.ends_on >= on + timedelta(days=first),
        Policy.ends_on <= on + timedelta(days=last),
        Policy.cancelled_on.is_(None),
        _left_open(on, lapsed=False),
    )


def _lapsed(on: date) -> Where:
    since = on - timedelta(days=LAPSED_DAYS)
    ended = and_(Policy.ends_on < on, Policy.ends_on >= since, Policy.cancelled_on.is_(None))
    cancelled = and_(Policy.cancelled_on <= on, Policy.cancelled_on > since)
    return and_(or_(ended, cancelled), _left_open(on, lapsed=True))


def _left_open(on: date, lapsed: bool) -> Where:
    """The policy leaves something without cover."""
    by_name = (select(PolicyItem.id).where(*_bare(model, on, lapsed)).exists() for model in (Elevator, Cylinder))
    return or_(*by_name, _station_bare())


def _station_bare() -> Where:
    """A policy over all fills or cylinders of a station that no later one of its line follows."""
    later = aliased(Policy)
    follows = exists().where(
        later.id != Policy.id,
        later.subject == Policy.subject,
        later.holder_id == Policy.holder_id,
        later.basis.in_(WHOLE),
        func.coalesce(later.line, FILL_LIABILITY) == func.coalesce(Policy.line, FILL_LIABILITY),
        later.ends_on > Policy.ends_on,
        later.cancelled_on.is_(None),
    )
    return and_(Policy.subject == "cylinder", Policy.basis.in_(WHOLE), ~follows)


def _open_counts(ids: Sequence[int], on: date, lapsed: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for model in (Elevator, Cylinder):
        statement = (
            select(PolicyItem.policy_id, func.count())
            .join(Policy, Policy.id == PolicyItem.policy_id)
            .where(PolicyItem.policy_id.in_(ids), *_bare(model, on, lapsed))
            .group_by(PolicyItem.policy_id)
        )
        found.update((id_, number) for id_, number in db.session.execute(statement))
    return {**_station_counts(ids), **found}


def _station_counts(ids: Sequence[int]) -> dict[int, int]:
    """How many cylinders in use a station has, by its policy over all of them."""
    statement = (
        select(Policy.id, func.count(Cylinder.id))
        .join(Cylinder, and_(Cylinder.owner_id == Policy.holder_id, Cylinder.status.in_(CYLINDERS_IN_USE)))
        .where(Policy.id.in_(ids), Policy.basis.in_(WHOLE))
        .group_by(Policy.id)
    )
    return dict(db.session.execute(statement).all())


def _bare(model: Any, on: date, lapsed: bool) -> Iterable[Where]:
    """Items of a policy, in use today, that nobody covers after it (and, when it lapsed, today)."""
    name, in_use = ("elevator_id", ELEVATORS_IN_USE) if model is Elevator else ("cylinder_id", CYLINDERS_IN_USE)
    column = getattr(PolicyItem, name)
    later_item, later = aliased(PolicyItem), aliased(Policy)
    covered_later = (
        select(later_item.id)
        .join(later, later.id == later_item.policy_id)
        .where(
            getattr(later_item, name) == column,
            later.ends_on > Policy.ends_on,
            later.cancelled_on.is_(None),
            or_(later_item.until.is_(None), later_item.until > Policy.ends_on),
        )
        .correlate(PolicyItem, Policy)
        .exists()
    )
    yield PolicyItem.policy_id == Policy.id
    yield column.in_(select(model.id).where(model.status.in_(in_use)))
    yield _to_the_end(PolicyItem, func.coalesce(Policy.cancelled_on, Policy.ends_on))
    yield ~covered_later
    if lapsed:
        yield ~insured(column, column, on)


def _to_the_end(item: Any, end: Any) -> Where:
    return or_(item.until.is_(None), item.until > end)


def _covering(where: Where) -> Select[Any]:
    return select(PolicyItem.policy_id).join(Elevator, Elevator.id == PolicyItem.elevator_id).where(where)


def _units(text: str) -> Select[Any]:
    return select(Unit.id).where(or_(Unit.name.contains(text, autoescape=True), Unit.credit_code == text.upper()))


def _inside(code: str) -> Where:
    return or_(Elevator.area_code == code, Elevator.division_code == code)


def _maintained_by(text: str, on: date) -> Where:
    running = (Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on))
    return Elevator.id.in_(select(Contract.elevator_id).where(Contract.company_id.in_(_units(text)), *running))


def _companies(ids: Sequence[int], on: date) -> dict[int, str]:
    rows = db.session.execute(
        select(Contract.elevator_id, Unit.name)
        .join(Unit, Unit.id == Contract.company_id)
        .where(Contract.elevator_id.in_(ids), Contract.since <= on, or_(Contract.until.is_(None), Contract.until > on))
    )
    return dict(rows.all())

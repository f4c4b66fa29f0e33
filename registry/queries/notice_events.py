"""What there is to tell of: entries of the trail since a position, last days that come near or are over, and the clocks
of calls."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, and_, false, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from registry import clock
from registry.db import among, db
from registry.models import (
    Call,
    Campaign,
    CampaignSelfCheck,
    CaseClock,
    Certificate,
    Contract,
    Cylinder,
    Directive,
    Elevator,
    EnforcementCase,
    FollowUp,
    Hazard,
    Notice,
    Policy,
    Registration,
    Sealing,
    TrailEntry,
    Visit,
    VisitAnomaly,
)
from registry.queries import call_facts, cylinder_due, hazards, inspection_cover, registrations
from registry.queries import calls as call_queries
from registry.queries.indicator_definitions import elevators_in_use
from registry.queries.notice_readers import Event
from registry.rules import anomalies as anomaly_rules
from registry.rules import calls as call_rules
from registry.rules import cases as case_rules
from registry.rules import directives as directive_rules
from registry.rules import follow_ups as follow_up_rules
from registry.rules import sealings as sealing_rules
from registry.rules.call_clocks import ESCALATIONS
from registry.rules.dates import add_months, end_of_month
from registry.rules.notices import Kind, kinds, meant

FIRST_LOOK = timedelta(days=1)  # how far back a registry that never made notices looks
OVERLAP = timedelta(minutes=10)  # the order of numbers is not that of commits: what is so young is looked at again
MOST_ENTRIES = 20_000
LONG_OVER = timedelta(days=7)  # what was over so long ago is news to nobody


def since_position(entry_id: int, now: datetime) -> tuple[list[Event], int]:
    """The events of the trail after an entry, and the entry from which to look the next time."""
    of_acts = {kind.key: kind for kind in kinds(clock.day_of(now)).values() if kind.act}
    acts = sorted({kind.act for kind in of_acts.values()})
    after = (
        and_(TrailEntry.id > entry_id, TrailEntry.at >= now - FIRST_LOOK) if entry_id == 0 else TrailEntry.id > entry_id
    )
    rows = db.session.scalars(
        select(TrailEntry).where(after, TrailEntry.act.in_(acts)).order_by(TrailEntry.id).limit(MOST_ENTRIES)
    ).all()
    late = TrailEntry.id > entry_id, TrailEntry.at < now - OVERLAP
    settled = db.session.scalar(select(func.max(TrailEntry.id)).where(*late))
    until = int(settled or entry_id)
    if len(rows) == MOST_ENTRIES:
        until = max(entry_id, min(until, rows[-1].id))
    events = [
        Event(kind, f"trail:{row.id}:{kind.key}", row.subject_id, row.person_id)
        for row in rows
        if row.subject_id is not None
        for kind in meant(row.act, row.data, of_acts.values())
    ]
    return new(events), until


def of_days(on: date) -> list[Event]:
    """The last days that come near on a day, and those that are over."""
    found = []
    for kind in kinds(on).values():
        if kind.days is None:
            continue
        found += [
            Event(kind, f"{kind.key}:{id_}:{day.isoformat()}", id_, None, day)
            for id_, day in db.session.execute(_due(kind, on))
        ]
    return new(found)


def of_clocks(now: datetime) -> list[Event]:
    """The clocks of running calls that ask for somebody; those of exercises do not."""
    known = kinds(clock.day_of(now))
    running = (
        select(Call)
        .where(Call.state.in_(call_rules.RUNNING_STATES), Call.drill.is_(False))
        .options(*call_queries.WITH_UNITS)
        .order_by(Call.id)
    )
    chosen = call_facts.limits()
    return new(
        [
            Event(known[kind], f"{kind}:{row.id}:{timer.key}", row.id)
            for row in db.session.scalars(running)
            for timer in call_facts.timers(row, now, chosen)
            for kind, clocks in CLOCKS.items()
            if timer.red and timer.key in clocks and kind in known
        ]
    )


def new(events: list[Event]) -> list[Event]:
    """Those of the events of which nobody was told yet."""
    keys = [event.key for event in events]
    known = set(db.session.scalars(select(Notice.key).where(among(Notice.key, keys)).distinct())) if keys else set()
    return [event for event in events if event.key not in known]


def holding(kind: Kind, pairs: Collection[tuple[int, date]], on: date) -> set[tuple[int, date]]:
    """Those of (row, last day) that still stand as they did when the notice was made."""
    rows = {id_ for id_, _day in pairs}
    statement = DUES[kind.key](on, date.min, date.max)
    column = statement.selected_columns[0]
    found = db.session.execute(statement.where(among(column, sorted(rows))))
    return set(pairs) & {(id_, day) for id_, day in found}


def _due(kind: Kind, on: date) -> Any:
    assert kind.days is not None
    if kind.days < 0:
        return DUES[kind.key](on, on - LONG_OVER, on + timedelta(days=kind.days))
    return DUES[kind.key](on, on, on + timedelta(days=kind.days))


def _hazards(_on: date, first: date, last: date) -> Any:
    return select(Hazard.id, Hazard.due_on).where(
        Hazard.state.in_(hazards.RUNNING), Hazard.due_on >= first, Hazard.due_on <= last
    )


def _directives(_on: date, first: date, last: date) -> Any:
    return select(Directive.id, Directive.due_on).where(
        Directive.state == "served",
        Directive.reported_on.is_(None),
        Directive.due_on >= first,
        Directive.due_on <= last,
    )


def _rechecks(_on: date, first: date, last: date) -> Any:
    return select(Directive.id, Directive.recheck_due_on).where(
        Directive.state.in_(directive_rules.RUNNING),
        Directive.recheck_due_on >= first,
        Directive.recheck_due_on <= last,
    )


def _sealings(_on: date, first: date, last: date) -> Any:
    return select(Sealing.id, Sealing.ends_on).where(
        Sealing.state.in_(sealing_rules.HOLDING), Sealing.ends_on >= first, Sealing.ends_on <= last
    )


def _cases(on: date, first: date, last: date) -> Any:
    return (
        select(EnforcementCase.id, CaseClock.due_on)
        .join(CaseClock, CaseClock.case_id == EnforcementCase.id)
        .where(
            CaseClock.done_on.is_(None),
            CaseClock.key.not_in(case_rules.party_clocks(on)),
            CaseClock.due_on >= first,
            CaseClock.due_on <= last,
        )
        .distinct()
    )


def _self_checks(_on: date, first: date, last: date) -> Any:
    return (
        select(CampaignSelfCheck.id, CampaignSelfCheck.due_on)
        .join(Campaign, Campaign.id == CampaignSelfCheck.campaign_id)
        .where(
            Campaign.state == "running",
            CampaignSelfCheck.answered_on.is_(None),
            CampaignSelfCheck.due_on >= first,
            CampaignSelfCheck.due_on <= last,
        )
    )


def _follow_ups(_on: date, first: date, last: date) -> Any:
    return select(FollowUp.id, FollowUp.due_on).where(
        FollowUp.state.in_(follow_up_rules.OPEN_STATES), FollowUp.due_on >= first, FollowUp.due_on <= last
    )


def _policies(_on: date, first: date, last: date) -> Any:
    later = aliased(Policy)
    renewed = select(later.id).where(later.renews_id == Policy.id).exists()
    return select(Policy.id, Policy.ends_on).where(
        Policy.cancelled_on.is_(None), ~renewed, Policy.ends_on >= first, Policy.ends_on <= last
    )


def _contracts(_on: date, first: date, last: date) -> Any:
    later = aliased(Contract)
    followed = (
        select(later.id)
        .where(
            later.elevator_id == Contract.elevator_id,
            later.id != Contract.id,
            or_(later.until.is_(None), later.until > Contract.until),
        )
        .exists()
    )
    return select(Contract.id, Contract.until).where(Contract.until >= first, Contract.until <= last, ~followed)


def _registrations(_on: date, first: date, last: date) -> Any:
    return select(Registration.id, Registration.due_on).where(
        Registration.state.in_(registrations.WAITING["office"]),
        Registration.due_on >= first,
        Registration.due_on <= last,
    )


def _anomalies(_on: date, first: date, last: date) -> Any:
    return select(VisitAnomaly.id, VisitAnomaly.due_on).where(
        VisitAnomaly.state == anomaly_rules.FOUND, VisitAnomaly.due_on >= first, VisitAnomaly.due_on <= last
    )


def _inspections(on: date, first: date, last: date) -> Any:
    covers = inspection_cover.covers(on)
    return (
        select(Elevator.id, covers.c.due_by)
        .join(covers, covers.c.elevator_id == Elevator.id)
        .where(elevators_in_use(on), and_(covers.c.due_by >= first, covers.c.due_by <= last))
    )


def _visits(_on: date, first: date, last: date) -> Any:
    return select(Visit.id, Visit.done_on).where(
        Visit.confirmed_at.is_(None),
        Visit.declined_reason.is_(None),
        Visit.done_on >= first,
        Visit.done_on <= last,
    )


def _certificates(_on: date, first: date, last: date) -> Any:
    later = aliased(Certificate)
    renewed = (
        select(later.id)
        .where(
            later.person_id == Certificate.person_id,
            later.item == Certificate.item,
            later.expires_on > Certificate.expires_on,
        )
        .exists()
    )
    return select(Certificate.id, Certificate.expires_on).where(
        Certificate.expires_on >= first, Certificate.expires_on <= last, ~renewed
    )


def _cylinders(on: date, first: date, last: date) -> Any:
    """Stations with cylinders that end in a month, under the last day of the month: one notice for all of them."""
    months = [add_months(on.replace(day=1), number) for number in (-1, 0, 1)]
    found = []
    for begin in months:
        end = end_of_month(begin.year, begin.month)
        ends = cylinder_due.DUE.between(begin, end), Cylinder.status.in_(cylinder_due.IN_USE)
        if first <= end <= last:
            found.append(select(Cylinder.owner_id.label("id"), literal(end, Date).label("day")).where(*ends).distinct())
    if not found:
        return select(Cylinder.owner_id, Cylinder.next_inspection_on).where(false())
    rows = union_all(*found).subquery()
    return select(rows.c.id, rows.c.day)


# kind -> the clocks of a call (`call_clocks`) that it tells of
CLOCKS: dict[str, tuple[str, ...]] = {"call_escalates": ESCALATIONS, "call_late": ("dispatch", "arrive")}
# kind -> (on, first, last) -> statement of (row, last day) that stand open with their last day between the two.
DUES: dict[str, Callable[[date, date, date], Any]] = {
    "hazard_due": _hazards,
    "hazard_overdue": _hazards,
    "directive_due": _directives,
    "directive_unreported": _directives,
    "recheck_due": _rechecks,
    "sealing_ends": _sealings,
    "case_due": _cases,
    "self_check_due": _self_checks,
    "self_check_late": _self_checks,
    "follow_up_due": _follow_ups,
    "policy_ends": _policies,
    "contract_ends": _contracts,
    "registration_late": _registrations,
    "anomaly_due": _anomalies,
    "visit_waits": _visits,
    "certificate_ends": _certificates,
    "cylinders_due": _cylinders,
    "inspection_due": _inspections,
    "inspection_overdue": _inspections,
}

"""The product's figures equal those of an independent slow program: 400 random (indicator, area, day) triples over a
small city with a history of everything that moves a figure."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import (
    Cylinder,
    Elevator,
    ElevatorStatus,
    FillClip,
    Filling,
    Hazard,
    HazardStep,
    Inspection,
    InspectionOrder,
    InspectionOrderItem,
    Policy,
    PolicyItem,
    RescueEnrolment,
    Unit,
    Visit,
    VisitGap,
)
from registry.queries import indicators
from registry.services import cylinders, labels
from registry.settings import current
from seeds import cast, city, past
from tests import slow_indicators

TRIPLES = 400
SIZE = {"elevators": 150, "cylinders": 400, "days": 160, "seed": 11}


@pytest.fixture
def lived(app) -> date:
    """The city after a year of moves; its last day."""
    plan = city.plan_for(**SIZE)
    city.build(plan)
    rng = Random(20260601)
    _status_moves(rng, plan.on)
    with transaction() as session:
        _visits(rng, session, plan.on)
        _policies(rng, session, plan.on)
        _inspections(rng, session, plan.on)
        _clips(rng, session, plan.on)
        _deadlines(session, plan.on)
    return plan.on


def _ago(on: date, days: int) -> date:
    return on - timedelta(days=days)


def _status_moves(rng: Random, on: date) -> None:
    section = cast.actor("section")
    with transaction() as session:
        standing = session.scalars(
            select(ElevatorStatus)
            .where(ElevatorStatus.status == "in_use", ElevatorStatus.until.is_(None))
            .order_by(ElevatorStatus.id)
        )
        for number, period in enumerate(rng.sample(list(standing), 24)):
            day = max(period.since, _ago(on, rng.randrange(2, 150)))
            period.until = day
            status = ("stopped", "temporarily_stopped", "scrapped")[number % 3]
            session.add(
                ElevatorStatus(elevator_id=period.elevator_id, status=status, since=day, reason="", document="")
            )
            session.get_one(Elevator, period.elevator_id).status = status
    bottles = db.session.execute(
        select(Cylinder.label_code)
        .where(Cylinder.status == "in_use", Cylinder.label_code.is_not(None), Cylinder.registered_on < _ago(on, 180))
        .order_by(Cylinder.id)
    ).scalars()
    for place, code in enumerate(rng.sample(list(bottles), 32)):
        with past.at(past.moment(_ago(on, rng.randrange(20, 170)))):
            match place % 5:
                case 0:
                    labels.replace(section, code, "破损")
                case 1:
                    labels.void(section, code, "脱落")
                case 2:
                    cylinders.change_status(section, code, "suspend", {"reason": "瓶阀更换"})
                case 3:
                    _write_over(code)
                case _:
                    cylinders.change_status(section, code, "send_inspection", {"reason": "到期送检"})


def _write_over(code: str) -> None:
    """To another station than the one that has it."""
    with transaction() as session:
        bottle = session.scalars(
            select(Cylinder).where(Cylinder.label_code == code).options(selectinload(Cylinder.statuses))
        ).one()
        others = select(Unit).where(Unit.id.in_(select(Cylinder.owner_id)), Unit.id != bottle.owner_id)
        other = session.scalars(others.order_by(Unit.id).limit(1)).one()
        cylinders.write_over(SYSTEM, bottle, other, clock.today(), "", "过户协议")


def _visits(rng: Random, session, on: date) -> None:
    visits = list(session.scalars(select(Visit).where(Visit.counts_from.is_not(None)).order_by(Visit.id)))
    for visit in rng.sample(visits, 90):
        begun = visit.counts_from + timedelta(days=rng.randrange(0, 12))
        match rng.randrange(3):
            case 0:
                visit.counts_from = begun  # confirmed late
            case 1:
                visit.counts_until = visit.invalid_from = begun  # found untrue
            case _:
                session.add(
                    VisitGap(visit_id=visit.id, since=begun, until=begun + timedelta(days=rng.randrange(1, 15)))
                )


def _policies(rng: Random, session, on: date) -> None:
    policies = list(session.scalars(select(Policy).order_by(Policy.id)))
    for policy in rng.sample(policies, len(policies) // 4):
        span = max((min(policy.ends_on, on) - policy.starts_on).days, 1)
        policy.cancelled_on = policy.starts_on + timedelta(days=rng.randrange(span))
    items = list(session.scalars(select(PolicyItem).order_by(PolicyItem.id)))
    for item in rng.sample(items, len(items) // 10):
        item.until = max(item.since, _ago(on, rng.randrange(150)))
    _cylinder_policies(rng, session, on)


def _cylinder_policies(rng: Random, session, on: date) -> None:
    """One way of insuring for each station: by the fill, with all the station's, by name; one was cancelled."""
    example = session.scalars(select(Policy).where(Policy.subject == "cylinder").order_by(Policy.id)).first()
    left_out = {"id", "policy_no", "ref", "ref_digest", "renews_id"}
    common = {c.key: getattr(example, c.key) for c in Policy.__table__.columns if c.key not in left_out}
    owners = list(session.scalars(select(Cylinder.owner_id).distinct().order_by(Cylinder.owner_id)))
    ways = (("per_fill", 45, 190, 20), ("per_station_year", None, 150, 30), ("per_item_year", None, 170, -60))
    for number, (basis, days, since, until) in enumerate([*ways, ("per_fill", None, 60, -90)]):
        policy = Policy(
            **common
            | {
                "policy_no": f"QP-{number}",
                "holder_id": owners[number % len(owners)],
                "basis": basis,
                "cover_days": days,
                "starts_on": _ago(on, since),
                "ends_on": _ago(on, until),
                "cancelled_on": _ago(on, 100) if number == 1 else None,
                "line": "fill_liability" if number % 2 else None,
                "media": ["lpg"] if number == 3 else None,
            }
        )
        session.add(policy)
        session.flush()
        if basis == "per_item_year":
            own = list(session.scalars(select(Cylinder.id).where(Cylinder.owner_id == policy.holder_id)))
            for bottle in rng.sample(own, len(own) // 2):
                since_day = _ago(on, rng.randrange(170))
                until_day = since_day + timedelta(days=40) if rng.random() < 0.3 else None
                session.add(PolicyItem(policy_id=policy.id, cylinder_id=bottle, since=since_day, until=until_day))


def _inspections(rng: Random, session, on: date) -> None:
    rows = list(session.scalars(select(Inspection).where(Inspection.done_on.is_not(None)).order_by(Inspection.id)))
    for row in rng.sample(rows, len(rows) // 8):
        if rng.random() < 0.6:
            row.conclusion = "fail"
        else:
            row.replaced_on = _ago(on, rng.randrange(200))
    for code in rng.sample(list(session.scalars(select(RescueEnrolment).order_by(RescueEnrolment.id))), 15):
        code.until = max(code.since, _ago(on, rng.randrange(150)))
    common = {"reason": "省局文件", "recorded_at": clock.now(), "document": "皖市监函"}
    for area, shift, since, until, named in (
        (None, 2, 120, 60, 0),
        ("341302", -1, 80, None, 0),
        (None, 3, 90, None, 6),
    ):
        order = InspectionOrder(
            **common,
            due_from=_ago(on, 150),
            due_to=on + timedelta(days=60),
            shift_months=shift,
            area_code=area,
            since=_ago(on, since),
            until=_ago(on, until) if until else None,
            named=named,
        )
        session.add(order)
        session.flush()
        lifts = list(session.scalars(select(Elevator.id).order_by(Elevator.id)))
        for number in rng.sample(lifts, named):
            session.add(InspectionOrderItem(order_id=order.id, elevator_id=number))


def _clips(rng: Random, session, on: date) -> None:
    fills = list(session.scalars(select(Filling).where(Filling.filled_on > _ago(on, 120)).order_by(Filling.id)))
    linked = set(session.scalars(select(FillClip.filling_id)))
    for fill in rng.sample(fills, min(len(fills), 150)):
        if fill.id in linked:
            continue
        since = fill.filled_on + timedelta(days=rng.randrange(0, 25))
        lost = since + timedelta(days=rng.randrange(1, 30)) if rng.random() < 0.4 else None
        if since > on or (lost is not None and lost > on):
            continue
        session.add(
            FillClip(
                station_id=fill.station_id, filling_id=fill.id, source="stated", counts=True, pointer="录像机1",
                from_at=fill.started_at, to_at=fill.ended_at, linked_at=clock.now(), since=since, until=lost,
            )
        )  # fmt: skip
        fill.clip = None if lost else "录像机1"


def _deadlines(session, on: date) -> None:
    """Hazards closed on their last day, and deadlines brought forward that have passed."""
    hazards = session.scalars(select(Hazard).where(Hazard.is_major, Hazard.listed_on.is_not(None)).order_by(Hazard.id))
    for place, hazard in enumerate(hazards.all()):
        steps = session.scalars(select(HazardStep).where(HazardStep.hazard_id == hazard.id).order_by(HazardStep.id))
        last = steps.all()[-1]
        done_on = min(last.done_on + timedelta(days=2), on)
        closed = place % 2 == 1
        session.add(
            HazardStep(
                hazard_id=hazard.id, round=last.round, verb="close" if closed else "extend", source=last.target,
                target="CLOSED" if closed else last.target, done_on=done_on,
                due_on=done_on if closed else done_on - timedelta(days=5),
                role="inspector_county", data={}, at=clock.now(),
            )
        )  # fmt: skip


def test_four_hundred_figures_are_what_the_slow_program_counts(lived) -> None:
    town = current().city_code
    records = slow_indicators.Records(db.session.connection(), town, lived)
    keys = list(slow_indicators.RULES)
    places = [town, *(code for code in indicators.areas() if code != town)]
    rng = Random(400)
    wrong, told = [], Counter()
    for number in range(TRIPLES):
        key, place = keys[number % len(keys)], rng.choice([town, *places])
        on = _ago(lived, rng.randrange(0, 230 if number % 2 else 25))
        figure = indicators.in_area(SYSTEM, key, on, place)
        mine = (figure.numerator, figure.denominator)
        if mine != (slow := slow_indicators.figure(records, key, place, on)):
            wrong.append((key, place, on.isoformat(), mine, slow))
        told[key, "counted"] += mine[0] > 0
        told[key, "behind"] += mine[1] > mine[0]
    assert wrong == []
    # The comparison says something of each indicator only where there was something to count and to leave out.
    assert set(told) == {(key, part) for key in keys for part in ("counted", "behind")}
    assert all(told.values()), told

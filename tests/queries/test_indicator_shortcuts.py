"""Populations are read off the mirroring columns with corrections: the same as reading every period and code."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import or_, select

from registry import clock
from registry.db import db, transaction
from registry.models import Cylinder, CylinderStatus, Elevator, ElevatorStatus, LabelCode
from registry.queries import indicator_definitions as definitions
from registry.services import cylinders, labels
from registry.services.cylinders_bulk import bulk_register
from seeds import cast, city, past

SIZE = {"elevators": 180, "cylinders": 500, "days": 1, "seed": 5}
AGO = (0, 1, 10, 45, 120, 300, 600, 2000)


@pytest.fixture
def moved(app) -> date:
    """A city, with labels replaced, voided and put on again, and cylinders that left and came back."""
    plan = city.plan_for(**SIZE)
    city.build(plan)
    section = cast.actor("section")
    rows = db.session.execute(
        select(Cylinder.id, Cylinder.label_code)
        .where(
            Cylinder.status == "in_use",
            Cylinder.label_code.is_not(None),
            Cylinder.registered_on < plan.on - timedelta(days=200),
        )
        .order_by(Cylinder.id)
        .limit(24)
    ).all()
    for number, row in enumerate(rows):
        code = row.label_code or ""
        with past.at(past.moment(plan.on - timedelta(days=100 - 3 * number))):
            match number % 4:
                case 0:
                    labels.replace(section, code, "破损")
                case 1:
                    labels.void(section, code, "脱落")
                case 2:
                    cylinders.change_status(section, code, "suspend", {"reason": "瓶阀更换"})
                case _:
                    cylinders.change_status(section, code, "suspend", {"reason": "瓶阀更换"})
        if number % 4 == 3:
            with past.at(past.moment(plan.on - timedelta(days=20))):
                cylinders.change_status(section, code, "resume", {"reason": "已更换"})
    return plan.on


def literally(model: Any, period: Any, key: Any, statuses: tuple[str, ...], on: date) -> set[int]:
    """Every period asked."""
    held = select(key).where(
        period.status.in_(statuses), period.since <= on, or_(period.until.is_(None), period.until > on)
    )
    return set(db.session.scalars(select(model.id).where(model.id.in_(held))))


@pytest.mark.parametrize("ago", AGO)
def test_in_use_is_what_the_periods_say(moved, ago) -> None:
    on = moved - timedelta(days=ago)
    for model, period, key, statuses, condition in (
        (
            Cylinder,
            CylinderStatus,
            CylinderStatus.cylinder_id,
            ("in_use", "inspection"),
            definitions.cylinders_in_use(on),
        ),
        (
            Elevator,
            ElevatorStatus,
            ElevatorStatus.elevator_id,
            definitions.IN_USE,
            definitions.elevators_in_use(on),
        ),
    ):
        assert set(db.session.scalars(select(model.id).where(condition))) == literally(model, period, key, statuses, on)


@pytest.mark.parametrize("ago", AGO)
def test_coded_is_what_the_codes_say(moved, ago) -> None:
    on = moved - timedelta(days=ago)
    bound = select(LabelCode.cylinder_id).where(
        LabelCode.cylinder_id.is_not(None),
        LabelCode.bound_on <= on,
        or_(LabelCode.ended_on.is_(None), LabelCode.ended_on > on),
    )
    population = definitions.cylinders_in_use(on)
    literal = set(db.session.scalars(select(Cylinder.id).where(population, Cylinder.id.in_(bound))))
    short = set(db.session.scalars(select(Cylinder.id).where(population, definitions.coded(on, {}))))
    assert short == literal


def test_a_code_of_another_scheme_counts(app) -> None:
    made = clock.today() - timedelta(days=400)
    marks = {
        "kind": "lpg_steel",
        "medium": "lpg",
        "maker": "皖北钢瓶有限公司",
        "maker_code": "TS1",
        "serial_no": "1",
        "made_on": made,
        "owner_id": cast.unit("station").id,
        "register_no": "334001000001",
        "registered_on": made + timedelta(days=40),
    }
    bulk_register(cast.actor("section"), [marks])
    row = db.session.scalars(select(Cylinder)).one()
    today = clock.today()
    labels.void(cast.actor("section"), row.label_code or "", "脱落")
    coded = select(Cylinder.id).where(definitions.coded(today, {}))
    assert db.session.scalars(coded).all() == []
    with transaction() as session:
        session.add(
            LabelCode(
                code="MAKER-0001",
                scheme="maker",
                status="active",
                cylinder_id=row.id,
                issued_on=made,
                bound_on=made,
            )
        )
    assert db.session.scalars(coded).all() == [row.id]

"""What is written leaves its touches: which block may differ from which day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.sql import visitors

from registry import clock
from registry.actor import SYSTEM
from registry.db import Base, db, transaction
from registry.models import (
    Area,
    AreaLeft,
    Cylinder,
    CylinderLeft,
    CylinderStatus,
    CylinderTouch,
    Filling,
    LabelCode,
    Policy,
    PolicyItem,
    Unit,
)
from registry.queries import cylinder_tallies as kept
from registry.queries.indicator_definitions import INDICATORS
from registry.services import cylinder_tallies, cylinders
from seeds import cast, past
from tests import tallies_factory
from tests.tallies_factory import holding, keep, of_block_zero


@pytest.fixture
def town(app) -> date:
    return tallies_factory.town()


def test_a_turn_at_the_gun_leaves_past_days_alone(town) -> None:
    """What happens today is the most that is written: it must not cost a count of the days before."""
    day = town - timedelta(days=1)
    keep(day)
    with transaction() as session:
        row = session.get_one(Cylinder, of_block_zero())
        row.custody, row.last_filled_at, row.version = "filled_in_station", clock.now(), row.version + 1
        row = session.scalars(select(Filling).order_by(Filling.id)).first()
        row.clip = "录像机2"
    bottle = db.session.get_one(Cylinder, of_block_zero())
    cylinders.change_status(cast.actor("section"), bottle.handle, "suspend", {"reason": "瓶阀更换"})
    assert holding(day) == len(kept.all_blocks())


def test_touches_are_put_together_and_kept_days_do_not_notice(town, monkeypatch) -> None:
    days = [town - timedelta(days=ago) for ago in (1, 40, kept.DAYS)]
    keep(*days)
    whole = len(kept.all_blocks())
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    before = {day: kept.touches(day) for day in days}
    assert cylinder_tallies.fold(SYSTEM)
    assert {day: kept.touches(day) for day in days} == before
    assert [holding(day) for day in days] == [whole] * len(days)
    oldest = kept.first_day() - timedelta(days=kept.FOLDED_DAYS)
    assert db.session.scalar(select(func.min(CylinderTouch.since))) == oldest
    assert db.session.scalar(select(func.count()).where(CylinderTouch.number != 0)) == 0
    assert cylinder_tallies.fold(SYSTEM) == 0


def _late_fill(on: date) -> None:
    columns = [column for column in Filling.__table__.columns if column.name not in ("id", "ref")]
    row = db.session.execute(select(*columns).order_by(Filling.id).limit(1)).one()._asdict()
    row |= {"cylinder_id": of_block_zero(), "filled_on": on, "ref": "late"}
    db.session.execute(insert(Filling.__table__).values(**row))


def _fill(**values: Any) -> Callable[[date], None]:
    """A fill of the day is corrected."""

    def write(on: date) -> None:
        first = select(func.min(Filling.id)).where(Filling.filled_on == on).scalar_subquery()
        found = {name: value(on) for name, value in values.items()}
        db.session.execute(update(Filling).where(Filling.id == first).values(**found))

    return write


def _brought_forward(on: date) -> None:
    later = select(func.min(Filling.id)).where(Filling.filled_on > on).scalar_subquery()
    db.session.execute(update(Filling).where(Filling.id == later).values(filled_on=on))


def _deleted_fill(on: date) -> None:
    first = select(func.min(Filling.id)).where(Filling.filled_on == on).scalar_subquery()
    db.session.execute(delete(Filling).where(Filling.id == first))


def _new(model: type[Base], **values: Any) -> Callable[[date], None]:
    def write(on: date) -> None:
        found = {name: value(on) if callable(value) else value for name, value in values.items()}
        db.session.add(model(cylinder_id=of_block_zero(), **found))

    return write


def _some_unit(_on: date) -> int:
    return db.session.scalars(select(func.min(Unit.id))).one()


def _same(on: date) -> date:
    return on


SINGLE: dict[str, Callable[[date], None]] = {
    "late fill": _late_fill,
    "fill on an earlier day": _brought_forward,
    "fill of another medium": _fill(medium=lambda _on: "oxygen"),
    "fill of another station": _fill(station_id=_some_unit),
    "fill deleted": _deleted_fill,
    "came from another area": _new(AreaLeft, area_code="341302", left_on=_same),
    "came from another station": _new(CylinderLeft, unit_id=_some_unit, at=lambda on: past.moment(on, 12)),
    "item": _new(PolicyItem, policy_id=lambda _on: _a_policy(), since=_same),
    "status": _new(CylinderStatus, status="in_use", since=_same, reason="", document=""),
    "code": _new(LabelCode, code="M-1", scheme="maker", status="active", issued_on=_same, bound_on=_same),
}


def _a_policy() -> int:
    return db.session.scalars(select(func.min(Policy.id)).where(Policy.subject == "cylinder")).one()


@pytest.mark.parametrize("change", SINGLE)
def test_a_change_touches_from_its_day_on(town, change) -> None:
    """Also where no policy of the day makes the change count."""
    on = db.session.scalars(select(func.max(Filling.filled_on)).where(Filling.filled_on < town - timedelta(20))).one()
    before = [kept.touches(day) for day in (on - timedelta(days=1), on)]
    with transaction() as session:
        SINGLE[change](on)
        session.flush()
    after = [kept.touches(day) for day in (on - timedelta(days=1), on)]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_another_medium_touches_all_days(town) -> None:
    before = kept.touches(date(2020, 1, 1))
    with transaction() as session:
        session.get_one(Cylinder, of_block_zero()).medium = "oxygen"
    assert kept.touches(date(2020, 1, 1)) != before


def test_every_table_that_a_count_reads_touches(town) -> None:
    """A condition that comes to read another table needs triggers on it: add them, then its name here."""
    day = town - timedelta(days=30)
    with transaction() as session:
        area = session.scalar(select(Area.code).where(Area.code != "341300").order_by(Area.code).limit(1))
        bottle = session.get_one(Cylinder, of_block_zero())
        session.add(AreaLeft(cylinder_id=bottle.id, area_code=area, left_on=town))
        session.add(CylinderLeft(unit_id=bottle.owner_id, cylinder_id=bottle.id, at=clock.now()))
    read: set[str] = set()
    for one in kept.OVER_CYLINDERS:
        parts = one.population(day), one.counted(day, {}), one.area(day)
        for part in visitors.iterate(select(*(literal(1) if part is None else part for part in parts))):
            if part.__visit_name__ == "table":
                read.add(part.name)
    assert read == {
        "area_left", "cylinder", "cylinder_left", "cylinder_status", "filling", "label_code", "policy", "policy_item",
    }  # fmt: skip
    assert {one.population for one in kept.OVER_CYLINDERS} == {INDICATORS["cylinder_traceability"].population}
    assert {one.area for one in kept.OVER_CYLINDERS} == {INDICATORS["cylinder_traceability"].area}

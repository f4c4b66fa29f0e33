"""A day that nobody counted yet is its neighbour's count, but for the cylinders in which the two differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import case, func, select, text

from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Cylinder, CylinderStatus, Filling, LabelCode
from registry.queries import cylinder_differences as differences
from registry.queries import cylinder_tallies as kept
from registry.queries import indicators, parameters, then
from registry.services import cylinder_tallies
from tests import tallies_factory
from tests.services.test_cylinder_touches import SINGLE
from tests.tallies_factory import Writer, fresh, holding, keep, of_block_zero, scrap, told

WRITES = 60


@pytest.fixture
def town(app) -> date:
    return tallies_factory.town()


def of_each(on: date) -> dict[int, Any]:
    """How each cylinder in use on a day counts."""
    values = parameters.values((kept.COVER_DAYS,), on)
    said = [func.coalesce(case((one.counted(on, values), 1), else_=0), 0) for one in kept.OVER_CYLINDERS]
    rows = db.session.execute(
        select(Cylinder.id, then.cylinder_area(on), *said).where(kept.OVER_CYLINDERS[0].population(on))
    )
    return {row[0]: tuple(row[1:]) for row in rows}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_other_cylinder_counts_differently(town, seed) -> None:
    writer, found = Writer(town, seed), 0
    for number in range(WRITES):
        wrote = writer.write()
        first = writer.ago(400)
        last = min(first + timedelta(days=writer.rng.choice((1, 2, 7, 30))), town)
        if kept.rules_of([first])[first] != kept.rules_of([last])[last]:
            continue
        before, after = of_each(first), of_each(last)
        differ = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
        named = differences.between(first, last)
        assert named is not None
        assert differ <= set(named), (number, wrote, first, last)
        found += len(differ)
    assert found > WRITES


@pytest.mark.parametrize("apart", [-20, -1, 1, 5])
def test_a_day_is_told_by_its_neighbour(town, monkeypatch, apart) -> None:
    day = town - timedelta(days=40)
    keep(day + timedelta(days=apart))
    asked: list[Any] = []
    real = kept.counted
    monkeypatch.setattr(kept, "counted", lambda on, ids=None, *where: asked.append(ids) or real(on, ids, *where))
    said = told(day)
    assert kept.by_another_day(day, kept.all_blocks()) is not None
    assert all(isinstance(ids, list) for ids in asked)
    keep(day)
    assert all(isinstance(ids, list) for ids in asked)
    monkeypatch.setattr(kept, "counted", real)
    assert holding(day) == len(kept.all_blocks())
    assert said == told(day) == fresh(day, monkeypatch)


def test_of_too_many_the_records_are_asked(town, monkeypatch) -> None:
    day = town - timedelta(days=40)
    keep(day + timedelta(days=30))
    assert kept.by_another_day(day, kept.all_blocks()) is not None
    monkeypatch.setattr(differences, "MOST", 0)
    assert kept.by_another_day(day, kept.all_blocks()) is None
    assert told(day) == fresh(day, monkeypatch)


@pytest.mark.parametrize(
    "change", ["late fill", "came from another area", "came from another station", "item", "status", "code"]
)
def test_a_record_that_begins_is_a_difference(town, change) -> None:
    on = db.session.scalars(select(func.max(Filling.filled_on)).where(Filling.filled_on < town - timedelta(20))).one()
    with transaction() as session:
        SINGLE[change](on)
        session.flush()
    assert of_block_zero() in differences.between(on - timedelta(days=1), on)


def test_a_code_that_ends_is_a_difference(town) -> None:
    bottle, on = of_block_zero(), town - timedelta(days=30)
    with transaction() as session:
        session.add(LabelCode(cylinder_id=bottle, code="M-9", scheme="maker", status="void", issued_on=on, ended_on=on))
    assert bottle in differences.between(on - timedelta(days=1), on)
    assert bottle not in differences.between(on, on + timedelta(days=1))


@pytest.mark.parametrize("when", [(kept, "touches"), (kept, "touched"), (differences, "between"), (kept, "counted")])
@pytest.mark.parametrize("apart", [-3, 3])
def test_a_write_meanwhile_is_not_mixed_in(town, monkeypatch, when, apart) -> None:
    """Also one that says something of the neighbour's day and nothing of the day itself."""
    day, (module, name) = town - timedelta(days=40), when
    other, bottle, real = day + timedelta(days=apart), of_block_zero(), getattr(module, name)
    scrap(bottle, min(day, other) + timedelta(days=1))
    keep(other)

    def interrupted(*args: Any) -> Any:
        found = real(*args)
        monkeypatch.setattr(module, name, real)
        _not_scrapped(bottle)
        return found

    monkeypatch.setattr(module, name, interrupted)
    keep(day)
    assert getattr(module, name) is real
    assert told(day) == fresh(day, monkeypatch)


def _not_scrapped(bottle: int) -> None:
    with transaction() as session:
        *_, before, last = session.scalars(
            select(CylinderStatus).where(CylinderStatus.cylinder_id == bottle).order_by(CylinderStatus.since)
        )
        session.delete(last)
        before.until = None
        session.get_one(Cylinder, bottle).status = before.status


@pytest.mark.parametrize("count", [kept.counted, lambda on: indicators.table(SYSTEM, "cylinder_traceability", on)])
def test_sets_of_a_million_ids_have_room(app, count) -> None:
    """Else PostgreSQL reads the whole set again for every cylinder, and a day long past is never counted."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL alone has a bound to it")
    count(date(2024, 1, 1))
    assert db.session.scalar(text("SHOW work_mem")) == "512MB"
    db.session.rollback()
    assert db.session.scalar(text("SHOW work_mem")) != "512MB"


def test_who_keeps_a_day_asks_its_neighbour(town, monkeypatch) -> None:
    walks: list[date] = []
    real: Callable[..., Any] = kept.counted

    def counted(on: date, ids: Any = None, *where: Any) -> Any:
        if ids is None:
            walks.append(on)
        return real(on, ids, *where)

    monkeypatch.setattr(kept, "counted", counted)
    monkeypatch.setattr(kept, "DAYS", 12)
    assert cylinder_tallies.keep_some(SYSTEM, 60) == 12
    assert walks == [town - timedelta(days=1)]
    monkeypatch.setattr(kept, "counted", real)
    for ago in range(1, 13):
        assert told(town - timedelta(days=ago)) == fresh(town - timedelta(days=ago), monkeypatch)

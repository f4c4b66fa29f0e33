"""The kept counts of cylinders: after whatever was written they say what the records say, on every day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.models import AreaLeft, Cylinder, CylinderTally
from registry.queries import cylinder_tallies as kept
from registry.queries import indicators
from registry.services import cylinder_tallies, indicator_counts
from seeds import cast
from tests import cylinder_factory, tallies_factory
from tests.tallies_factory import Writer, fresh, holding, keep, of_block_zero, scrap, told

WRITES, DAYS = 60, (1, 2, 9, 30, 75, 200, 500, 1000)


@pytest.fixture
def town(app) -> date:
    return tallies_factory.town()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_write_the_kept_count_is_the_fresh_one(town, monkeypatch, seed) -> None:
    writer, days = Writer(town, seed), [town - timedelta(days=ago) for ago in DAYS]
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    keep(*days)
    used = partly = 0
    for number in range(WRITES):
        wrote = writer.write()
        for day in writer.rng.sample(days, 3):
            assert told(day) == fresh(day, monkeypatch), (number, wrote, day)
            used += kept.counts(SYSTEM, day) is not None
            partly += 0 < holding(day) < len(kept.all_blocks())
        if number % 7 == 6:
            cylinder_tallies.fold(SYSTEM)
        if number % 5 == 4:
            keep(*writer.rng.sample(days, 4))
    for day in days:
        assert told(day) == fresh(day, monkeypatch)
    # It says something only where kept counts were used, also beside counted ones, and where much was written.
    assert used > WRITES
    assert partly > 10
    assert len([name for name in writer.done if writer.done[name]]) > 8


@pytest.mark.parametrize("when", ["touches", "rules_of", "counted", "stale_blocks"])
def test_a_write_while_it_is_counted_is_not_lost(town, monkeypatch, when) -> None:
    """Wherever another transaction commits between the reads, the count made of them does not hold afterwards."""
    day = town - timedelta(days=50)
    real: Callable[..., Any] = getattr(kept, when)
    bottle = of_block_zero()

    def interrupted(*args: Any) -> Any:
        found = real(*args)
        scrap(bottle, day - timedelta(days=5))
        monkeypatch.setattr(kept, when, real)
        return found

    monkeypatch.setattr(kept, when, interrupted)
    keep(day)
    assert holding(day) == len(kept.all_blocks()) - 1
    assert told(day) == fresh(day, monkeypatch)
    keep(day)
    assert holding(day) == len(kept.all_blocks())
    assert told(day) == fresh(day, monkeypatch)


def test_only_the_block_and_the_days_that_may_differ_are_counted_again(town) -> None:
    days = [town - timedelta(days=ago) for ago in (5, 20, 60)]
    keep(*days)
    whole = len(kept.all_blocks())
    scrap(of_block_zero(), town - timedelta(days=20))
    assert [holding(day) for day in days] == [whole - 1, whole - 1, whole]
    assert town - timedelta(days=1) in kept.stale_days(kept.all_blocks())
    assert set(days) - set(kept.stale_days(kept.all_blocks())) == {days[2]}
    assert cylinder_tallies.keep(SYSTEM, days[0]) == 1


def test_days_go_when_they_are_too_old(town, monkeypatch) -> None:
    day = kept.first_day()
    keep(day)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    cylinder_tallies.fold(SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(CylinderTally)) == 0
    assert kept.counts(SYSTEM, day) is None
    assert cylinder_tallies.keep(SYSTEM, day) == 0


def test_a_worker_keeps_the_newest_first(town, monkeypatch) -> None:
    """So the day beside each is kept when its turn comes."""
    kept_days: list[date] = []
    monkeypatch.setattr(cylinder_tallies, "keep", lambda _actor, day: kept_days.append(day))
    assert cylinder_tallies.keep_some(SYSTEM, 60) == kept.DAYS
    assert kept_days == [town - timedelta(days=ago) for ago in range(1, kept.DAYS + 1)]


def test_a_worker_stops_when_its_time_is_over(town) -> None:
    assert cylinder_tallies.keep_some(SYSTEM, 0) == 0
    assert cylinder_tallies.keep_some(SYSTEM, 0.1) >= 1


def test_the_minute_of_the_worker_keeps_past_days_too(town, monkeypatch) -> None:
    monkeypatch.setattr(cylinder_tallies, "SECONDS", 0.1)
    assert indicator_counts.keep_when_due()
    assert db.session.scalar(select(func.count()).select_from(CylinderTally))


def test_the_board_of_a_past_day_is_what_the_records_say(town) -> None:
    day = town - timedelta(days=3)
    keep(day)
    counts = {
        key: {area: (figure.numerator, figure.denominator) for area, figure in rows.items() if figure.denominator}
        for key, rows in indicators.board(SYSTEM, day).by_area.items()
    }
    said = indicators.count_all(SYSTEM, day)
    assert {key: {a: c for a, c in rows.items() if a != "341300"} for key, rows in counts.items()} == said
    assert said["cylinder_traceability"]


def test_few_cylinders_are_walked_over(app) -> None:
    cylinder_factory.cylinder()
    assert cylinder_tallies.keep_some(SYSTEM, 1) == 0
    assert kept.counts(SYSTEM, clock.today() - timedelta(days=3)) is None


@pytest.mark.parametrize("login", ["filling", "insurer"])
def test_who_sees_a_part_is_counted_for(town, login) -> None:
    day = town - timedelta(days=3)
    keep(day)
    assert kept.counts(SYSTEM, day) is not None
    assert kept.counts(cast.actor("section"), day) is not None
    assert kept.counts(cast.actor(login), day) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_a_county_is_told_of_its_own_from_what_is_kept(town, monkeypatch, seed) -> None:
    """What it sees is a matter of where a cylinder is now, what is kept of where it was then."""
    writer, county = Writer(town, seed), cast.actor("county")
    writer.ways.remove(writer.transfer)  # what moves twice moves in the order of the days
    here, there = Cylinder.area_code.in_(county.areas), Cylinder.area_code.not_in(county.areas)
    bottles = [
        list(db.session.scalars(select(Cylinder.id).where(side).order_by(Cylinder.id))) for side in (here, there)
    ]
    others = sorted(set(db.session.scalars(select(Cylinder.area_code).where(there))))
    days = [town - timedelta(days=ago) for ago in (2, 20, 70)]
    keep(*days)
    used = 0
    for number in range(12):
        for side, areas in zip(bottles, (others, county.areas), strict=True):
            with transaction() as session:
                bottle = session.get_one(Cylinder, side.pop(writer.rng.randrange(len(side))))
                left_on = town - timedelta(days=number * 3)
                session.add(AreaLeft(cylinder_id=bottle.id, area_code=bottle.area_code, left_on=left_on))
                bottle.area_code = writer.rng.choice(areas)
        keep(*days)
        wrote = writer.write()
        for day in days:
            used += kept.counts(county, day) is not None
            assert told(day, county) == fresh(day, monkeypatch, county), (number, day, wrote)
    assert used > 12


@pytest.mark.parametrize("ago", [0, -5])
def test_today_and_what_comes_are_not_kept(town, ago) -> None:
    day = town - timedelta(days=ago)
    assert cylinder_tallies.keep(SYSTEM, day) == 0
    assert kept.counts(SYSTEM, day) is None


def test_another_version_of_the_product_counts_anew(town, monkeypatch) -> None:
    day = town - timedelta(days=3)
    keep(day)
    monkeypatch.setattr(kept, "_source", lambda: "another")
    assert holding(day) == 0
    keep(day)
    assert holding(day) == len(kept.all_blocks())


def test_nobody_but_the_registry_itself_keeps_them(app) -> None:
    for verb in (cylinder_tallies.keep_some, cylinder_tallies.fold):
        with pytest.raises(Forbidden):
            verb(cast.actor("section"))
    with pytest.raises(Forbidden):
        cylinder_tallies.keep(cast.actor("section"), clock.today() - timedelta(days=1))


def test_spans_join_blocks_side_by_side() -> None:
    size = kept.BLOCK
    assert kept.spans([0, 1, 5, 6, 9], [1, 5, 9]) == [(size, 6 * size - 1), (9 * size, 10 * size - 1)]
    assert kept.spans([0, 1], []) == []

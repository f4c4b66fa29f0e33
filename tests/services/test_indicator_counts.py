"""The counts of the running day: the same as the records say, for who sees the whole city, and for minutes only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints import job_runner
from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.models import AreaLeft, Cylinder, IndicatorCount
from registry.queries import indicator_counts as kept
from registry.queries import indicators
from registry.services import indicator_counts
from seeds import cast
from tests import cylinder_factory, elevators_factory


def board(login: str, **how):
    return indicators.board(cast.actor(login), clock.today(), **how)


def test_what_is_kept_is_what_the_records_say(app) -> None:
    elevators_factory.in_use(cast.actor("section"))
    indicator_counts.keep(SYSTEM)
    told, counted = board("section", kept=True), board("section")
    assert told.counted_at is not None
    assert counted.counted_at is None
    assert told.by_area == counted.by_area
    assert told.by_area["paperless_maintenance"]["341300"].denominator == 1


def test_it_is_counted_again_and_nothing_old_is_left(app) -> None:
    indicator_counts.keep(SYSTEM)
    elevators_factory.in_use(cast.actor("section"))
    assert board("section", kept=True).by_area["paperless_maintenance"]["341300"].denominator == 0
    indicator_counts.keep(SYSTEM)
    assert board("section", kept=True).by_area == board("section").by_area
    assert len(set(db.session.scalars(select(IndicatorCount.counted_at)))) == 1


@pytest.mark.parametrize(("later", "is_kept"), [(timedelta(minutes=3, seconds=-1), True), (kept.MINUTES, False)])
def test_it_serves_for_minutes_only(app, monkeypatch, later, is_kept) -> None:
    indicator_counts.keep(SYSTEM)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + later)
    assert (kept.fresh(cast.actor("section"), clock.day_of(now)) is not None) is is_kept


def test_another_day_is_counted(app) -> None:
    indicator_counts.keep(SYSTEM)
    assert kept.fresh(cast.actor("section"), clock.today() - timedelta(days=1)) is None


def test_a_county_is_told_what_is_kept_of_its_areas(app) -> None:
    """Of what is seen by the area; elevators are seen by their street too and are counted."""
    there, _ = (cylinder_factory.cylinder("section", owner_id=cast.unit("station").id) for _ in range(2))
    with transaction() as session:
        session.get_one(Cylinder, there.id).area_code = "341321"
    indicator_counts.keep(SYSTEM)
    found = kept.fresh(cast.actor("county"), clock.today())
    assert found is not None
    assert set(found[0]) == {"cylinder_traceability", "cylinder_insurance", "major_hazards_closed_on_time"}
    assert set(found[0]["cylinder_traceability"]) == {"341302"}
    told, counted = board("county", kept=True), board("county")
    assert told.counted_at is not None
    assert told.by_area == counted.by_area
    assert told.by_area["cylinder_traceability"]["341302"].denominator


def test_what_is_to_move_later_is_counted_for_a_county(app) -> None:
    """Kept counts go by where a cylinder was at the end of the day, sight by where it is."""
    bottle = cylinder_factory.cylinder("section", owner_id=cast.unit("station").id)
    with transaction() as session:
        session.add(AreaLeft(cylinder_id=bottle.id, area_code="341321", left_on=clock.today() + timedelta(days=1)))
    indicator_counts.keep(SYSTEM)
    found = kept.fresh(cast.actor("county"), clock.today())
    assert found is not None
    assert "cylinder_traceability" not in found[0]
    assert board("county", kept=True).by_area == board("county").by_area


@pytest.mark.parametrize("login", ["company", "property", "filling", "insurer"])
def test_who_sees_a_part_is_counted_for(app, login) -> None:
    indicator_counts.keep(SYSTEM)
    assert kept.fresh(cast.actor(login), clock.today()) is None


def test_nobody_but_the_registry_itself_keeps_them(app) -> None:
    with pytest.raises(Forbidden):
        indicator_counts.keep(cast.actor("section"))


def test_a_worker_counts_once_a_minute(app, monkeypatch) -> None:
    assert indicator_counts.keep_when_due()
    assert not indicator_counts.keep_when_due()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + kept.EVERY)
    job_runner.run_regular()
    assert not indicator_counts.keep_when_due()


def test_one_that_fails_does_not_hold_up_the_others(app) -> None:
    done = []

    def broken() -> None:
        raise ValueError("broken")

    job_runner.run_regular((broken, lambda: done.append(1)))
    assert done == [1]


def test_the_desk_says_how_old_its_figures_are(app, browser_of) -> None:
    section = browser_of("section")
    assert "的数" not in section.get("/dashboard").get_data(as_text=True)
    indicator_counts.keep(SYSTEM)
    assert "的数" in section.get("/dashboard").get_data(as_text=True)

"""The demo: every account of the table works, the cast has what screenshots show, a second run changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.models import (
    Cylinder,
    CylinderAnomaly,
    Elevator,
    ElevatorRisk,
    Filling,
    Hazard,
    Person,
    Policy,
    Scan,
    ScrapBatch,
    StationRisk,
    TrailEntry,
    Visit,
)
from registry.queries import campaigns, cases, directives, fill_covers, indicators, sealings
from registry.services import accounts
from seeds import cast, cast_cylinder_life, cast_cylinders, cast_equipment, cast_old, cast_registrations, demo

SIZE = (24, 100, 3)

pytestmark = pytest.mark.slow


@pytest.fixture
def shown(app: Flask) -> Flask:
    """The cast with its equipment."""
    assert cast_equipment.build()
    return app


def test_a_second_run_changes_nothing(app) -> None:
    assert demo.build(*SIZE)
    before = db.session.scalar(select(func.count(TrailEntry.id)))
    assert not demo.build(*SIZE)
    assert not demo.build(1500, 5000, 60)
    assert db.session.scalar(select(func.count(TrailEntry.id))) == before


def test_the_four_colours_lie_as_in_a_real_city(app) -> None:
    demo.build(*SIZE)
    stations = colours(StationRisk)
    assert {"blue", "yellow", "orange", "red"} == set(stations)
    assert stations["red"] == 1
    assert stations["blue"] + stations["yellow"] > stations["orange"] + stations["red"]
    assert set(colours(ElevatorRisk)) == {"blue", "yellow", "orange", "red"}


def colours(model: Any) -> dict[str, int]:
    """How many are graded in each colour today."""
    return dict(
        db.session.execute(select(model.level, func.count()).where(model.until.is_(None)).group_by(model.level)).all()
    )


def test_the_table_names_an_account_of_every_role_that_signs_in(app) -> None:
    text = demo.accounts("http://127.0.0.1:8000")
    assert cast.PASSWORD in text
    assert "http://127.0.0.1:8000" in text
    limits = accounts.Limits(attempts=5, minutes=15)
    for role in {person.role for person in cast.PEOPLE}:
        line = next(line for line in text.splitlines() if line[15:].startswith(f"{role} "))
        _, actor = accounts.sign_in(line.split()[0], cast.PASSWORD, "127.0.0.1", limits)
        assert actor.role == role


def test_the_casts_elevators_show_what_they_are_named_for(shown) -> None:
    section, today = cast.actor("section"), clock.today()
    counted = {
        key: {row.row.inner_no: str(row.reason) for row in indicators.behind(section, key, today, limit=50).items}
        for key in ("paperless_maintenance", "inspection_in_date", "liability_insurance", "rescue_platform")
    }
    assert set(counted["inspection_in_date"]) == {"lake-2-1"}
    assert "lake-1-1" not in counted["paperless_maintenance"]
    assert "未确认" in counted["paperless_maintenance"]["lake-1-2"]
    assert "证据不全" in counted["paperless_maintenance"]["lake-2-1"]
    assert counted["paperless_maintenance"]["mall-hydraulic"] == "没有维保记录"
    assert "lake-1-1" not in counted["liability_insurance"]
    assert "lake-2-1" in counted["liability_insurance"]
    assert "未核验" in counted["rescue_platform"]["lake-3-1"]
    assert cast_equipment.elevator("pear-kitchen").status == "stopped"


def test_the_casts_visits_were_sent_and_answered(shown) -> None:
    visits = db.session.scalars(select(Visit)).all()
    assert any(visit.paperless for visit in visits)
    assert any(visit.confirmed_at is None and visit.declined_reason is None for visit in visits)
    assert any(visit.declined_reason for visit in visits)
    assert min(visit.done_on for visit in visits) < clock.today() - timedelta(days=40)


def test_the_casts_cylinders(shown) -> None:
    today = clock.today()
    by_key = {row.inner_no: row for row in db.session.scalars(select(Cylinder).where(Cylinder.source == "cast"))}
    assert len(by_key) == len(cast_cylinders.CYLINDERS) + len(cast_cylinder_life.CYLINDERS)
    assert by_key["LPG-OVERDUE-1"].next_inspection_on < today
    assert by_key["LPG-PAST-LIFE"].service_end_on < today
    assert by_key["LPG-SUSPENDED"].status == "suspended"
    fills = db.session.scalars(select(Filling)).all()
    assert len(fills) == sum(len(each.fills) for each in cast_cylinders.CYLINDERS) + 1  # the one too light
    assert all(fill.scanned for fill in fills)
    assert set(db.session.scalars(select(Scan.verdict))) == {"allow", "warn"}


def test_the_casts_cylinders_on_their_last_ways(shown) -> None:
    statuses = {
        row.inner_no: row.status for row in db.session.scalars(select(Cylinder).where(Cylinder.source == "cast"))
    }
    assert {statuses[each.key] for each in cast_cylinder_life.BURNT} == {"destroyed"}
    found = [statuses[each.key] for each in cast_cylinder_life.DUE]
    assert found == ["in_use", "scrap_pending", "inspection", "in_use"]
    (batch,) = db.session.scalars(select(ScrapBatch))
    assert (batch.state, len(batch.photos_before), len(batch.photos_after)) == ("destroyed", 2, 1)
    policy = db.session.scalars(select(Policy).where(Policy.policy_no == cast_cylinder_life.BY_FILL)).one()
    assert fill_covers.sums(policy)["fills"] > 5


def test_the_casts_forged_cylinders_are_on_the_work_list(shown) -> None:
    found = {row.code: row for row in db.session.scalars(select(CylinderAnomaly).order_by(CylinderAnomaly.id.desc()))}
    assert {code: found[code].state for code in ("C1", "C2", "C4")} == {
        "C1": "explained",
        "C2": "found",
        "C4": "confirmed",
    }
    assert found["C2"].other_scan_id is not None
    assert found["C2"].evidence["kmh"] > 120


def test_the_casts_hazards_lie_open_late_and_closed(shown) -> None:
    hazards = {row.title[:6]: row for row in db.session.scalars(select(Hazard))}
    recognised = sorted(hazard.state for hazard in hazards.values() if hazard.state != "DRAFT")
    assert recognised == ["CLOSED", "PLAN_DUE", "RECTIFYING"]
    assert "maintenance_record" in {hazard.source for hazard in hazards.values() if hazard.state == "DRAFT"}
    late = next(hazard for hazard in hazards.values() if hazard.state == "RECTIFYING")
    assert late.due_on < clock.today()


def test_the_clock_is_right_again_after_the_past(shown) -> None:
    assert clock.now().tzinfo is not None
    assert (clock.now() - clock.now()).total_seconds() < 1


def test_the_commands(app) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["seed", "reference"]).exit_code == 0
    sizes = ["--elevators", "24", "--cylinders", "100", "--days", "3"]
    first = run(args=["seed", "demo", *sizes])
    assert first.exit_code == 0, first.output
    assert cast.PASSWORD in first.output
    again = run(args=["seed", "city", *sizes])
    assert again.exit_code == 0
    assert "nothing changed" in again.output
    other = run(args=["seed", "city", "--elevators", "25", "--cylinders", "100", "--days", "3"])
    assert other.exit_code == 1
    assert "seed 1" in other.output
    few = run(args=["seed", "city", "--elevators", "3", "--cylinders", "100", "--days", "3"])
    assert few.exit_code == 2
    named = len(cast_equipment.ELEVATORS) + len(cast_old.REPLACED) + len(cast_registrations.KEYS)
    assert db.session.scalar(select(func.count(Elevator.id))) == 24 + named
    assert db.session.scalar(select(func.count(Person.id))) > len(cast.PEOPLE)


def test_supervision_and_enforcement_are_seen_at_work(shown) -> None:
    today = clock.today()
    county = directives.tally(cast.actor("county"), today)
    assert (county["unreported"], county["to_recheck"], county["recheck_late"]) == (1, 1, 1)
    assert directives.tally(cast.actor("dangshan"), today)["to_serve"] == 1
    assert cases.tally(cast.actor("county-leader"), today)["late"] == 1
    assert sealings.tally(cast.actor("section"), today)["ending"] == 1
    campaign = campaigns.page(cast.actor("section"), {}).items[0]
    totals = campaigns.totals(cast.actor("section"), campaign.id)
    assert (totals.directives, totals.cases) == (4, 2)

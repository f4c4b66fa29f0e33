"""The register of Maryland through its profile: an excerpt always, the whole file where it lies beside the checkout."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.exchange import desk
from registry.exchange.importing import Report
from registry.exchange.sheets import find
from registry.models import Elevator, Inspection, TrailEntry
from seeds import cast

ROOT = Path(__file__).resolve().parents[2]
EXCERPT = ROOT / "tests/data/elevators_maryland_excerpt.csv"
WHOLE = ROOT.parent / "shared/data/elevators_maryland.csv"
DATA_DAY = date(2022, 7, 7)  # the newest last_inspection_date of the file


def bring_in(path: Path, how: str = "load") -> Report:
    actor = cast.actor("section")
    table = desk.open_file("elevators", str(path))
    profile = desk.profile(actor, "elevators", "maryland")
    report: Report = getattr(desk, how)(find("elevators").bind(actor, profile), table, profile)
    return report


def elevator(number: str) -> Elevator:
    return db.session.scalars(
        select(Elevator).where(Elevator.source == "maryland", Elevator.foreign_no == number)
    ).one()


def latest(number: str) -> Inspection:
    return db.session.scalars(select(Inspection).where(Inspection.elevator_id == elevator(number).id)).one()


def counted(column) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).where(Elevator.source == "maryland").group_by(column))
    return dict(list(rows))


def valid_on(day: date) -> int:
    statement = select(func.count(Inspection.elevator_id.distinct())).where(Inspection.valid_until >= day)
    return db.session.scalar(statement) or 0


def test_the_excerpt_comes_in(app) -> None:
    report = bring_in(EXCERPT)
    assert (report.rows_in, report.new, report.refused) == (66, 51, 15)
    assert sum(counted(Elevator.kind).values()) == 51
    assert {heading for heading, _, _ in report.reasons()} == {"equipment_type"}
    assert {error.value for error in report.errors} == {
        "Chain (C)",
        "Hand (H)",
        "Incline Lift (IL)",
        "Other (O)",
        "Rack & Pinion (R&P)",
        "Screw (S)",
        "Stairway Chair Lift (SCL)",
        "Vertical Lift (VL)",
    }


def test_foreign_measures_become_ours(app) -> None:
    bring_in(EXCERPT)
    found = elevator("AA1000")
    assert (found.kind, found.status, found.area_code) == ("hydraulic_passenger", "in_use", "341300")
    assert (found.rated_load_kg, found.rated_speed_mps) == (680, Decimal("0.508"))  # 1500 lb, 100 ft/min
    assert found.travel_m == Decimal("6.78")  # 22 feet 3 inches
    assert found.address.startswith("111 Cathedral St , Annapolis")
    assert (found.use_unit_id, found.use_cert_no, found.made_on, found.floors) == (None, None, None, None)
    certificate = latest("AA1000")
    assert (certificate.done_on, certificate.valid_until) == (date(2021, 9, 1), date(2023, 3, 1))


def test_what_cannot_be_right_is_missing(app) -> None:
    report = bring_in(EXCERPT)
    warned = {(warning.heading, warning.value) for warning in report.warnings}
    assert {("equipment_speed", "9999"), ("equipment_speed", "9"), ("equipment_travel", "4012 feet 6 inches")} <= warned
    assert all(row.travel_m is None or row.travel_m < 162 for row in db.session.scalars(select(Elevator)))


def test_an_escalator_has_a_nominal_speed(app) -> None:
    bring_in(EXCERPT)
    found = db.session.scalars(select(Elevator).where(Elevator.kind == "escalator")).first()
    assert found is not None
    assert (found.rated_speed_mps, found.rated_load_kg, found.details["nominal_speed_mps"]) == (None, None, "0.457")


def test_a_certificate_older_than_the_last_visit_stands_by_itself(app) -> None:
    bring_in(EXCERPT)
    rows = db.session.scalars(select(Inspection).where(Inspection.done_on.is_(None))).all()
    assert rows
    assert all(row.valid_until for row in rows)
    both = db.session.scalars(select(Inspection).where(Inspection.done_on > Inspection.valid_until)).all()
    assert not both


def test_the_same_file_again_changes_nothing(app) -> None:
    bring_in(EXCERPT)
    entries = db.session.scalar(select(func.count()).select_from(TrailEntry))
    again = bring_in(EXCERPT)
    assert (again.new, again.changed, again.unchanged, again.saved) == (0, 0, 51, 0)
    assert db.session.scalar(select(func.count()).select_from(TrailEntry)) == entries


def test_a_rehearsal_leaves_nothing(app) -> None:
    report = bring_in(EXCERPT, "rehearse")
    assert (report.new, report.refused) == (51, 15)
    assert counted(Elevator.kind) == {}


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE.exists(), reason="the whole file is not beside the checkout")
def test_the_whole_file(app) -> None:
    """The table of docs/maryland.md."""
    report = bring_in(WHOLE)
    assert (report.rows_in, report.new, report.refused) == (25_204, 23_086, 2_118)
    assert [(heading, count) for heading, _, count in report.reasons()] == [
        ("equipment_type", 792),
        ("equipment_type", 594),
        ("equipment_type", 500),
        ("equipment_type", 168),
        ("equipment_type", 62),
        ("equipment_speed", 2),
    ]
    assert counted(Elevator.kind) == {
        "hydraulic_passenger": 13_803,
        "traction_passenger": 8_552,
        "escalator": 384,
        "positive_freight": 347,
    }
    assert counted(Elevator.status) == {"in_use": 22_942, "stopped": 144}
    assert valid_on(DATA_DAY) == 15_459
    assert report.summary()["warnings"] == 415
    again = bring_in(WHOLE)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 23_086)

"""Codes in bulk: the numbers of an area, nobody's number twice; and what hangs in the car."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Elevator, PlateCheck, RescueEnrolment, StoredFile
from registry.queries import indicators
from registry.queries import rescue_codes as queries
from registry.rules.rescue_codes import Range, next_codes
from registry.services import elevators, parameters, rescue, rescue_codes, visits
from seeds import cast
from tests import visits_factory
from tests.elevators_factory import in_use, maintained

AREA = "341302"


def gave(*rows: Elevator) -> list[str | None]:
    db.session.expire_all()
    return [db.session.get(Elevator, row.id).rescue_code for row in rows]  # type: ignore[union-attr]


def coverage(on: date | None = None) -> tuple[int, int]:
    figure = indicators.in_area(cast.actor("section"), "rescue_platform", on or clock.today(), AREA)
    return figure.numerator, figure.denominator


@pytest.fixture
def lifts(app: Flask) -> list[Elevator]:
    county = cast.actor("county")
    return [maintained(county, n, address=f"汴河路{9 - n}号") for n in range(1, 4)]


@pytest.mark.parametrize(
    ("used", "count", "step", "expected"),
    [
        ((), 2, 1, ["000010", "000011"]),
        (("000010", "000012"), 3, 1, ["000011", "000013", "000014"]),
        ((), 9, 1, ["000010", "000011", "000012", "000013", "000014"]),
        ((), 9, 2, ["000010", "000012", "000014"]),
        (("000010",), 1, 3, ["000013"]),
        ((), 0, 1, []),
    ],
)
def test_the_next_free_numbers(used: tuple[str, ...], count: int, step: int, expected: list[str]) -> None:
    assert next_codes(Range("000010", "000014"), used, count, step) == expected


def test_codes_are_given_by_address_and_gaps_are_filled(lifts: list[Elevator]) -> None:
    desk = cast.actor("desk")
    rescue_codes.set_range(desk, AREA, "300001", "300010")
    other = in_use(cast.actor("county"), 8, address="汴河路1号")
    rescue.enrol(desk, other.id, "300002")
    made = rescue_codes.give(desk, AREA)
    assert gave(lifts[2], lifts[1], lifts[0]) == ["300001", "300003", "300004"]
    assert [row.code for row in made] == ["300001", "300003", "300004"]
    assert all(row.plate_verified_on is None for row in made)
    with pytest.raises(Conflict, match="没有待编发"):
        rescue_codes.give(desk, AREA)


def test_a_number_that_was_used_is_not_given_again(lifts: list[Elevator]) -> None:
    desk = cast.actor("desk")
    rescue_codes.set_range(desk, AREA, "300001", "300010")
    rescue.enrol(desk, lifts[0].id, "300001", clock.today() - timedelta(days=40))
    rescue.enrol(desk, lifts[0].id, "880001", clock.today() - timedelta(days=20))
    rescue_codes.give(desk, AREA, most=1)
    assert gave(lifts[2]) == ["300002"]
    parameters.set_parameter(cast.actor("section"), "rescue.code_rest_days", "20", clock.today())
    rescue_codes.give(desk, AREA)
    assert gave(lifts[1]) == ["300001"]


def test_all_or_none(lifts: list[Elevator]) -> None:
    desk = cast.actor("desk")
    with pytest.raises(Conflict, match="号段"):
        rescue_codes.give(desk, AREA)
    rescue_codes.set_range(desk, AREA, "300001", "300002")
    with pytest.raises(Conflict, match="只剩2个"):
        rescue_codes.give(desk, AREA)
    assert gave(*lifts) == [None, None, None]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("30001", "300010", "last"), ("300010", "300001", "last"), ("3000", "3001", "first"), ("x", "300001", "first")],
)
def test_ranges_that_are_none(app: Flask, first: str, last: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        rescue_codes.set_range(cast.actor("desk"), AREA, first, last)
    assert list(error.value.errors) == [field]


def test_ranges_do_not_overlap(app: Flask) -> None:
    desk = cast.actor("desk")
    rescue_codes.set_range(desk, AREA, "300001", "310000")
    rescue_codes.set_range(desk, AREA, "300001", "309999")
    for first, last in (("309999", "320000"), ("200000", "300001"), ("305000", "306000")):
        with pytest.raises(Invalid):
            rescue_codes.set_range(desk, "341321", first, last)
    rescue_codes.set_range(desk, "341321", "310000", "319999")
    with pytest.raises(Invalid):
        rescue_codes.set_range(desk, "999999", "400000", "400001")


def test_who_may(lifts: list[Elevator]) -> None:
    rescue_codes.set_range(cast.actor("desk"), AREA, "300001", "300010")
    for login in ("company", "property", "filling", "leader"):
        with pytest.raises(Forbidden):
            rescue_codes.give(cast.actor(login), AREA)
    with pytest.raises(Forbidden):
        rescue_codes.give(cast.actor("dangshan"), AREA)
    with pytest.raises(Forbidden):
        rescue_codes.set_range(cast.actor("county"), AREA, "300001", "300010")
    with pytest.raises(Missing):
        rescue_codes.check_plate(cast.actor("company2"), lifts[0].id, look(0, "300001"))


def look(days_ago: int, code: str | None, **more) -> dict:
    return {"seen_on": clock.today() - timedelta(days=days_ago), "way": "visit", "code_seen": code, **more}


def test_the_worker_who_reads_the_code_verifies_the_plate(lifts: list[Elevator]) -> None:
    desk, tech = cast.actor("desk"), cast.actor("tech1")
    rescue.enrol(desk, lifts[0].id, "300001", clock.today() - timedelta(days=60))
    before = coverage()
    assert rescue_codes.check_plate(tech, lifts[0].id, look(5, "300001")).matches
    assert coverage() == (before[0] + 1, before[1])
    assert coverage(clock.today() - timedelta(days=6)) == before
    assert queries.page(desk, {"gap": "unverified"}).items == []


def test_another_code_takes_the_plate_out_from_that_day(lifts: list[Elevator]) -> None:
    desk, tech = cast.actor("desk"), cast.actor("tech1")
    rescue.enrol(desk, lifts[0].id, "300001", clock.today() - timedelta(days=60), clock.today() - timedelta(days=50))
    rescue.enrol(desk, lifts[1].id, "300007", clock.today() - timedelta(days=60))
    counted = coverage(clock.today() - timedelta(days=10))
    assert not rescue_codes.check_plate(tech, lifts[0].id, look(5, "300007")).matches
    assert coverage(clock.today() - timedelta(days=6)) == counted
    assert coverage(clock.today() - timedelta(days=5)) == (counted[0] - 1, counted[1])
    assert [line.elevator.id for line in queries.page(desk, {"gap": "wrong"}).items] == [lifts[0].id]
    assert [line.elevator.id for line in queries.page(desk, {"gap": "doubled"}).items] == [lifts[1].id]
    rescue_codes.check_plate(tech, lifts[0].id, look(0, "300001"))
    assert coverage() == counted
    assert queries.counts(desk)["wrong"] == queries.counts(desk)["doubled"] == 0


def test_no_plate_at_all_and_older_looks(lifts: list[Elevator]) -> None:
    desk, tech = cast.actor("desk"), cast.actor("tech1")
    rescue.enrol(desk, lifts[0].id, "300001", clock.today() - timedelta(days=60))
    rescue_codes.check_plate(tech, lifts[0].id, look(5, None))
    rescue_codes.check_plate(tech, lifts[0].id, look(9, "300001"))  # an older look that came later
    open_one = db.session.scalars(select(RescueEnrolment).where(RescueEnrolment.elevator_id == lifts[0].id)).one()
    assert open_one.plate_verified_on is None
    rescue_codes.check_plate(tech, lifts[0].id, look(1, "300001"))
    assert open_one.plate_verified_on == clock.today() - timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"seen_on": date(2100, 1, 1)}, "seen_on"),
        ({"way": "rumour"}, "way"),
        ({"way": "photo"}, "file"),
        ({"code_seen": "12"}, "code_seen"),
        ({"file": 999_999}, "file"),
    ],
)
def test_looks_that_make_no_sense(lifts: list[Elevator], values: dict, field: str) -> None:
    rescue.enrol(cast.actor("desk"), lifts[0].id, "300001")
    with pytest.raises(Invalid) as error:
        rescue_codes.check_plate(cast.actor("tech1"), lifts[0].id, {**look(0, "300001"), **values})
    assert list(error.value.errors) == [field]


def test_a_plate_seen_on_a_visit_is_kept_with_it_once(lifts: list[Elevator]) -> None:
    desk, tech, now = cast.actor("desk"), cast.actor("tech1"), clock.now()
    stamps = {"check_in": {"at": now - timedelta(minutes=50)}, "check_out": {"at": now - timedelta(minutes=5)}}
    seen = {"code_seen": "300007", "note": " 贴错 ", "photo": visits_factory.JPEG + b"plate"}
    sent = visits_factory.visit(lifts[0].label_code, workers=["tech1"], signatures=[], plate=seen, **stamps)
    kept, again = visits.record(tech, sent)
    assert (again, looks()) == (False, []), "not on the platform: the visit stays, there is nothing to compare with"
    rescue.enrol(desk, lifts[0].id, "300001", clock.today() - timedelta(days=60), clock.today() - timedelta(days=50))
    counted = coverage()
    sent["ref"] = str(uuid4())
    first, again = visits.record(tech, sent)
    assert first.id != kept.id
    assert visits.record(tech, sent) == (first, True)
    (check,) = looks()
    assert (check.matches, check.code_seen, check.note, check.way) == (False, "300007", "贴错", "visit")
    assert (check.seen_on, check.person_id) == (first.done_on, tech.person_id)
    assert db.session.get_one(StoredFile, check.file_id).purpose == rescue_codes.PURPOSE
    assert coverage() == (counted[0] - 1, counted[1])
    with pytest.raises(Conflict):
        visits.record(tech, {**sent, "plate": {"code_seen": "300001"}})
    with pytest.raises(Invalid):
        visits.record(tech, {**sent, "ref": str(uuid4()), "plate": {"photo": 999_999}})
    assert len(looks()) == 1


def looks() -> list[PlateCheck]:
    return list(db.session.scalars(select(PlateCheck).order_by(PlateCheck.id)))


def test_no_plate_without_a_code(lifts: list[Elevator]) -> None:
    with pytest.raises(Conflict):
        rescue_codes.check_plate(cast.actor("tech1"), lifts[0].id, look(0, "300001"))


def test_the_office_decides_whether_escalators_count(lifts: list[Elevator]) -> None:
    before = coverage()
    walk = {
        "kind": "escalator",
        "incline_degrees": 30,
        "nominal_speed_mps": "0.5",
        "rise_m": "4.8",
        "nominal_width_mm": 1000,
        "motor_power_kw": 8,
    }
    values = {
        "name": "扶梯",
        "device_code": "33103412020150009",
        "made_on": date(2020, 1, 10),
        "installation_inspected_on": date(2020, 3, 18),
        "address": "淮海中路19号",
        "area_code": AREA,
        "place_type": "mall",
        "use_unit_id": cast.unit("property").id,
        "use_cert_no": "梯31皖L00099(20)",
        "registered_on": date(2020, 4, 1),
        "status": "in_use",
    }
    elevators.register(cast.actor("county"), {**values, **walk})
    assert coverage() == before
    assert queries.counts(cast.actor("desk"))["all"] == before[1]
    parameters.set_parameter(cast.actor("section"), "rescue.scope_all", "1", clock.today())
    assert coverage() == (before[0], before[1] + 1)
    assert coverage(clock.today() - timedelta(days=1)) == before

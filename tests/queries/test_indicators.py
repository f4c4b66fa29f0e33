"""Every indicator keeps the contract: counted + behind = population, and a past day keeps its answer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from registry import clock
from registry.db import transaction
from registry.models import ElevatorStatus, Visit
from registry.queries import indicators
from registry.queries.indicator_definitions import INDICATORS
from registry.services import elevators
from seeds import cast
from tests import cylinder_factory, elevators_factory

DAY = date(2026, 6, 15)
REQUIRED = {
    "paperless_maintenance",
    "liability_insurance",
    "rescue_platform",
    "inspection_in_date",
    "maintenance_on_time",
    "cylinder_traceability",
    "cylinder_insurance",
    "sunshine_filling",
    "major_hazards_closed_on_time",
}


def visit(elevator, done_on: date, counts_from: date | None, counts_until: date | None = None, **changes) -> Visit:
    """A visit as it lies in the table; its evidence is another test's matter."""
    at = clock.start_of(done_on)
    return Visit(
        **{
            "ref": f"{elevator.id}-{done_on}", "ref_digest": "", "elevator_id": elevator.id, "cycle": "half_month",
            "company_id": cast.unit("company").id, "started_at": at, "ended_at": at, "done_on": done_on,
            "received_at": at, "check_in": {}, "check_out": {}, "answers": {}, "signatures": [], "findings": [],
            "confirmed_at": clock.start_of(counts_from) if counts_from else None,
            "counts_from": counts_from, "counts_until": counts_until, **changes,
        }
    )  # fmt: skip


@pytest.fixture
def city(actor):
    """Three elevators in 埇桥, one in 砀山, two cylinders."""
    section = actor("section")
    found = [elevators_factory.maintained(section, number) for number in (1, 2, 3)]
    property2 = cast.unit("property2").id
    found.append(elevators_factory.in_use(section, 4, area_code="341321", use_unit_id=property2))
    cylinder_factory.cylinder()
    cylinder_factory.cylinder()
    return found


def paperless(actor, on: date, area: str | None = None) -> tuple[int, int]:
    found = next(f for f in indicators.figures(actor, on, area) if f.key == "paperless_maintenance")
    return found.numerator, found.denominator


def test_the_contract_names_are_there() -> None:
    assert set(INDICATORS) >= REQUIRED


@pytest.mark.parametrize("key", sorted(INDICATORS))
@pytest.mark.parametrize("login", ["section", "county", "dangshan", "company", "property", "filling", "insurer"])
def test_counted_and_behind_make_the_population(actor, city, key, login) -> None:
    who = actor(login)
    with transaction() as session:
        session.add(visit(city[0], DAY, DAY))
    for figure in indicators.table(who, key, DAY):
        behind, cursor = 0, None
        while True:
            page = indicators.behind(who, key, DAY, figure.area, limit=2, cursor=cursor)
            assert all(str(found.reason) for found in page.items)
            behind, cursor = behind + len(page.items), page.next
            if cursor is None:
                break
        assert figure.numerator + behind == figure.denominator


def test_the_city_is_the_sum_of_its_areas(actor, city) -> None:
    with transaction() as session:
        session.add(visit(city[0], DAY, DAY))
    whole, *areas = indicators.table(actor("section"), "paperless_maintenance", DAY)
    assert (whole.numerator, whole.denominator) == (1, 4)
    assert sum(f.numerator for f in areas) == 1
    assert sum(f.denominator for f in areas) == 4
    assert whole.value == Decimal(1) / 4


@pytest.mark.parametrize(
    ("days_ago", "counted"),
    [(0, 1), (29, 1), (30, 0), (31, 0), (-1, 0)],
)
def test_the_window_is_thirty_days(actor, city, days_ago, counted) -> None:
    done_on = DAY - timedelta(days=days_ago)
    with transaction() as session:
        session.add(visit(city[0], done_on, done_on))
    assert paperless(actor("section"), DAY) == (counted, 4)


def test_a_visit_counts_from_its_confirmation_and_until_it_is_voided(actor, city) -> None:
    confirmed, voided = DAY + timedelta(days=3), DAY + timedelta(days=5)
    with transaction() as session:
        session.add(visit(city[0], DAY, confirmed, voided))
    days = [confirmed - timedelta(days=1), confirmed, voided - timedelta(days=1), voided]
    assert [paperless(actor("section"), day)[0] for day in days] == [0, 1, 1, 0]


def test_a_stopped_elevator_leaves_the_population_on_its_day(actor, city) -> None:
    stopped = date(2026, 5, 10)
    elevators.change_status(
        actor("section"),
        city[0].id,
        "suspend",
        stopped,
        "装修停用",
        "停用告知单1号",
        papers=elevators_factory.STOP_PAPERS,
    )
    days = [stopped - timedelta(days=1), stopped]
    assert [paperless(actor("section"), day)[1] for day in days] == [4, 3]


def test_the_population_of_a_past_day_is_by_periods(actor, city) -> None:
    with transaction() as session:
        begun = session.query(ElevatorStatus).filter_by(elevator_id=city[0].id, status="in_use").one().since
    assert paperless(actor("section"), begun - timedelta(days=1))[1] == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda e: None, "没有维保记录"),
        (lambda e: visit(e, DAY - timedelta(days=17), None), "17天前的维保，使用单位未确认"),
        (lambda e: visit(e, DAY - timedelta(days=45), DAY - timedelta(days=45)), "45天前，超过30天"),
        (lambda e: visit(e, DAY, None, declined_reason="没有来过"), "不予确认"),
    ],
)
def test_the_reason_is_said_in_words(actor, city, make, words) -> None:
    with transaction() as session:
        if row := make(city[0]):
            session.add(row)
    page = indicators.behind(actor("section"), "paperless_maintenance", DAY)
    assert words in next(found.reason for found in page.items if found.row.id == city[0].id)


def test_nothing_over_nothing_is_no_value(actor, app) -> None:
    figure = indicators.figures(actor("section"), DAY)[0]
    assert (figure.denominator, figure.value, figure.met) == (0, None, None)


def test_how_many_more_are_needed(actor, city) -> None:
    figure = indicators.figures(actor("section"), DAY)[0]
    assert (figure.target, figure.met, figure.missing) == (Decimal("0.800"), False, 4)


@pytest.mark.parametrize(
    ("login", "denominator"),
    [("section", 4), ("county", 3), ("dangshan", 1), ("property2", 1), ("company", 3), ("filling", 0), ("insurer", 0)],
)
def test_everybody_sees_the_own_part(actor, city, login, denominator) -> None:
    assert paperless(actor(login), DAY)[1] == denominator


def test_through_the_api(api_of, city) -> None:
    api = api_of("section")
    items = api.get("/indicators", on=DAY.isoformat()).json["items"]
    assert [item["key"] for item in items] == list(INDICATORS)
    first = items[0]
    assert (first["numerator"], first["denominator"], first["value"], first["target"], first["met"]) == (
        0,
        4,
        0.0,
        0.8,
        False,
    )
    behind = api.get("/indicators/paperless_maintenance/behind", on=DAY.isoformat(), area="341321").json
    assert [row["reason"] for row in behind["items"]] == ["没有维保记录"]
    trend = api.get("/indicators/paperless_maintenance/trend", **{"from": "2026-04-10", "to": "2026-06-15"}).json
    assert [point["on"] for point in trend["items"]] == ["2026-04-30", "2026-05-31", "2026-06-15"]
    assert api.get("/indicators/no_such/behind").status_code == 404
    assert api.get("/indicators", on="yesterday").json["errors"]["on"]
    assert api.get("/indicators", area="999999").status_code == 404


def test_the_pages_open_for_everybody(browser_of, city) -> None:
    for login in ("section", "auditor", "county", "property", "company", "insurer", "inspector", "safety"):
        browser = browser_of(login)
        assert browser.get("/dashboard").status_code == 200
        for key in INDICATORS:
            assert browser.get(f"/indicators/{key}").status_code == 200

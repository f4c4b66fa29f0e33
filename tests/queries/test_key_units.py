"""Key units: one computation for plans, draws and the status report, with its reasons in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from registry import clock
from registry.db import db, transaction
from registry.models import Accident, Elevator, Hazard, Unit
from registry.queries import key_units, status_figures, supervision_units
from registry.queries.hazard_months import Period
from registry.rules.supervision_checks import limit_of
from registry.services import supervision_plans
from seeds import cast
from tests import elevators_factory, supervision_factory
from tests.accidents_factory import move, reported, walk

pytestmark = pytest.mark.usefixtures("app")


def said() -> dict[str, tuple[str, ...]]:
    """The reasons by unit, as plans have them; the condition and the report must name the same units."""
    db.session.flush()
    today = clock.today()
    found = {each.unit.id: each.reasons for each in supervision_units.candidates("341300", today) if each.reasons}
    assert set(db.session.scalars(select(Unit.id).where(key_units.is_key(today)))) == set(found)
    period = Period(today.replace(month=1, day=1), today)
    actor = cast.actor("section")
    figures = status_figures.by_area(actor, "key_cover", period)
    whole = figures.pop("341300")
    assert whole.denominator == len(found) == sum(figure.denominator for figure in figures.values())
    areas = {each.unit.id: each.area for each in supervision_units.candidates("341300", today) if each.reasons}
    for code, figure in figures.items():
        assert figure.denominator == sum(area == code for area in areas.values())
    rows = status_figures.rows(actor, "key_cover", "denominator", period, None).items
    assert {row.code: row.note for row in rows} == {str(number): "；".join(why) for number, why in found.items()}
    names = dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(found))).all())
    return {names[number]: why for number, why in found.items()}


def change(model: Any, *where: Any, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(model).where(*where).values(**values))


def mine() -> tuple[str, ...]:
    return said().get(cast.unit("property").name, ())


def test_equipment_in_a_public_place_makes_a_key_unit_while_it_is_in_use() -> None:
    assert mine() == ()
    supervision_factory.equip()
    assert mine() == ("公众聚集场所：商场超市",)
    change(Elevator, place_type="office")
    assert mine() == ()


def test_where_the_equipment_stands_makes_no_difference_to_what_a_unit_is() -> None:
    supervision_factory.equip()
    other = elevators_factory.in_use(cast.actor("section"), 3, factory_no="F3", inner_no="3", place_type="office")
    change(Elevator, Elevator.id == other.id, area_code="341321")
    here = [each for each in supervision_units.candidates("341321", clock.today()) if each.unit.id == other.use_unit_id]
    assert [each.reasons for each in here] == [("公众聚集场所：商场超市",)]
    assert mine() == ("公众聚集场所：商场超市",)


def test_a_unit_is_counted_where_it_has_equipment() -> None:
    supervision_factory.equip()
    change(Elevator, area_code="341321")
    period = Period(clock.today(), clock.today())
    figures = status_figures.by_area(cast.actor("section"), "key_cover", period)
    assert {
        code: figure.denominator for code, figure in figures.items() if code != "341300" and figure.denominator
    } == {"341321": 1}
    assert mine()


ACCIDENTS = [("approve", True, True), ("file_report", True, False), ("approve", False, False)]


@pytest.mark.parametrize(("until", "recent", "key"), ACCIDENTS)
def test_an_accident_counts_from_the_approved_report_and_for_two_years(until: str, recent: bool, key: bool) -> None:
    supervision_factory.equip()
    change(Elevator, place_type="office")
    row = reported()
    walk(row, "file_report")
    if until == "approve":
        move("leader", row, "approve", document="批复")
    if not recent:
        earlier = clock.today() - timedelta(days=24 * 31)
        change(Accident, happened_on=earlier)
    assert mine() == (("近2年发生事故且负有责任1起",) if key else ())


@pytest.mark.parametrize(("less", "key"), [(0, True), (1, False)])
def test_complaints_that_proved_true_count_in_both(less: int, key: bool) -> None:
    supervision_factory.equip()
    change(Elevator, place_type="office")
    today = clock.today()
    wanted = limit_of("complaints", today) - less
    with transaction() as session:
        session.add_all(_complaint(number) for number in range(wanted))
    why = mine()
    assert why == ((f"近12个月属实投诉举报{wanted}件",) if key else ())
    if key:
        change(Hazard, listed_on=today - timedelta(days=400))
        assert mine() == ()


def _complaint(number: int) -> Hazard:
    today = clock.today()
    values: dict[str, Any] = {"no": f"ZDYH-341300-2026-9{number:03d}", "title": "投诉", "description": "投诉"}
    return Hazard(
        **values,
        source="complaint",
        state="LISTED",
        level="severe",
        clauses=[],
        found_on=today,
        unit_id=cast.unit("property").id,
        area_code="341302",
        state_since=today,
        listed_on=today,
    )


def test_what_an_office_adds_counts_in_both_and_ends() -> None:
    supervision_factory.equip()
    change(Elevator, place_type="office")
    county = cast.actor("county")
    row = supervision_plans.add_key_unit(county, {"unit": cast.unit("property").credit_code, "reason": "多次被举报"})
    assert mine() == ("人工列入：多次被举报",)
    supervision_plans.end_key_unit(county, row.id, "已整改")
    assert mine() == ()

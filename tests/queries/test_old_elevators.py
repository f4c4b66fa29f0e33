"""The ranking and the age bands against elevators whose facts are known."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from registry import clock
from registry.db import db
from registry.errors import Forbidden, Invalid, Missing
from registry.models import Elevator, Inspection, Policy, PolicyItem, Visit
from registry.queries import elevator_ages, old_elevators
from registry.rules.dates import add_months
from registry.rules.old_elevators import made_by
from registry.services import assessments, fault_reports, renewals
from seeds import cast
from tests import elevators_factory as make


def lift(actor, number, years, days=0, **changes) -> Elevator:
    """An elevator made so many years and days ago."""
    made = None if years is None else made_by(years, clock.today()) - timedelta(days=days)
    given = {"installation_inspected_on": None, "registered_on": clock.today(), **changes}
    return make.maintained(actor("section"), number, made_on=made, **given)


def visited(row: Elevator, ago: int = 1, cycle: str = "year", **changes) -> None:
    day = clock.today() - timedelta(days=ago)
    common = {"check_in": {}, "check_out": {}, "answers": {}, "signatures": [], "findings": []}
    db.session.add(
        Visit(ref=str(uuid4()), ref_digest="d", elevator_id=row.id, company_id=cast.unit("company").id, cycle=cycle,
              done_on=day, received_at=clock.now(), **common, **changes)
    )  # fmt: skip
    db.session.commit()


def insured(row: Elevator) -> None:
    today = clock.today()
    policy = Policy(
        subject="elevator", policy_no=str(row.id), insurer_id=cast.unit("insurer").id, holder_id=row.use_unit_id,
        holder_type="use_unit", starts_on=today, ends_on=today, premium_fen=1, limit_per_accident_fen=1,
    )  # fmt: skip
    db.session.add(policy)
    db.session.commit()
    db.session.add(PolicyItem(policy_id=policy.id, elevator_id=row.id, since=today))
    db.session.commit()


def inspected(row: Elevator, conclusion: str, ago: int) -> None:
    day = clock.today() - timedelta(days=ago)
    db.session.add(Inspection(elevator_id=row.id, kind="periodic_inspection", conclusion=conclusion, done_on=day))
    db.session.commit()


def points(actor, login="section", **filters) -> dict[str, int]:
    found = old_elevators.page(actor(login), filters, clock.today())
    return {item.elevator.device_code[-2:]: item.score.points for item in found.items}


def test_each_fact_gives_its_points(actor) -> None:
    rows = {number: lift(actor, number, years) for number, years in ((1, 15), (2, 20), (3, 15), (4, 15), (5, 15))}
    for row in rows.values():
        visited(row)
        insured(row)
    lift(actor, 6, 14, days=364)  # fifteen tomorrow
    inspected(rows[3], "fail", 30)
    inspected(rows[3], "pass", 60)
    inspected(rows[4], "fail", 60)
    inspected(rows[4], "pass", 30)
    for _ in range(2):
        fault_reports.submit(rows[5].label_code, {"kind": "entrapment", "ref": str(uuid4())}, "192.0.2.1")
    assert points(actor) == {"01": 2, "02": 3, "03": 4, "04": 2, "05": 4}
    order = [item.elevator.id for item in old_elevators.page(actor("section"), {}, clock.today()).items]
    assert order == [rows[3].id, rows[5].id, rows[2].id, rows[1].id, rows[4].id]


def test_overdue_and_uninsured(actor) -> None:
    late, declined = lift(actor, 1, 15), lift(actor, 2, 15)
    nobody = make.in_use(actor("section"), 3, made_on=date(2008, 1, 1), installation_inspected_on=None)
    visited(late, ago=400)
    visited(late, ago=16, cycle="half_month")
    visited(declined, invalid_from=clock.today())
    assert points(actor) == {"01": 4, "02": 4, "03": 4}
    visited(late)
    insured(late)
    assert points(actor)["01"] == 2
    one = old_elevators.one(actor("section"), nobody.label_code, clock.today())
    assert {part.fact: part.points for part in one.score.hit} == {"age": 2, "overdue_cycles": 1, "uninsured": 1}


def test_filters_and_pages(actor) -> None:
    first, second = lift(actor, 1, 16), lift(actor, 2, 21, place_type="mall")
    lift(actor, 3, 7)
    assessments.record(
        actor("county"), first.id, {"assessed_on": clock.today(), "conclusion": "continue", "organisation": "o"}
    )
    renewals.apply(actor("county"), {"elevator": second.label_code, "year": 2026, "cost_fen": 5, "bond_fen": 5})
    assert set(points(actor)) == {"01", "02"}
    assert set(points(actor, assessed="yes")) == set(points(actor, project="no")) == {"01"}
    assert set(points(actor, assessed="no")) == set(points(actor, project="yes")) == {"02"}
    assert set(points(actor, place="mall")) == set(points(actor, band="from_20")) == {"02"}
    assert set(points(actor, band="from_5")) == {"03"}
    assert set(points(actor, points=5)) == {"02"}
    assert points(actor, area="341321") == points(actor, "dangshan") == {}
    assert set(points(actor, "property")) == {"01", "02"}
    assert old_elevators.count_unassessed(actor("county"), clock.today()) == 1
    page = old_elevators.page(actor("section"), {}, clock.today(), most=1)
    assert (page.total, page.next, page.items[0].project.state) == (2, "1", "applied")
    rest = old_elevators.page(actor("section"), {}, clock.today(), most=1, cursor=page.next)
    assert (rest.next, rest.items[0].assessment.conclusion) == (None, "continue")
    with pytest.raises(Forbidden):
        old_elevators.page(actor("filler"), {}, clock.today())
    with pytest.raises(Missing):
        old_elevators.one(actor("property2"), first.label_code, clock.today())


def test_only_what_is_in_use_is_ranked(actor) -> None:
    row = lift(actor, 1, 16)
    for status, there in (("in_use", True), ("temporarily_stopped", True), ("stopped", False), ("scrapped", False)):
        db.session.get(Elevator, row.id).status = status
        db.session.commit()
        assert bool(points(actor)) is there, status


def test_age_bands_by_the_day(actor) -> None:
    for number, (years, days) in enumerate([(5, 0), (4, 300), (15, 0), (14, 364), (20, 0), (19, 300), (None, 0)], 1):
        lift(actor, number, years, days, place_type="mall" if number > 4 else None)
    table = elevator_ages.table(actor("section"), "area", clock.today())
    assert table.total.counts == {
        "under_5": 1, "from_5": 1, "from_10": 1, "from_15": 2, "from_20": 1, "unknown": 1,
    }  # fmt: skip
    assert (table.total.total, table.total.old, [str(line.label) for line in table.lines]) == (7, 3, ["埇桥区"])
    by_place = {line.key: line for line in elevator_ages.table(actor("section"), "place", clock.today()).lines}
    assert (by_place["mall"].old, by_place[""].old) == (2, 1)
    by_unit = elevator_ages.table(actor("county"), "unit", clock.today()).lines
    assert [(line.label, line.total) for line in by_unit] == [("宿州汇源物业服务有限公司", 7)]
    assert elevator_ages.table(actor("dangshan"), "area", clock.today()).lines == []
    with pytest.raises(Invalid):
        elevator_ages.table(actor("section"), "colour", clock.today())
    unknown = elevator_ages.unknown(actor("section"), {})
    assert [row.made_on for row in unknown.items] == [None]
    assert elevator_ages.count_unknown(actor("property2"), {}) == 0


def test_the_table_and_the_list_behind_it_say_the_same(actor) -> None:
    for number in range(1, 26):
        made = add_months(clock.today(), -number * 12) - timedelta(days=number % 3 - 1)
        given = {"made_on": made, "installation_inspected_on": None, "registered_on": clock.today()}
        make.in_use(actor("section"), number, **given)
    table = elevator_ages.table(actor("section"), "area", clock.today())
    for band in table.bands:
        found = old_elevators.page(actor("section"), {"band": band.id}, clock.today())
        assert found.total == table.total.counts.get(band.id, 0)
    assert old_elevators.page(actor("section"), {}, clock.today()).total == table.total.old

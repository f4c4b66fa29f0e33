"""The due list: states at the edges of months, filters, who sees what; it agrees with the indicator on every day."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from registry.db import db
from registry.models import Elevator
from registry.queries import elevator_inspections, indicators
from registry.queries import inspection_due as due
from registry.services import elevators as elevator_verbs
from registry.services import inspection_orders, inspections, self_checks
from seeds import cast
from tests import elevators_factory as make
from tests.inspections_factory import inspected, stand_on
from tests.services.test_inspections import CHECK, ORDER, answers

DAY = date(2024, 3, 5)


@pytest.fixture(autouse=True)
def _today(monkeypatch) -> None:
    stand_on(monkeypatch, DAY)


def lines(actor, on, **filters):
    return due.page(actor, filters, on).items


def of(actor, row, on):
    return next(line for line in lines(actor, on) if line.elevator.id == row.id)


# Base 2020-03-18; year 3 done, so year 4 (periodic) is due in March 2024, opens in January.
EDGES = [
    (date(2023, 12, 31), "later"),
    (date(2024, 1, 1), "open"),
    (date(2024, 2, 29), "open"),
    (date(2024, 3, 1), "due"),
    (date(2024, 3, 31), "due"),
    (date(2024, 4, 1), "overdue"),
]


@pytest.mark.parametrize(("on", "state"), EDGES)
def test_the_state_of_a_line_and_of_the_counts(actor, on, state) -> None:
    lift = make.in_use(actor("section"))
    inspected(actor("inspector"), lift.id, date(2023, 3, 1))
    line = of(actor("section"), lift, on)
    assert (line.year, line.kind, line.due_by, line.state) == (4, "periodic_inspection", date(2024, 3, 31), state)
    assert (line.opens_on, line.apply_by) == (date(2024, 1, 1), date(2024, 2, 29))
    counts = due.counts(actor("section"), {}, on)
    assert {name for name, number in counts.states.items() if number} == {state}
    for name in counts.states:
        assert len(lines(actor("section"), on, state=name)) == counts.states[name]
    standing = elevator_inspections.state(line.elevator, elevator_inspections.of(lift.id), on)
    assert standing.duty.state == state


def test_a_self_test_opens_one_month_before(actor) -> None:
    lift = make.in_use(actor("section"))
    inspected(actor("inspector"), lift.id, date(2024, 3, 1))
    states = [of(actor("section"), lift, day).state for day in (date(2025, 1, 31), date(2025, 2, 1))]
    assert states == ["later", "open"]
    assert [due.counts(actor("section"), {}, day).states["open"] for day in (date(2025, 1, 31), date(2025, 2, 1))] == [
        0,
        1,
    ]


def test_why_nothing_covers_an_elevator(actor) -> None:
    bare = make.in_use(actor("section"), 1, installation_inspected_on=None)
    failed = make.in_use(actor("section"), 2)
    inspected(actor("inspector"), failed.id, date(2023, 3, 1))
    inspected(actor("inspector"), failed.id, date(2024, 3, 1), conclusion="fail", valid_until=None)
    lapsed = make.in_use(actor("section"), 3)
    inspected(actor("inspector"), lapsed.id, date(2022, 3, 1))
    causes = {line.elevator.id: line.cause for line in lines(actor("section"), DAY, state="overdue")}
    assert causes == {bare.id: "none", failed.id: "failed", lapsed.id: "lapsed"}
    assert of(actor("section"), bare, DAY).estimated


def test_months_kinds_areas_and_units(actor) -> None:
    here = make.in_use(actor("section"), 1)
    there = make.in_use(actor("section"), 2, area_code="341321", use_unit_id=cast.unit("property2").id, address="砀山")
    inspected(actor("inspector"), here.id, date(2023, 3, 1))  # year 4: periodic, 2024-03
    inspected(actor("inspector"), there.id, date(2024, 3, 1))  # year 5: self-test, 2025-03
    who = actor("section")

    def ids(**filters):
        return [line.elevator.id for line in lines(who, DAY, **filters)]

    assert ids() == [here.id, there.id]
    assert ids(month=date(2024, 3, 1)) == ids(kind="periodic_inspection") == ids(area="341302") == [here.id]
    assert ids(month=date(2025, 3, 1)) == ids(kind="self_test") == ids(use_unit="梨花") == [there.id]
    assert ids(month=date(2024, 4, 1)) == []
    assert ids(within=26) == [here.id]
    assert ids(within=25) == []
    assert due.counts(who, {}, DAY).months == {"2024-03": 1, "2025-03": 1}
    assert due.tally(who, DAY) == {"overdue": 0, "7": 0, "30": 1, "60": 1}
    assert due.tally(who, DAY + timedelta(days=18))["7"] == 0
    assert due.tally(who, DAY + timedelta(days=19))["7"] == 1


@pytest.mark.parametrize(
    ("login", "seen"), [("section", 2), ("county", 1), ("property", 1), ("company", 1), ("inspector", 2)]
)
def test_who_sees_which_elevators(actor, login, seen) -> None:
    make.maintained(actor("section"), 1)
    make.in_use(actor("section"), 2, area_code="341321", use_unit_id=cast.unit("property2").id)
    assert len(lines(actor(login), DAY)) == seen
    assert due.counts(actor(login), {}, DAY).total == seen
    assert due.tally(actor(login), DAY)["overdue"] == seen


def test_a_self_check_within_the_year_is_shown(actor) -> None:
    lift = make.maintained(actor("section"))
    inspected(actor("inspector"), lift.id, date(2023, 3, 1))
    assert of(actor("company"), lift, DAY).self_check_on is None
    self_checks.record(actor("tech1"), lift.id, {**CHECK, "answers": answers()})
    assert of(actor("company"), lift, DAY).self_check_on == CHECK["done_on"]
    assert of(actor("company"), lift, date(2025, 3, 2)).self_check_on is None


def test_pages_follow_each_other(actor) -> None:
    for number in range(5):
        make.in_use(actor("section"), number + 1)
    seen, cursor = [], None
    while True:
        page = due.page(actor("section"), {}, DAY, 2, cursor)
        seen += [line.elevator.id for line in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


# --- the same on every day


def overdue(actor, on) -> set[int]:
    found, cursor = set(), None
    while True:
        page = due.page(actor, {"state": "overdue"}, on, 200, cursor)
        found |= {line.elevator.id for line in page.items}
        if (cursor := page.next) is None:
            return found


def behind(actor, on) -> set[int]:
    rows = indicators.behind(actor, "inspection_in_date", on, None, 200, None)
    return {line.row.id for line in rows.items}


def _life(actor, random: Random, number: int) -> None:
    """An elevator with some years of inspections, some late, failed, corrected or forgotten."""
    installed = date(2018, 1, 1) + timedelta(days=random.randrange(1500))
    row = make.in_use(
        actor("section"),
        number,
        made_on=installed,
        installation_inspected_on=installed if random.random() < 0.9 else None,
        registered_on=installed + timedelta(days=20),
    )
    day = installed
    while (day := day + timedelta(days=random.randrange(250, 480))) < DAY:
        kind = random.choice(["periodic_inspection"] * 4 + ["major_repair_supervision", "alteration_supervision"])
        conclusion = random.choice(["pass"] * 5 + ["fail"])
        record = inspected(actor("inspector"), row.id, day, kind=kind, conclusion=conclusion)
        if random.random() < 0.2:
            given = {"kind": kind, "done_on": day, "conclusion": "pass_after_fix", "reason": "x"}
            inspections.correct(actor("section"), record.id, given)
    if random.random() < 0.15:
        elevator_verbs.change_status(actor("section"), row.id, "halt", DAY, "坏了")


def test_the_due_list_and_the_indicator_agree_on_every_day(actor) -> None:
    random = Random(7)
    for number in range(1, 17):
        _life(actor, random, number)
    who = actor("section")
    days = [DAY + timedelta(days=61 * step) for step in range(-12, 10)]
    days += [date(2024, 3, 31), date(2024, 4, 1), date(2024, 2, 29)]
    seen = set()
    for on in days:
        found = overdue(who, on)
        assert found == behind(who, on), on
        seen.add(len(found))
    assert len(seen) > 3, "the days are too much alike to tell anything"


def test_they_agree_under_orders_too_and_with_what_one_elevator_says(actor) -> None:
    random = Random(11)
    for number in range(1, 13):
        _life(actor, random, number)
    who = actor("section")
    codes = list(db.session.scalars(select(Elevator.label_code).order_by(Elevator.id).limit(3)))
    inspection_orders.record(
        who, {**ORDER, "due_from": date(2023, 6, 1), "due_to": date(2025, 4, 1), "shift_months": 5}
    )
    inspection_orders.record(
        who, {**ORDER, "due_from": date(2024, 3, 1), "due_to": date(2025, 2, 1), "shift_months": -2, "elevators": codes}
    )
    changed = 0
    for on in [DAY + timedelta(days=37 * step) for step in range(-6, 16)]:
        found = overdue(who, on)
        assert found == behind(who, on), on
        for line in lines(who, on):
            covered = elevator_inspections.covers(line.elevator, on)
            assert covered is (line.elevator.id not in found), (on, line.elevator.id)
            changed += covered
    assert changed

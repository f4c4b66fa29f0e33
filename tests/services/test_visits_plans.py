"""What is due: the plan of one elevator and the day of a company."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from registry import clock, evidence
from registry.actor import SYSTEM
from registry.errors import Forbidden, Invalid, Missing
from registry.models import Elevator
from registry.queries import visit_plans
from registry.rules.paperless import VisitFacts, judge
from registry.services import visits, visits_bulk
from seeds import cast
from tests import visits_factory as make

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def done(elevator: Elevator, day: date, cycle: str = "half_month", **changes: Any) -> None:
    """A counted visit of a day, or one that `changes` of its facts spoil."""
    start = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    values = {
        "check_in_at": start,
        "check_out_at": start + timedelta(minutes=40),
        "check_in_metres": 5,
        "check_out_metres": 5,
        "check_in_photo": True,
        "workers": 2,
        "second_worker_seconds": 60,
        "signatures": 2,
        "signatures_expected": 2,
        "confirmed_at": start + timedelta(hours=2),
        "contract_valid": True,
        "certificates_valid": True,
        "received_at": start + timedelta(minutes=41),
    }
    facts = VisitFacts(cycle, **{**values, **changes})
    row = {
        "ref": f"{elevator.id}-{day}-{cycle}",
        "elevator_id": elevator.id,
        "company_id": cast.unit("company").id,
        "workers": [cast.person("tech1").id, cast.person("tech2").id],
        "facts": facts,
        "verdict": judge(facts),
        "answers": evidence.all_normal("A", cycle, day),
        "confirmed_by_id": cast.person("property").id,
    }
    visits_bulk.bulk_record(SYSTEM, [row])


@pytest.mark.parametrize(
    ("days", "state"), [(0, "later"), (12, "later"), (13, "soon"), (14, "soon"), (15, "due"), (16, "overdue")]
)
def test_the_state_by_days_since_the_last_visit(actor, days, state):
    elevator = make.elevator(since=TODAY - timedelta(days=30))
    done(elevator, TODAY - timedelta(days=days))
    due = visit_plans.due_today(actor("tech1"), TODAY)
    assert [(line.elevator.id, line.state, line.last_on) for line in due.items] == [
        (elevator.id, state, TODAY - timedelta(days=days))
    ]
    assert due.counts[state] == 1


def test_a_longer_cycle_counts_for_the_shorter(actor):
    elevator = make.elevator(since=date(2025, 1, 1))
    done(elevator, date(2026, 11, 18), "year")
    line = visit_plans.due_today(actor("tech1"), TODAY).items[0]
    assert line.state == "later"
    assert dict(line.plan.due) == {
        "half_month": date(2026, 12, 3),
        "quarter": date(2027, 2, 16),
        "half_year": date(2027, 5, 17),
        "year": date(2027, 11, 18),
    }


def test_a_fresh_short_visit_does_not_hide_an_overdue_long_one(actor):
    elevator = make.elevator(since=date(2024, 1, 1))
    done(elevator, date(2025, 11, 1), "year")
    done(elevator, date(2026, 11, 19))
    line = visit_plans.due_today(actor("tech1"), TODAY).items[0]
    assert (line.state, line.plan.next_cycle, line.due_on) == ("overdue", "year", date(2026, 1, 30))


def test_what_was_declined_or_blocked_does_not_move_the_schedule(actor):
    elevator = make.elevator(since=TODAY - timedelta(days=20))
    done(elevator, TODAY - timedelta(days=2), certificates_valid=False)
    visit, _ = visits.record(actor("tech1"), make.visit(elevator.label_code))
    assert visit_plans.due_today(actor("tech1"), TODAY).items[0].last_on == TODAY
    visits.decline(actor("property"), visit.id, "没有人来")
    line = visit_plans.due_today(actor("tech1"), TODAY).items[0]
    assert (line.last_on, line.state) == (None, "overdue")


def test_what_only_lacks_evidence_still_is_maintenance(actor):
    elevator = make.elevator(since=TODAY - timedelta(days=20))
    done(elevator, TODAY - timedelta(days=1), check_in_photo=False)
    assert visit_plans.due_today(actor("tech1"), TODAY).items[0].state == "later"


def test_the_most_urgent_come_first_in_pages(actor):
    made = [make.elevator(since=TODAY - timedelta(days=days)) for days in (3, 40, 16, 15)]
    first = visit_plans.due_today(actor("tech1"), TODAY, limit_to=3)
    assert [line.elevator.id for line in first.items] == [made[1].id, made[2].id, made[3].id]
    assert dict(first.counts) == {"overdue": 2, "due": 1, "soon": 0, "later": 1}
    rest = visit_plans.due_today(actor("tech1"), TODAY, limit_to=3, cursor=first.next)
    assert ([line.elevator.id for line in rest.items], rest.next) == ([made[0].id], None)
    pressing = visit_plans.due_today(actor("tech1"), TODAY, ("due",))
    assert [line.elevator.id for line in pressing.items] == [made[3].id]


@pytest.mark.parametrize("status", ["stopped", "scrapped", "not_in_use"])
def test_out_of_service_stops_the_clock(actor, status):
    make.elevator(status=status)
    assert visit_plans.due_today(actor("tech1"), TODAY).items == []


def test_a_company_sees_its_own_elevators_and_a_county_those_of_its_area(actor):
    own = make.elevator()
    make.elevator(company="company2", use_unit="property2", area_code="341321")

    def seen(login: str) -> list[int]:
        return [line.elevator.id for line in visit_plans.due_today(actor(login), TODAY).items]

    assert seen("tech1") == seen("county") == seen("property") == [own.id]
    assert len(seen("section")) == 2
    with pytest.raises(Forbidden):
        seen("filler")


def test_a_visit_starts_with_what_the_plan_asks_for(actor):
    elevator = make.elevator(since=TODAY - timedelta(days=80))
    start = visit_plans.start(actor("tech1"), elevator.label_code.lower(), None, TODAY)
    assert start.cycle == "quarter"
    assert {cycle: len(items) for cycle, items in start.items.items()} == {"half_month": 31, "quarter": 13}
    assert start.caller.login == "tech1"
    assert {person.login for person in start.colleagues} == {"company", "tech2"}
    assert visit_plans.start(actor("tech1"), elevator.label_code, "year", TODAY).cycle == "year"
    with pytest.raises(Invalid):
        visit_plans.start(actor("tech1"), elevator.label_code, "weekly", TODAY)
    with pytest.raises(Missing):
        visit_plans.start(actor("company2"), elevator.label_code, None, TODAY)


def test_an_elevator_nobody_maintains_has_no_plan(actor):
    elevator = make.elevator(since=TODAY + timedelta(days=1))
    assert visit_plans.plan_of(elevator, TODAY) is None
    assert visit_plans.plan_of(elevator, TODAY + timedelta(days=1)) is not None

"""The package for the phone: whose elevators, which items, how large."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.db import transaction
from registry.errors import Forbidden
from registry.models import LabelCode, Parameter
from registry.queries import field_work
from registry.services import visits
from tests import visits_factory as make

TODAY = clock.day_of(make.NOW)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def test_the_elevators_of_the_company_and_no_others(actor):
    late = make.elevator(since=TODAY - timedelta(days=20))
    calm = make.elevator(since=TODAY - timedelta(days=1))
    stopped = make.elevator(status="stopped")
    other = make.elevator(company="company2")
    work = field_work.work(actor("tech1"), TODAY)
    assert [place.elevator.id for place in work.places] == [late.id, calm.id, stopped.id]
    assert work.places[0].due_on == TODAY - timedelta(days=5)
    assert work.places[2].due_on is None
    assert [place.elevator.id for place in field_work.work(actor("company2"), TODAY).places] == [other.id]


def test_items_are_there_once_for_each_list(actor):
    make.elevator()
    make.elevator()
    make.elevator(kind="escalator")
    make.elevator(kind="firefighter")
    work = field_work.work(actor("tech1"), TODAY)
    assert {name: len(items) for name, items in work.items.items()} == {"A": 76, "D": 63}
    assert [place.items for place in work.places].count("A") == 2
    assert [place.items for place in work.places].count(None) == 1


def test_last_visit_colleagues_and_the_values_of_the_office(actor):
    elevator = make.elevator(fence_m=80)
    visits.record(actor("tech1"), make.visit(elevator.label_code))
    with transaction() as session:
        session.add(Parameter(key="paperless.min_minutes", value="25", since=date(2026, 1, 1)))
        session.add(Parameter(key="paperless.group_answers", value="0", since=date(2026, 1, 1)))
        session.add(LabelCode(code="SZ000OLD", status="replaced", elevator_id=elevator.id, issued_on=TODAY))
    work = field_work.work(actor("tech1"), TODAY)
    assert (work.me.login, [person.login for person in work.colleagues]) == ("tech1", ["company", "tech2"])
    assert work.limits["min_minutes_half_month"] == 25
    assert not work.group_answers
    assert work.places[0].last_on == TODAY
    assert work.places[0].codes == ("SZ000OLD",)


@pytest.mark.parametrize("login", ["property", "section", "filler", "insurer"])
def test_only_for_those_who_maintain(actor, login):
    with pytest.raises(Forbidden):
        field_work.work(actor(login), TODAY)

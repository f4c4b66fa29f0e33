"""What waits, runs out or runs late is told to whoever has to act, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry import clock
from registry.actor import SYSTEM
from registry.db import transaction
from registry.models import Certificate, Cylinder
from registry.services import notices
from seeds import cast
from tests import calls_factory, cylinder_factory, elevators_factory
from tests.hazards_factory import Clock
from tests.notices_factory import of, start, told
from tests.queries.test_indicators import visit


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    turned = Clock(monkeypatch)
    start()
    return turned


def gathered(time: Clock, **span: int) -> None:
    time.forward(**span)
    notices.gather(SYSTEM)
    notices.gather(SYSTEM)


def test_a_visit_that_waits_a_day_is_told_once_and_a_confirmed_one_never(time) -> None:
    lifts = [elevators_factory.maintained(cast.actor("section"), number) for number in (1, 2)]
    with transaction() as session:
        waits, confirmed = (visit(lift, clock.today(), None) for lift in lifts)
        confirmed.confirmed_at = clock.now()
        session.add_all([waits, confirmed])
    gathered(time, minutes=5)
    assert "visit_waits" not in told("property")
    for _day in range(4):
        gathered(time, days=1)
    assert [notice.subject_id for notice in of("property") if notice.kind == "visit_waits"] == [waits.id]
    assert "visit_waits" not in told("company")
    assert "visit_waits" not in told("property2")


def test_a_certificate_is_told_to_the_manager_unless_there_is_a_later_one(time) -> None:
    ends = clock.today() + timedelta(days=32)
    tech1, tech2 = cast.person("tech1"), cast.person("tech2")
    with transaction() as session:
        session.query(Certificate).filter(Certificate.person_id.in_((tech1.id, tech2.id))).delete()
        session.add(Certificate(person_id=tech1.id, item="T", number="T-1", expires_on=ends))
        session.add(Certificate(person_id=tech2.id, item="T", number="T-2", expires_on=ends))
        session.add(Certificate(person_id=tech2.id, item="T", number="T-3", expires_on=ends + timedelta(days=900)))
    gathered(time, days=1)
    assert "certificate_ends" not in told("company")
    for _day in range(4):
        gathered(time, days=1)
    (notice,) = [one for one in of("company") if one.kind == "certificate_ends"]
    assert (notice.day, notice.label) == (ends, f"T {tech1.name}")
    assert "certificate_ends" not in told("company2")
    assert "certificate_ends" not in told("tech1")


def test_a_station_is_told_once_of_all_its_cylinders_of_a_month(time) -> None:
    rows = [cylinder_factory.cylinder(serial_no=f"S{number}", register_no=None) for number in (1, 2)]
    with transaction() as session:
        for row in rows:
            kept = session.get_one(Cylinder, row.id)
            kept.status, kept.next_inspection_on = "in_use", date(2026, 12, 15)
    gathered(time, minutes=5)
    before = [one.day for one in of("filling") if one.kind == "cylinders_due"]
    assert date(2026, 12, 31) not in before
    for _week in range(5):
        gathered(time, days=7)
    days = [one.day for one in of("filling") if one.kind == "cylinders_due"]
    assert days.count(date(2026, 12, 31)) == 1
    assert "cylinders_due" not in told("filling2")


def test_the_clocks_of_a_call_are_told_once_each(time) -> None:
    row = calls_factory.taken(calls_factory.lift())
    gathered(time, seconds=30)
    assert not {"call_escalates", "call_late"} & set(told("desk"))
    for _minute in range(40):
        gathered(time, minutes=1)
    found = [(one.kind, one.key) for one in of("desk") if one.kind in ("call_escalates", "call_late")]
    assert sorted(found) == [
        ("call_escalates", f"call_escalates:{row.id}:level2"),
        ("call_escalates", f"call_escalates:{row.id}:level3"),
        ("call_late", f"call_late:{row.id}:arrive"),
    ]
    assert told("section").count("call_late") == 1
    assert not {"call_escalates", "call_late"} & set(told("company"))


def test_an_exercise_rings_nobody(time) -> None:
    calls_factory.taken(calls_factory.lift(), drill=True)
    gathered(time, minutes=40)
    assert not {"call_escalates", "call_late"} & set(told("desk"))

"""The daily check of a station's officers: owed only where one is appointed, from the day of the appointment on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from registry.db import transaction
from registry.models import SafetyAppointment, SafetyRecord
from registry.queries import gun_reading
from seeds import cast
from tests.safety_factory import NOW, TODAY

BEFORE = TODAY - timedelta(days=1)


def daily_check_open(station: int, day: date) -> bool | None:
    """As it is asked at the gun (R38)."""
    return gun_reading.yard(station, None, day).daily_check_open


@pytest.fixture
def station(app: Flask) -> int:
    """A station with an officer since today."""
    unit = cast.unit("station").id
    with transaction() as session:
        session.query(SafetyRecord).filter_by(unit_id=unit).delete()
        session.query(SafetyAppointment).filter_by(unit_id=unit).delete()
        session.add(
            SafetyAppointment(
                unit_id=unit,
                subject="filling",
                role="officer",
                person_id=cast.person("filling").id,
                document="任〔2026〕1号",
                since=TODAY,
            )
        )
    return unit


@pytest.mark.parametrize(("day", "is_open"), [(BEFORE, None), (TODAY, True)])
def test_the_check_is_owed_from_the_appointment_on(station: int, day: date, is_open: bool | None) -> None:
    assert daily_check_open(station, day) is is_open


def test_a_record_of_the_day_closes_it(station: int) -> None:
    values = {
        "ref": "r-1",
        "ref_digest": "d",
        "unit_id": station,
        "subject": "filling",
        "cycle": "daily",
        "person_id": cast.person("filling").id,
        "recorded_at": NOW,
        "counts_from": TODAY,
        "late": False,
        "zero_risk": True,
        "problem_count": 0,
        "content": {},
        "signature": {},
        "photos": [],
    }
    with transaction() as session:
        session.add(SafetyRecord(starts_on=TODAY, ends_on=TODAY, **values))
    assert daily_check_open(station, TODAY) is False
    assert daily_check_open(station, TODAY + timedelta(days=1)) is True

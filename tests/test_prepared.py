"""Statements made ready once: what goes in and comes out is what SQLAlchemy itself would put and read."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, bindparam, insert, literal, select
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.db import db, transaction
from registry.models import Scan, Unit, UnknownCode
from registry.prepared import Prepared, together
from seeds import cast

COLUMNS = [column.name for column in Scan.__table__.columns if column.name != "id"]
ROW = {
    **dict.fromkeys(COLUMNS),
    "purpose": "fill",
    "text": "气瓶'; --",
    "verdict": "allow",
    "legacy_code": "00",
    "findings": [{"rule": "R01", "text": "码"}],
    "position": {"lat": 33.6, "lon": 117.0},
}


def test_a_row_is_written_and_read_as_through_the_model(app) -> None:
    now = clock.now()
    with transaction():
        made = Prepared(insert(Scan), *COLUMNS).insert({**ROW, "at": now, "received_at": now})
    kept = db.session.get_one(Scan, made)
    for name, value in {**ROW, "at": now, "received_at": now}.items():
        assert getattr(kept, name) == value
    columns = [getattr(Scan, name) for name in COLUMNS]
    read = Prepared(select(*columns).where(Scan.id == bindparam("id"))).rows({"id": made})
    assert read == [tuple(getattr(kept, name) for name in COLUMNS)]


def test_a_parameter_asked_for_twice_and_one_that_is_fixed(app) -> None:
    on = bindparam("on", type_=Date)
    statement = Prepared(
        select(Unit.id, literal("x"), on).where(
            Unit.id == bindparam("unit"), on >= date(2000, 1, 1), Unit.id.is_not(None)
        )
    )
    unit, today = cast.unit("station").id, clock.today()
    (row,) = statement.alone({"unit": unit, "on": today})
    assert row == (unit, "x", today)
    assert together((statement, {"unit": unit, "on": today}), (statement, {"unit": -1, "on": today})) == [[row], []]


def test_a_mistake_is_an_error_of_the_database_that_tells_no_values(app) -> None:
    statement = Prepared(insert(Scan), *COLUMNS)
    with pytest.raises(IntegrityError) as raised, transaction():
        statement.insert({**ROW, "purpose": None, "at": clock.now(), "received_at": clock.now()})
    assert raised.value.params is None
    assert "parameters" not in str(raised.value)


def test_a_list_of_no_fixed_length_is_refused(app) -> None:
    with pytest.raises(ValueError, match="fixed length"):
        Prepared(select(UnknownCode.id).where(UnknownCode.kind.in_(["a", "b"]))).rows({})

"""Statements made ready once: what goes in and comes out is what SQLAlchemy itself would put and read."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, bindparam, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.db import db, transaction
from registry.models import LabelCode, Scan, TrailEntry, Unit, UnknownCode
from registry.prepared import Prepared, one_of, together
from seeds import cast
from tests import filling_factory as make

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


def test_what_a_column_gets_by_itself(app) -> None:
    made = make.cylinder()
    label = LabelCode.__table__
    before = clock.now()
    changed = Prepared(update(label).where(label.c.code == bindparam("of")).values(reason=bindparam("why")))
    added = Prepared(insert(label), "code", "scheme", "status", "issued_on", "reason", "prints")
    row = {"code": "X-1", "scheme": "maker", "status": "active", "issued_on": clock.today(), "reason": "", "prints": 0}
    with transaction() as session:
        changed.write({"of": made.label_code, "why": "x"})
        added.write(row)
        for code in (made.label_code, "X-1"):
            assert session.scalar(select(LabelCode.changed_at).where(LabelCode.code == code)) >= before


def test_a_mistake_is_an_error_of_the_database_that_tells_no_values(app) -> None:
    statement = Prepared(insert(Scan), *COLUMNS)
    with pytest.raises(IntegrityError) as raised, transaction():
        statement.insert({**ROW, "purpose": None, "at": clock.now(), "received_at": clock.now()})
    assert raised.value.params is None
    assert "parameters" not in str(raised.value)


def test_a_list_of_no_fixed_length_is_refused(app) -> None:
    with pytest.raises(ValueError, match="fixed length"):
        Prepared(select(UnknownCode.id).where(UnknownCode.kind.in_(["a", "b"]))).rows({})


def test_what_nobody_waits_for_is_there_for_whoever_looks_and_gone_with_its_transaction(app) -> None:
    note = Prepared(insert(TrailEntry), "at", "act", "subject", "role", "request_id", "data")
    given = {
        "at": clock.now(),
        "act": "seal.made",
        "subject": "kept",
        "role": "system",
        "request_id": "",
        "data": {"no": 1},
    }
    count = select(func.count()).where(TrailEntry.subject == bindparam("subject"))
    with transaction() as session:
        note.write(given)
        assert session.scalar(count, {"subject": "kept"}) == 1
        note.write(given)
    assert db.session.scalar(count, {"subject": "kept"}) == 2
    broken = {**ROW, "purpose": None, "at": clock.now(), "received_at": clock.now()}

    def fail() -> None:
        with transaction():
            note.write({**given, "subject": "let go"})
            Prepared(insert(Scan), *COLUMNS).insert(broken)

    with pytest.raises(IntegrityError):
        fail()
    with transaction():
        note.write({**given, "subject": "after"})
    assert Prepared(count).rows({"subject": "let go"}) == [(0,)]
    assert Prepared(count).rows({"subject": "after"}) == [(1,)]


def test_what_nobody_waits_for_fails_its_transaction_at_the_end(app) -> None:
    note = Prepared(insert(TrailEntry), "at", "act", "subject", "role", "request_id", "data")
    with pytest.raises(IntegrityError) as raised, transaction():
        note.write({"at": clock.now(), "act": None, "subject": "bad", "role": "system", "request_id": "", "data": {}})
    assert raised.value.params is None


def test_what_the_driver_had_the_server_forget_is_made_ready_again(app) -> None:
    one = Prepared(select(Unit.id).where(Unit.id == bindparam("unit")))
    unit = cast.unit("station").id
    for _ in range(3):
        for _ in range(8):  # often enough for the driver to keep something ready itself
            db.session.scalar(select(func.count()).select_from(Unit))
        assert one.rows({"unit": unit}) == [(unit,)]
        db.session.rollback()


@pytest.mark.parametrize("values", [[], ["a"], ["a", 'b"]},\\', "c'; --", "码", "NULL", ""]])
def test_one_of_many_texts_in_one_statement(app, values) -> None:
    with transaction() as session:
        for code in ("a", 'b"]},\\', "c'; --", "码", "NULL", "", "other"):
            session.add(LabelCode(code=code, scheme="test", status="active", issued_on=clock.today()))
    statement = Prepared(select(LabelCode.code).where(one_of(LabelCode.code, "codes"), LabelCode.scheme == "test"))
    assert sorted(code for (code,) in statement.rows({"codes": values})) == sorted(values)


def test_one_of_many_numbers(app) -> None:
    first, second = cast.unit("station").id, cast.actor("section").unit_id
    statement = Prepared(select(Unit.id).where(one_of(Unit.id, "units")).order_by(Unit.id))
    assert statement.rows({"units": [first, second, -1]}) == [(id_,) for id_ in sorted((first, second))]

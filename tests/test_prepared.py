"""Statements made ready once: what goes in and comes out is what SQLAlchemy itself would put and read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import Date, DateTime, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session, sessionmaker

from registry import clock, journeys
from registry.db import db, transaction
from registry.models import LabelCode, Scan, TrailEntry, Unit, UnknownCode
from registry.models.base import UtcMoment
from registry.prepared import Prepared, one_of, together
from registry.services import fill_cycles
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import check

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


def test_a_list_of_texts_arrives_as_it_is(app) -> None:
    names = ["a,b", 'c"d', "e\\f", "{g}", "NULL", "", "甲 乙", "h"]
    first = {"issued_on": clock.today(), "scheme": "maker", "status": "active", "reason": "", "prints": 0}
    with transaction() as session:
        session.add_all(LabelCode(code=name, **first) for name in names)
    found = Prepared(select(LabelCode.code).where(one_of(LabelCode.code, "codes"))).rows({"codes": names[:-1]})
    assert {code for (code,) in found} == set(names[:-1])


def test_a_moment_is_written_as_sqlalchemy_writes_it_on_sqlite() -> None:
    dialect, noon = sqlite.dialect(), datetime(2026, 11, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    own, plain = UtcMoment().bind_processor(dialect), DateTime().dialect_impl(dialect).bind_processor(dialect)
    for moment in (noon, noon.replace(microsecond=7), noon.replace(hour=3)):
        assert own(moment) == plain(moment.astimezone(UTC).replace(tzinfo=None))
    assert own(None) is None
    with pytest.raises(ValueError, match="zone"):
        own(noon.replace(tzinfo=None))


@pytest.mark.postgres
def test_reading_alone_leaves_the_connection_as_it_is(app, monkeypatch) -> None:
    """Between two scans, whose commits nobody waits for, a token is read."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite sets nothing for a transaction")
    told, execute = [], psycopg.Connection.execute
    with monkeypatch.context() as patch:  # a session of its own: that of a test lives inside one transaction
        patch.setattr(db, "session", scoped_session(sessionmaker(bind=db.engine)))
        patch.setattr(psycopg.Connection, "execute", lambda *on, **way: told.append(on[1]) or execute(*on, **way))
        for _ in range(3):
            assert Prepared(select(literal(1))).alone({}) == [(1,)]
            with transaction(durable=False):
                pass
        db.session.remove()
    assert [text for text in told if "synchronous_commit" in text] == ["SET synchronous_commit = off"]
    db.engine.dispose()


@pytest.mark.postgres
def test_a_scan_travels_five_times(api_of, monkeypatch) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server to travel to")
    gun, made = api_of("filler"), []
    row = make.cylinder()
    fill_cycles.precheck(cast.actor("checker"), check(row))
    asked = {"code": row.label_code, "purpose": "fill", "gun": "1", "medium": "lpg"}
    first = gun.post("/scans", asked)
    assert first.json.get("verdict") == "allow", first.json
    travel = journeys.travel
    monkeypatch.setattr(journeys, "travel", lambda *on, **way: made.append(on) or travel(*on, **way))
    assert gun.post("/scans", asked).json["verdict"] == "allow"
    # For the token, all that is known, the scan, the leave of the gun, COMMIT.
    assert len(made) == 5


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

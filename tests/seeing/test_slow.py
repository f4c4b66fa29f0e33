"""Slow statements are in the log without values, also those that pass SQLAlchemy's cursors by; off costs nothing."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import bindparam, select, text

from registry import audit, journeys, prepared, slow
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.models import Beat
from registry.prepared import Prepared

SECRET = "13805570001"


@pytest.fixture
def told(app, caplog):
    """The log of statements that take any time at all."""
    caplog.set_level(logging.WARNING, "registry.slow")
    end = slow.watch(0)
    yield lambda: [record.getMessage() for record in caplog.records if record.name == "registry.slow"]
    end()


def test_statements_are_told_without_values(told) -> None:
    db.session.execute(select(Beat.id).where(Beat.name == SECRET)).all()
    db.session.execute(text(f"SELECT '{SECRET}', 42 WHERE 1 = 1")).all()
    found = told()
    assert any("FROM beat" in line for line in found)
    assert "slow statement: SELECT ?, ? WHERE ? = ?" in found
    assert SECRET not in str(found)


def test_statements_of_the_gun_are_measured_where_they_go(told) -> None:
    statement = Prepared(select(Beat.id).where(Beat.name == bindparam("name", required=True)))
    with transaction():
        assert statement.rows({"name": SECRET}) == []
    assert any("FROM beat" in line for line in told())
    assert SECRET not in str(told())


def test_an_entry_of_the_trail_is_measured(told) -> None:
    with transaction():
        audit.record(SYSTEM, "seed.step_taken", None, name=SECRET, step="x", on=None)
        db.session.execute(select(Beat.id)).all()
    assert SECRET not in str(told())


def test_how_long_it_took_is_told_and_not_more_than_a_page(told, caplog) -> None:
    many = ", ".join(f"name_{number}" for number in range(1000))
    db.session.execute(text(f"SELECT 1 AS {many.replace(', ', ', 1 AS ')}")).all()
    (line,) = [record for record in caplog.records if "name_" in record.getMessage()]
    assert line.ms >= 0
    assert len(line.getMessage()) < slow.MOST + 50


def test_only_slow_ones_are_told(app, caplog) -> None:
    end = slow.watch(60_000)
    db.session.execute(select(Beat.id)).all()
    end()
    assert [record for record in caplog.records if record.name == "registry.slow"] == []


def test_off_nothing_stands_in_the_way(app) -> None:
    assert not hasattr(journeys.travel, "__wrapped__")
    assert not hasattr(prepared._Sqlite._execute, "__wrapped__")
    slow.watch(5)()
    assert not hasattr(journeys.travel, "__wrapped__")
    assert not hasattr(prepared._Sqlite._execute, "__wrapped__")

"""A scan reads before it takes SQLite's write lock: others write meanwhile, and what it writes is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import func, select, update

from registry.db import db, transaction
from registry.models import Person, Scan, TrailEntry
from registry.queries import gun_judging
from registry.services import scans
from seeds import cast
from tests import filling_factory as make
from tests.conftest import POSTGRES

pytestmark = pytest.mark.skipif(POSTGRES, reason="PostgreSQL has no one lock for all that write")


def may_write() -> bool:
    """Whether another process could write now."""
    with closing(sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


def test_others_write_until_the_first_write(app) -> None:
    person = cast.actor("filler").person_id
    with transaction(late=True):
        assert may_write()
        db.session.execute(update(Person).where(Person.id == person).values(name="改名"))
        assert not may_write()
    assert may_write()
    with transaction():
        assert not may_write()


@pytest.mark.parametrize("name", ["改名", ""])
def test_what_was_begun_late_is_undone_whole(app, name) -> None:
    names = select(Person.name).order_by(Person.id)
    before = db.session.scalars(names).all()

    def broken() -> None:
        with transaction(late=True):
            if name:
                db.session.execute(update(Person).values(name=name))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert db.session.scalars(names).all() == before
    with transaction():  # the same connection as before, which left nothing to do later
        assert not may_write()


def test_a_scan_is_read_and_judged_while_others_write(app, monkeypatch) -> None:
    cylinder, seen, judge = make.cylinder(), [], gun_judging.AtGun.judge

    def looking(*given, **more):
        seen.append(may_write())
        return judge(*given, **more)

    monkeypatch.setattr(gun_judging.AtGun, "judge", looking)
    asked = {"code": cylinder.label_code, "purpose": "fill", "gun": "1", "medium": cylinder.medium}
    answer = scans.scan(cast.actor("filler"), asked)
    assert seen == [True]
    assert db.session.get_one(Scan, answer.scan.id).verdict == answer.judged.answer
    entries = select(func.count(TrailEntry.id)).where(TrailEntry.act == "scan.recorded")
    assert db.session.scalar(entries.where(TrailEntry.subject_id == answer.scan.id)) == 1

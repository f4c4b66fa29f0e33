"""A connection that breaks in the middle of a transaction is let go; the next one works."""

from __future__ import annotations

from sqlalchemy import func, select

from registry.db import db
from registry.models import Person
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture


def test_the_session_goes_on_after_its_connection_broke(separate) -> None:  # noqa: F811
    before = db.session.scalar(select(func.count(Person.id)))
    db.session.connection().invalidate()
    db.session.rollback()
    assert db.session.scalar(select(func.count(Person.id))) == before

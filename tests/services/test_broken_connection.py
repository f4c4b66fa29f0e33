"""A connection that breaks is let go, and said to be away; the next one works."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry import files
from registry.db import DatabaseAway, db, transaction
from registry.models import Person
from tests.conftest import POSTGRES, POSTGRES_URL
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture


def people() -> int:
    return db.session.scalar(select(func.count(Person.id)))


def test_the_session_goes_on_after_its_connection_broke(separate) -> None:  # noqa: F811
    before = people()
    db.session.connection().invalidate()
    db.session.rollback()
    assert people() == before


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no connections to end")
@pytest.mark.parametrize("durable", [True, False])
def test_a_verb_whose_connection_was_ended_says_that_the_database_is_away(separate, durable) -> None:  # noqa: F811
    before = people()
    own = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.rollback()
    with psycopg.connect(POSTGRES_URL.replace("+psycopg", "", 1), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))
    with pytest.raises(DatabaseAway) as away, transaction(durable=durable):
        people()
    assert isinstance(away.value, DBAPIError)
    with transaction(durable=durable):
        assert people() == before


@pytest.fixture
def _short_files() -> Iterator[None]:
    """No file of this process may become longer than a few bytes: writing fails in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("_short_files")
def test_a_file_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    digest = files.keep(tmp_path, b"short")
    with pytest.raises(OSError, match="too large"):
        files.keep(tmp_path, b"longer than the process may write")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [files.path_of(tmp_path, digest)]


@pytest.mark.usefixtures("_short_files")
def test_a_piece_that_cannot_be_written_whole_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too large"):
        files.write_part(tmp_path, "1-a", 0, b"longer than the process may write")


def test_pieces_lie_where_they_belong(tmp_path: Path) -> None:
    files.write_part(tmp_path, "1-a", 3, b"def")
    files.write_part(tmp_path, "1-a", 0, b"abc")
    assert files.read_part(tmp_path, "1-a") == b"abcdef"

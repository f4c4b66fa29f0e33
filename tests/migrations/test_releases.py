"""A register made by each released version, with its data, is brought to the newest revision and works.

`scripts/freeze_release.py COMMIT` adds a release: once, when it is made.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from blueprints.app import create_app
from registry import backup, codes, partitions, schema
from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import Base, db, transaction
from registry.queries import seals
from scripts.freeze_release import BASE_URL, RELEASES, SECRET
from tests.conftest import POSTGRES, POSTGRES_URL, session_of

ENGINE = "postgresql" if POSTGRES else "sqlite"
REVISIONS = sorted(path.stem for path in RELEASES.glob("*.json"))
# What the reference rows and 0038 (an administrator keeps all three administrations) add; nothing of the trail.
GROWN = {"area", "indicator_target", "holiday", "membership"}
PAGES = {
    "section": [
        "/",
        "/elevators",
        "/cylinders",
        "/hazards",
        "/units",
        "/visits",
        "/inspections",
        "/policies",
        "/cases",
    ],
    "filling": ["/", "/filling", "/cylinders"],
    "company": ["/", "/visits", "/contracts"],
    "desk": ["/calls"],
}


@pytest.fixture(scope="module", params=REVISIONS)
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The register of that release, as it was and then upgraded in the way an operator does: `app`, what its maker
    said of it, and its rows `before` and `after`."""
    folder, before = tmp_path_factory.mktemp("release"), settings_of.current()
    dump = gzip.decompress((RELEASES / f"{request.param}.{ENGINE}.sql.gz").read_bytes()).decode()
    url = f"sqlite:///{folder / 'registry.sqlite3'}"
    admin, name = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT"), f"registry_release_{time.time_ns()}"
    if POSTGRES:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = admin.url.set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(url.replace("+psycopg", "", 1)) as base:
            base.execute(dump)
    else:
        with closing(sqlite3.connect(folder / "registry.sqlite3")) as base:
            base.executescript(dump)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_INSTANCE_DIR", str(folder))
        patch.setenv("REGISTRY_DATABASE_URL", url)
        patch.setenv("REGISTRY_SECRET_KEY", SECRET)
        patch.setenv("REGISTRY_BASE_URL", BASE_URL)
        patch.setenv("REGISTRY_SECURE_COOKIES", "0")
        app = create_app(settings_of.load())
    about = json.loads((RELEASES / f"{request.param}.json").read_text(encoding="utf-8"))[ENGINE]
    with app.app_context():
        was = backup.database().contents_now()
        said = app.test_cli_runner().invoke(args=["database", "prepare"])
        assert said.exit_code == 0, said.output
        yield {"app": app, "before": was, "after": backup.database().contents_now(), **about}
        db.session.remove()
        db.engine.dispose()
    settings_of.configure(before)
    if POSTGRES:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_there_are_releases() -> None:
    assert len(REVISIONS) >= 4
    sizes = {path.name: path.stat().st_size for path in RELEASES.glob("*.sql.gz")}
    assert len(sizes) == 2 * len(REVISIONS)
    assert max(sizes.values()) < 300_000


def test_every_row_is_there_and_the_schema_is_that_of_the_models(release) -> None:
    before, after = release["before"], release["after"]
    assert before.revision == release["revision"]
    assert after.revision == schema.state()[1]
    assert before.in_use
    fewer = {
        table: (count, after.counts.get(table))
        for table, count in before.counts.items()
        if (after.counts.get(table) or 0) < count
    }
    assert not fewer
    more = {table for table, count in before.counts.items() if after.counts[table] > count}
    assert more <= GROWN | {"trail_entry"}
    with db.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True, "include_object": partitions.made_here}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_what_points_at_rows_leads_to_them(release) -> None:
    if not POSTGRES:
        assert db.session.execute(text("PRAGMA foreign_key_check")).fetchall() == []
        return
    unchecked = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated"
    assert db.session.execute(text(unchecked)).fetchall() == []


@pytest.mark.parametrize("table", ["trail_entry", "hazard_step", "cylinder_event", "seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_may_only_grow_still_refuses(release, table: str, statement: str) -> None:
    assert release["before"].counts[table] > 0
    with pytest.raises(DBAPIError, match="can only grow"), transaction() as session:
        session.execute(text(statement.format(table)))


@pytest.mark.parametrize("login", PAGES)
def test_its_people_find_their_pages(release, login: str) -> None:
    browser = release["app"].test_client()
    browser.set_cookie("registry_session", session_of(login))
    answers = {path: browser.get(path, follow_redirects=True).status_code for path in PAGES[login]}
    assert answers == dict.fromkeys(PAGES[login], 200)


def test_labels_that_it_printed_still_scan(release) -> None:
    stranger, keys = release["app"].test_client(), settings_of.current().label_keys
    assert release["labels"]
    for label in release["labels"]:
        scanned = codes.split(label)
        assert codes.verify(scanned, keys) == "ok"
        assert codes.verify(codes.Scanned(scanned.code, "0" * codes.MAC_LENGTH), keys) == "bad_mac"
        page = stranger.get(f"/Q/{label.rpartition('/')[2]}", headers={"Accept": "application/json"})
        assert page.status_code == 200
        assert scanned.code in page.text


def test_its_trail_is_what_was_sealed(release) -> None:
    assert release["after"].seal == release["before"].seal
    assert release["before"].seal.root == release["root"]
    assert list(seals.verify(SYSTEM)) == []

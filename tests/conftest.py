"""One registry per worker, put back to the cast before every test, on SQLite or PostgreSQL (TEST_DATABASE)."""

from __future__ import annotations

import gc
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import scoped_session, sessionmaker

from blueprints.app import create_app
from registry import clock
from registry import settings as settings_of
from registry.actor import Actor
from registry.db import db, transaction
from registry.models import SignIn
from registry.queries.accounts import actor_of_login, digest
from registry.services import accounts
from seeds import cast, reference_rows
from tests import wheel

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

POSTGRES = os.environ.get("TEST_DATABASE") == "postgresql"
MEMORY = Path("/dev/shm")
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with `slow` tests come first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def wheel_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A wheel of this checkout, built once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return wheel.built(folder if worker_id == "master" else folder.parent)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """An empty database of this worker."""
    if not POSTGRES:
        # In memory where the machine offers it: every write waits for the disk, and a test run has many thousands.
        with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else tmp_path_factory.mktemp("db")) as folder:
            yield f"sqlite:///{Path(folder) / 'registry.sqlite3'}"
        return
    name = f"registry_test_{os.getpid()}_{worker_id}"
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def built_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over a migrated database that holds the reference rows and the cast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_INSTANCE_DIR", str(tmp_path_factory.mktemp("instance")))
        patch.setenv("REGISTRY_DATABASE_URL", database_url)
        patch.setenv("REGISTRY_SECRET_KEY", "a secret that only tests know, long enough")
        app = create_app(settings_of.load())
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        upgrade()
        reference_rows.load()
        cast.build()
        db.session.remove()
        if not POSTGRES:
            path = Path(database_url.removeprefix("sqlite:///"))
            copy_database(path, path.with_suffix(".template"))
    # As wsgi.py does: what stays for the whole run is not looked through for rubbish again and again.
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    return app


@pytest.fixture
def app(built_app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application in an app context, its database as the cast left it.

    SQLite: the pages are copied back. PostgreSQL: the test runs inside a transaction that is rolled back.
    """
    with built_app.app_context():
        if POSTGRES:
            yield from _in_one_transaction(built_app, monkeypatch)
            return
        path = Path(database_url.removeprefix("sqlite:///"))
        copy_database(path.with_suffix(".template"), path)
        yield built_app
        db.session.remove()
        db.engine.dispose()


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database page by page, whatever connections are open on it."""
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)


def copy_on_postgres(connection: Connection, source: str, target: str) -> None:
    """A database like another one. PostgreSQL copies none that somebody uses: who was left behind is sent away."""
    of_source = "FROM pg_stat_activity WHERE datname = :source AND pid <> pg_backend_pid()"
    connection.execute(text(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)"))
    connection.execute(text(f"SELECT pg_terminate_backend(pid, 10000) {of_source}"), {"source": source})
    connection.execute(text(f"CREATE DATABASE {target} TEMPLATE {source}"))


def _in_one_transaction(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    with db.engine.connect() as connection:
        outer = connection.begin()
        options: dict[str, Any] = {"expire_on_commit": False, "autoflush": False}
        maker = sessionmaker(bind=connection, join_transaction_mode="create_savepoint", **options)
        with monkeypatch.context() as patch:
            patch.setattr(db, "session", scoped_session(maker))
            yield app
            db.session.remove()
        outer.rollback()


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    """`actor("section")`: one of the cast as an actor."""
    return cast.actor


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def browser_of(app: Flask) -> Callable[[str], FlaskClient]:
    """`browser_of("section")`: a signed-in browser of one of the cast."""

    def make(login: str) -> FlaskClient:
        browser = app.test_client()
        browser.set_cookie("registry_session", session_of(login))
        return browser

    return make


def session_of(login: str) -> str:
    """A session as a sign-in opens it, without the password: checking one takes longer than most tests."""
    actor, secret, now = actor_of_login(login), secrets.token_urlsafe(32), clock.now()
    if actor is None:
        raise LookupError(login)
    opened = {"person_id": actor.person_id, "membership_id": actor.membership_id, "started_at": now, "seen_at": now}
    with transaction() as session:
        session.add(SignIn(token_hash=digest(secret), **opened))
    return secret


class ApiClient:
    """A program with the bearer token of one of the cast."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=self.headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1{path}", json=body, headers=self.headers)


@pytest.fixture
def api_of(app: Flask) -> Callable[[str], ApiClient]:
    """`api_of("filler")`: an API client of one of the cast."""

    def make(login: str) -> ApiClient:
        return ApiClient(app.test_client(), accounts.create_token(cast.actor(login), "test", 1))

    return make

"""A city in which something of every kind belongs to somebody: a database of its own, built once for each worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import scoped_session, sessionmaker

from registry.db import db
from tests.attacks import victims
from tests.conftest import POSTGRES, POSTGRES_URL, copy_database, copy_on_postgres

OPTIONS: dict[str, Any] = {"expire_on_commit": False, "autoflush": False}


@dataclass
class City:
    """The application over it."""

    app: Flask


def copy_of(url: str) -> str:
    """A second database like that of the cast; its address."""
    if not POSTGRES:
        path = Path(url.removeprefix("sqlite:///"))
        copy_database(path.with_suffix(".template"), path.with_suffix(".attacks"))
        return f"sqlite:///{path.with_suffix('.attacks')}"
    name = make_url(url).database or ""
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        copy_on_postgres(connection, name, f"{name}_attacks")
    admin.dispose()
    return make_url(url).set(database=f"{name}_attacks").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def populated(built_app: Flask, database_url: str) -> Iterator[Engine]:
    """The demo's equipment and both sides, committed."""
    with built_app.app_context(), pytest.MonkeyPatch.context() as patch:
        db.session.remove()
        db.engine.dispose()  # PostgreSQL copies no database that somebody uses
        engine = create_engine(copy_of(database_url))
        patch.setattr(db, "session", scoped_session(sessionmaker(bind=engine, **OPTIONS)))
        victims.build()
        db.session.remove()
    yield engine
    name = engine.url.database
    engine.dispose()
    if POSTGRES:
        admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def city(built_app: Flask, populated: Engine) -> Iterator[City]:
    """The application over that city. PostgreSQL: in a transaction that is rolled back. SQLite: its pages copied to
    where the application looks, because a bearer token is asked for on a connection of its own."""
    if not POSTGRES:
        yield from _copied(built_app, populated)
        return
    with built_app.app_context(), populated.connect() as connection, pytest.MonkeyPatch.context() as patch:
        outer = connection.begin()
        maker = sessionmaker(bind=connection, join_transaction_mode="create_savepoint", **OPTIONS)
        patch.setattr(db, "session", scoped_session(maker))
        yield City(built_app)
        db.session.remove()
        outer.rollback()


def _copied(app: Flask, populated: Engine) -> Iterator[City]:
    with app.app_context():
        db.session.remove()
        path = Path(db.engine.url.database or "")
        copy_database(Path(populated.url.database or ""), path)
        yield City(app)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(city: City) -> Flask:
    return city.app

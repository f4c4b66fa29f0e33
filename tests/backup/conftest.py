"""Registries of their own, on the database of this run: one is copied, others are what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from blueprints.app import create_app
from registry import settings as settings_of
from registry.db import db
from tests.conftest import POSTGRES, POSTGRES_URL, copy_database, copy_on_postgres

Place = Callable[..., AbstractContextManager[Flask]]


@pytest.fixture(scope="module")
def place(built_app: Flask, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """`with place("a", filled=True) as app:` a registry in a folder and a database of its own, empty or with the cast,
    inside its context; again with the same name, the same registry."""
    before, stamp, made = settings_of.current(), time.time_ns(), {}
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT") if POSTGRES else None

    def url_of(name: str, folder: Path, filled: bool) -> str:
        if admin is None:
            if filled:
                template = Path(database_url.removeprefix("sqlite:///")).with_suffix(".template")
                copy_database(template, folder / "registry.sqlite3")
            return f"sqlite:///{folder / 'registry.sqlite3'}"
        database, template = f"registry_backup_{name}_{stamp}", make_url(database_url).database or ""
        with built_app.app_context():
            db.engine.dispose()
        with admin.connect() as connection:
            copy_on_postgres(connection, template if filled else "template0", database)
        return admin.url.set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def make(name: str, filled: bool = False) -> Iterator[Flask]:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("REGISTRY_INSTANCE_DIR", str(folder))
                patch.setenv("REGISTRY_DATABASE_URL", url_of(name, folder, filled))
                patch.setenv("REGISTRY_SECRET_KEY", f"the secret of the registry {name}, which is long enough")
                patch.setenv("REGISTRY_LABEL_KEYS", "1=a label key that all of them have")
                made[name] = create_app(settings_of.load()), settings_of.current()
        app, settings = made[name]
        settings_of.configure(settings)
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    yield make
    settings_of.configure(before)
    if admin is not None:
        with admin.connect() as connection:
            for name in made:
                connection.execute(text(f"DROP DATABASE registry_backup_{name}_{stamp} WITH (FORCE)"))
        admin.dispose()

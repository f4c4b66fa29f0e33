"""A version starts on its own schema, warns of an older one and refuses one from the future."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from blueprints.app import create_app
from registry import settings as settings_of
from registry.schema import SchemaError, knows, stand_on, state
from tests.conftest import POSTGRES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def at(app, database_url):
    """`at("0012")`: the database says that it has this schema, until the test ends."""

    def say(revision: str) -> None:
        with create_engine(database_url).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    head = state()[1]
    yield say
    say(head)


def test_its_own_schema_is_stood_on(app, caplog) -> None:
    stand_on()
    assert not caplog.records


def test_an_older_schema_is_warned_of(app, at, caplog) -> None:
    at("0012")
    with caplog.at_level(logging.WARNING):
        stand_on()
    assert "has schema 0012" in caplog.text
    assert "flask db upgrade" in caplog.text


def test_a_schema_from_the_future_is_refused(app, at) -> None:
    at("9999")
    with pytest.raises(SchemaError, match="has schema 9999, which this version does not know"):
        stand_on()
    assert not knows("9999")
    assert knows("0001")
    assert app.test_client().get("/readyz").status_code == 503


@pytest.mark.parametrize("command", [["jobs", "run", "--once"], ["night", "all"], ["audit", "seal"]], ids=" ".join)
def test_work_in_the_background_refuses_it_too(app, at, command) -> None:
    at("9999")
    said = app.test_cli_runner().invoke(args=command)
    assert isinstance(said.exception, SchemaError) or "9999" in said.output
    assert said.exit_code != 0


@pytest.mark.skipif(POSTGRES, reason="the start does not depend on the database")
def test_a_server_does_not_start_on_it_and_the_commands_of_migrations_do(tmp_path) -> None:
    base = tmp_path / "registry.sqlite3"
    settings = {"REGISTRY_INSTANCE_DIR": str(tmp_path), "REGISTRY_DATABASE_URL": f"sqlite:///{base}"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False
        )

    with sqlite3.connect(base) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    for server in (("flask", "--app", "wsgi", "run", "--port", "0"), ("gunicorn", "--check-config", "wsgi:app")):
        said = run(*server)
        assert said.returncode != 0
        assert "the database has schema 9999" in said.stderr + said.stdout
    assert run("flask", "--app", "wsgi", "db", "heads").returncode == 0


def test_a_database_that_is_away_is_waited_for(tmp_path, caplog, monkeypatch) -> None:
    before = settings_of.current()
    monkeypatch.setenv("REGISTRY_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with create_app(settings_of.load()).app_context():
        stand_on()
    settings_of.configure(before)
    assert "the database is away" in caplog.text

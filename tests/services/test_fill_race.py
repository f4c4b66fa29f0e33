"""Ten processes record a fill of the same cylinder at the same moment: one turn, nine refused with a sentence."""

import multiprocessing
import time
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text

from blueprints.app import create_app
from registry import settings as settings_of
from registry.db import db
from registry.errors import RegistryError
from registry.models import CylinderEvent, FillCycle, Filling, TrailEntry
from registry.services import filling
from seeds import cast, reference_rows
from tests import filling_factory as make
from tests.conftest import POSTGRES, POSTGRES_URL

PROCESSES = 10
FORK = multiprocessing.get_context("fork")


def fill_at(app: Flask, data: dict[str, Any], ready: Any, answers: Any) -> None:
    """What each process does: be ready, wait for the others, record its fill, say what came of it."""
    with app.app_context():
        filler = cast.actor("filler")
        db.session.rollback()
        ready.wait(30)
        try:
            answers.put(("kept", filling.record(filler, data).filling.ref))
        except RegistryError as error:
            answers.put((type(error).__name__, str(error.detail)))
        except Exception as error:
            answers.put((type(error).__name__, repr(error)))


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A registry of its own that other processes can open."""
    url, admin, name = f"sqlite:///{tmp_path / 'registry.sqlite3'}", None, f"registry_race_{time.time_ns()}"
    if POSTGRES:
        admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = admin.url.set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("REGISTRY_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    monkeypatch.setenv("REGISTRY_SECRET_KEY", "a secret that only tests know, long enough")
    before = settings_of.current()
    app = create_app(settings_of.load())
    with app.app_context():
        upgrade()
        reference_rows.load()
        cast.build()
        yield app
        db.session.remove()
        db.engine.dispose()
    settings_of.configure(before)
    if admin is not None:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def test_ten_processes_filling_one_cylinder_leave_one_turn(registry) -> None:
    row = make.cylinder()
    sent = [make.fill(row) for _ in range(PROCESSES)]
    cylinder = row.id
    db.session.remove()
    db.engine.dispose()  # no connection is shared
    ready, answers = FORK.Barrier(PROCESSES), FORK.Queue()
    started = [FORK.Process(target=fill_at, args=(registry, data, ready, answers)) for data in sent]
    for process in started:
        process.start()
    came = [answers.get(timeout=60) for _ in started]
    for process in started:
        process.join(30)
    kept = [answer for answer in came if answer[0] == "kept"]
    refused = [answer for answer in came if answer[0] != "kept"]
    assert len(kept) == 1
    assert {kind for kind, _ in refused} == {"StillOpen"}
    assert all("还没有完成" in sentence for _, sentence in refused)
    for model in (Filling, FillCycle):
        assert db.session.scalar(select(func.count()).where(model.cylinder_id == cylinder)) == 1
    events = select(func.count()).where(CylinderEvent.cylinder_id == cylinder, CylinderEvent.kind == "fill")
    entries = select(func.count()).select_from(TrailEntry).where(TrailEntry.act == "filling.recorded")
    assert db.session.scalar(events) == 1
    assert db.session.scalar(entries.where(TrailEntry.data["cylinder_id"].as_integer() == cylinder)) == 1

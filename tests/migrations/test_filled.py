"""A register with rows in it is brought to the newest revision: what points at a table that is altered stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade

from blueprints.app import create_app
from registry import settings
from registry.db import db

BEFORE = "0026"  # the revision before cases got their hearings
TYPES = {"INTEGER": 0, "BOOLEAN": 0, "DATE": "2026-10-01", "DATETIME": "2026-10-01 08:00:00", "JSON": "{}"}


def put(base: sqlite3.Connection, table: str, **given: Any) -> None:
    """One row; what it must have and is not given is anything of its type."""
    for _, name, kind, needed, default, is_key in base.execute(f"PRAGMA table_info({table})"):
        if needed and default is None and name not in given and not is_key:
            given[name] = TYPES.get(kind, "x")
    names = ", ".join(given)
    base.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(given))})", [*given.values()])


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A database of that revision, and the application over it."""
    before = settings.current()
    monkeypatch.setenv("REGISTRY_INSTANCE_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{tmp_path / 'older.sqlite3'}")
    app = create_app(settings.load())
    with app.app_context():
        upgrade(revision=BEFORE)
        db.session.remove()
        yield tmp_path / "older.sqlite3"
        db.session.remove()
        db.engine.dispose()
    settings.configure(before)


def fill(file: Path) -> None:
    base = sqlite3.connect(file)
    put(base, "area", code="341302", name="埇桥区", position=1)
    put(base, "unit", id=1, area_code="341302")
    put(base, "enforcement_case", id=1, no="A-1", area_code="341302", unit_id=1, fine_yuan=20_000, state="told")
    put(base, "case_clock", id=1, case_id=1, key="statement", starts_on="2026-10-23", due_on="2026-10-30",
        first_due_on="2026-10-28")  # fmt: skip
    assert not base.execute("PRAGMA foreign_key_check").fetchall()
    base.commit()
    base.close()


def test_a_filled_register_comes_along(older: Path) -> None:
    fill(older)
    upgrade()
    base = sqlite3.connect(older)
    assert base.execute("SELECT told_yuan, told_on FROM enforcement_case").fetchall() == [(20_000, "2026-10-23")]
    assert base.execute("SELECT case_id, extensions FROM case_clock").fetchall() == [(1, 1)]
    base.close()
    assert db.session.execute(db.text("PRAGMA foreign_keys")).scalar() == 1


def test_rows_that_point_nowhere_stop_it(older: Path) -> None:
    fill(older)
    base = sqlite3.connect(older)
    base.execute("DELETE FROM enforcement_case")
    base.commit()
    base.close()
    with pytest.raises(SystemExit, match="point nowhere"):
        upgrade()
    base = sqlite3.connect(older)
    assert base.execute("SELECT version_num FROM alembic_version").fetchall() == [(BEFORE,)]
    base.close()

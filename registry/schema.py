"""Whether the database in front of us is the one this version was written for."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry.db import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def state() -> tuple[str | None, str | None]:
    """(revision of the database, newest revision of this version)."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), head

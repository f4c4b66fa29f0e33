"""Whether the database in front of us is the one this version was written for."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from registry.db import DatabaseAway, db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
log = logging.getLogger(__name__)


class SchemaError(SystemExit):
    """Raised at start; its text is the one line an operator reads."""


def state() -> tuple[str | None, str | None]:
    """(revision of the database, newest revision of this version)."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), _scripts().get_current_head()


def knows(revision: str) -> bool:
    """Whether this version has the migration that led there: it can bring such a database to its own schema."""
    return any(script.revision == revision for script in _scripts().walk_revisions())


def stand_on() -> None:
    """At the start of a server or a worker: refuse a database that a later version has brought to its schema.

    An older one is warned of: what has not changed since can be served until `flask db upgrade` has run. A database
    that is away is waited for, as /readyz says.

    Raises:
        SchemaError: the schema is from the future.
    """
    try:
        found, wanted = state()
    except DatabaseAway:
        log.warning("the database is away; /readyz says when it is there")
        return
    finally:
        db.engine.dispose()  # what is forked from here shares no connection
    if found is not None and not knows(found):
        raise SchemaError(
            f"the database has schema {found}, which this version does not know (its own is {wanted}): "
            "start the version that made it, or a later one"
        )
    if found != wanted:
        log.warning("the database has schema %s, this version's is %s: run `flask db upgrade`", found, wanted)


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)

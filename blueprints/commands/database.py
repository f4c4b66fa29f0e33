"""flask database: the database of this version."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from registry.actor import SYSTEM
from registry.services import maintenance_state
from seeds import reference_rows

group = AppGroup("database", help="The database of this version.")


@group.command("prepare")
def prepare() -> None:
    """Bring an empty or older database to this version: tables, reference rows, and what is to be worked out anew.

    The version before may serve meanwhile. Again: changes nothing.
    """
    upgrade()
    reference_rows.load()
    click.echo(f"{maintenance_state.catch_up(SYSTEM)} contracts worked out")

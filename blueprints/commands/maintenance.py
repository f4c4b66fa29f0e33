"""`flask maintenance`: what the visits come to, worked out where it is missing."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from registry.actor import SYSTEM
from registry.services import maintenance_state

group = AppGroup("maintenance", help="Maintenance of elevators.")


@group.command("catch-up")
def catch_up() -> None:
    """Work out the state of contracts that have none, after an upgrade; lists are slow for them until then."""
    click.echo(f"{maintenance_state.catch_up(SYSTEM)} contracts")

"""flask uploads clean: forget what phones began to send and never finished."""

from __future__ import annotations

from datetime import timedelta

import click
from flask.cli import AppGroup

from registry import clock
from registry.actor import SYSTEM
from registry.services import uploads

group = AppGroup("uploads", help="Pictures that phones send in pieces.")


@group.command("clean")
@click.option("--days", default=30, show_default=True, type=click.IntRange(min=1), help="Untouched for so long.")
def clean(days: int) -> None:
    """Forget unfinished uploads that nobody has touched for some days."""
    click.echo(uploads.abandon(SYSTEM, clock.now() - timedelta(days=days)))

"""flask partitions: the months in which PostgreSQL keeps the big tables."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from registry.actor import SYSTEM
from registry.partitions import TABLES
from registry.queries import partitions as queries
from registry.services import partitions

group = AppGroup("partitions", help="Months of the big tables, on PostgreSQL.")


@group.command("list")
def list_parts() -> None:
    """Every part with its span; what was detached is a table still."""
    for table in TABLES:
        for part in queries.parts(table):
            rows = "?" if part.rows is None else part.rows
            click.echo(f"{part.name}\t{rows}\t{part.bound or 'detached'}")


@group.command("ensure")
def ensure() -> None:
    """Make the parts of this month and the next; the workers of `flask jobs run` do so too."""
    _tell(partitions.ensure(SYSTEM))


@group.command("detach")
def detach() -> None:
    """Take off the parts that are older than the parameters partition.* say."""
    _tell(partitions.detach(SYSTEM))


@group.command("divide")
@click.option("--since", required=True, type=click.DateTime(formats=["%Y-%m"]), help="The first month to be cut out.")
def divide(since: datetime) -> None:
    """Cut what was there before into months. Everybody waits meanwhile."""
    _tell(partitions.divide(SYSTEM, since.date()))


def _tell(names: list[str]) -> None:
    for name in names:
        click.echo(name)

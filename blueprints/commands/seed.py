"""flask seed reference | demo | city: rows every registry needs, the demo, a whole city by seed and size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from registry.settings import current
from seeds import city as cities
from seeds import demo as demos
from seeds import reference_rows
from seeds.city_rows import Advance

group = AppGroup("seed", help="Reference rows, the demo, a whole city.")


@group.command("reference")
def reference() -> None:
    """Add the areas, targets and holidays that are not there yet."""
    reference_rows.load()


@group.command("demo")
@click.option("--elevators", default=1200, show_default=True, help="Of the city around the named units.")
@click.option("--cylinders", default=4000, show_default=True)
@click.option("--days", default=365, show_default=True, help="How long visits and fills go back.")
def demo(elevators: int, cylinders: int, days: int) -> None:
    """Named people and units with equipment of their own, and a moderate city around them. Again: changes nothing."""
    demos.build(elevators, cylinders, days, _bar)
    click.echo(demos.accounts(current().base_url))


@group.command("city")
@click.option("--elevators", required=True, type=click.IntRange(min=12))
@click.option("--cylinders", required=True, type=click.IntRange(min=100))
@click.option("--days", required=True, type=click.IntRange(min=1), help="How long visits and fills go back.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 599), help="The same seed, the same city.")
def city(elevators: int, cylinders: int, days: int, seed: int) -> None:
    """A whole plausible city. What was interrupted goes on where it stopped; a finished one stays as it is."""
    reference_rows.load()
    try:
        plan = cities.plan_for(elevators, cylinders, days, seed)
    except cities.OtherCity as error:
        raise click.ClickException(str(error)) from None
    if not cities.build(plan, _bar):
        click.echo("the city is complete: nothing changed")


@contextmanager
def _bar(label: str, length: int) -> Iterator[Advance]:
    """A progress bar on standard error."""
    with click.progressbar(length=max(length, 1), label=f"{label:<18}", file=sys.stderr) as bar:
        yield bar.update
        bar.update(bar.length - bar.pos if bar.length else 0)

"""flask indicators: the frozen figures of a month."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click
from flask.cli import AppGroup

from registry import clock
from registry.actor import SYSTEM
from registry.errors import Invalid
from registry.rules.dates import end_of_month
from registry.services import indicator_figures

group = AppGroup("indicators", help="Frozen figures of indicators.")


@group.command("freeze")
@click.option("--month", type=click.DateTime(formats=["%Y-%m"]), default=None, help="The month; the last one.")
def freeze(month: datetime | None) -> None:
    """Freeze a month as it stood at 24:00 of its last day; run it soon after midnight. Again: changes nothing."""
    try:
        click.echo(indicator_figures.freeze(SYSTEM, _end(month)))
    except Invalid as error:
        raise click.ClickException(str(error.errors["month"][0])) from None


def _end(month: datetime | None) -> date:
    if month is not None:
        return end_of_month(month.year, month.month)
    return clock.today().replace(day=1) - timedelta(days=1)

"""flask night: what the registry looks at again while the city sleeps; each may run twice."""

from __future__ import annotations

import logging
from datetime import datetime

import click
from flask.cli import AppGroup

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.queries import call_facts, risk_facts
from registry.services import anomaly_finding, beats, calls, cylinder_anomaly_finding, fill_clips, risk

log = logging.getLogger(__name__)
group = AppGroup("night", help="Nightly jobs; each may run twice.")


@group.command("all")
@click.pass_context
def every(context: click.Context) -> None:
    """Do all of them, one after the other; one that fails does not hold up the others. Exit code 1 when one did."""
    failed = []
    for name, command in sorted(group.commands.items()):
        if command is context.command:
            continue
        click.echo(f"{name}:")
        begun, problem = clock.now(), ""
        try:
            context.invoke(command)
        except Exception as error:
            log.exception("night %s failed", name)
            failed.append(name)
            problem = type(error).__name__
        finally:
            db.session.rollback()
        beats.beat(f"night:{name}", beats.NIGHT, problem, begun)
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}")


@group.command("visits")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help="The last day looked at; today.")
def visits(on: datetime | None) -> None:
    """Look again for maintenance records that may not be true."""
    day = on.date() if on else clock.today()
    click.echo(anomaly_finding.examine_night(SYSTEM, day))


@group.command("cylinders")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help="The last day looked at; today.")
def cylinders(on: datetime | None) -> None:
    """Look for cylinders and fills that may be forged."""
    day = on.date() if on else clock.today()
    click.echo(cylinder_anomaly_finding.examine_night(SYSTEM, day))


@group.command("clips")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), default=None, help="The last day looked at; today.")
def clips(on: datetime | None) -> None:
    """Link fills that arrived late to the cameras that recorded them."""
    day = on.date() if on else clock.today()
    click.echo(fill_clips.link_night(SYSTEM, day))


@group.command("risk")
@click.option("--touched", is_flag=True, help="Only what has changed since the last time.")
def grade(touched: bool) -> None:
    """Grade the risk of elevators and filling stations again."""
    since = risk_facts.last_graded() if touched else None
    today = clock.today()
    risk.refresh_stations(SYSTEM, today)
    click.echo(risk.refresh_touched(SYSTEM, since, today) if since else risk.refresh(SYSTEM, today))


@group.command("calls")
def blacken_calls() -> None:
    """Forget who called the rescue desk, once the office's days are over."""
    click.echo(calls.blacken(SYSTEM, call_facts.phones_kept_since()))

"""flask token create LOGIN: a bearer token for a program."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from registry.errors import Invalid
from registry.queries import accounts as queries
from registry.services import accounts

group = AppGroup("token", help="Bearer tokens for programs.")


@group.command("create")
@click.argument("login")
@click.option("--days", default=365, show_default=True, help="How long it is valid.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--code", default="", help="A code of the person's second factor, where there is one.")
def create(login: str, days: int, name: str, code: str) -> None:
    """Print a new token of LOGIN, alone on standard output."""
    actor = queries.actor_of_login(login)
    if actor is None:
        raise click.ClickException(f"nobody with the login {login} has a role today")
    try:
        click.echo(accounts.create_token(actor, name, days, code))
    except Invalid as error:
        raise click.ClickException("；".join(str(text) for found in error.errors.values() for text in found)) from None

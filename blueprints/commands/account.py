"""flask account: the first account of an empty registry, and the way back in when a factor or a password is lost."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from registry.actor import SYSTEM
from registry.errors import RegistryError
from registry.queries.accounts import actor_of_login
from registry.rules import identifiers
from registry.services import people, second_factors
from registry.settings import current

group = AppGroup("account", help="Accounts.")


def _checked(_context: Any, _option: Any, value: str) -> str:
    try:
        return identifiers.credit_code(value)
    except identifiers.IdentifierError as error:
        raise click.BadParameter(str(error)) from None


@group.command("create-admin")
@click.argument("login")
@click.option("--name", prompt="Name of the administrator", help="The person's name.")
@click.option("--office", prompt="Name of the office", help="Its full name; ignored when its code is on file.")
@click.option("--credit-code", prompt="Credit code of the office (18)", callback=_checked, help="18 characters.")
@click.password_option(help="Left out, it is asked for twice, or read as two lines from standard input.")
def create_admin(login: str, name: str, office: str, credit_code: str, password: str) -> None:
    """Make LOGIN the first administrator of an empty registry; further ones are made on the page of people."""
    data = {"login": login, "name": name, "office": office, "credit_code": credit_code, "password": password}
    try:
        people.first_administrator(SYSTEM, {**data, "area_code": current().city_code})
    except RegistryError as error:
        raise click.ClickException(_sentences(error)) from None
    click.echo(f"{login} may sign in at {current().base_url}")


@group.command("reset-second-factor")
@click.argument("login")
@click.option("--reason", required=True, help="Kept in the trail.")
def reset_second_factor(login: str, reason: str) -> None:
    """Take away LOGIN's second factor, where no security administrator can sign in any more."""
    found = actor_of_login(login)
    if found is None or found.person_id is None:
        raise click.ClickException(f"nobody with the login {login} has a role today")
    try:
        second_factors.reset(SYSTEM, found.person_id, reason)
    except RegistryError as error:
        raise click.ClickException(str(error.detail)) from None
    click.echo(f"{login} signs in with the password alone until a second factor is set up again")


@group.command("set-password")
@click.argument("login")
@click.password_option(help="Left out, it is asked for twice, or read as two lines from standard input.")
def set_password(login: str, password: str) -> None:
    """Set LOGIN's password, where it is an administrator's and no second person is left to agree to it."""
    found = actor_of_login(login)
    if found is None or found.person_id is None:
        raise click.ClickException(f"nobody with the login {login} has a role today")
    try:
        people.set_login(SYSTEM, found.person_id, {"login": login, "password": password})
    except RegistryError as error:
        raise click.ClickException(_sentences(error)) from None
    click.echo(f"{login} signs in with the new password; all sessions have ended")


def _sentences(error: RegistryError) -> str:
    texts = [str(text) for found in getattr(error, "errors", {}).values() for text in found]
    return "；".join(texts) or str(error.detail)

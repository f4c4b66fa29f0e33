"""The command line: `flask token create`, `flask seed demo|city`, `flask import`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from blueprints import commands
from registry import schema
from registry.db import DatabaseAway

# They bring a database to a schema, or copy it whatever its schema is.
ANY_SCHEMA = {"database", "backup", "restore"}


def init_app(app: Flask) -> None:
    """Register the command or group `group` of every module in `blueprints/commands`; those that work with the tables
    refuse a schema from the future."""
    for module in iter_modules(commands.__path__):
        command = import_module(f"{commands.__name__}.{module.name}").group
        if isinstance(command, AppGroup) and module.name not in ANY_SCHEMA:
            command.callback = with_appcontext(schema.stand_on)
        command.invoke = _without_database(command.invoke)
        app.cli.add_command(command)


def _without_database(invoke: Callable[[click.Context], Any]) -> Callable[[click.Context], Any]:
    """One line for whoever sits at the machine when no database answers; statements that fail keep their traceback."""

    @wraps(invoke)
    def told(context: click.Context) -> Any:
        try:
            return invoke(context)
        except DatabaseAway as error:
            if error.statement is not None:
                raise
            raise click.ClickException(f"the database does not answer: {' '.join(str(error.orig).split())}") from None

    return told

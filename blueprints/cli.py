"""The command line: `flask token create`, `flask seed demo|city`, `flask import`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask
from flask.cli import AppGroup, with_appcontext

from blueprints import commands
from registry import schema

# They bring a database to a schema, or copy it whatever its schema is.
ANY_SCHEMA = {"database", "backup", "restore"}


def init_app(app: Flask) -> None:
    """Register the command or group `group` of every module in `blueprints/commands`; those that work with the tables
    refuse a schema from the future."""
    for module in iter_modules(commands.__path__):
        command = import_module(f"{commands.__name__}.{module.name}").group
        if isinstance(command, AppGroup) and module.name not in ANY_SCHEMA:
            command.callback = with_appcontext(schema.stand_on)
        app.cli.add_command(command)

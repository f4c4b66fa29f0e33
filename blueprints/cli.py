"""The command line: `flask token create`, `flask seed demo|city`, `flask import`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from blueprints import commands


def init_app(app: Flask) -> None:
    """Register the command group `group` of every module in `blueprints/commands`."""
    for module in iter_modules(commands.__path__):
        app.cli.add_command(import_module(f"{commands.__name__}.{module.name}").group)

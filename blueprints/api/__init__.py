"""/api/v1: JSON for phones, filling software and other systems. One file a subject, each with a smorest `bp`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask
from flask_smorest import Api
from flask_smorest.arguments import ArgumentsMixin

from blueprints.arriving_json import ArrivingJson

PREFIX = "/api/v1"
# Before any module here declares what it takes.
ArgumentsMixin.ARGUMENTS_PARSER = ArrivingJson()


def init_app(app: Flask, api: Api) -> None:
    """Register the blueprint of every module here."""
    api.init_app(app)
    for module in iter_modules(__path__):
        blueprint = import_module(f"{__name__}.{module.name}").bp
        api.register_blueprint(blueprint, url_prefix=f"{PREFIX}{blueprint.url_prefix or ''}")

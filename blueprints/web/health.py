"""/healthz (this process) and /readyz (database and migrations)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from blueprints.boundary import public
from registry import schema
from registry.db import DatabaseAway

bp = Blueprint("health", __name__)


@bp.route("/healthz")
@public
def healthz() -> Any:
    """This process answers."""
    return jsonify(status="ok")


@bp.route("/readyz")
@public
def readyz() -> Any:
    """The database answers and has the schema of this version."""
    try:
        found, wanted = schema.state()
    except DatabaseAway:
        return jsonify(status="unavailable", database="away"), 503
    ready = found == wanted
    return jsonify(status="ok" if ready else "unavailable", schema=found, expected=wanted), 200 if ready else 503

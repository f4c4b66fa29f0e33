"""How the registry itself is doing, for the system administrator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from blueprints.sessions import actor
from registry.queries import operation_page
from registry.queries.jobs import STATES
from registry.queries.notices import CHANNEL_NAMES

bp = Blueprint("operation", __name__, url_prefix="/operation")


@bp.route("/")
def index() -> Any:
    """Versions, workers, queue, nights, seals, storage, settings."""
    shown = operation_page.show(actor())
    return render_template("operation/index.html", it=shown, states=STATES, channels=CHANNEL_NAMES)

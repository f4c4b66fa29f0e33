"""What a security administrator asked for and a second person decides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints.sessions import actor
from registry.actor import ROLES
from registry.queries import access_requests as queries
from registry.services import access_decisions

bp = Blueprint("access_requests", __name__, url_prefix="/access-requests")


@bp.route("/")
def index() -> Any:
    """What waits, and what was decided."""
    return render_template("access_requests/index.html", requests=queries.page(actor()), roles=ROLES)


@bp.route("/<int:request_id>/grant", methods=["POST"])
def grant(request_id: int) -> Any:
    """Grant a request."""
    return _decide(request_id, True)


@bp.route("/<int:request_id>/refuse", methods=["POST"])
def refuse(request_id: int) -> Any:
    """Refuse a request."""
    return _decide(request_id, False)


def _decide(request_id: int, granted: bool) -> Any:
    access_decisions.decide(actor(), request_id, granted)
    flash(_("已处理"), "success")
    return redirect(url_for("access_requests.index"))

"""The log: who did what to what, when."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas.office import SUBJECTS, TrailFilter
from blueprints.sessions import actor
from registry.actor import ROLES
from registry.queries import trail

bp = Blueprint("trail", __name__, url_prefix="/trail")


@bp.route("/")
def index() -> Any:
    """The newest entries first."""
    form = Form(TrailFilter(), sent=request.args)
    page = trail.page(actor(), form.load() or {})
    return form.page("trail/index.html", page=page, subjects=dict(SUBJECTS), roles=ROLES)

"""The first page: the dashboard of the caller's role."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

bp = Blueprint("home", __name__)


@bp.route("/")
def index() -> Any:
    """The dashboard."""
    return render_template("home/index.html")

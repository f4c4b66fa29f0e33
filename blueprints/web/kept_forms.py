"""Forms that phones keep: what stands in for their pages without a network, and the worker that puts it there.

The page of a form lies in the store of the person who opened it; what every phone keeps holds nothing personal.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from blueprints.boundary import public
from blueprints.kept_pages import KeptPage, fresh

bp = Blueprint("kept_forms", __name__, url_prefix="/kept-forms")

# A rescuer's tasks; the record of a supervision check; a round of a guarded event; a clue and the moves of a hazard.
PATTERN = r"^/calls/mine$|^/supervision/[^/]+/record$|^/guarded-rounds/\d+$|^/hazards/(new|[^/]+/[a-z-]+)$"


@bp.route("/shell")
@public
def shell() -> Any:
    """What a phone keeps in place of a form's page."""
    return fresh(Response(_shell(), mimetype="text/html"))


@bp.route("/sw.js")
@public
def worker() -> Any:
    """The service worker of the folders in which such forms lie."""
    response = PAGE.worker()
    response.headers["Service-Worker-Allowed"] = "/"
    return response


def _shell() -> str:
    return render_template("kept_forms/shell.html")


PAGE = KeptPage("forms", "kept_forms.shell", "kept_forms.shell", _shell, pattern=PATTERN)

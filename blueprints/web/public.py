"""The page behind a label: anyone may read it, on any phone, signed in or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from blueprints.boundary import public
from blueprints.schemas.public import output
from registry.services import scans

bp = Blueprint("public", __name__)


@bp.route("/Q/<string:code>")
@bp.route("/q/<string:code>")
@public
def show(code: str) -> Any:
    """The verdict and what §5.4 of the trade's notes lets everybody know; JSON when asked for."""
    looked = scans.look(code, f"{request.remote_addr} {request.user_agent.string[:200]}")
    if request.accept_mimetypes.best == "application/json":
        return jsonify(output(looked))
    page = "cylinder" if looked.cylinder else "elevator" if looked.elevator else "unknown"
    return render_template(f"public/{page}.html", it=looked.cylinder or looked.elevator, verdict=looked.verdict)

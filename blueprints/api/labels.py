"""Labels as files."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from blueprints.schemas.labels import LabelImageIn, LabelsIn
from blueprints.sessions import actor
from registry.labels import faces
from registry.services import label_printing

bp = Blueprint("api_labels", __name__, url_prefix="/labels", description="Labels to print")


@bp.route("", methods=["POST"])
@bp.arguments(LabelsIn())
@bp.response(200, content_type="application/pdf")
def print_labels(data: dict[str, Any]) -> Any:
    """The labels of the codes as PDF, or as SVG (several in a zip); each print is counted."""
    if data["format"] == "svg":
        content, mime = label_printing.drawings(actor(), data["codes"], data["layout"], data["reason"])
        return Response(content, mimetype=mime)
    content = label_printing.sheet(actor(), data["codes"], data["layout"], data["start"], data["reason"])
    return Response(content, mimetype=label_printing.PDF)


@bp.route("/<string:code>.svg")
@bp.arguments(LabelImageIn(), location="query")
@bp.response(200, content_type="image/svg+xml")
def svg(query: dict[str, Any], code: str) -> Any:
    """The symbol of a code, or with `layout` its whole label."""
    return Response(faces.svg(actor(), code, query["layout"]), mimetype="image/svg+xml")


@bp.route("/<string:code>.png")
@bp.arguments(LabelImageIn(), location="query")
@bp.response(200, content_type="image/png")
def png(query: dict[str, Any], code: str) -> Any:
    """The symbol of a code, `scale` pixels a module."""
    return Response(faces.png(actor(), code, query["scale"]), mimetype="image/png")

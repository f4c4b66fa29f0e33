"""Labels as files."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from blueprints import label_files
from blueprints.schemas.labels import CodeOut, LabelImageIn, LabelsIn, ReasonIn
from blueprints.sessions import actor
from registry.labels import faces
from registry.services import labels

bp = Blueprint("api_labels", __name__, url_prefix="/labels", description="Labels to print")


@bp.route("", methods=["POST"])
@bp.arguments(LabelsIn())
@bp.response(200, content_type="application/pdf")
def print_labels(data: dict[str, Any]) -> Any:
    """The labels of the codes as PDF, as SVG (several in a zip), as ZPL or TSPL for a thermal printer, or as a
    spreadsheet for a print house; each print is counted."""
    return label_files.answer(actor(), data["codes"], data)


@bp.route("/<string:code>/void", methods=["POST"])
@bp.arguments(ReasonIn())
@bp.response(200, CodeOut())
def void(data: dict[str, Any], code: str) -> Any:
    """Take a blank code, or the code of a cylinder, out of use for ever."""
    return labels.void(actor(), code, data["reason"])


@bp.route("/<string:code>/replacement", methods=["POST"])
@bp.arguments(ReasonIn())
@bp.response(201, CodeOut())
def replace(data: dict[str, Any], code: str) -> Any:
    """Give the equipment of a code a fresh one, which is the answer; the old code is void for ever."""
    return labels.replace(actor(), code, data["reason"])


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

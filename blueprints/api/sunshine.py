"""Sunshine filling: what recorders and scales report, and the figures of stations."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import sunshine as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import fill_clips as clips
from registry.queries import sunshine as queries
from registry.services import devices, fill_clips

bp = Blueprint("api_sunshine", __name__, description="Sunshine filling: clips, strokes, figures")


@bp.route("/fill-clips", methods=["POST"])
@bp.arguments(schemas.ClipIn())
@bp.response(201, schemas.ClipMadeOut())
def report(data: dict[str, Any]) -> Any:
    """The recorder's index line of a fill."""
    row, again = fill_clips.report(actor(), data)
    return once(row, again)


@bp.route("/fill-clips")
@bp.arguments(schemas.ClipFilter(), location="query")
@bp.response(200, page_out(schemas.ClipOut))
def index(query: dict[str, Any]) -> Any:
    """The clips of the caller's station or area, newest first; `kept` lists what no recorder may delete."""
    return clips.page(actor(), query, query["cursor"], query["limit"])


@bp.route("/fill-clips/<int:clip_id>/deletion", methods=["POST"])
@bp.response(200, schemas.ClipMadeOut())
def drop(clip_id: int) -> Any:
    """The recorder has deleted a clip whose days are over; 422 where it must be kept."""
    return fill_clips.drop(actor(), clip_id)


@bp.route("/scale-strokes", methods=["POST"])
@bp.arguments(schemas.StrokesIn())
@bp.response(200, schemas.StrokesOut())
def strokes(data: dict[str, Any]) -> Any:
    """A scale's own count of the fills of a day; the largest one said stays."""
    return devices.report_strokes(actor(), data["device"], data["day"], data["strokes"])


@bp.route("/sunshine")
@bp.arguments(schemas.MonthFilter(), location="query")
@bp.response(200, schemas.LinesOut())
def figures(query: dict[str, Any]) -> Any:
    """The figures of every station that the caller sees, of a month (YYYY-MM; this one when not said)."""
    return {"items": queries.lines(actor(), query["month"], query["station"])}

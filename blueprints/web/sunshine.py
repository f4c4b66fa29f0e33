"""Sunshine filling (阳光充装): the figures of stations by month, one station's cameras, and the wall for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request

from blueprints.boundary import public
from blueprints.forms import Form
from blueprints.schemas.sunshine import MonthFilter
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock
from registry.queries import fill_clips
from registry.queries import sunshine as queries
from registry.rules import spot_checks as rules
from registry.rules.sunshine import kpis, limit_of
from registry.services.devices import VIEWS

bp = Blueprint("sunshine", __name__, url_prefix="/sunshine")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of views, and of what a look at the video may say."""
    return {"views": VIEWS, "spot_states": rules.states(rules.WORKFLOW), "kpis": kpis(clock.today())}


def _month() -> tuple[Form, Any]:
    form = Form(MonthFilter(), {"month": None}, sent=request.args or None)
    month = (form.load() or {}).get("month") if request.args else None
    first, _after, on = queries.month_of(month)
    form["month"].value = form["month"].value or f"{first:%Y-%m}"
    return form, on


@bp.route("/")
def index() -> Any:
    """Every station with its figures of a month."""
    form, on = _month()
    return form.page("sunshine/index.html", lines=queries.lines(actor(), on), on=on)


@bp.route("/<int:unit_id>")
def show(unit_id: int) -> Any:
    """One station: figures, cameras with their uptime, views that nobody shows."""
    form, on = _month()
    line = queries.lines(actor(), on, unit_id)[0]
    cameras = queries.cameras(actor(), unit_id, on)
    shown = {each.row.view for each in cameras}
    lacking = [name for view, name in VIEWS.items() if view not in shown]
    return form.page(
        "sunshine/show.html",
        line=line,
        cameras=cameras,
        lacking=lacking,
        on=on,
        retention=limit_of("retention_days", on),
        drift=limit_of("drift_ms", on),
    )


@bp.route("/clips/<int:clip_id>/<string:which>")
def snapshot(clip_id: int, which: str) -> Any:
    """The picture taken at the `scan` or the `reweigh`."""
    path, mime = fill_clips.snapshot(actor(), clip_id, which)
    return handed_out(path, mime)


@bp.route("/<int:unit_id>/wall")
@public
def wall(unit_id: int) -> Any:
    """What hangs on the station's wall: today's figures and the cameras; no people, no cylinders."""
    page = make_response(
        render_template("sunshine/wall.html", wall=queries.wall(unit_id), views=VIEWS, now=clock.now())
    )
    page.headers["Refresh"] = "60"
    return page

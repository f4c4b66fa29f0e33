"""The first page: the figures the caller's unit or area is judged by."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from blueprints.addresses import asked_again
from blueprints.forms import Form
from blueprints.schemas.indicators import DeskIn, WhenWhereIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, indicator_trends, indicators, parameters, todo

bp = Blueprint("home", __name__)

# People who work with their hands full start where their work is.
STARTS = {
    "technician": "field.shell",
    "filler": "filling.gun",
    "checker": "filling.gun",
    "courier": "deliveries.index",
    "depot_keeper": "deliveries.index",
    "security_admin": "people.index",
}


@bp.route("/")
def index() -> Any:
    """The dashboard, or the page where this role works."""
    start = STARTS.get(actor().role)
    return redirect(url_for(start)) if start else dashboard()


@bp.route("/dashboard")
def dashboard() -> Any:
    """Tiles, the table by area, the county map; with `wall` for a screen on a wall."""
    form = Form(DeskIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on = query.get("on") or clock.today()
    return form.page(
        "home/index.html",
        board=indicators.board(actor(), on, query.get("area"), kept=True),
        on=on,
        minutes=int(parameters.value("desk.refresh_minutes", clock.today())),
        wall=query.get("wall", False),
    )


@bp.route("/dashboard/figures")
def figures() -> Any:
    """The figures alone, for a desk that stays open; anybody else is led to the desk."""
    on, area = _asked()
    if "HX-Request" not in request.headers:
        return redirect(url_for("home.dashboard", **asked_again()))
    return render_template("home/_figures.html", board=indicators.board(actor(), on, area, kept=True), on=on)


@bp.route("/dashboard/trends")
def trends() -> Any:
    """A year of the indicators that have a target, by month-ends: a page, or the part of one for the desk."""
    on, area = _asked()
    days, lines = indicator_trends.of_targets(actor(), on, area)
    template = "home/_trends.html" if "HX-Request" in request.headers else "home/trends.html"
    return render_template(template, days=days, lines=lines)


def _asked() -> tuple[date, str | None]:
    query = Form(WhenWhereIn(), sent=request.args).load() or {}
    return query.get("on") or clock.today(), query.get("area")


@bp.route("/todo")
def waiting() -> Any:
    """What waits for the caller: a page, or the part of one that the first page asks for when it is there."""
    template = "home/_todo.html" if "HX-Request" in request.headers else "home/todo.html"
    return render_template(template, waiting=todo.waiting(actor(), clock.today()))

"""The first page: the figures the caller's unit or area is judged by."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from blueprints.forms import Form
from blueprints.schemas.indicators import WhenWhereIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, indicators, todo

bp = Blueprint("home", __name__)

# People who work with their hands full start where their work is.
STARTS = {
    "technician": "field.shell",
    "filler": "filling.gun",
    "checker": "filling.gun",
    "courier": "deliveries.index",
    "depot_keeper": "deliveries.index",
}


@bp.route("/")
def index() -> Any:
    """The dashboard, or the page where this role works."""
    start = STARTS.get(actor().role)
    return redirect(url_for(start)) if start else dashboard()


@bp.route("/dashboard")
def dashboard() -> Any:
    """Tiles, the table by area, the county map."""
    form = Form(WhenWhereIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    query = form.load() or {}
    on = query.get("on") or clock.today()
    board = indicators.board(actor(), on, query.get("area"), kept=True)
    return form.page("home/index.html", board=board, on=on)


@bp.route("/todo")
def waiting() -> Any:
    """What waits for the caller: a page, or the part of one that the first page asks for when it is there."""
    template = "home/_todo.html" if "HX-Request" in request.headers else "home/todo.html"
    return render_template(template, waiting=todo.waiting(actor(), clock.today()))

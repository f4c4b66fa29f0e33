"""The colours of the city's elevators: map and table by area, the list behind each number, one elevator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from blueprints.forms import Form
from blueprints.schemas import risks as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas
from registry.queries import risk_levels as queries

bp = Blueprint("risks", __name__, url_prefix="/risks")


@bp.route("/")
def index() -> Any:
    """The four colours by area on a day, and the elevators of a colour."""
    form = Form(schemas.RiskFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    on = asked.get("on") or clock.today()
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page(
        "risks/index.html",
        page=queries.page(actor(), asked, on),
        colours=queries.by_area(actor(), on),
        levels=dict(schemas.LEVELS),
        kept=kept,
        on=on,
    )


@bp.route("/elevators/<string:code>")
def show(code: str) -> Any:
    """How one elevator comes to its colour."""
    found = queries.of_elevator(actor(), code, clock.today())
    return render_template("risks/show.html", code=code, found=found, levels=dict(schemas.LEVELS))

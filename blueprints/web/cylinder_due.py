"""Cylinders due to be inspected or past their life: by band, month and station."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas import cylinder_batches as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, cylinders
from registry.queries import cylinder_due as queries
from registry.rules.kinds import CYLINDER_KINDS, MEDIA

bp = Blueprint("cylinder_due", __name__, url_prefix="/cylinder-due")


@bp.route("/")
def index() -> Any:
    """The list, the most urgent first; how many are in each band and month of each station."""
    choices = {"owners": cylinders.stations(actor()), "areas": areas.choices(actor())}
    form = Form(schemas.CylinderDueFilter(), sent=request.args, choices=choices)
    filters, today = form.load() or {}, clock.today()
    return form.page(
        "cylinder_due/index.html",
        page=queries.page(actor(), filters, today, cursor=filters.get("cursor")),
        counts=queries.counts(actor(), filters, today),
        stations=queries.stations(actor(), filters, today),
        months=queries.months(today),
        kept={key: value for key, value in request.args.items() if value and key != "cursor"},
        names={"kinds": CYLINDER_KINDS, "media": MEDIA},
        chosen=filters.get("band"),
        chosen_month=filters.get("month"),
    )

"""What insurance ends soon or has lapsed, and the elevators without any."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from blueprints.forms import Form
from blueprints.schemas import policies as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas
from registry.queries import policies as queries
from registry.queries import policy_renewals as renewals

bp = Blueprint("policy_lists", __name__, url_prefix="/policies")


@bp.route("/renewals")
def ending() -> Any:
    """Policies whose end leaves something without cover, by how soon; and those that have lapsed."""
    choices = {"insurers": queries.insurers(), "areas": areas.choices(actor())}
    form = Form(schemas.EndingFilter(), sent=request.args, choices=choices)
    sent, today = form.load() or {}, clock.today()
    counts = renewals.tally(actor(), today)
    page = renewals.page(actor(), sent, today)
    return form.page("policies/renewals.html", page=page, counts=counts, when=sent.get("when"))


@bp.route("/uninsured")
def uninsured() -> Any:
    """Elevators in use that no policy covers today, each with who holds it and why."""
    form = Form(schemas.UninsuredFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    sent, today = {**(form.load() or {}), "cover": "none"}, clock.today()
    page = renewals.elevator_page(actor(), sent, today)
    return form.page("policies/uninsured.html", page=page, total=renewals.elevator_count(actor(), sent, today))

"""Alerts of indicators: the list, one with its acknowledgement, and those of the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import indicator_alerts as schemas
from blueprints.sessions import actor
from registry.queries import areas
from registry.queries import indicator_alerts as queries
from registry.rules import indicator_alerts as rules
from registry.rules import indicator_book
from registry.services import indicator_alerts

bp = Blueprint("indicator_alerts", __name__, url_prefix="/indicator-alerts")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of kinds, indicators and areas."""
    return {
        "alert_kinds": rules.KINDS,
        "alert_title": queries.title,
        "definitions": indicator_book.definitions(),
        "area_names": areas.names(),
    }


@bp.route("/")
def index() -> Any:
    """Those that stand, or that are over; for the desk, the part of a page that it asks for when it is there."""
    if "HX-Request" in request.headers:
        return render_template("indicator_alerts/_standing.html", standing=queries.standing(actor()))
    form = Form(schemas.AlertFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page = queries.page(actor(), asked, asked.get("limit") or 50, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("indicator_alerts/index.html", page=page, kept=kept)


@bp.route("/<int:alert_id>")
def show(alert_id: int) -> Any:
    """One alert, and the form with which it is acknowledged."""
    return _page(Form(schemas.AcknowledgeIn()), alert_id)


def _page(form: Form, alert_id: int) -> Any:
    row = queries.one(actor(), alert_id)
    return form.page("indicator_alerts/show.html", row=row, missing=queries.missing(actor(), row))


@bp.route("/<int:alert_id>/acknowledge", methods=["POST"])
def acknowledge(alert_id: int) -> Any:
    """Somebody has seen to it."""
    form = Form(schemas.AcknowledgeIn())
    if form.submit(lambda data: indicator_alerts.acknowledge(actor(), alert_id, data["note"])):
        flash(_("预警已确认"), "success")
        return redirect(url_for("indicator_alerts.show", alert_id=alert_id))
    return _page(form, alert_id)

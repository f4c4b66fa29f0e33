"""配送扫码: couriers and depots scan, say what this is, and scan the next."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.filters import called
from blueprints.forms import Form
from blueprints.schemas.cylinder_events import HandOverForm
from blueprints.sessions import actor, language
from registry import clock, policy
from registry.rules.cylinder_lifecycle import EVENTS, custodies
from registry.services import cylinder_events

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@bp.route("/", methods=["GET", "POST"])
def index() -> Any:
    """Record a hand-over; what was chosen stays chosen for the next cylinder."""
    policy.require(actor(), "cylinder.hand_over")
    if request.method == "GET":
        return _page(Form(HandOverForm(), {"ref": str(uuid4()), "kind": request.args.get("kind")}))
    form = Form(HandOverForm())
    done = form.submit(_record)
    if not done:
        return _page(form)
    where = custodies()[done.event.data["custody"]]
    kind = EVENTS[done.event.kind]
    flash(_("已记录：%(what)s，现在：%(where)s", what=called(kind), where=called(where)), "success")
    for finding in done.findings:
        flash(finding.text_en if language() == "en" else finding.text, "warning")
    return redirect(url_for("deliveries.index", kind=kind.kind), 303)


def _page(form: Form) -> Any:
    return form.page("deliveries/index.html", title=_("配送扫码"))


def _record(data: dict[str, Any]) -> Any:
    position = None
    if data.get("latitude") is not None and data.get("longitude") is not None:
        accuracy = data.get("accuracy_m")
        position = {
            "lat": float(data["latitude"]),
            "lon": float(data["longitude"]),
            "accuracy_m": float(accuracy) if accuracy is not None else None,
        }
    given = {"customer": data["customer"]} if data.get("customer") else None
    event = {"ref": data["ref"], "kind": data["kind"], "at": clock.now(), "position": position, "data": given}
    return cylinder_events.record_event(actor(), data["code"], event)

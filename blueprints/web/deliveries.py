"""流转扫码: whoever hands a cylinder on scans it, says what this is, and scans the next."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.filters import called
from blueprints.forms import Form
from blueprints.schemas.cylinder_events import HandOverForm
from blueprints.sessions import actor, language
from registry import clock
from registry.queries import hand_overs
from registry.rules.cylinder_lifecycle import EVENTS, custodies
from registry.services import cylinder_events

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@bp.route("/", methods=["GET", "POST"])
def index() -> Any:
    """Record a hand-over; what was chosen stays chosen for the next cylinder."""
    kinds = hand_overs.offered(actor())
    choices = {"kinds": [(kind.kind, called(kind)) for kind in kinds]}
    asked = {kind.asks for kind in kinds}
    if request.method == "GET":
        kind = request.args.get("kind") or (kinds[0].kind if len(kinds) == 1 else None)
        form = Form(HandOverForm(), {"ref": str(uuid4()), "kind": kind}, choices=choices)
        return form.page("deliveries/index.html", asked=asked)
    form = Form(HandOverForm(), choices=choices)
    done = form.submit(_record)
    if not done:
        return form.page("deliveries/index.html", asked=asked)
    where = custodies()[done.event.data["custody"]]
    kind = EVENTS[done.event.kind]
    flash(_("已记录：%(what)s，现在：%(where)s", what=called(kind), where=called(where)), "success")
    for finding in done.findings:
        flash(finding.text_en if language() == "en" else finding.text, "warning")
    return redirect(url_for("deliveries.index", kind=kind.kind), 303)


def _record(data: dict[str, Any]) -> Any:
    position = None
    if data.get("latitude") is not None and data.get("longitude") is not None:
        accuracy = data.get("accuracy_m")
        position = {
            "lat": float(data["latitude"]),
            "lon": float(data["longitude"]),
            "accuracy_m": float(accuracy) if accuracy is not None else None,
        }
    given = hand_overs.given(data["kind"], data)
    event = {"ref": data["ref"], "kind": data["kind"], "at": clock.now(), "position": position, "data": given}
    return cylinder_events.record_event(actor(), data["code"], event)

"""Anomalies of cylinders and fills: the work list, one with its evidence, and a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import anomalies as forms
from blueprints.schemas import cylinder_anomalies as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import cylinder_anomalies as queries
from registry.rules.anomalies import WORKFLOW
from registry.rules.cylinder_anomalies import names
from registry.rules.cylinder_lifecycle import EVENTS
from registry.rules.cylinder_reports import KINDS
from registry.rules.workflow import moves, states
from registry.services import cylinder_anomalies

bp = Blueprint("cylinder_anomalies", __name__, url_prefix="/cylinder-anomalies")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of patterns and states."""
    return {
        "anomaly_states": states(WORKFLOW),
        "anomaly_names": names(clock.today()),
        "anomaly_text": lambda row: schemas.said(queries.pattern_of(row), row.evidence),
        "report_kinds": KINDS,
        "today": clock.today(),
        "events": EVENTS,
    }


@bp.route("/")
def index() -> Any:
    """The work list."""
    form = Form(schemas.CylinderAnomalyFilter(), sent=request.args)
    page = queries.page(actor(), form.load() or {}, cursor=request.args.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("cylinder_anomalies/index.html", page=page, kept=kept)


@bp.route("/<int:anomaly_id>")
def show(anomaly_id: int) -> Any:
    """One anomaly on one page: the evidence side by side, what was done, what I may do."""
    case = queries.show(actor(), anomaly_id)
    done = {move.verb: say(move) for move in moves(WORKFLOW)} | {"find": _("发现异常")}
    return render_template("cylinder_anomalies/show.html", case=case, step_names=done)


@bp.route("/<int:anomaly_id>/<string:verb>", methods=["GET", "POST"])
def move(anomaly_id: int, verb: str) -> Any:
    """Make one move."""
    case, verb = queries.show(actor(), anomaly_id), verb.replace("-", "_")
    offer = next((move for move in case.moves if move.verb == verb), None)
    if offer is None and request.method == "GET":
        abort(404)
    needs = offer.needs if offer else ()
    schema = next((forms.FORMS[need] for need in needs), forms.PlainForm)
    form = Form(schema(), initial={"version": case.row.version})
    if request.method == "POST" and form.submit(lambda data: _move(anomaly_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("cylinder_anomalies.show", anomaly_id=anomaly_id))
    case = queries.show(actor(), anomaly_id)  # anew: what was refused has been rolled back
    return form.page("cylinder_anomalies/move.html", case=case, offer=offer)


def _move(anomaly_id: int, verb: str, data: dict[str, Any]) -> Any:
    return cylinder_anomalies.move(actor(), anomaly_id, verb, data, data.pop("version", None))

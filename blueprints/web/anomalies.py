"""Anomalies of maintenance records: the work list, one with its evidence, and a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import anomalies as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import anomalies as queries
from registry.queries import areas, visits
from registry.rules.anomalies import WORKFLOW, names
from registry.rules.workflow import moves, states
from registry.services import anomalies

bp = Blueprint("anomalies", __name__, url_prefix="/anomalies")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The names of patterns and states, for every page that names an anomaly."""
    return {
        "anomaly_states": states(WORKFLOW),
        "anomaly_names": names(clock.today()),
        "anomaly_text": lambda row: schemas.said(queries.pattern_of(row), row.evidence),
    }


@bp.route("/")
def index() -> Any:
    """The work list with its counts."""
    who = actor()
    offered = {"areas": areas.choices(who), "companies": visits.companies(who)}
    form = Form(schemas.AnomalyFilter(), sent=request.args, choices=offered)
    asked = form.load() or {}
    page = queries.page(who, asked, cursor=request.args.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    board = queries.board(who, asked)
    return form.page("anomalies/index.html", page=page, board=board, kept=kept, asked=asked, today=clock.today())


@bp.route("/<int:anomaly_id>")
def show(anomaly_id: int) -> Any:
    """One anomaly on one page: the evidence, both visits side by side, what was done, what I may do."""
    case = queries.show(actor(), anomaly_id)
    done = {move.verb: say(move) for move in moves(WORKFLOW)} | {"find": _("发现异常")}
    return render_template("anomalies/show.html", case=case, step_names=done, today=clock.today())


@bp.route("/<int:anomaly_id>/<string:verb>", methods=["GET", "POST"])
def move(anomaly_id: int, verb: str) -> Any:
    """Make one move."""
    case, verb = queries.show(actor(), anomaly_id), verb.replace("-", "_")
    offer = next((move for move in case.moves if move.verb == verb), None)
    if offer is None and request.method == "GET":
        abort(404)
    needs = offer.needs if offer else ()
    schema = next((schemas.FORMS[need] for need in needs), schemas.PlainForm)
    form = Form(schema(), initial={"version": case.row.version})
    if request.method == "POST" and form.submit(lambda data: _move(anomaly_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("anomalies.show", anomaly_id=anomaly_id))
    case = queries.show(actor(), anomaly_id)  # anew: what was refused has been rolled back
    return form.page("anomalies/move.html", case=case, offer=offer, today=clock.today())


def _move(anomaly_id: int, verb: str, data: dict[str, Any]) -> Any:
    return anomalies.move(actor(), anomaly_id, verb, data, data.pop("version", None))

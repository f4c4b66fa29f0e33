"""Accidents: the list, the report, one accident with its clocks, and a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import render_template as render
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import accidents as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import accidents as queries
from registry.queries import areas
from registry.rules.accident_case import MOVES, STATES
from registry.rules.papers import kinds
from registry.services import accidents

bp = Blueprint("accidents", __name__, url_prefix="/accidents")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "states": STATES,
        "verbs": {move.verb: move for move in MOVES},
        "grades": dict(schemas.GRADES),
        "links": dict(schemas.LINKS),
        "causes": dict(schemas.CAUSES),
        "exclusions": dict(schemas.EXCLUSIONS),
        "responsibilities": dict(schemas.RESPONSIBILITIES),
        "equipment": dict(schemas.EQUIPMENT),
        "measures": {name: schemas.Said(row) for name, row in schemas.ROWS.items()},
        "now": clock.now(),
        "paper_kinds": kinds(clock.today()),
    }


@bp.route("/")
def index() -> Any:
    """The accidents, with what is late in red."""
    form = Form(schemas.AccidentFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("accidents/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Report an accident."""
    policy.require(actor(), "accident.report")
    form = Form(schemas.ReportForm(), {"elevator": request.args.get("elevator"), "received_at": clock.now()})
    if request.method == "POST" and (row := form.submit(lambda data: accidents.report(actor(), data))):
        flash(_("事故已登记，编号 %(no)s", no=row.no), "success")
        return redirect(url_for("accidents.show", no=row.no))
    return form.page("accidents/new.html")


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One accident: what happened, its grade, its clocks and its ledger."""
    return render("accidents/show.html", case=queries.show(actor(), no))


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    name = verb.replace("-", "_")
    row, step = queries.offer(actor(), no, name)
    form = Form(schemas.move_form(name, step.needs), {"done_at": clock.now(), "version": row.version})
    if request.method == "POST" and form.submit(
        lambda data: accidents.move(actor(), no, name, data, data.pop("version"))
    ):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("accidents.show", no=no))
    return form.page("accidents/move.html", case=queries.show(actor(), no), step=step)

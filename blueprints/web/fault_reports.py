"""Fault reports of riders for those who answer them: the list, one report, a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import called, say
from blueprints.forms import Form
from blueprints.schemas import fault_reports as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock
from registry.queries import areas
from registry.queries import fault_reports as queries
from registry.queries.hazard_offers import clause_choices
from registry.rules.fault_reports import KINDS, STATES
from registry.services import fault_reports

bp = Blueprint("fault_reports", __name__, url_prefix="/fault-reports")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"kinds": KINDS, "states": STATES, "verbs": schemas.VERBS}


@bp.route("/")
def index() -> Any:
    """The reports that concern the caller."""
    form = Form(schemas.ReportFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page = queries.page(actor(), asked)
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("fault_reports/index.html", page=page, late=queries.late_ids(page.items), kept=kept, asked=asked)


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One report: what was said, what was done, what I may do."""
    return render_template("fault_reports/show.html", case=queries.show(actor(), no))


@bp.route("/<string:no>/photo")
def photo(no: str) -> Any:
    """The picture of a report."""
    path, mime = queries.photo(actor(), no)
    return handed_out(path, mime)


@bp.route("/<string:no>/hazard", methods=["GET", "POST"])
def hazard(no: str) -> Any:
    """Make a hazard clue of a report."""
    case = queries.show(actor(), no)
    row = case.report
    kind = called(KINDS[row.kind])
    first = {"title": f"{kind} {row.elevator.address}"[:200], "description": row.text or kind}
    form = Form(schemas.HazardIn(), first, choices={"clauses": clause_choices(clock.today())})
    if request.method == "POST" and form.submit(lambda data: fault_reports.make_hazard(actor(), no, data)):
        flash(_("已转为隐患线索"), "success")
        return redirect(url_for("fault_reports.show", no=no))
    return form.page("fault_reports/form.html", case=queries.show(actor(), no), title=_("转为隐患线索"))


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    row, step = queries.offer(actor(), no, verb)
    schema = schemas.NoteForm() if "note" in step.needs else schemas.TakeForm()
    form = Form(schema, {"version": row.version})
    if request.method == "POST" and form.submit(lambda data: _move(no, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("fault_reports.show", no=no))
    return form.page("fault_reports/form.html", case=queries.show(actor(), no), title=say(step))


def _move(no: str, verb: str, data: dict[str, Any]) -> Any:
    return fault_reports.move(actor(), no, verb, data.get("note") or "", data["version"])

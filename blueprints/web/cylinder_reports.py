"""Reports on cylinders for those who handle them: the list, one report, a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import called, say
from blueprints.forms import Form
from blueprints.schemas import cylinder_reports as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import areas
from registry.queries import cylinder_reports as queries
from registry.queries import cylinders as cylinder_queries
from registry.queries.hazard_offers import clause_choices
from registry.rules.cylinder_reports import KINDS, STATES
from registry.services import cylinder_reports

bp = Blueprint("cylinder_reports", __name__, url_prefix="/cylinder-reports")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"kinds": KINDS, "states": STATES, "verbs": schemas.VERBS}


@bp.route("/")
def index() -> Any:
    """The reports that concern the caller."""
    form = Form(schemas.CylinderReportFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page = queries.page(actor(), asked)
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    late = queries.late_ids(page.items)
    return form.page("cylinder_reports/index.html", page=page, late=late, kept=kept, asked=asked, areas=areas.names())


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One report: what was said, what was done, what I may do."""
    return render_template("cylinder_reports/show.html", case=queries.show(actor(), no), areas=areas.names())


@bp.route("/<string:no>/photo")
def photo(no: str) -> Any:
    """The picture of a report."""
    path, mime = queries.photo(actor(), no)
    return handed_out(path, mime)


@bp.route("/<string:no>/clue", methods=["GET", "POST"])
def clue(no: str) -> Any:
    """Make a hazard clue of a report that was looked into."""
    row, step = queries.offer(actor(), no, "open_clue")
    kind = called(KINDS[row.kind])
    where = row.cylinder.serial_no if row.cylinder else row.place
    first = {"title": f"{kind} {where}"[:200], "description": row.text or kind, "version": row.version}
    choices = {"clauses": clause_choices(clock.today()), "stations": _stations()}
    schema = schemas.ClueIn(exclude=("unit",) if row.station_id else ())
    form = Form(schema, first, choices=choices)
    if request.method == "POST" and form.submit(lambda data: cylinder_reports.open_clue(actor(), no, data)):
        flash(_("已转为隐患线索"), "success")
        return redirect(url_for("cylinder_reports.show", no=no))
    return form.page("cylinder_reports/form.html", case=queries.show(actor(), no), title=say(step))


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    row, step = queries.offer(actor(), no, verb)
    schema = schemas.form_of(verb, knows_station=row.station_id is not None)
    form = Form(schema, {"version": row.version}, choices={"stations": _stations()})
    if request.method == "POST" and form.submit(lambda data: _move(no, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("cylinder_reports.show", no=no))
    return form.page("cylinder_reports/form.html", case=queries.show(actor(), no), title=say(step))


def _move(no: str, verb: str, data: dict[str, Any]) -> Any:
    return cylinder_reports.move(actor(), no, verb, data, data["version"])


def _stations() -> list[tuple[Any, Any]]:
    if not policy.may(actor(), "cylinder_report.pass_on"):
        return []
    return [(str(unit_id), name) for unit_id, name in cylinder_queries.owners(actor())]

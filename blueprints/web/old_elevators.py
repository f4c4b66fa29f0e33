"""Old elevators: the ranking, how old the city's elevators are, one elevator's points and assessments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import mime_of
from blueprints.schemas import old_elevators as schemas
from blueprints.schemas.elevators import PLACE_TYPES
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import areas, assessments, elevator_ages, elevators, renewals
from registry.queries import old_elevators as queries
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.old_elevators import bands, conclusions
from registry.rules.renewals import STATES
from registry.services import assessments as verbs
from registry.services import files

bp = Blueprint("old_elevators", __name__, url_prefix="/old-elevators")

PAGE = 50


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "kinds": ELEVATOR_KINDS,
        "conclusions": conclusions(clock.today()),
        "places": dict(PLACE_TYPES),
        "renewal_states": STATES,
        "today": clock.today(),
    }


def _areas() -> dict[str, Any]:
    return {"areas": areas.choices(actor())}


@bp.route("/")
def index() -> Any:
    """The ranking: whom to look at first."""
    form = Form(schemas.RankFilter(), sent=request.args, choices=_areas())
    asked = form.load() or {}
    page = queries.page(actor(), asked, clock.today(), asked.get("limit") or PAGE, asked.get("cursor"))
    return form.page("old_elevators/index.html", page=page, kept=_kept(), names=areas.names())


def _kept() -> dict[str, str]:
    return {key: value for key, value in request.args.items() if value and key != "cursor"}


@bp.route("/ages")
def ages() -> Any:
    """How many elevators are how old, by county, place type or use unit."""
    form = Form(schemas.AgesIn(), sent=request.args, choices=_areas())
    asked = form.load() or {"by": "area"}
    form["by"].value = asked["by"]
    today = clock.today()
    table = elevator_ages.table(actor(), asked["by"], today, asked.get("area"))
    return form.page(
        "old_elevators/ages.html", table_of=table, bands=bands(today), kept=_kept(), most=elevator_ages.PAGE
    )


@bp.route("/unknown-age")
def unknown() -> Any:
    """The elevators whose age nobody knows."""
    form = Form(schemas.UnknownFilter(), sent=request.args, choices=_areas())
    asked = form.load() or {}
    page = elevator_ages.unknown(actor(), asked, asked.get("cursor"))
    total = elevator_ages.count_unknown(actor(), asked)
    return form.page("old_elevators/unknown.html", page=page, total=total, kept=_kept(), names=areas.names())


@bp.route("/assessments")
def assessment_list() -> Any:
    """The assessments on record."""
    form = Form(schemas.AssessmentFilter(), sent=request.args, choices=_areas())
    return form.page("old_elevators/assessments.html", page=assessments.page(actor(), form.load() or {}), kept=_kept())


@bp.route("/assessments/<int:assessment_id>")
def assessment(assessment_id: int) -> Any:
    """One assessment."""
    row, newer = assessments.show(actor(), assessment_id)
    return render_template("old_elevators/assessment.html", row=row, newer=newer)


@bp.route("/assessments/<int:assessment_id>/report")
def report(assessment_id: int) -> Any:
    """The report of an assessment; what is no picture and no PDF is only downloaded."""
    path, mime, name = assessments.file(actor(), assessment_id)
    return handed_out(path, mime, name)


@bp.route("/assessments/<int:assessment_id>/correct", methods=["GET", "POST"])
def correct(assessment_id: int) -> Any:
    """Put a corrected assessment in the place of one on record."""
    row, _newer = assessments.show(actor(), assessment_id)
    code = row.elevator.label_code
    form = Form(schemas.CorrectionForm(), row)
    if request.method == "POST" and form.submit(lambda data: _correct(assessment_id, data), complete=True):
        return _done(_("更正已保存，原记录保留"), code)
    return form.page("old_elevators/form.html", title=_("更正评估"), elevator=elevators.by_code(actor(), code))


def _correct(assessment_id: int, data: dict[str, Any]) -> Any:
    given = {**data, "standard": data.get("standard") or verbs.STANDARD}
    given.pop("file_id", None)
    return verbs.correct(actor(), assessment_id, _with_file(given), given.pop("reason"))


@bp.route("/<string:code>")
def show(code: str) -> Any:
    """One elevator: where its points come from, its assessments and projects."""
    ranked = queries.one(actor(), code, clock.today())
    number = ranked.elevator.id
    return render_template(
        "old_elevators/show.html",
        it=ranked,
        links=_links(ranked.elevator),
        assessments=assessments.of(actor(), number),
        projects=renewals.of_elevator(actor(), number),
    )


def _links(row: Any) -> dict[str, str]:
    """Where each fact can be looked up."""
    own = url_for("elevators.show", code=row.label_code)
    reports = url_for("fault_reports.index", elevator=row.label_code, kind="entrapment")
    return {
        "age": own,
        "entrapments": reports if policy.may(actor(), "fault_report.read") else own,
        "inspection_failed": own,
        "overdue_cycles": url_for("visits.index", q=row.label_code),
        "uninsured": own,
    }


@bp.route("/<string:code>/assess", methods=["GET", "POST"])
def assess(code: str) -> Any:
    """Record an assessment."""
    elevator = elevators.by_code(actor(), code)
    number = elevator.id
    form = Form(schemas.AssessmentForm(), {"assessed_on": clock.today(), "standard": verbs.STANDARD})
    if request.method == "POST" and form.submit(lambda data: verbs.record(actor(), number, _with_file(data))):
        return _done(_("评估已记录"), code)
    return form.page("old_elevators/form.html", title=_("记录评估"), elevator=elevators.by_code(actor(), code))


def _with_file(data: dict[str, Any]) -> dict[str, Any]:
    """Store the report that came with a form."""
    values = dict(data)
    upload = values.pop("file", None)
    if upload:
        name, content = upload
        values["file_id"] = keep(name, content).id
    return values


def keep(name: str, content: bytes) -> Any:
    """Store one report."""
    return files.store(actor(), name, mime_of(content), content, verbs.PURPOSE)


def _done(message: str, code: str) -> Any:
    flash(message, "success")
    return redirect(url_for("old_elevators.show", code=code))

"""Making the records of safety officers: the day on the phone, the week and the month at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from blueprints.filters import say
from blueprints.forms import Form, flatten
from blueprints.schemas import safety as schemas
from blueprints.sessions import actor
from blueprints.web.safety import asked_subject
from registry import clock
from registry.queries import safety as queries
from registry.queries import safety_sheets
from registry.rules import safety as rules
from registry.services import safety_records

bp = Blueprint("safety_records", __name__, url_prefix="/safety-officers/record")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {"actions": rules.actions(), "slots": schemas.SLOTS}


def _day() -> Any:
    """The day of the address or of the form; a wrong one is none."""
    form = Form(schemas.DailyForm(only=("day",)), sent=request.values)
    return (form.load() or {}).get("day")


def _first(sheet: safety_sheets.Sheet) -> dict[str, Any]:
    """What an unsent form holds; a record in force is corrected, not made twice."""
    return {
        "ref": request.args.get("ref") or str(uuid4()),
        "subject": sheet.duty.subject,
        "day": sheet.span.first,
        "corrects": sheet.done.id if sheet.done else None,
    }


def _done(row: Any) -> Any:
    flash(_("记录已保存"), "success")
    return redirect(url_for("safety.show", record_id=row.id), 303)


@bp.route("/daily", methods=["GET", "POST"])
def daily() -> Any:
    """The check of a day: open the list, name every elevator, say what was found, sign."""
    sheet = safety_sheets.sheet(actor(), asked_subject(), "daily", _day())
    things = {"things": [(thing.key, thing.label) for thing in sheet.things]}
    opened = clock.now() if request.args.get("opened") else None
    form = Form(schemas.DailyForm(), {**_first(sheet), "opened_at": opened}, things)
    typed = schemas.typed_problems(request.form)
    problems = _parsed(form, schemas.ProblemIn(many=True), typed)
    sent = _photos()
    if problems is not None and request.method == "POST":
        row = form.submit(_recording(safety_records.daily, problems=problems, photos=sent))
        if row is not None:
            return _done(row)
    return form.page("safety/daily.html", sheet=sheet, typed=typed, opened=bool(form["opened_at"].value))


@bp.route("/weekly", methods=["GET", "POST"])
def weekly() -> Any:
    """The report of a week, filled in from its daily checks."""
    sheet = safety_sheets.sheet(actor(), asked_subject(), "weekly", _day())
    form = Form(schemas.WeeklyForm(), _first(sheet))
    open_ones = [problem.id for problem in sheet.problems if problem.solved_on is None]
    typed = schemas.typed_plans(open_ones, request.form)
    plans = _parsed(form, schemas.SafetyPlanIn(many=True), typed)
    if plans is not None and request.method == "POST":
        row = form.submit(_recording(safety_records.weekly, problems=plans))
        if row is not None:
            return _done(row)
    return form.page("safety/weekly.html", sheet=sheet, typed={plan["id"]: plan for plan in typed})


@bp.route("/monthly", methods=["GET", "POST"])
def monthly() -> Any:
    """The minutes of a month, filled in from its weekly reports."""
    sheet = safety_sheets.sheet(actor(), asked_subject(), "monthly", _day())
    duties = rules.roles(sheet.duty.subject)
    names = [
        f"{name}（{say(role)}）"
        for role in duties.values()
        for _id, name in queries.officers(actor(), sheet.duty.subject, role.id, clock.today())
    ]
    form = Form(schemas.MonthlyForm(), {**_first(sheet), "held_on": clock.today(), "attendees": names})
    if request.method == "POST" and (row := form.submit(_recording(safety_records.monthly))) is not None:
        return _done(row)
    return form.page("safety/monthly.html", sheet=sheet)


@bp.route("/problems/<int:problem_id>/solve", methods=["GET", "POST"])
def solve(problem_id: int) -> Any:
    """A problem is solved."""
    row = queries.problem(actor(), problem_id)
    back = url_for("safety.unit", unit_id=row.unit_id, subject=row.subject)
    form = Form(schemas.SolveForm(), {"solved_on": clock.today()})
    if request.method == "POST" and form.submit(
        lambda data: safety_records.solve(actor(), problem_id, data["solution"], data.get("solved_on"))
    ):
        flash(_("问题已解决"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("解决问题：%(text)s", text=row.text[:40]), back=back)


@bp.route("/problems/<int:problem_id>/hazard", methods=["POST"])
def report_hazard(problem_id: int) -> Any:
    """Hand a problem on as a hazard clue."""
    row = safety_records.report_hazard(actor(), problem_id)
    flash(_("已作为隐患线索上报"), "success")
    return redirect(url_for("safety.show", record_id=row.record_id))


def _recording(verb: Callable[..., Any], **more: Any) -> Callable[[dict[str, Any]], Any]:
    """The verb on what was sent, without the fields left empty."""

    def call(data: dict[str, Any]) -> Any:
        row, _again = verb(actor(), {**{key: value for key, value in data.items() if value is not None}, **more})
        return row

    return call


def _parsed(form: Form, schema: Any, typed: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What was typed beside the form; None when it is wrong, with the reason above the form."""
    try:
        found: list[dict[str, Any]] = schema.load(typed)
    except ValidationError as error:
        form.form_errors.extend(say(text) for text in flatten(error.normalized_messages()))
        return None
    return found


def _photos() -> list[bytes]:
    """The contents of the photos, without empty ones."""
    return [content for upload in request.files.getlist("photos") if (content := upload.read())]

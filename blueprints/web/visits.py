"""Maintenance visits: the company's day, the phone page in the shaft, the list, the evidence, the use unit's word."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import visits as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from blueprints.web.maintenance import day_form, kept
from blueprints.web.maintenance import states as shown_states
from registry import clock
from registry.queries import anomalies, areas, assignments, days, visit_corrections, visit_plans
from registry.queries import visits as queries
from registry.rules.maintenance import JUDGES, RESULTS, cycles
from registry.services import visits

bp = Blueprint("visits", __name__, url_prefix="/visits")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The names of cycles and results, for every page that shows visits."""
    return {"cycles": cycles(clock.today()), "results": RESULTS, "judges": JUDGES}


@bp.route("/today")
def today() -> Any:
    """What the company has to do: overdue and due first."""
    who, on = actor(), clock.today()
    form = day_form()
    asked = form.load() or {}
    narrow = days.narrow(who, asked, on)
    due = visit_plans.due_today(who, on, shown_states(asked), cursor=asked.get("cursor"), narrow=narrow)
    return form.page(
        "visits/today.html",
        due=due,
        states=visit_plans.STATES,
        chosen=asked.get("state"),
        kept=kept(),
        mine=narrow.technician is not None,
        names=assignments.names(who, [line.elevator.id for line in due.items], on),
    )


@bp.route("/")
def index() -> Any:
    """The visits that concern the caller."""
    who = actor()
    form = Form(schemas.VisitFilter(), sent=request.args, choices=_choices(who))
    page = queries.page(who, form.load() or {}, cursor=request.args.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("visits/index.html", page=page, kept=kept)


def _choices(who: Any) -> dict[str, Any]:
    return {"areas": areas.choices(who), "companies": queries.companies(who)}


@bp.route("/to-confirm")
def to_confirm() -> Any:
    """What waits for the use unit's word."""
    return redirect(url_for("visits.index", state="to_confirm"))


@bp.route("/new")
def new() -> Any:
    """Scan in: find the elevator, then the page of the visit, whose address survives a reload."""
    if not request.args.get("code"):
        return Form(schemas.StartForm()).page("visits/scan.html")
    form = Form(schemas.StartForm(), sent=request.args)
    start = form.submit(lambda data: visit_plans.start(actor(), data["code"], data.get("cycle"), clock.today()))
    if start is None:
        return form.page("visits/scan.html")
    at, code = clock.now().isoformat(timespec="seconds"), start.elevator.label_code
    return redirect(url_for("visits.log", code=code, cycle=start.cycle, ref=uuid4(), at=at))


@bp.route("/log/<string:code>", methods=["GET", "POST"])
def log(code: str) -> Any:
    """Work through the items, sign, scan out."""
    if "ref" not in request.values:
        return redirect(url_for("visits.new", code=code, cycle=request.args.get("cycle")))
    start = visit_plans.start(actor(), code, request.values.get("cycle"), clock.today())
    typed = schemas.typed_answers(start.codes, request.form, request.files)
    answers, wrong = schemas.answers_of(typed)
    form = _log_form(start, wrong)
    if request.method == "POST" and not wrong and (visit := form.submit(lambda data: _record(data, start, answers))):
        return redirect(url_for("visits.result", visit_id=visit.id), 303)
    given = {answer["item"]: answer for answer in typed}
    at = schemas.moment_of(request.values.get("at", ""))
    return form.page("visits/log.html", start=start, given=given, wrong=wrong, at=at)


def _log_form(start: Any, wrong: dict[str, list[str]]) -> Form:
    sent = schemas.sent_visit(request.form.to_dict(), request.files) if request.method == "POST" else None
    people = [(person.login, person.name) for person in start.colleagues]
    form = Form(schemas.VisitForm(), choices={"colleagues": people}, sent=sent)
    form.form_errors.extend(f"{code} {'；'.join(messages)}" for code, messages in wrong.items())
    return form


def _record(data: dict[str, Any], start: Any, answers: list[dict[str, Any]]) -> Any:
    sent = schemas.visit_of(data, start.elevator.label_code, start.cycle, start.caller.login)
    visit, _again = visits.record(actor(), {**sent, "answers": answers})
    return visit


@bp.route("/<int:visit_id>/result")
def result(visit_id: int) -> Any:
    """What the worker is told after sending."""
    return render_template("visits/result.html", visit=queries.one(actor(), visit_id))


@bp.route("/<int:visit_id>")
def show(visit_id: int) -> Any:
    """One visit with its chain of evidence."""
    return _page(visit_id, Form(schemas.ConfirmForm(), sent={}), Form(schemas.DeclineForm(), sent={}))


@bp.route("/<int:visit_id>/confirm", methods=["POST"])
def confirm(visit_id: int) -> Any:
    """The use unit confirms."""
    form = Form(schemas.ConfirmForm())
    if form.submit(lambda data: visits.confirm(actor(), visit_id, data)):
        flash(_("已确认这次维保"), "success")
        return redirect(url_for("visits.show", visit_id=visit_id))
    return _page(visit_id, form, Form(schemas.DeclineForm(), sent={}))


@bp.route("/<int:visit_id>/decline", methods=["POST"])
def decline(visit_id: int) -> Any:
    """The use unit sends the visit back."""
    form = Form(schemas.DeclineForm())
    if form.submit(lambda data: visits.decline(actor(), visit_id, data["reason"])):
        flash(_("已退回，这次维保不再计入"), "info")
        return redirect(url_for("visits.show", visit_id=visit_id))
    return _page(visit_id, Form(schemas.ConfirmForm(), sent={}), form)


def _page(visit_id: int, confirming: Form, declining: Form) -> Any:
    who = actor()
    visit = queries.one(who, visit_id)
    page = render_template(
        "visits/show.html",
        visit=visit,
        chain=queries.chain(visit),
        remarkable=queries.remarkable(visit),
        corrected_by=visit_corrections.corrected_by(visit.id),
        anomalies=anomalies.of_visit(who, visit.id),
        deciding=queries.waits_for(who, visit),
        confirming=confirming,
        declining=declining,
    )
    return page, 422 if confirming.has_errors or declining.has_errors else 200


@bp.route("/<int:visit_id>/correct", methods=["GET", "POST"])
def correct(visit_id: int) -> Any:
    """Record a visit anew because what was written was wrong."""
    sheet = visit_corrections.sheet(actor(), visit_id, request.values.get("cycle"))
    typed = schemas.typed_answers(sheet.codes, request.form, request.files)
    answers, wrong = schemas.answers_of(typed)
    form = Form(schemas.CorrectForm())
    form.form_errors.extend(f"{code} {'；'.join(messages)}" for code, messages in wrong.items())
    if request.method == "POST" and not wrong and (new := form.submit(lambda data: _correct(data, sheet, answers))):
        flash(_("已更正，新记录待使用单位确认"), "success")
        return redirect(url_for("visits.show", visit_id=new.id), 303)
    given = {**sheet.given, **{answer["item"]: answer for answer in typed}}
    return form.page(
        "visits/correct.html", sheet=sheet, given=given, wrong=wrong, ref=request.values.get("ref") or uuid4()
    )


def _correct(data: dict[str, Any], sheet: Any, answers: list[dict[str, Any]]) -> Any:
    changed = visit_corrections.changed(sheet, answers)
    sent = {"ref": data["ref"], "cycle": sheet.cycle, "answers": changed}
    visit, _again = visits.correct(actor(), sheet.visit.id, sent, data["reason"])
    return visit


@bp.route("/<int:visit_id>/photos/<int:file_id>")
def photo(visit_id: int, file_id: int) -> Any:
    """A photo or signature of a visit."""
    path, mime = queries.picture(actor(), visit_id, file_id)
    return handed_out(path, mime)

"""Safety officers: the board of rates, a unit's people, list and papers, the three records on phone and paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.forms import Form
from blueprints.schemas import safety as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock
from registry.queries import areas, safety_rates
from registry.queries import safety as queries
from registry.rules import safety as rules

bp = Blueprint("safety", __name__, url_prefix="/safety-officers")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "subjects": rules.subjects(),
        "duties_of": rules.duties,
        "roles_of": rules.roles,
        "actions": rules.actions(),
        "cycle_names": dict(schemas.CYCLE_CHOICES),
        "trainings": schemas.TRAININGS,
    }


def asked_subject() -> str:
    """The subject of the address, or the one the caller's unit has officers for."""
    subject = request.values.get("subject", "")
    return subject if subject in rules.subjects() else queries.subject_of(actor().unit_id)


@bp.route("/")
def index() -> Any:
    """The rates: the office over its units, a unit over itself."""
    who = actor()
    form = Form(schemas.SafetyFilter(exclude=("cycle",)), sent=request.args, choices={"areas": areas.choices(who)})
    asked = form.load() or {}
    asked["subject"] = form["subject"].value = asked.get("subject") or asked_subject()
    board = form.submit(lambda _data: safety_rates.board(who, asked, clock.today()))
    return form.page("safety/index.html", board=board, subject=rules.subjects()[asked["subject"]], kept=_kept())


@bp.route("/gaps")
def gaps() -> Any:
    """What was owed and not made, and why."""
    who = actor()
    form = Form(schemas.SafetyFilter(), sent=request.args, choices={"areas": areas.choices(who)})
    asked = form.load() or {}
    asked["subject"] = form["subject"].value = asked.get("subject") or asked_subject()
    page = form.submit(lambda _data: safety_rates.gap_page(who, asked, asked.get("cursor"), 50))
    return form.page("safety/gaps.html", page=page, kept=_kept())


@bp.route("/records")
def records() -> Any:
    """The records, newest first."""
    form = Form(schemas.SafetyFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    return form.page("safety/records.html", page=page, kept=_kept())


@bp.route("/records/<int:record_id>")
def show(record_id: int) -> Any:
    """One record, as the paper it is."""
    row = queries.record(actor(), record_id)
    return render_template(
        "safety/show.html",
        record=row,
        duty=rules.duties(row.subject)[row.cycle],
        later=queries.corrected_by(actor(), row),
        own=row.unit_id == actor().unit_id and row.person_id == actor().person_id,
    )


@bp.route("/records/<int:record_id>/pictures/<int:file_id>")
def picture(record_id: int, file_id: int) -> Any:
    """A photo or signature of a record."""
    path, mime = queries.picture(actor(), record_id, file_id)
    return handed_out(path, mime)


@bp.route("/units/<int:unit_id>")
def unit(unit_id: int) -> Any:
    """One unit: people, list and papers."""
    subject = request.args.get("subject", "")
    subject = subject if subject in rules.subjects() else queries.subject_of(unit_id)
    page = queries.overview(actor(), unit_id, subject)
    return render_template("safety/unit.html", page=page, tabs_of=queries.subjects_of(unit_id), today=clock.today())


@bp.route("/units/<int:unit_id>/files/<int:file_id>")
def paper_file(unit_id: int, file_id: int) -> Any:
    """A paper, appointment or training document."""
    path, mime, name = queries.paper_file(actor(), unit_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/units/<int:unit_id>/risks")
def risks(unit_id: int) -> Any:
    """The risk list as it was on a day; on paper, too."""
    form = Form(schemas.SafetyFilter(only=("until",)), sent=request.args)
    on = (form.load() or {}).get("until") or clock.today()
    subject = request.args.get("subject", "")
    subject = subject if subject in rules.subjects() else queries.subject_of(unit_id)
    page = queries.overview(actor(), unit_id, subject)
    listed = queries.risks(actor(), unit_id, subject, on)
    versions = queries.versions(actor(), unit_id, subject)
    return render_template("safety/risks.html", page=page, risks=listed, on=on, versions=versions)


def own_page(message: str, subject: str) -> Any:
    """Back to the page of the caller's unit, with a word."""
    flash(message, "success")
    return redirect(url_for("safety.unit", unit_id=actor().unit_id, subject=subject))


def _kept() -> dict[str, str]:
    return {key: value for key, value in request.args.items() if value and key != "cursor"}

"""Inspections and self-tests on record: list, one, record, correct, and their files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.schemas import inspections as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.actor import OFFICE_ROLES
from registry.queries import areas, elevators, inspection_inputs
from registry.queries import inspections as queries
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.services import inspections

bp = Blueprint("inspections", __name__, url_prefix="/inspections")


class ReportForm(FileForm):
    """A form with the report of an inspection."""

    purpose = inspection_inputs.PURPOSE


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call kinds and conclusions by."""
    return {"record_kinds": RECORD_KINDS, "conclusions": CONCLUSIONS}


@bp.route("/")
def index() -> Any:
    """The records the caller may see."""
    form = Form(schemas.InspectionFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    sent = form.load() or {}
    return form.page(
        "inspections/index.html",
        page=queries.page(actor(), sent, sent.get("limit", 50), sent.get("cursor")),
        sent={name: request.args[name] for name in request.args if name not in ("cursor", "limit")},
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Record an inspection of the elevator named by its label code."""
    policy.require(actor(), "inspection.record")
    row = elevators.by_code(actor(), request.args.get("elevator", ""))
    number, code = row.id, row.label_code
    form = _form(schemas.InspectionForm, {"kind": request.args.get("kind"), "done_on": clock.today()})
    if request.method == "POST" and (found := form.submit(lambda data: inspections.record(actor(), number, data))):
        flash(_recorded(found), "success")
        return redirect(url_for("inspections.show", inspection_id=found.id))
    return form.page("inspections/edit.html", elevator=elevators.by_code(actor(), code), units=_bodies(), case=None)


def _form(schema: Any, first: dict[str, Any]) -> FileForm:
    """The form with the kinds the caller may record; only an office names who inspected."""
    kinds = [pair for pair in schemas.INSPECTION_KINDS if pair[0] in queries.kinds_for(actor())]
    if len(kinds) == 1:
        first = {**first, "kind": kinds[0][0]}
    hidden = () if actor().role in OFFICE_ROLES else ("body",)
    return ReportForm(schema(exclude=hidden), initial=first, choices={"kinds": kinds})


def _bodies() -> list[str]:
    return queries.bodies(actor()) if actor().role in OFFICE_ROLES else []


def _recorded(row: Any) -> str:
    if row.conclusion == "fail":
        return _("已记录为不合格，并已登记隐患线索") if row.hazard_id else _("已记录为不合格")
    if row.valid_until is None:
        return _("已记录")
    return _("已记录，有效期至%(day)s", day=row.valid_until.isoformat())


@bp.route("/<int:inspection_id>")
def show(inspection_id: int) -> Any:
    """One record, what it corrects and what corrects it, its files and what is due next."""
    form = Form(schemas.PageIn(), sent={})
    return form.page("inspections/show.html", case=queries.one(actor(), inspection_id, clock.today()))


@bp.route("/<int:inspection_id>/correct", methods=["GET", "POST"])
def correct(inspection_id: int) -> Any:
    """Record it anew, because the record was wrong."""
    case = queries.one(actor(), inspection_id, clock.today())
    first = {name: getattr(case.row, name) for name in schemas.InspectionForm().fields if hasattr(case.row, name)}
    form = _form(schemas.CorrectionForm, {**first, "files": None, "body": case.row.body and case.row.body.name})
    if request.method == "POST" and (found := form.submit(_correction(inspection_id))):
        flash(_recorded(found), "success")
        return redirect(url_for("inspections.show", inspection_id=found.id))
    case = queries.one(actor(), inspection_id, clock.today())
    return form.page("inspections/edit.html", elevator=case.row.elevator, units=_bodies(), case=case)


def _correction(inspection_id: int) -> Any:
    return lambda data: inspections.correct(actor(), inspection_id, data)


@bp.route("/<int:inspection_id>/files/<int:file_id>")
def file(inspection_id: int, file_id: int) -> Any:
    """A file of a record; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), inspection_id, file_id)
    return handed_out(path, mime, name)

"""Applications for use registration: the list, one of them, its form, its steps; the papers that are printed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import PaperForm
from blueprints.schemas import registrations as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock
from registry.documents import registration_form, status_form, use_mark
from registry.queries import areas, elevator_gaps, units
from registry.queries import elevators as elevator_queries
from registry.queries import registrations as queries
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.registrations import STATES, TYPES, find_move, types_for
from registry.services import elevator_parts, registrations

bp = Blueprint("registrations", __name__, url_prefix="/registrations")

PDF = "application/pdf"
TONES = {"GRANTED": "good", "REFUSED": "bad", "RETURNED": "warn", "SUBMITTED": "info", "ACCEPTED": "info"}


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"types": TYPES, "states": STATES, "tones": TONES, "kinds": ELEVATOR_KINDS}


@bp.route("/")
def index() -> Any:
    """The applications that concern the caller."""
    form = Form(schemas.RegistrationFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    sent = form.load() or {}
    page = queries.page(actor(), sent, cursor=sent.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("registrations/index.html", page=page, kept=kept, today=clock.today())


@bp.route("/new/<string:code>", methods=["GET", "POST"])
def new(code: str) -> Any:
    """Choose what to apply for with an elevator."""
    row = elevator_queries.by_code(actor(), code)
    number, offered = row.id, types_for(row.status, clock.today())
    form = Form(
        schemas.OpenIn(),
        {"kind": offered[0].id if len(offered) == 1 else None},
        choices={"kinds": [(kind.id, kind) for kind in offered]},
    )
    if request.method == "POST":
        case = form.submit(lambda data: registrations.open_case(actor(), number, data["kind"]))
        if case is not None:
            flash(_("申请已建立，请核对登记表并附上材料"), "success")
            return redirect(url_for("registrations.fill", no=case.no))
    return form.page("registrations/new.html", elevator=elevator_queries.by_code(actor(), code), offered=offered)


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One application: its form as it was signed, papers, steps, and what I may do."""
    return render_template("registrations/show.html", found=queries.detail(actor(), no, clock.today()))


@bp.route("/<string:no>/fill", methods=["GET", "POST"])
def fill(no: str) -> Any:
    """Fill in the form, attach the papers."""
    case = queries.by_no(actor(), no)
    schema = schemas.fill_form(case.kind, case.elevator.kind)
    kept = {f"{schemas.PAPER}{name}": list(ids) for name, ids in (case.papers or {}).items()}
    form = PaperForm(schema, kept, choices={"areas": areas.choices(actor())}, initial=queries.first_values(case))
    if request.method == "POST":
        filled = form.submit(lambda data: registrations.fill(actor(), no, data, data.pop("version", None)))
        if filled is not None:
            flash(_("已保存"), "success")
            return redirect(url_for("registrations.show", no=no))
    names = [name for _number, name in units.choices(actor(), "use")]
    return form.page("registrations/fill.html", found=queries.detail(actor(), no, clock.today()), units=names)


@bp.route("/<string:no>/<string:step>", methods=["GET", "POST"])
def move(no: str, step: str) -> Any:
    """Make one step."""
    case = queries.by_no(actor(), no)
    found = find_move(case.state, step.replace("-", "_"), clock.today())
    if found is None:
        abort(404)
    form = Form(schemas.step_form(found, TYPES[case.kind].new_number), {"version": case.version})
    if request.method == "POST":
        done = form.submit(lambda data: registrations.move(actor(), no, found.verb, data, data.pop("version", None)))
        if done is not None:
            flash(_("已办理：%(step)s", step=say(found)), "success")
            return redirect(url_for("registrations.show", no=no))
    return form.page("registrations/move.html", found=queries.detail(actor(), no, clock.today()), step=found)


@bp.route("/<string:no>/files/<int:file_id>")
def file(no: str, file_id: int) -> Any:
    """A paper of an application; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), no, file_id)
    return handed_out(path, mime, name)


@bp.route("/<string:no>/form.pdf")
def form_pdf(no: str) -> Any:
    """使用登记表, to be signed or as it was."""
    return _document(registration_form.pdf(actor(), no), f"{no}.pdf")


@bp.route("/elevators/<string:code>/status-form.pdf")
def status_pdf(code: str) -> Any:
    """停用报废注销登记表 of the present stop, scrapping or cancelling."""
    return _document(status_form.pdf(actor(), code), f"status-{code}.pdf")


@bp.route("/elevators/<string:code>/files/<int:file_id>")
def status_file(code: str, file_id: int) -> Any:
    """The scanned document of a change of status."""
    row = elevator_queries.by_code(actor(), code)
    path, mime, name = elevator_gaps.status_file(actor(), row, file_id)
    return handed_out(path, mime, name)


@bp.route("/elevators/<string:code>/use-mark.pdf")
def mark_pdf(code: str) -> Any:
    """使用标志, at its own size or (`?size=a4`) on A4."""
    size = request.args.get("size", "mark")
    if size not in use_mark.SIZES:
        abort(404)
    return _document(use_mark.pdf(actor(), code, size), f"use-mark-{code}.pdf")


def _document(content: bytes, name: str) -> Response:
    return Response(content, mimetype=PDF, headers={"Content-Disposition": f'inline; filename="{name}"'})


@bp.route("/elevators/<string:code>/safety-parts", methods=["GET", "POST"])
def parts(code: str) -> Any:
    """The safety parts of the product data sheet, ten rows."""
    found = elevator_queries.detail(actor(), code)
    number = found.elevator.id
    kept = [{name: getattr(part, name) for name in elevator_parts.NAMES} for part in found.record.parts]
    form = Form(schemas.parts_form(), schemas.flat_parts(kept))
    if request.method == "POST":
        done = form.submit(lambda data: elevator_parts.set_parts(actor(), number, data["parts"]))
        if done is not None:
            flash(_("已保存"), "success")
            return redirect(url_for("elevators.show", code=code))
    return form.page("registrations/parts.html", elevator=elevator_queries.by_code(actor(), code))

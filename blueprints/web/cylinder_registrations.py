"""Use registration of cylinders by unit: list, apply, one application, its steps, its form as PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import PaperForm
from blueprints.schemas import cylinder_registrations as schemas
from blueprints.schemas.cylinder_transfers import findings
from blueprints.schemas.registrations import PAPER
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.documents import cylinder_registration_form
from registry.queries import cylinder_registrations as queries
from registry.rules.cylinder_registrations import CLASSES, TYPES
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.rules.registrations import MOVES, STATES
from registry.services import cylinder_registrations

bp = Blueprint("cylinder_registrations", __name__, url_prefix="/cylinder-registrations")
TONES = {"GRANTED": "good", "REFUSED": "bad", "WITHDRAWN": "neutral", "RETURNED": "warn", "DRAFT": "neutral"}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call types, classes, states and steps by."""
    return {
        "case_types": TYPES,
        "case_classes": CLASSES,
        "case_states": STATES,
        "case_tones": TONES,
        "case_moves": {(move.source, move.verb): move for move in MOVES},
        "kinds": CYLINDER_KINDS,
        "media": MEDIA,
        "case_findings": findings,
    }


@bp.route("/")
def index() -> Any:
    """The applications that concern the caller."""
    form = Form(schemas.CylinderRegistrationFilter(), sent=request.args)
    filters = form.load() or {}
    page = queries.page(actor(), filters, cursor=filters.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("cylinder_registrations/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Begin an application."""
    policy.require(actor(), "cylinder_registration.apply")
    first = {"kind": "new", "codes": request.args.getlist("code"), "filled_by": actor().name}
    form = Form(schemas.CylinderRegistrationIn(exclude=("ref",)), first)
    if request.method == "POST" and (made := form.submit(lambda data: cylinder_registrations.apply(actor(), data))):
        flash(_("申请已保存，请附上材料，核对后提交"), "success")
        return redirect(url_for("cylinder_registrations.show", no=made[0].no))
    back = url_for("cylinder_registrations.index")
    return form.page("_form_page.html", title=_("申请气瓶使用登记"), back=back)


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One application with its list."""
    return render_template("cylinder_registrations/show.html", shown=queries.show(actor(), no))


@bp.route("/<string:no>/amend", methods=["GET", "POST"])
def amend(no: str) -> Any:
    """Another list and other fields."""
    policy.require(actor(), "cylinder_registration.apply")
    shown = queries.show(actor(), no)
    codes = [item.cylinder.handle for item in shown.items]
    first = {**(shown.case.fields or {}), "codes": codes, "version": shown.case.version}
    kept = {f"{PAPER}{name}": list(ids) for name, ids in (shown.case.papers or {}).items()}
    form = PaperForm(schemas.amend_form(shown.case.kind), kept, initial=first)
    if request.method == "POST" and form.submit(
        lambda data: cylinder_registrations.amend(actor(), no, data, data.pop("version", None))
    ):
        flash(_("申请已修改"), "success")
        return redirect(url_for("cylinder_registrations.show", no=no))
    return form.page("cylinder_registrations/amend.html", shown=queries.show(actor(), no))


@bp.route("/<string:no>/steps/<string:step>", methods=["GET", "POST"])
def move(no: str, step: str) -> Any:
    """Make one step."""
    shown, verb = queries.show(actor(), no), step.replace("-", "_")
    offer = next((move for move in shown.moves if move.verb == verb), None) or abort(404)
    first = {"version": shown.case.version, "since": clock.today()}
    form = Form(schemas.CYLINDER_REGISTRATION_FORMS[verb](), first)
    if request.method == "POST" and form.submit(
        lambda data: cylinder_registrations.move(actor(), no, verb, data, data.pop("version", None))
    ):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("cylinder_registrations.show", no=no))
    back = url_for("cylinder_registrations.show", no=no)
    return form.page("_form_page.html", title=f"{say(offer)} · {no}", back=back)


@bp.route("/<string:no>/files/<int:file_id>")
def file(no: str, file_id: int) -> Any:
    """A paper of an application; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), no, file_id)
    return handed_out(path, mime, name)


@bp.route("/<string:no>/form.pdf")
def form_pdf(no: str) -> Any:
    """使用登记表（三） with the list."""
    content = cylinder_registration_form.pdf(actor(), no)
    return Response(
        content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{no}.pdf"'}
    )

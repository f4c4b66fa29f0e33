"""Cylinders to be destroyed: list, order, one batch with its evidence, its moves, its papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.schemas import cylinder_batches as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.documents import scrap_papers
from registry.queries import cylinders, inspection_batches
from registry.queries import scrap_batches as queries
from registry.rules import cylinder_inspections as rules
from registry.rules.workflow import moves, states
from registry.services import scrap_batches

bp = Blueprint("scrap_batches", __name__, url_prefix="/scrap-batches")
PDF = "application/pdf"


class EvidenceForm(FileForm):
    """A form whose files are evidence of a destruction."""

    purpose = "scrap"


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call states, reasons and methods by."""
    return {
        "scrap_states": states("scrap_batch"),
        "scrap_moves": {move.verb: move for move in moves("scrap_batch")},
        "scrap_reasons": rules.reasons(clock.today()),
        "scrap_methods": rules.methods(clock.today()),
    }


@bp.route("/")
def index() -> Any:
    """The batches that concern the caller."""
    form = Form(schemas.ScrapFilter(), sent=request.args, choices={"stations": cylinders.stations(actor())})
    filters = form.load() or {}
    page = queries.page(actor(), filters, cursor=filters.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("scrap_batches/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Order cylinders to be scrapped; `?code=` names some, `?pending=1` all that are to be scrapped already."""
    policy.require(actor(), "scrap_batch.order")
    named = request.args.getlist("code")
    first = {"codes": named or (queries.unbatched(actor()) if request.args.get("pending") else [])}
    form = Form(schemas.ScrapOrderIn(exclude=("ref",)), first)
    if request.method == "POST" and (made := form.submit(lambda data: scrap_batches.order(actor(), data))):
        flash(_("已判废，请移交销毁"), "success")
        return redirect(url_for("scrap_batches.show", batch_id=made[0].id))
    return form.page("_form_page.html", title=_("判废气瓶"), back=url_for("scrap_batches.index"))


@bp.route("/<int:batch_id>")
def show(batch_id: int) -> Any:
    """One batch with its cylinders and its evidence."""
    return render_template("scrap_batches/show.html", case=queries.show(actor(), batch_id))


@bp.route("/<int:batch_id>/moves/<string:verb>", methods=["GET", "POST"])
def move(batch_id: int, verb: str) -> Any:
    """Make one move."""
    case, verb = queries.show(actor(), batch_id), verb.replace("-", "_")
    offer = next((move for move in case.moves if move.verb == verb), None) or abort(404)
    choices = {"handlers": inspection_batches.bodies()}
    initial = {"version": case.row.version, "destroyed_on": clock.today()}
    form = EvidenceForm(schemas.SCRAP_FORMS[verb](), initial=initial, choices=choices)
    for need in offer.needs:
        if need.startswith("photos"):
            form[need].required = True
    if request.method == "POST" and form.submit(lambda data: _move(batch_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("scrap_batches.show", batch_id=batch_id))
    return form.page("scrap_batches/move.html", case=queries.show(actor(), batch_id), offer=offer)


def _move(batch_id: int, verb: str, data: dict[str, Any]) -> Any:
    return scrap_batches.make(actor(), batch_id, verb, data, data.pop("version", None))


@bp.route("/<int:batch_id>/files/<int:file_id>")
def file(batch_id: int, file_id: int) -> Any:
    """A picture or the weight ticket."""
    path, mime, name = queries.file(actor(), batch_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:batch_id>/form.pdf")
def form_pdf(batch_id: int) -> Any:
    """停用报废注销登记表 of the batch."""
    return _document(scrap_papers.form(actor(), batch_id), f"scrap-{batch_id}.pdf")


@bp.route("/<int:batch_id>/certificate.pdf")
def certificate_pdf(batch_id: int) -> Any:
    """气瓶报废销毁证明 of the batch."""
    return _document(scrap_papers.certificate(actor(), batch_id), f"destroyed-{batch_id}.pdf")


def _document(content: bytes, name: str) -> Response:
    return Response(content, mimetype=PDF, headers={"Content-Disposition": f'inline; filename="{name}"'})

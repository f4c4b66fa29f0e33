"""Batches of label codes: asked for by units, issued by the office, printed, received."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import label_files
from blueprints.filters import called
from blueprints.forms import Form
from blueprints.schemas import labels as schemas
from blueprints.sessions import actor
from registry import policy
from registry.errors import Missing
from registry.labels.layouts import LAYOUTS
from registry.messages import T
from registry.queries import label_batches as queries
from registry.queries import labels
from registry.rules import labels as rules
from registry.rules import workflow
from registry.services import label_batches

bp = Blueprint("label_batches", __name__, url_prefix="/label-batches")
STEPS: Mapping[str, Callable[..., Any]] = {
    "issue": lambda caller, batch_id, _note: label_batches.issue(caller, batch_id),
    "refuse": label_batches.refuse,
    "withdraw": label_batches.withdraw,
    "receive": label_batches.receive,
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": workflow.states("label_batch"), "carriers": rules.carriers(), "layouts": LAYOUTS}


@bp.route("/")
def index() -> Any:
    """The batches of the caller's unit or area."""
    form = Form(schemas.BatchFilter(), sent=request.args)
    filters = form.load() or {}
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("label_batches/index.html", page=queries.page(actor(), filters, filters.get("cursor")), kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Ask for blank codes."""
    policy.require(actor(), "label_batch.request")
    form = Form(schemas.BatchRequestIn(), initial={"ref": str(uuid.uuid4())})
    if request.method == "POST":
        done = form.submit(lambda data: label_batches.request(actor(), data))
        if done:
            flash(_("已申领，等待发放"), "success")
            return redirect(url_for("label_batches.show", batch_id=done[0].id))
    return form.page("label_batches/new.html", title=_("申领标签"), button=_("申领"))


@bp.route("/issue", methods=["GET", "POST"])
def issue() -> Any:
    """Issue blank codes nobody has asked for."""
    policy.require(actor(), "label_batch.issue")
    form = Form(schemas.BatchIssueIn(), choices={"units": labels.units(actor())})
    if request.method == "POST":
        batch = form.submit(lambda data: label_batches.issue_new(actor(), data))
        if batch:
            flash(_("已发放 %(count)s 个空白编码", count=batch.count), "success")
            return redirect(url_for("label_batches.show", batch_id=batch.id))
    return form.page("label_batches/new.html", title=_("发放标签"), button=_("发放"))


@bp.route("/<int:batch_id>")
def show(batch_id: int) -> Any:
    """One batch with what became of its codes, and the next steps."""
    counted = queries.show(actor(), batch_id)
    return _page(counted, {})


@bp.route("/<int:batch_id>/<string:verb>", methods=["POST"])
def step(batch_id: int, verb: str) -> Any:
    """Take a step with a batch."""
    if verb not in STEPS:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    policy.require(actor(), f"label_batch.{verb}")
    form = Form(schemas.BatchMoveIn())
    batch = form.submit(lambda data: STEPS[verb](actor(), batch_id, data.get("note")))
    if batch:
        flash(_("这批标签：%(state)s", state=called(workflow.states("label_batch")[batch.state])), "success")
        return redirect(url_for("label_batches.show", batch_id=batch.id))
    return _page(queries.show(actor(), batch_id), {"move": form}), 422


@bp.route("/<int:batch_id>/print", methods=["POST"])
def print_batch(batch_id: int) -> Any:
    """All codes of a batch that are not out of use, as a file to print or for a print house."""
    policy.require(actor(), "label.print")
    form = Form(schemas.BatchPrintIn())
    answer = form.submit(lambda data: label_files.batch(actor(), batch_id, data))
    return answer or (_page(queries.show(actor(), batch_id), {"printing": form}), 422)


def _page(counted: queries.Counted, sent: Mapping[str, Form]) -> Any:
    first = {"layout": counted.row.layout, "format": "pdf", "start": "0", "dpi": "203"}
    forms = {
        "move": Form(schemas.BatchMoveIn(), sent={}),
        "printing": Form(schemas.BatchPrintIn(), sent=first),
    }
    return render_template(
        "label_batches/show.html", counted=counted, moves=queries.moves(actor(), counted.row), forms={**forms, **sent}
    )

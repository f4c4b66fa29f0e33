"""Deliveries of cylinders to inspection bodies: list, send, one delivery, its moves, results, corrections."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import cylinder_batches as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.queries import cylinder_inspections as records
from registry.queries import cylinders
from registry.queries import inspection_batches as queries
from registry.rules import cylinder_inspections as rules
from registry.rules.workflow import moves, states
from registry.services import cylinder_inspections, inspection_batches

bp = Blueprint("inspection_batches", __name__, url_prefix="/inspection-batches")
MEASURED = ("remaining_wall_mm", "measured_volume_ml", "tare_g", "valve_code")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call states, items and reasons by."""
    return {
        "batch_states": states("inspection_batch"),
        "batch_moves": {move.verb: move for move in moves("inspection_batch")},
        "checks": rules.checks(clock.today()),
        "scrap_reasons": rules.reasons(clock.today()),
    }


@bp.route("/")
def index() -> Any:
    """The deliveries that concern the caller."""
    form = Form(schemas.BatchFilter(), sent=request.args, choices={"stations": cylinders.stations(actor())})
    filters = form.load() or {}
    page = queries.page(actor(), filters, cursor=filters.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("inspection_batches/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Send cylinders to an inspection body; `?code=` names some."""
    policy.require(actor(), "inspection_batch.send")
    first = {"sent_on": clock.today(), "codes": request.args.getlist("code")}
    form = Form(schemas.SendIn(exclude=("ref",)), first, choices={"bodies": queries.bodies()})
    if request.method == "POST" and (made := form.submit(lambda data: inspection_batches.send(actor(), data))):
        flash(_("已送检，等待检验机构接收"), "success")
        return redirect(url_for("inspection_batches.show", batch_id=made[0].id))
    return form.page("_form_page.html", title=_("批量送检"), back=url_for("inspection_batches.index"))


@bp.route("/<int:batch_id>")
def show(batch_id: int) -> Any:
    """One delivery with its cylinders and their results."""
    return render_template("inspection_batches/show.html", case=queries.show(actor(), batch_id))


@bp.route("/<int:batch_id>/moves/<string:verb>", methods=["GET", "POST"])
def move(batch_id: int, verb: str) -> Any:
    """Make one move."""
    case, verb = queries.show(actor(), batch_id), verb.replace("-", "_")
    offer = next((move for move in case.moves if move.verb == verb), None) or abort(404)
    form = Form(schemas.BATCH_FORMS[verb](), {"version": case.row.version, "on": clock.today()})
    if request.method == "POST" and form.submit(lambda data: _move(batch_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("inspection_batches.show", batch_id=batch_id))
    back = url_for("inspection_batches.show", batch_id=batch_id)
    return form.page("_form_page.html", title=f"{say(offer)} · {case.row.no}", back=back)


def _move(batch_id: int, verb: str, data: dict[str, Any]) -> Any:
    return inspection_batches.make(actor(), batch_id, verb, data, data.pop("version", None))


@bp.route("/<int:batch_id>/results", methods=["GET", "POST"])
def results(batch_id: int) -> Any:
    """Record results of one cylinder, or the same of many; what was refused stays in the form."""
    policy.require(actor(), "inspection_batch.receive")
    case = queries.show(actor(), batch_id)
    if case.row.state != "received":
        raise Conflict(T("这个批次现在不能登记检验结果"))
    first = {"done_on": clock.today(), "codes": request.args.getlist("code")}
    form = Form(schemas.ResultForm(), first)
    if request.method == "POST" and (done := form.submit(lambda data: _results(batch_id, data))):
        flash(_("已登记 %(count)s 只的检验结果", count=len(done)), "success")
        return redirect(url_for("inspection_batches.show", batch_id=batch_id))
    case = queries.show(actor(), batch_id)  # anew: some may have been recorded
    return form.page("inspection_batches/results.html", case=case)


def _results(batch_id: int, data: dict[str, Any]) -> Any:
    """Record for each line; the good ones stand, the others are told."""
    common = schemas.result_of(data)
    codes = common.pop("codes")
    if len(codes) > 1 and any(common.get(name) is not None for name in MEASURED):
        raise Invalid.field("codes", T("填了实测值或瓶阀编号，请一只一只登记"))
    outcomes = inspection_batches.record_results(actor(), batch_id, [{"code": code} for code in codes], common)
    bad = [row for row in outcomes if row.error is not None]
    if not bad:
        return outcomes
    if len(codes) == 1 and isinstance(bad[0].error, Invalid):
        beside = {"code": "codes", "checks": "check_visual"}
        raise Invalid({beside.get(name, name): told for name, told in bad[0].error.errors.items()})
    raise Invalid({"codes": [_told(row) for row in bad]}, _recorded(len(outcomes) - len(bad)))


def _told(row: Any) -> T:
    error = row.error
    first = next(iter(error.errors.values()))[0] if isinstance(error, Invalid) else error.detail
    return T("第{line}行“{text}”：{problem}", line=row.index + 1, text=row.code[:60], problem=first)


def _recorded(count: int) -> T:
    return T("已登记{count}只，下面的没有登记", count=count)


@bp.route("/inspections/<int:inspection_id>/correct", methods=["GET", "POST"])
def correct(inspection_id: int) -> Any:
    """Correct a recorded inspection by a new linked one."""
    policy.require(actor(), "cylinder.correct_inspection")
    row = records.find(actor(), inspection_id)
    form = Form(schemas.CorrectionForm(), schemas.first_of(row))
    if request.method == "POST" and (done := form.submit(lambda data: _correct(inspection_id, data))):
        flash(_("已更正"), "success")
        return redirect(url_for("cylinders.show", code=f"id-{done.cylinder_id}"))
    back = url_for("cylinders.show", code=f"id-{row.cylinder_id}")
    return form.page("_form_page.html", title=_("更正检验记录"), back=back)


def _correct(inspection_id: int, data: dict[str, Any]) -> Any:
    return cylinder_inspections.correct(actor(), inspection_id, schemas.result_of(data))

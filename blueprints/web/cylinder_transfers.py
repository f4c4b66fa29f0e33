"""Cylinders handed on between stations: list, propose with each line checked, one transfer, its moves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from blueprints.filters import say
from blueprints.forms import Form, split_lines
from blueprints.schemas import cylinder_transfers as schemas
from blueprints.sessions import actor
from registry import policy
from registry.errors import Invalid
from registry.exchange.code_list import CYLINDER_HEADINGS, codes_of
from registry.exchange.reading import UnreadableSheet
from registry.messages import T
from registry.queries import cylinder_transfers as queries
from registry.queries import cylinders
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.rules.workflow import moves, states
from registry.services import cylinder_transfers

bp = Blueprint("cylinder_transfers", __name__, url_prefix="/cylinder-transfers")
ITEM_STATES = {
    "pending": (T("待接收"), "warn"),
    "accepted": (T("已接收"), "good"),
    "refused": (T("已拒收"), "bad"),
    "withdrawn": (T("已撤回"), "neutral"),
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call states, moves and kinds by."""
    return {
        "transfer_states": states("cylinder_transfer"),
        "transfer_moves": {move.verb: move for move in moves("cylinder_transfer")},
        "item_states": ITEM_STATES,
        "kinds": CYLINDER_KINDS,
        "media": MEDIA,
        "transfer_findings": schemas.findings,
    }


@bp.route("/")
def index() -> Any:
    """The transfers that concern the caller."""
    form = Form(schemas.TransferFilter(), sent=request.args, choices={"stations": cylinders.stations(actor())})
    filters = form.load() or {}
    page = queries.page(actor(), filters, cursor=filters.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("cylinder_transfers/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Propose a transfer; each line is checked, and all of them before anything is recorded. `?code=` names some."""
    policy.require(actor(), "cylinder_transfer.propose")
    choices = {"receivers": queries.receivers(actor())}
    if request.method != "POST":
        form = Form(schemas.TransferForm(), {"codes": request.args.getlist("code")}, choices=choices)
        return form.page("cylinder_transfers/new.html", lines=None)
    typed, problems = _sent()
    form = Form(schemas.TransferForm(), sent=typed, choices=choices)
    if problems:
        form.show({"file": problems})
    elif request.form.get("step") == "check":
        return _checked(form, typed)
    elif made := form.submit(lambda data: cylinder_transfers.propose(actor(), data)):
        flash(_("已提出过户，等待对方接收；接收前双方都不能充装"), "success")
        return redirect(url_for("cylinder_transfers.show", transfer_id=made[0].id))
    return form.page("cylinder_transfers/new.html", lines=_lines(typed))


def _sent() -> tuple[MultiDict[str, str], list[Any]]:
    """What was sent, with the codes of a file added to the typed ones; and what is wrong with the file."""
    typed, problems = MultiDict(request.form), []
    codes = split_lines(typed.get("codes", ""))
    upload = request.files.get("file")
    if upload and upload.filename:
        try:
            codes += codes_of(upload.filename, upload.read(), headings=CYLINDER_HEADINGS)
        except UnreadableSheet as error:
            problems = list(error.errors["file"])
    typed["codes"] = "\n".join(dict.fromkeys(codes))
    return typed, problems


def _checked(form: Form, typed: MultiDict[str, str]) -> Any:
    """The page with every line answered; what else is still missing is not complained of yet."""
    if not typed.get("receiver_id"):
        form.show({"receiver_id": [T("请先选择受让充装单位")]})
    return render_template("cylinder_transfers/new.html", form=form, lines=_lines(typed))


def _lines(typed: MultiDict[str, str]) -> Any:
    receiver, codes = typed.get("receiver_id", ""), split_lines(typed.get("codes", ""))
    if not (receiver.isdecimal() and codes):
        return None
    try:
        return queries.check(actor(), codes, int(receiver))
    except Invalid:
        return None


@bp.route("/<int:transfer_id>")
def show(transfer_id: int) -> Any:
    """One transfer with its cylinders."""
    return render_template("cylinder_transfers/show.html", case=queries.show(actor(), transfer_id))


@bp.route("/<int:transfer_id>/moves/<string:verb>", methods=["GET", "POST"])
def move(transfer_id: int, verb: str) -> Any:
    """Make one move."""
    case, verb = queries.show(actor(), transfer_id), verb.replace("-", "_")
    offer = next((move for move in case.moves if move.verb == verb), None) or abort(404)
    bad = [item.cylinder.handle for item in case.items if not item.verdict.allowed]
    form = Form(schemas.TRANSFER_FORMS[verb](), {"version": case.row.version, "refused": bad})
    if request.method == "POST" and form.submit(lambda data: _move(transfer_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("cylinder_transfers.show", transfer_id=transfer_id))
    return form.page("cylinder_transfers/move.html", case=queries.show(actor(), transfer_id), offer=offer)


def _move(transfer_id: int, verb: str, data: dict[str, Any]) -> Any:
    return cylinder_transfers.make(actor(), transfer_id, verb, data, data.pop("version", None))

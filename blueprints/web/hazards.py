"""Hazards: the board, the clue, one hazard on one page, and a form for each move."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.repeats import page_ref, repeat, sent_ref
from blueprints.schemas import hazards as schemas
from blueprints.schemas.hazard_moves import form_schema
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import areas, directives, hazard_reading
from registry.queries import hazards as queries
from registry.queries.hazard_offers import Offer, clause_choices
from registry.rules.hazards import MOVES, STATES, overdue, sources
from registry.services import hazards

bp = Blueprint("hazards", __name__, url_prefix="/hazards")


VERBS = {move.verb: move for move in MOVES}
OF_THE_BOARD = frozenset({"area"})


@bp.route("/")
def index() -> Any:
    """The board: how many stand where and which are the most urgent; with a search, the list of what was found."""
    form = Form(schemas.HazardFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked, today = form.load() or {}, clock.today()
    board = queries.board(actor(), asked, today)
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    known = {"board": board, "asked": asked, "kept": kept, "late": late, "states": STATES}
    if {key for key, value in request.args.items() if value} <= OF_THE_BOARD:
        return form.page("hazards/board.html", columns=queries.columns(actor(), board, asked, today), **known)
    return form.page("hazards/index.html", page=queries.page(actor(), asked, today), **known)


def late(hazard: Any) -> int:
    """Days overdue today, while the clock runs."""
    running = hazard.state in queries.RUNNING
    return overdue(hazard.due_on, None, clock.today()) if running else 0


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Note a clue."""
    policy.require(actor(), "hazard.report")
    today = clock.today()
    offered = {"sources": [(s.source, s) for s in sources(today)], "clauses": clause_choices(today)}
    form = FileForm(schemas.ClueIn(), choices=offered, initial={**request.args, "found_on": today})
    if request.method == "POST" and (row := form.submit(_report)):
        flash(_("线索已登记，编号 %(no)s", no=row.no), "success")
        return redirect(url_for("hazards.show", no=row.no))
    return form.page("hazards/new.html", ref=page_ref())


def _report(data: dict[str, Any]) -> Any:
    ref = sent_ref()
    return hazards.report_once(actor(), ref, data)[0] if ref else hazards.report(actor(), data)


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One hazard: its facts, clock, five guarantees, ledger, and what I may do."""
    case = queries.show(actor(), no)
    return render_template(
        "hazards/show.html", case=case, verbs=VERBS, orders=directives.of_hazard(actor(), case.hazard)
    )


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    verb = verb.replace("-", "_")
    if made := queries.made(actor(), no, verb, sent_ref()):  # the answer to it was lost
        repeat(_form(made), lambda data: _move(no, made, data))
        return redirect(url_for("hazards.show", no=no))
    offer = queries.offer(actor(), no, verb)
    form = _form(offer)
    if request.method == "POST" and (row := form.submit(lambda data: _move(no, offer, data))):
        flash(_("已办理：%(step)s", step=say(offer.move)), "success")
        return redirect(url_for("hazards.show", no=row.no))
    case = queries.show(actor(), no)
    read = hazard_reading.before(case.entries, verb, case.hazard.round)
    return form.page("hazards/move.html", case=case, offer=offer, read=read, ref=page_ref())


def _form(offer: Offer) -> FileForm:
    offered = {need.name: need.choices for need in offer.needs if need.choices is not None}
    first = {need.name: need.value for need in offer.needs if need.value is not None}
    return FileForm(form_schema(offer), offer.needs, choices=offered, initial=first)


def _move(no: str, offer: Offer, data: dict[str, Any]) -> Any:
    verb, version, ref = offer.move.verb, data.pop("version", None), sent_ref()
    if ref:
        return hazards.move_once(actor(), ref, no, verb, data, version)[0]
    return hazards.move(actor(), no, verb, data, version)


@bp.route("/<string:no>/files/<int:file_id>")
def file(no: str, file_id: int) -> Any:
    """A file of the ledger; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), no, file_id)
    return handed_out(path, mime, name)

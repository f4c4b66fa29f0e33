"""Enforcement cases: the list, one on one page, taking up a clue, a form for each move."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.repeats import page_ref, repeat, sent_ref
from blueprints.schemas import cases as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from blueprints.web.directives import DirectiveFileForm
from registry import clock, policy
from registry.queries import areas
from registry.queries import cases as queries
from registry.queries.directive_inputs import colleagues
from registry.rules.cases import STATES
from registry.rules.directives import deliveries
from registry.rules.enforcement_clocks import clocks
from registry.rules.papers import kinds
from registry.services import cases

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    today = clock.today()
    return {
        "states": STATES,
        "verbs": schemas.VERBS,
        "clock_kinds": clocks(today),
        "ways": deliveries(today),
        "paper_kinds": kinds(today),
        "spoken": schemas.SPOKEN,
        "adopted": schemas.ADOPTED,
        "results": schemas.RESULTS,
        "matters": schemas.ABOUT,
        "waits_for": schemas.WAITS,
    }


@bp.route("/")
def index() -> Any:
    """The cases of the caller's areas."""
    form = Form(schemas.CaseFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page, counts = queries.page(actor(), asked), queries.tally(actor(), clock.today())
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    more = {"kept": kept, "asked": asked, "areas": areas.names(), "late": queries.late, "next_due": queries.next_due}
    return form.page("cases/index.html", page=page, counts=counts, **more)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Take up a clue; what it comes from may stand in the address."""
    policy.require(actor(), "case.open")
    first = {**request.args, "ref": str(uuid4())}
    for name in ("elevators", "cylinders", "hazards"):
        first[name] = request.args.getlist(name)
    form = Form(schemas.CaseIn(), initial=first)
    if request.method == "POST" and (done := form.submit(lambda data: cases.open_case(actor(), data))):
        flash(_("已登记，编号 %(no)s", no=done[0].no), "success")
        return redirect(url_for("cases.show", case_id=done[0].id))
    return form.page("cases/new.html")


@bp.route("/<int:case_id>")
def show(case_id: int) -> Any:
    """One case: its facts, offence, clocks, steps, what I may do."""
    return render_template("cases/show.html", detail=queries.show(actor(), case_id), areas=areas.names())


@bp.route("/<int:case_id>/files/<int:file_id>")
def file(case_id: int, file_id: int) -> Any:
    """A file of it; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), case_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:case_id>/<string:verb>", methods=["GET", "POST"])
def move(case_id: int, verb: str) -> Any:
    """Make one move."""
    verb = verb.replace("-", "_")
    if verb in schemas.VERBS and queries.made(case_id, sent_ref()):  # the answer to it was lost
        repeat(DirectiveFileForm(schemas.form_of(verb)), lambda data: _move(case_id, verb, data))
        return redirect(url_for("cases.show", case_id=case_id))
    detail, step = queries.offer(actor(), case_id, verb)
    row, today = detail.case, clock.today()
    first = {name: getattr(row, name) for name in ("version", "fine_yuan", "measures", "offence")}
    first |= dict.fromkeys(("served_on", "paid_on", "discussed_on", "held_on"), today)
    form = DirectiveFileForm(
        schemas.form_of(verb), initial=first, choices={"colleagues": colleagues(actor(), today, row.handler_id)}
    )
    for name in step.needs:
        form[name].required = True
    if request.method == "POST" and form.submit(lambda data: _move(case_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("cases.show", case_id=case_id))
    return form.page("cases/move.html", ref=page_ref(), detail=queries.show(actor(), case_id), title=say(step))


def _move(case_id: int, verb: str, data: dict[str, Any]) -> Any:
    return cases.move_once(actor(), sent_ref() or None, case_id, verb, data, data.get("version"))

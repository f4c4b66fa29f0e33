"""Supervision inspections: the list, one check with its moves, the record on the phone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.repeats import repeat, sent_ref
from blueprints.schemas import supervision as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.errors import Missing
from registry.queries import areas
from registry.queries import supervision_checks as queries
from registry.queries import supervision_plans as plan_queries
from registry.rules import supervision_checks as rules
from registry.rules.kinds import ELEVATOR_KINDS
from registry.services import supervision_checks, supervision_records

bp = Blueprint("supervision", __name__, url_prefix="/supervision")

MOVES = {
    "notify": supervision_checks.notify,
    "start": supervision_checks.start,
    "find_nothing": supervision_checks.find_nothing,
    "close": supervision_checks.close,
    "terminate": supervision_checks.terminate,
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "kinds": rules.kinds(clock.today()),
        "lists": rules.lists(clock.today()),
        "states": rules.states(rules.WORKFLOW),
        "verbs": {move.verb: move for move in rules.moves(rules.WORKFLOW)},
        "results": schemas.RESULTS,
        "measures": schemas.MEASURES,
        "elevator_kinds": ELEVATOR_KINDS,
    }


@bp.route("/")
def index() -> Any:
    """The checks that concern the caller."""
    form = Form(schemas.CheckFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("supervision/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan a check by hand."""
    policy.require(actor(), "supervision.open")
    adopted = [row for row in plan_queries.page(actor(), {"limit": 200}).items if row.state == "adopted"]
    first = {"kind": "other", "list_kind": rules.USE, "unit": request.args.get("unit")}
    form = Form(schemas.OpenForm(), first, {"plans": [(row.id, row.title) for row in adopted]})
    if request.method == "POST":
        row = form.submit(lambda data: supervision_checks.open_check(actor(), _with_plan(data)))
        if row is not None:
            flash(_("检查已登记，编号 %(no)s", no=row.no), "success")
            return redirect(url_for("supervision.show", no=row.no))
    return form.page("_form_page.html", title=_("登记监督检查"), back=url_for("supervision.index"))


def _with_plan(data: dict[str, Any]) -> dict[str, Any]:
    number = data.get("plan_id")
    return {**data, "plan_id": int(number) if number and number.isdecimal() else None}


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One check."""
    form = Form(schemas.ClueForm(), choices={"devices": ()})
    return form.page("supervision/show.html", case=queries.show(actor(), no))


@bp.route("/<string:no>/pictures/<int:file_id>")
def picture(no: str, file_id: int) -> Any:
    """A photo or signature of a check."""
    path, mime = queries.picture(actor(), no, file_id)
    return handed_out(path, mime)


@bp.route("/<string:no>/record", methods=["GET", "POST"])
def record(no: str) -> Any:
    """The record, filled in on site on the phone."""
    if known := queries.recorded(actor(), no, sent_ref()):  # the answer to it was lost
        _again(known)
        return redirect(url_for("supervision.show", no=no), 303)
    sheet = queries.sheet(actor(), no)
    names = [(each.person.login, each.person.name) for each in sheet.inspectors]
    devices = [(each.label_code, _device(each)) for each in sheet.devices]
    first = {"ref": str(uuid4()), "version": sheet.check.version}
    form = Form(schemas.record_form(names), first, {"devices": devices})
    codes = [item.code for item in sheet.items]
    typed = schemas.typed_answers(codes, request.form, request.files)
    if request.method == "POST":
        row = form.submit(lambda data: _record(no, data, typed))
        if row is not None:
            flash(_("检查记录已保存"), "success")
            return redirect(url_for("supervision.show", no=no), 303)
        sheet = queries.sheet(actor(), no)  # anew: what was refused has been rolled back
    answers = {answer["item"]: answer for answer in typed}
    return form.page("supervision/record.html", sheet=sheet, typed=answers, names=names)


def _again(row: Any) -> None:
    """The record a second time: answered like the first where it is the same."""
    names = [(each.person.login, each.person.name) for each in row.inspectors]
    form = Form(schemas.record_form(names), choices={"devices": ()})
    typed = schemas.typed_answers([item.code for item in queries.items_of(row)], request.form, request.files)
    repeat(form, lambda data: _record(row.no, data, typed))


def _record(no: str, data: dict[str, Any], answers: list[dict[str, Any]]) -> Any:
    given = schemas.record_of(data, answers, request.form, request.files)
    row, _known = supervision_records.record_once(actor(), given.pop("ref"), no, given)
    return row


def _device(each: Any) -> str:
    return f"{say(ELEVATOR_KINDS[each.kind])} {each.use_cert_no or each.label_code} {each.name or each.address}"


@bp.route("/<string:no>/items/<string:item>/hazard", methods=["GET", "POST"])
def hazard(no: str, item: str) -> Any:
    """Open a hazard clue from an item that does not conform."""
    policy.require(actor(), "supervision.report_hazard")
    case = queries.show(actor(), no)
    devices = [(each.elevator.label_code, _device(each.elevator)) for each in case.check.devices]
    form = Form(schemas.ClueForm(), choices={"devices": devices})
    if request.method == "POST" and form.submit(lambda data: supervision_checks.report_hazard(actor(), no, item, data)):
        flash(_("已转为隐患线索"), "success")
        return redirect(url_for("supervision.show", no=no))
    back = url_for("supervision.show", no=no)
    return form.page("_form_page.html", title=_("转为隐患线索：%(item)s", item=item), back=back)


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    case = queries.show(actor(), no)
    step = next((each for each in case.moves if each.verb == verb), None)
    if verb not in MOVES or step is None:
        raise Missing(_("检查现在不能办理这一步"))
    drawn = [each.person.login for each in case.check.inspectors]
    first = {"done_on": clock.today(), "version": case.check.version, "inspectors": drawn or None}
    choices = {"people": queries.colleagues(actor())} if verb == "start" else None
    form = Form(schemas.move_form(verb, step.needs), first, choices)
    if request.method == "POST" and form.submit(lambda data: MOVES[verb](actor(), no, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("supervision.show", no=no))
    return form.page("_form_page.html", title=say(step), back=url_for("supervision.show", no=no))

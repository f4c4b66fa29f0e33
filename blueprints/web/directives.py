"""Directives: the list, one on one page, the form that is filled in on the spot, a form for each move."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.repeats import page_ref, repeat, sent_ref
from blueprints.schemas import directives as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import areas, directive_drafts
from registry.queries import directives as queries
from registry.queries.directive_inputs import PURPOSE, colleagues
from registry.rules.directives import STATES, deliveries
from registry.services import directives

bp = Blueprint("directives", __name__, url_prefix="/directives")


# What nearly every directive rests on; the inspector may write another article.
BASIS = "《中华人民共和国特种设备安全法》第六十二条"


class DirectiveFileForm(FileForm):
    """A form whose files belong to a directive."""

    purpose = PURPOSE


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": STATES, "verbs": schemas.VERBS, "ways": deliveries(clock.today())}


@bp.route("/")
def index() -> Any:
    """The directives that concern the caller."""
    form = Form(schemas.DirectiveFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page, counts = queries.page(actor(), asked), queries.tally(actor(), clock.today())
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page(
        "directives/index.html", page=page, counts=counts, kept=kept, asked=asked, areas=areas.names(), late=_late
    )


def _late(row: Any) -> str:
    return queries.late(row, clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Issue one on the spot; unit, devices or hazard may come with the address."""
    policy.require(actor(), "directive.issue")
    drafted = directive_drafts.of_check(actor(), request.args.get("check", ""))
    first = {"order_basis": BASIS, **drafted, **request.args, "ref": str(uuid4())}
    for name in ("elevators", "cylinders", "hazards"):
        first[name] = request.args.getlist(name) or drafted.get(name, [])
    form = DirectiveFileForm(
        schemas.DirectiveForm(), initial=first, choices={"colleagues": colleagues(actor(), clock.today())}
    )
    if request.method == "POST" and (done := form.submit(_issue)):
        flash(_("指令书已下达，文号 %(number)s", number=done[0].number), "success")
        return redirect(url_for("directives.show", directive_id=done[0].id))
    return form.page("directives/new.html")


def _issue(data: dict[str, Any]) -> Any:
    return directives.issue(actor(), schemas.sent(data, actor().person_id))


@bp.route("/<int:directive_id>")
def show(directive_id: int) -> Any:
    """One directive: what was ordered, how it stands, what I may do."""
    return render_template("directives/show.html", case=queries.show(actor(), directive_id), areas=areas.names())


@bp.route("/<int:directive_id>/files/<int:file_id>")
def file(directive_id: int, file_id: int) -> Any:
    """A file or signature; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), directive_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:directive_id>/<string:verb>", methods=["GET", "POST"])
def move(directive_id: int, verb: str) -> Any:
    """Make one move."""
    verb = verb.replace("-", "_")
    if verb in schemas.FORMS and queries.made(directive_id, sent_ref()):  # the answer to it was lost
        repeat(DirectiveFileForm(schemas.FORMS[verb]()), lambda data: _move(directive_id, verb, data))
        return redirect(url_for("directives.show", directive_id=directive_id))
    row, step = queries.offer(actor(), directive_id, verb)
    first = {"version": row.version, "delivered_on": clock.today(), "rechecked_on": clock.today()}
    form = DirectiveFileForm(
        schemas.FORMS[verb](), initial=first, choices={"colleagues": colleagues(actor(), clock.today())}
    )
    if request.method == "POST" and form.submit(lambda data: _move(directive_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("directives.show", directive_id=directive_id))
    return form.page("directives/move.html", ref=page_ref(), case=queries.show(actor(), directive_id), title=say(step))


def _move(directive_id: int, verb: str, data: dict[str, Any]) -> Any:
    return directives.move_once(actor(), sent_ref() or None, directive_id, verb, data, data.get("version"))

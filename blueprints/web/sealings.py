"""Sealings: the list, one on one page, the proposal, a form for each move."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.repeats import page_ref, repeat, sent_ref
from blueprints.schemas import sealings as schemas
from blueprints.sessions import actor, language
from blueprints.stored_files import handed_out
from blueprints.web.directives import DirectiveFileForm
from registry import clock, policy
from registry.queries import areas
from registry.queries import sealings as queries
from registry.rules.sealings import STATES, grounds
from registry.services import sealings

bp = Blueprint("sealings", __name__, url_prefix="/sealings")


def _grounds() -> dict[str, str]:
    name = "en" if language() == "en" else "zh"
    return {key: row[name] for key, row in grounds(clock.today()).items()}


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": STATES, "verbs": schemas.VERBS, "kinds": schemas.KINDS, "grounds": _grounds()}


@bp.route("/")
def index() -> Any:
    """The sealings that concern the caller."""
    form = Form(schemas.SealingFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    page, counts = queries.page(actor(), asked), queries.tally(actor(), clock.today())
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    more = {"kept": kept, "asked": asked, "areas": areas.names(), "late": queries.late}
    return form.page("sealings/index.html", page=page, counts=counts, **more)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Propose one, or carry it out in an emergency."""
    policy.require(actor(), "sealing.propose")
    first = {"term_days": 30, "kind": "seal", **request.args, "ref": str(uuid4())}
    for name in ("elevators", "cylinders"):
        first[name] = request.args.getlist(name)
    form = DirectiveFileForm(schemas.SealingIn(), initial=first, choices={"grounds": _grounds().items()})
    if request.method == "POST" and (done := form.submit(lambda data: sealings.propose(actor(), data))):
        flash(_("已登记，编号 %(no)s", no=done[0].no), "success")
        return redirect(url_for("sealings.show", sealing_id=done[0].id))
    return form.page("sealings/new.html")


@bp.route("/<int:sealing_id>")
def show(sealing_id: int) -> Any:
    """One sealing: what, why, until when, what I may do."""
    return render_template("sealings/show.html", case=queries.show(actor(), sealing_id), areas=areas.names())


@bp.route("/<int:sealing_id>/files/<int:file_id>")
def file(sealing_id: int, file_id: int) -> Any:
    """A file of it; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), sealing_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:sealing_id>/<string:verb>", methods=["GET", "POST"])
def move(sealing_id: int, verb: str) -> Any:
    """Make one move."""
    if queries.made(sealing_id, sent_ref()):  # the answer to it was lost
        repeat(DirectiveFileForm(schemas.SealingMoveIn()), lambda data: _move(sealing_id, verb, data))
        return redirect(url_for("sealings.show", sealing_id=sealing_id))
    case, step = queries.offer(actor(), sealing_id, verb)
    form = DirectiveFileForm(schemas.SealingMoveIn(), initial={"version": case.sealing.version})
    if request.method == "POST" and form.submit(lambda data: _move(sealing_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("sealings.show", sealing_id=sealing_id))
    return form.page("sealings/move.html", ref=page_ref(), case=queries.show(actor(), sealing_id), title=say(step))


def _move(sealing_id: int, verb: str, data: dict[str, Any]) -> Any:
    return sealings.move_once(actor(), sent_ref() or None, sealing_id, verb, data, data.get("version"))

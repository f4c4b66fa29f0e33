"""Rescue stations and teams: list, one, register, correct, rota, exceptions, suspend."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.filters import called
from blueprints.forms import Form
from blueprints.schemas import responders as schemas
from blueprints.sessions import actor, language
from registry import clock, policy
from registry.queries import areas, responder_inputs
from registry.queries import responders as queries
from registry.rules import responders as rules
from registry.rules.duty import clock_text
from registry.services import responders

bp = Blueprint("responders", __name__, url_prefix="/responders")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of kinds, states and levels."""
    return {
        "responder_kinds": rules.kinds(),
        "responder_states": rules.STATES,
        "responder_levels": dict(schemas.LEVELS),
        "clock_text": clock_text,
    }


def _areas() -> list[tuple[str, Any]]:
    return [*areas.city(), *areas.counties()]


@bp.route("/")
def index() -> Any:
    """The responders with who is on duty now."""
    form = Form(schemas.ResponderFilter(), sent=request.args, choices={"areas": _areas()})
    asked = form.load() or {}
    page = queries.page(actor(), asked, clock.now(), 50, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("responders/index.html", page=page, kept=kept)


@bp.route("/nearest")
def nearest() -> Any:
    """Who can be sent to a place now."""
    policy.require(actor(), "responder.read")
    form = Form(schemas.NearestIn(), sent=request.args or None, choices={"areas": _areas()})
    asked = form.load() if request.args else None
    found = queries.nearest_to(actor(), asked) if asked else None
    return form.page("responders/nearest.html", found=found)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Put a responder on file."""
    policy.require(actor(), "responder.register")
    form = Form(schemas.NewResponderForm(), choices={"areas": _areas()})
    if request.method == "POST" and (row := form.submit(_registered)):
        flash(_("救援力量已登记"), "success")
        return redirect(url_for("responders.show", responder_id=row.id))
    return form.page("responders/edit.html", title=_("登记救援力量"), responder=None)


def _registered(data: dict[str, Any]) -> Any:
    unit_id = responder_inputs.unit_of(actor(), data.pop("unit", None))
    shifts = responder_inputs.rota(actor(), unit_id or 0, data.pop("rota", None))
    return responders.register(actor(), responder_inputs.with_members({**data, "unit_id": unit_id, "shifts": shifts}))


@bp.route("/<int:responder_id>")
def show(responder_id: int) -> Any:
    """One with its rota, exceptions and members."""
    one = queries.show(actor(), responder_id)
    return Form(schemas.ResponderMoveIn(), sent=None).page("responders/show.html", one=one)


@bp.route("/<int:responder_id>/edit", methods=["GET", "POST"])
def edit(responder_id: int) -> Any:
    """Correct a responder and its members."""
    policy.require(actor(), "responder.correct")
    one = queries.show(actor(), responder_id)
    row, members = one.responder, [str(each.person_id) for each in one.members]
    people = [(str(each.id), each.name) for each in queries.people_of(actor(), row.unit_id)]
    plain = {name: getattr(row, name) for name in (*responders.PLAIN, "version")}
    first = {**plain, "areas": [each.area_code for each in row.areas], "members": members}
    form = Form(schemas.ResponderForm(), first, choices={"areas": _areas(), "people": people})
    if request.method == "POST" and form.submit(lambda data: _corrected(responder_id, data), complete=True):
        flash(_("已保存"), "success")
        return redirect(url_for("responders.show", responder_id=responder_id))
    return form.page("responders/edit.html", title=_("更正救援力量"), responder=queries.show(actor(), responder_id))


def _corrected(responder_id: int, data: dict[str, Any]) -> Any:
    members = [int(each) for each in data.pop("members", None) or ()]
    return responders.correct(actor(), responder_id, {**data, "members": members}, data.pop("version", None))


@bp.route("/<int:responder_id>/rota", methods=["GET", "POST"])
def rota(responder_id: int) -> Any:
    """Another weekly rota from a day on."""
    policy.require(actor(), "responder.set_rota")
    one = queries.show(actor(), responder_id)
    unit_id, version = one.responder.unit_id, one.responder.version
    present = responder_inputs.written(one.rotas[-1][1] if one.rotas else (), language() == "en")
    form = Form(schemas.RotaForm(), {"since": clock.today(), "rota": present, "version": version})
    if request.method == "POST" and form.submit(lambda data: _rota(responder_id, unit_id, data)):
        flash(_("值班表已更新"), "success")
        return redirect(url_for("responders.show", responder_id=responder_id))
    return form.page("responders/edit.html", title=_("更改每周值班"), responder=queries.show(actor(), responder_id))


def _rota(responder_id: int, unit_id: int, data: dict[str, Any]) -> Any:
    shifts = responder_inputs.rota(actor(), unit_id, data.get("rota"))
    return responders.set_rota(actor(), responder_id, shifts, data["since"], data.get("version"))


@bp.route("/<int:responder_id>/exceptions", methods=["GET", "POST"])
def add_exception(responder_id: int) -> Any:
    """Days that differ from the rota."""
    policy.require(actor(), "responder.add_exception")
    one = queries.show(actor(), responder_id)
    people = [(str(each.person_id), each.person.name) for each in one.members]
    first = {"day": clock.today(), "version": one.responder.version}
    form = Form(schemas.ExceptionForm(), first, choices={"people": people})
    if request.method == "POST" and form.submit(lambda data: _excepted(responder_id, data)) is not None:
        flash(_("特殊安排已保存"), "success")
        return redirect(url_for("responders.show", responder_id=responder_id))
    return form.page("responders/edit.html", title=_("特殊安排"), responder=queries.show(actor(), responder_id))


def _excepted(responder_id: int, data: dict[str, Any]) -> Any:
    person = data.pop("person", None)
    given = {**data, "person_id": int(person) if person else None}
    return responders.add_exception(actor(), responder_id, given, data.get("version"))


@bp.route("/<int:responder_id>/exceptions/drop", methods=["POST"])
def drop_exception(responder_id: int) -> Any:
    """Take an exception back."""
    policy.require(actor(), "responder.drop_exception")
    form = Form(schemas.ExceptionDayIn())
    if form.submit(lambda data: responders.drop_exception(actor(), responder_id, data["day"])):
        flash(_("特殊安排已撤销"), "success")
    else:
        flash("；".join([*form.form_errors, *form["day"].errors]), "danger")
    return redirect(url_for("responders.show", responder_id=responder_id))


@bp.route("/<int:responder_id>/<string:verb>", methods=["GET", "POST"])
def move(responder_id: int, verb: str) -> Any:
    """Suspend, resume or close it."""
    one, step = queries.offer(actor(), responder_id, verb)
    form = Form(schemas.ResponderMoveIn(), {"version": one.responder.version})
    if request.method == "POST" and form.submit(
        lambda data: responders.move(actor(), responder_id, verb, data["reason"], data.get("version"))
    ):
        flash(_("已办理：%(move)s", move=called(step)), "success")
        return redirect(url_for("responders.show", responder_id=responder_id))
    return form.page("responders/edit.html", title=called(step), responder=queries.show(actor(), responder_id))

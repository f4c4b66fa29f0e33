"""Turns of cylinders through a station: what waits now, all turns, and one with its next steps."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import gun as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.queries import filling_staff, turns
from registry.rules.fill_cycle import CHECKED, FILLED, PRECHECKED, STATES, move, post_items
from registry.rules.filling_items import NOT_OK, OK
from registry.rules.kinds import MEDIA
from registry.services import fill_cycles

bp = Blueprint("turns", __name__, url_prefix="/turns")


@bp.route("/")
def index() -> Any:
    """What waits now at the station, by state."""
    return render_template("turns/index.html", waiting=turns.waiting(actor()), states=STATES, media=MEDIA)


@bp.route("/all")
def everything() -> Any:
    """All turns, newest first."""
    form = Form(schemas.TurnFilter(), sent=request.args)
    filters = form.load() or {}
    found = turns.page(actor(), filters, filters.get("cursor"))
    return form.page("turns/all.html", page=found, states=STATES, media=MEDIA)


@bp.route("/<int:cycle_id>")
def show(cycle_id: int) -> Any:
    """One turn, with the step that comes next for those who may take it."""
    return _page(cycle_id)


@bp.route("/<int:cycle_id>/post-check", methods=["POST"])
def post_check(cycle_id: int) -> Any:
    """Record the check after filling."""
    return _step(cycle_id, "check", _checked, _("充后检查已记录"))


@bp.route("/<int:cycle_id>/release", methods=["POST"])
def release(cycle_id: int) -> Any:
    """Let the cylinder leave the station."""
    return _step(cycle_id, "release", fill_cycles.release, _("已放行出站"))


@bp.route("/<int:cycle_id>/abort", methods=["POST"])
def abort(cycle_id: int) -> Any:
    """Give the turn up."""
    return _step(cycle_id, "abort", fill_cycles.abort, _("已放弃充装"))


def _step(cycle_id: int, name: str, verb: Callable[[Any, Any], Any], said: str) -> Any:
    policy.require(actor(), "filling.check")
    cycle, _verdict = turns.show(actor(), cycle_id)
    form = _forms()[name]
    if form.submit(lambda data: verb(actor(), {**data, "code": cycle.cylinder.label_code})):
        flash(said, "success")
        return redirect(url_for("turns.show", cycle_id=cycle_id))
    return _page(cycle_id, {name: form}), 422


def _checked(caller: Any, data: dict[str, Any]) -> Any:
    if not data.pop("looked"):
        raise Invalid.field("looked", _("请先完成充装后检查，再勾选这一项"))
    failed = set(data.pop("failed"))
    data["checks"] = {item.id: NOT_OK if item.id in failed else OK for item in post_items(clock.today())}
    return fill_cycles.post_check(caller, data)


def _forms(first: dict[str, Any] | None = None) -> dict[str, Form]:
    """The forms of the steps: as sent, or as they are first shown."""
    choices = {
        "items": [(item.id, item) for item in post_items(clock.today())],
        "staff": [(person.login, person.name) for person in filling_staff.choices(actor())],
    }
    return {
        "check": Form(schemas.PostCheckForm(), choices=choices, sent=first),
        "release": Form(schemas.ReleaseForm(), sent=first),
        "abort": Form(schemas.AbortForm(), sent=first),
    }


def _first(cycle: Any) -> dict[str, Any]:
    """What a fresh form says: that the labels are there when they were printed."""
    return {"ref": str(uuid.uuid4()), **({"labels_printed": "1"} if cycle.labels_printed else {})}


def _page(cycle_id: int, sent: dict[str, Form] | None = None) -> Any:
    cycle, verdict = turns.show(actor(), cycle_id)
    mine = policy.may(actor(), "filling.check") and cycle.station_id == actor().unit_id and cycle.closed_at is None
    return render_template(
        "turns/show.html",
        cycle=cycle,
        verdict=fill_cycles.release_verdict(cycle) if cycle.state == CHECKED else verdict,
        forms={**_forms(_first(cycle)), **(sent or {})} if mine else {},
        steps={"check": cycle.state == FILLED or move(cycle.state, "post_check"), "release": cycle.state == CHECKED}
        | {"abort": cycle.state == PRECHECKED},
        states=STATES,
        media=MEDIA,
    )

"""Scanned codes that nobody knows: the list, one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import labels as schemas
from blueprints.sessions import actor
from registry import policy
from registry.errors import Missing
from registry.messages import T
from registry.queries import unknown_codes as queries
from registry.rules import labels as rules
from registry.rules import workflow
from registry.services import unknown_codes

bp = Blueprint("unknown_codes", __name__, url_prefix="/unknown-codes")
STEPS: Mapping[str, tuple[type, Callable[[Any, int, dict[str, Any]], Any]]] = {
    "register_foreign": (schemas.UnknownForeignIn, unknown_codes.register_foreign),
    "dismiss": (schemas.UnknownNoteIn, lambda who, number, data: unknown_codes.dismiss(who, number, data["note"])),
    "mark_forged": (
        schemas.UnknownNoteIn,
        lambda who, number, data: unknown_codes.mark_forged(who, number, data["note"]),
    ),
}


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    named = {"unknown_kinds": queries.KINDS, "unknown_states": workflow.states("unknown_code")}
    return {**named, "schemes": rules.schemes()}


@bp.route("/")
def index() -> Any:
    """The list of the caller's station or area."""
    form = Form(schemas.UnknownFilter(), sent=request.args)
    filters = form.load() or {}
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("unknown_codes/index.html", page=queries.page(actor(), filters, filters.get("cursor")), kept=kept)


@bp.route("/<int:unknown_id>")
def show(unknown_id: int) -> Any:
    """One, with what may be done."""
    return _page(unknown_id, {})


@bp.route("/<int:unknown_id>/<string:verb>", methods=["POST"])
def step(unknown_id: int, verb: str) -> Any:
    """Deal with it."""
    if verb not in STEPS:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    policy.require(actor(), f"unknown_code.{verb}")
    schema, act = STEPS[verb]
    form = Form(schema(), prefix=f"{verb}-")
    row = form.submit(lambda data: act(actor(), unknown_id, data))
    if row:
        flash(_("已处理"), "success")
        return redirect(url_for("unknown_codes.show", unknown_id=row.id))
    return _page(unknown_id, {verb: form}), 422


def _page(unknown_id: int, sent: Mapping[str, Form]) -> Any:
    row = queries.show(actor(), unknown_id)
    moves = queries.moves(actor(), row)
    forms = {
        move.verb: Form(STEPS[move.verb][0](), sent={}, prefix=f"{move.verb}-") for move in moves if move.verb in STEPS
    }
    return render_template("unknown_codes/show.html", row=row, moves=moves, forms={**forms, **sent})

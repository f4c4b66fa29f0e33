"""Patrol rounds on the phone: mine, and one to confirm with position and photo."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.hazard_forms import FileForm
from blueprints.schemas import guarded_rounds as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import guarded_rounds as queries
from registry.queries.guarded_facts import abnormal, device_name
from registry.rules import guarded_events as rules
from registry.services import guarded_rounds

bp = Blueprint("guarded_rounds", __name__, url_prefix="/guarded-rounds")
PURPOSE = "guarded_round"


class WalkForm(FileForm):
    """The form of a round; its photos are kept as photos of rounds."""

    purpose = PURPOSE


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "round_names": queries.NAMES,
        "round_tones": queries.TONES,
        "abnormal": abnormal,
        "items_": rules.items(clock.today()),
    }


@bp.route("/")
def mine() -> Any:
    """The rounds of my unit, those that are late or due first."""
    return render_template("guarded_rounds/mine.html", lines=queries.mine(actor()))


@bp.route("/<int:round_id>", methods=["GET", "POST"])
def show(round_id: int) -> Any:
    """One round: to be confirmed, or as it was walked."""
    if queries.known(actor(), _ref()):  # the answer to it was lost
        return redirect(url_for("guarded_rounds.mine"))
    line = queries.one(actor(), round_id)
    if request.method == "GET" and not line.can_walk:
        return render_template("guarded_rounds/show.html", line=line)
    policy.require(actor(), "guarded_event.walk")
    choices = [(str(one.id), device_name(one)) for one in queries.devices(actor(), line.round)]
    form = WalkForm(schemas.WalkForm(), choices={"devices": choices}, initial={"done_at": clock.now()})
    if request.method == "POST" and form.submit(lambda data: _walk(round_id, data)):
        flash(_("巡查已确认"), "success")
        return redirect(url_for("guarded_rounds.mine"))
    return form.page("guarded_rounds/walk.html", line=queries.one(actor(), round_id), ref=_ref() or uuid4())


def _walk(round_id: int, data: dict[str, Any]) -> Any:
    said = schemas.walked(data)
    return guarded_rounds.walk(actor(), round_id, {**said, "ref": _ref() or None})


def _ref() -> str:
    """What the page called this round, so that it is recorded once however often it arrives."""
    try:
        return str(UUID(request.form.get("ref", "")))
    except ValueError:
        return ""


@bp.route("/<int:round_id>/photos/<int:file_id>")
def photo(round_id: int, file_id: int) -> Any:
    """A photo of a round."""
    path, mime = queries.photo(actor(), round_id, file_id)
    return handed_out(path, mime)

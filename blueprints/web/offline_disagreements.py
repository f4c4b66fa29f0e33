"""Cylinders filled without a network that should not have been: the list, one, and what was done with the gas."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import offline as schemas
from blueprints.sessions import actor
from registry import policy
from registry.queries import offline_disagreements as queries
from registry.services import offline

bp = Blueprint("offline_disagreements", __name__, url_prefix="/offline-disagreements")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """For every page that names one; `offline_open_of(id)` for the page of a cylinder."""
    return {
        "offline_states": schemas.STATES,
        "offline_actions": offline.ACTIONS,
        "offline_open_of": lambda cylinder_id: queries.open_of(actor(), cylinder_id),
    }


@bp.route("/")
def index() -> Any:
    """The list, what is open first asked for."""
    form = Form(schemas.DisagreementFilter(), sent=request.args)
    asked = form.load() or {}
    page = queries.page(actor(), asked, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("offline/index.html", page=page, kept=kept)


@bp.route("/<int:disagreement_id>")
def show(disagreement_id: int) -> Any:
    """One, with what the register held against the fill."""
    row = queries.show(actor(), disagreement_id)
    return render_template("offline/show.html", row=row, verdict=queries.verdict(row))


@bp.route("/<int:disagreement_id>/handle", methods=["GET", "POST"])
def handle(disagreement_id: int) -> Any:
    """Say what was done with the gas."""
    policy.require(actor(), "offline_disagreement.handle")
    queries.show(actor(), disagreement_id)
    form, back = Form(schemas.HandleIn()), url_for("offline_disagreements.show", disagreement_id=disagreement_id)
    if request.method == "POST" and form.submit(lambda data: offline.handle(actor(), disagreement_id, data)):
        flash(_("已记录处理"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("处理断网误充"), back=back)


@bp.route("/<int:disagreement_id>/clue", methods=["POST"])
def clue(disagreement_id: int) -> Any:
    """Make a hazard clue of it."""
    row = offline.open_clue(actor(), disagreement_id)
    flash(_("已生成隐患线索"), "success")
    return redirect(url_for("offline_disagreements.show", disagreement_id=row.id))


@bp.route("/key", methods=["GET", "POST"])
def key() -> Any:
    """A fresh key for the station's list, shown this once."""
    policy.require(actor(), "snapshot.make_key")
    made = offline.make_key(actor()) if request.method == "POST" else None
    return render_template("offline/key.html", key=made)

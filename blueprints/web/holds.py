"""Holds that the authority released: the list of a month, and releasing one (cylinders.md §6)."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import mime_of
from blueprints.schemas import gun as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import holds, stations
from registry.queries import station_registers as queries
from registry.services import files, hold_releases

bp = Blueprint("holds", __name__, url_prefix="/holds")


@bp.route("/")
def index() -> Any:
    """The releases of the caller's station or area."""
    form = Form(schemas.HoldFilter(), sent=request.args)
    filters = form.load() or {}
    found = queries.hold_releases(actor(), filters, filters.get("cursor"))
    now, may = clock.now(), set(hold_releases.releasable(clock.today()))
    return form.page(
        "holds/index.html",
        page=found,
        texts=queries.rule_texts(clock.today()),
        now=now,
        releasable=may,
        held=[] if filters.get("cursor") else holds.waiting(actor(), now),
    )


@bp.route("/<int:release_id>/photo")
def photo(release_id: int) -> Response:
    """The photo of the stamp that a release rests on."""
    path, mime, name = holds.photo(actor(), release_id)
    return handed_out(path, mime, name)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Release a hold."""
    policy.require(actor(), "hold.release")
    today = clock.today()
    texts = queries.rule_texts(today)
    choices = {
        "stations": [(unit.id, unit.name) for unit, _licence in stations.listing(actor())],
        "rules": [(rule, texts[rule]) for rule in hold_releases.releasable(today)],
    }
    first = {
        "ref": str(uuid.uuid4()),
        "code": request.args.get("code", ""),
        "station_id": request.args.get("station", ""),
        "rules": request.args.getlist("rule"),
    }
    form = Form(schemas.HoldForm(), choices=choices, sent=None if request.method == "POST" else first)
    if request.method == "POST" and form.submit(_release):
        flash(_("已放行，24小时内有效，只能充装一次"), "success")
        return redirect(url_for("holds.index"))
    return form.page("_form_page.html", title=_("放行待处理的气瓶"), back=url_for("holds.index"))


def _release(data: dict[str, Any]) -> Any:
    name, content = data.pop("photo")
    photo = files.store(actor(), name, mime_of(content), content, "hold_release")
    return hold_releases.release(actor(), {**data, "station_id": int(data["station_id"]), "photo": photo.id})

"""Showing masked personal data to somebody who says why: a page without script, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import export_jobs
from blueprints.addresses import of_ours
from blueprints.forms import Form
from blueprints.schemas import personal as schemas
from blueprints.sessions import actor, language
from registry import policy
from registry.queries import personal as queries
from registry.services import personal

bp = Blueprint("personal", __name__, url_prefix="/personal")


@bp.route("/<string:kind>/<string:key>", methods=["GET", "POST"])
def show(kind: str, key: str) -> Any:
    """Say why, then read."""
    policy.require(actor(), "personal.show")
    holding, _row = queries.find(actor(), kind, key)
    back = of_ours(request.args.get("back"))
    form = Form(schemas.ShowReasonIn())
    title = _("显示个人信息")
    if request.method == "POST":
        found = form.submit(lambda data: personal.show(actor(), kind, key, data["reason"]))
        if found is not None:
            answer = make_response(
                render_template("personal/shown.html", title=title, holding=holding, key=key, found=found, back=back)
            )
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return form.page("personal/ask.html", title=title, holding=holding, key=key, back=back)


@bp.route("/exports/<string:name>", methods=["GET", "POST"])
def export(name: str) -> Any:
    """Say why a list is to leave with its personal data, then fetch it."""
    policy.require(actor(), "personal.export")
    listing, _schema = export_jobs.of(name, whole=True)
    policy.require(actor(), listing.permission)
    form = Form(schemas.ShowReasonIn())
    if request.method == "POST":
        done = form.submit(lambda data: export_jobs.whole(actor(), name, request.args, language(), data["reason"]))
        if done is not None:
            return redirect(url_for("jobs.show", job_id=done))
    title = _("导出完整个人信息")
    return form.page("personal/ask.html", title=title, holding=None, key="", back=url_for("people.index"))

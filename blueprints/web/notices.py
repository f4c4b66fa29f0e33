"""Notices: the list, where each leads, how one wants to be told, and the log of what was sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.addresses import asked_again
from blueprints.filters import called
from blueprints.forms import Form
from blueprints.notice_links import page_of
from blueprints.schemas import notices as schemas
from blueprints.sessions import actor
from registry.queries import notices as queries
from registry.services import notices

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "channels": queries.CHANNEL_NAMES,
        "states": queries.STATES,
        "tones": queries.TONES,
        "title_of": schemas.title_of,
    }


@bp.route("/")
def index() -> Any:
    """The caller's notices, newest first."""
    kinds = [(key, called(kind)) for key, kind in queries.kinds_for(actor()).items()]
    form = Form(schemas.NoticeFilter(), sent=request.args, choices={"kinds": kinds})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    elsewhere = queries.elsewhere(actor())
    return form.page("notices/index.html", page=page, kept=kept, elsewhere=elsewhere)


@bp.route("/<int:notice_id>")
def show(notice_id: int) -> Any:
    """Mark it as read and go to what it is about."""
    notices.mark_read(actor(), notice_id)
    where = page_of(actor(), queries.show(actor(), notice_id))
    if not where:
        flash(_("这条通知所说的事项已不在您的查看范围内"), "warning")
    return redirect(where or url_for("notices.index"))


@bp.route("/<int:notice_id>/read", methods=["POST"])
def read(notice_id: int) -> Any:
    """Mark one as read and stay on the list."""
    notices.mark_read(actor(), notice_id)
    return redirect(url_for("notices.index", **asked_again()))


@bp.route("/read", methods=["POST"])
def read_all() -> Any:
    """Mark all as read."""
    flash(_("已将 %(count)s 条标为已读", count=notices.mark_all_read(actor())), "success")
    return redirect(url_for("notices.index"))


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> Any:
    """When and by what the caller is told."""
    found = queries.settings(actor())
    form = Form(schemas.NoticeSettingsIn(), found)
    if request.method == "POST" and form.submit(lambda data: notices.set_up(actor(), data), complete=True):
        flash(_("通知设置已保存"), "success")
        return redirect(url_for("notices.settings"))
    return form.page("notices/settings.html", found=found, switches=schemas.switches_of(found))


@bp.route("/switches", methods=["POST"])
def switches() -> Any:
    """Which kinds the caller wants, by channel: those that are ticked."""
    ticked = set(request.form.getlist("on"))
    offered = queries.kinds_for(actor())
    wanted = {(kind, way): f"{kind} {way}" in ticked for kind in offered for way in queries.CHANNEL_NAMES}
    notices.switch(actor(), wanted)
    flash(_("通知开关已保存"), "success")
    return redirect(url_for("notices.settings", _anchor="switches"))


@bp.route("/deliveries")
def deliveries() -> Any:
    """What was sent."""
    form = Form(schemas.DeliveryFilter(), sent=request.args)
    page = queries.log(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("notices/deliveries.html", page=page, kept=kept, reason=queries.reason)

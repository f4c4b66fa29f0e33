"""Self-checks under campaigns: a unit's own orders and its answers; for the office who is late."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.schemas import campaign_checks as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock
from registry.errors import Missing
from registry.queries import campaign_checks as queries
from registry.services import campaign_checks

bp = Blueprint("campaign_checks", __name__, url_prefix="/campaign-checks")


class AnswerForm(FileForm):
    """A form whose photos belong to a self-check."""

    purpose = campaign_checks.PURPOSE


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "states": queries.STATES,
        "tones": queries.TONES,
        "state_of": lambda row: queries.state(row, clock.today()),
    }


@bp.route("/")
def index() -> Any:
    """The self-checks that concern the caller."""
    form = Form(schemas.CampaignCheckFilter(), sent=request.args)
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("campaign_checks/index.html", page=page, kept=kept)


@bp.route("/<int:check_id>")
def show(check_id: int) -> Any:
    """One: what is asked for, what was answered."""
    row = queries.by_id(actor(), check_id)
    how = queries.state(row, clock.today())
    return render_template("campaign_checks/show.html", row=row, how=how, may_answer=queries.may_answer(actor(), row))


@bp.route("/<int:check_id>/files/<int:file_id>")
def file(check_id: int, file_id: int) -> Any:
    """A photo of the answer; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), check_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:check_id>/answer", methods=["GET", "POST"])
def answer(check_id: int) -> Any:
    """A unit says what it found, what it put right, what is open, and who signed."""
    row = queries.by_id(actor(), check_id)
    if not queries.may_answer(actor(), row):
        raise Missing(_("现在不能办理这一步"))
    title, known = _("报自查情况：%(title)s", title=row.campaign.title), {"version": row.version}
    if row.answered_on:
        known |= {name: getattr(row, name) for name in ("found", "corrected", "findings", "open_items", "signer")}
    form = AnswerForm(schemas.CampaignCheckIn(), initial=known)
    if request.method == "POST" and form.submit(lambda data: _answer(check_id, data)):
        flash(_("已报送自查情况"), "success")
        return redirect(url_for("campaign_checks.show", check_id=check_id))
    return form.page("_form_page.html", title=title, back=url_for("campaign_checks.show", check_id=check_id))


def _answer(check_id: int, data: dict[str, Any]) -> Any:
    return campaign_checks.answer(actor(), check_id, data, data.get("version"))

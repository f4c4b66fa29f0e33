"""Campaigns: the list, one with its totals, planning, linking, starting and ending."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import campaigns as schemas
from blueprints.sessions import actor
from registry import policy
from registry.errors import Missing
from registry.queries import areas
from registry.queries import campaigns as queries
from registry.rules.campaigns import STATES
from registry.services import campaigns

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": STATES, "equipment": schemas.EQUIPMENT, "unit_kinds": schemas.UNIT_KINDS}


@bp.route("/")
def index() -> Any:
    """The campaigns, with their totals."""
    form = Form(schemas.CampaignFilter(), sent=request.args)
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    totals = {row.id: queries.totals(actor(), row.id) for row in page.items}
    return form.page("campaigns/index.html", page=page, totals=totals, kept=kept, areas=areas.names())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan one."""
    policy.require(actor(), "campaign.plan")
    form = Form(schemas.CampaignIn(), choices={"areas": areas.choices(actor())})
    if request.method == "POST" and (row := form.submit(lambda data: campaigns.plan(actor(), data))):
        flash(_("已登记，编号 %(no)s", no=row.no), "success")
        return redirect(url_for("campaigns.show", campaign_id=row.id))
    return form.page("campaigns/form.html", detail=None, title=_("部署专项行动"))


@bp.route("/<int:campaign_id>")
def show(campaign_id: int) -> Any:
    """One campaign: scope, tasks, totals, what is linked."""
    return render_template("campaigns/show.html", detail=queries.show(actor(), campaign_id), areas=areas.names())


@bp.route("/<int:campaign_id>/links", methods=["GET", "POST"])
def link(campaign_id: int) -> Any:
    """Link what was done under it."""
    policy.require(actor(), "campaign.link")
    detail = queries.show(actor(), campaign_id)
    form = Form(schemas.CampaignLinkIn())
    if request.method == "POST":
        added = form.submit(lambda data: campaigns.link(actor(), campaign_id, data))
        if added is not None:
            flash(_("已关联%(count)s项", count=added), "success")
            return redirect(url_for("campaigns.show", campaign_id=campaign_id))
        detail = queries.show(actor(), campaign_id)
    return form.page("campaigns/form.html", detail=detail, title=_("关联检查、指令书和案件"))


@bp.route("/<int:campaign_id>/<string:verb>", methods=["GET", "POST"])
def move(campaign_id: int, verb: str) -> Any:
    """Start or end it."""
    detail = queries.show(actor(), campaign_id)
    step = next((one for one in detail.moves if one.verb == verb), None)
    if step is None:
        raise Missing(_("现在不能办理这一步"))
    schema = schemas.CampaignMoveIn(exclude=() if step.needs else ("summary",))
    form = Form(schema, initial={"version": detail.campaign.version})
    if request.method == "POST" and form.submit(lambda data: _move(campaign_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))
    return form.page("campaigns/form.html", detail=queries.show(actor(), campaign_id), title=say(step))


def _move(campaign_id: int, verb: str, data: dict[str, Any]) -> Any:
    return campaigns.move(actor(), campaign_id, verb, data, data.get("version"))

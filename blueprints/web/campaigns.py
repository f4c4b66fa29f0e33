"""Campaigns: the list, one with its totals, planning, linking, starting and ending."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.addresses import of_ours
from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import campaigns as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Missing
from registry.queries import areas, campaign_offers
from registry.queries import campaign_checks as check_queries
from registry.queries import campaigns as queries
from registry.rules.campaigns import STATES
from registry.services import campaign_checks, campaigns

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "states": STATES,
        "equipment": schemas.EQUIPMENT,
        "unit_kinds": schemas.UNIT_KINDS,
        "check_states": check_queries.STATES,
        "check_tones": check_queries.TONES,
        "check_state": lambda row: check_queries.state(row, clock.today()),
    }


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
    row = queries.by_id(actor(), campaign_id)
    asked = Form(schemas.OfferFilter(), sent=request.args)
    offers = campaign_offers.offers(actor(), row, (asked.load() or {}).get("q") or "")
    every = {key: [(one.number, one.number) for one in found] for key, found in offers.items()}
    form = Form(schemas.CampaignPickIn(), choices=every)
    if request.method == "POST":
        added = form.submit(lambda data: campaigns.link(actor(), campaign_id, data))
        if added is not None:
            flash(_("已关联%(count)s项", count=added), "success")
            return redirect(url_for("campaigns.show", campaign_id=campaign_id))
        row = queries.by_id(actor(), campaign_id)
    return form.page(
        "campaigns/links.html",
        row=row,
        offers=offers,
        kinds=campaign_offers.KINDS,
        asked=asked,
        most=campaign_offers.MOST,
    )


@bp.route("/of/<string:kind>/<int:row_id>", methods=["GET", "POST"])
def belonging(kind: str, row_id: int) -> Any:
    """The campaigns that one check, directive, hazard, sealing or case was done under; a part of its page."""
    found = campaign_offers.belonging(actor(), kind, row_id)
    choices = [(str(row.id), f"{row.no} {row.title}") for row in found.fitting]
    form = Form(schemas.BelongIn(), choices={"campaigns": choices})
    if request.method == "POST":
        policy.require(actor(), "campaign.link")
        done = form.submit(lambda data: campaigns.link(actor(), int(data["campaign"]), {kind: [found.number]}))
        if done is not None:
            flash(_("已关联到专项行动"), "success")
            return redirect(_back() or url_for("campaigns.belonging", kind=kind, row_id=row_id))
        found = campaign_offers.belonging(actor(), kind, row_id)
    part = request.headers.get("HX-Request") and request.method == "GET"
    template = "campaigns/_belonging.html" if part else "campaigns/belonging.html"
    return form.page(template, found=found, row_id=row_id, back=_back())


def _back() -> str:
    """The page of ours that the part stands on; empty for anything else."""
    return of_ours(request.values.get("back"))


@bp.route("/<int:campaign_id>/self-checks", methods=["POST"])
def order(campaign_id: int) -> Any:
    """Order the units that came into the scope meanwhile to check themselves."""
    count = campaign_checks.order(actor(), campaign_id)
    flash(_("已部署%(count)s家单位自查", count=count), "success")
    return redirect(url_for("campaigns.show", campaign_id=campaign_id))


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

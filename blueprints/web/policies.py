"""Insurance policies: list, record, endorse, cancel, claim."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import policies as schemas
from blueprints.sessions import actor
from registry import clock
from registry.errors import Invalid
from registry.messages import T
from registry.queries import policies as queries
from registry.services import policies

bp = Blueprint("policies", __name__, url_prefix="/policies")


@bp.route("/")
def index() -> Any:
    """The policies that concern the caller."""
    form = Form(schemas.PolicyFilter(), sent=request.args)
    today = clock.today()
    return form.page(
        "policies/index.html", page=queries.page(actor(), form.load() or {}, today), today=today, state=state
    )


def state(row: Any) -> str:
    """The state of a policy today."""
    return queries.state(row, clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Record a policy."""
    form = Form(schemas.PolicyForm(), choices={"insurers": queries.insurers()})
    if request.method == "POST" and (row := form.submit(_record)):
        flash(_("保单已登记"), "success")
        return redirect(url_for("policies.show", policy_id=row.id))
    return form.page("policies/new.html")


def _record(data: dict[str, Any]) -> Any:
    """Find the holder by its name or credit code, then record."""
    holder_id = queries.holder(actor(), data.pop("holder", None))
    if holder_id is None:
        raise Invalid.field("holder", T("没有这个单位，请填写登记的全称或统一社会信用代码"))
    return policies.record(actor(), {**data, "holder_id": holder_id})


@bp.route("/<int:policy_id>")
def show(policy_id: int) -> Any:
    """One policy, what it covers, its claims."""
    form = Form(schemas.PageIn(), sent=request.args)
    cursor = (form.load() or {}).get("cursor")
    cover = queries.show(actor(), policy_id, clock.today(), cursor)
    return form.page("policies/show.html", cover=cover, state=state(cover.policy))


@bp.route("/<int:policy_id>/endorse", methods=["GET", "POST"])
def endorse(policy_id: int) -> Any:
    """Add and remove equipment."""
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.EndorseIn(), {"since": clock.today()})
    if request.method == "POST" and form.submit(lambda data: policies.endorse(actor(), policy_id, **data)):
        flash(_("批改已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    return form.page("policies/act.html", cover=cover, title=_("批改"), button=_("登记批改"))


@bp.route("/<int:policy_id>/cancel", methods=["GET", "POST"])
def cancel(policy_id: int) -> Any:
    """End a policy early."""
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.CancelIn())
    if request.method == "POST" and form.submit(lambda data: policies.cancel(actor(), policy_id, **data)):
        flash(_("退保已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    return form.page("policies/act.html", cover=cover, title=_("退保"), button=_("登记退保"))


@bp.route("/<int:policy_id>/claim", methods=["GET", "POST"])
def claim(policy_id: int) -> Any:
    """Record a claim."""
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.ClaimForm())
    if request.method == "POST" and form.submit(lambda data: policies.claim(actor(), policy_id, data)):
        flash(_("赔案已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    return form.page("policies/act.html", cover=cover, title=_("理赔"), button=_("登记赔案"))

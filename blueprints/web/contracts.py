"""Maintenance contracts: the list, signing and renewing for many elevators at once, elevators without one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import maintenance as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas, units
from registry.queries import contracts as queries
from registry.services import contracts

bp = Blueprint("contracts", __name__, url_prefix="/contracts")


def _choices() -> dict[str, Any]:
    who = actor()
    return {"areas": areas.choices(who), "companies": units.choices(who, "maintenance")}


def _kept() -> dict[str, str]:
    return {key: value for key, value in request.args.items() if value and key != "cursor"}


def state(row: Any) -> str:
    """The state of a contract today."""
    return queries.state(row, clock.today())


@bp.route("/")
def index() -> Any:
    """The contracts that concern the caller."""
    form = Form(schemas.ContractFilter(), sent=request.args, choices=_choices())
    asked, today = form.load() or {}, clock.today()
    page = queries.page(actor(), asked, today)
    counts = {key: queries.count(actor(), {"state": key}, today) for key in queries.STATES if key.startswith("ending")}
    missing = queries.count_uncontracted(actor(), today)
    return form.page(
        "contracts/index.html",
        page=page,
        total=queries.count(actor(), asked, today),
        counts=counts,
        missing=missing,
        state=state,
        states=queries.STATES,
        modes=schemas.MODE_NAMES,
        kept=_kept(),
    )


@bp.route("/missing")
def missing() -> Any:
    """Elevators without a contract that runs."""
    form = Form(schemas.UncontractedFilter(), sent=request.args, choices=_choices())
    asked = form.load() or {}
    page, today = queries.uncontracted(actor(), asked), clock.today()
    total = queries.count_uncontracted(actor(), today, asked)
    return form.page("contracts/missing.html", page=page, total=total, last=queries.last_contract, kept=_kept())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """One contract for many elevators."""
    policy.require(actor(), "contract.sign")
    picked = request.args.getlist("code")
    form = Form(schemas.ContractsForm(), {"since": clock.today(), "mode": "fixed", "codes": picked})
    if request.method == "POST" and (rows := form.submit(_sign)):
        flash(_("已登记%(count)s台电梯的维保合同", count=len(rows)), "success")
        return redirect(url_for("contracts.index"))
    names = [name for _number, name in units.choices(actor(), "maintenance")]
    return form.page("contracts/new.html", units=names)


def _sign(data: dict[str, Any]) -> Any:
    return contracts.sign_many(actor(), data.pop("codes"), data)


@bp.route("/renew", methods=["GET", "POST"])
def renew() -> Any:
    """Renew the chosen contracts."""
    policy.require(actor(), "contract.sign")
    sent = request.form if request.method == "POST" else None
    wanted = (request.form if sent is not None else request.args).getlist("contracts")
    ids = [int(text) for text in wanted if text.isdecimal() and len(text) < 10]
    form = Form(schemas.RenewForm(), {}, sent=sent)
    if sent is not None and (
        rows := form.submit(
            lambda data: contracts.renew(actor(), data["contracts"], data["until"], data.get("number") or "")
        )
    ):
        flash(_("已续签%(count)s份合同", count=len(rows)), "success")
        return redirect(url_for("contracts.index"))
    return form.page("contracts/renew.html", rows=queries.chosen(actor(), ids))

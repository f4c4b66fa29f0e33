"""The account of stations' cylinders over a period: what came, what is held, what went, what does not add up."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import cylinder_batches as schemas
from blueprints.schemas.cylinder_batches import CylinderReasonIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import OFFICE_ROLES
from registry.queries import cylinder_balance as queries
from registry.queries import cylinders
from registry.rules.cylinder_lifecycle import STATUSES
from registry.rules.kinds import CYLINDER_KINDS
from registry.services import cylinder_purchases

bp = Blueprint("cylinder_balance", __name__, url_prefix="/cylinder-balance")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call the numbers by."""
    return {
        "numbers": queries,
        "statuses": STATUSES,
        "number_label": lambda key: STATUSES[key] if key in STATUSES and key not in queries.LABELS else None,
        "kinds": CYLINDER_KINDS,
    }


def _period(form: Form) -> tuple[date, date]:
    """What was asked for, this year when nothing was."""
    sent, today = form.load() or {}, clock.today()
    return sent.get("since") or date(today.year, 1, 1), sent.get("until") or today


def _form() -> Form:
    today = clock.today()
    given = {"since": f"{today.year}-01-01", "until": today.isoformat(), **request.args.to_dict()}
    return Form(schemas.PeriodIn(), sent=given)


@bp.route("/")
def index() -> Any:
    """The stations with their accounts."""
    form = _form()
    since, until = _period(form)
    page = queries.page(actor(), since, until, cursor=request.args.get("cursor"))
    return form.page("cylinder_balance/index.html", page=page, since=since, until=until)


@bp.route("/<int:station_id>")
def show(station_id: int) -> Any:
    """One station's account."""
    form = _form()
    since, until = _period(form)
    account = queries.show(actor(), station_id, since, until)
    bought = queries.purchases(actor(), station_id, since, until)
    return form.page("cylinder_balance/show.html", account=account, bought=bought, since=since, until=until)


@bp.route("/<int:station_id>/<string:key>")
def behind(station_id: int, key: str) -> Any:
    """The cylinders behind a number."""
    form = _form()
    since, until = _period(form)
    page = queries.behind(actor(), station_id, key.replace("-", "_"), since, until, cursor=request.args.get("cursor"))
    account = queries.show(actor(), station_id, since, until)
    return form.page(
        "cylinder_balance/behind.html",
        page=page,
        key=key.replace("-", "_"),
        account=account,
        since=since,
        until=until,
    )


@bp.route("/purchases/new", methods=["GET", "POST"])
def buy() -> Any:
    """Record a purchase."""
    policy.require(actor(), "cylinder_purchase.record")
    office = actor().role in OFFICE_ROLES
    schema = schemas.PurchaseIn(exclude=("ref",) if office else ("ref", "station_id"))
    form = Form(schema, {"bought_on": clock.today()}, choices={"stations": cylinders.stations(actor())})
    if request.method == "POST" and (made := form.submit(lambda data: cylinder_purchases.record(actor(), data))):
        flash(_("购入已登记"), "success")
        return redirect(url_for("cylinder_balance.show", station_id=made[0].station_id))
    return form.page("_form_page.html", title=_("登记购入气瓶"), back=url_for("cylinder_balance.index"))


@bp.route("/purchases/<int:purchase_id>/withdraw", methods=["GET", "POST"])
def withdraw(purchase_id: int) -> Any:
    """Take back a purchase recorded by mistake."""
    policy.require(actor(), "cylinder_purchase.withdraw")
    found = queries.purchase(actor(), purchase_id)
    form = Form(CylinderReasonIn(exclude=("version",)))
    if request.method == "POST" and (
        row := form.submit(lambda data: cylinder_purchases.withdraw(actor(), purchase_id, data["reason"]))
    ):
        flash(_("已撤销"), "success")
        return redirect(url_for("cylinder_balance.show", station_id=row.station_id))
    back = url_for("cylinder_balance.show", station_id=found.station_id)
    return form.page("_form_page.html", title=_("撤销购入记录"), back=back)

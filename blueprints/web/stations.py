"""Filling stations: licence, guns, alliances."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import stations as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import stations as queries
from registry.rules.kinds import MEDIA
from registry.services import stations

bp = Blueprint("stations", __name__, url_prefix="/stations")


def _licence_state(licence: Any) -> str:
    return queries.licence_state(licence, clock.today())


def _alliance_state(row: Any) -> str:
    return queries.alliance_state(row, clock.today())


@bp.route("/")
def index() -> Any:
    """The filling stations the caller has to do with."""
    return render_template(
        "stations/index.html", stations=queries.listing(actor()), licence_state=_licence_state, media=MEDIA
    )


@bp.route("/<int:unit_id>")
def show(unit_id: int) -> Any:
    """One station."""
    station = queries.station(actor(), unit_id)
    readable = policy.may(actor(), "stop_order.read")
    orders = queries.stop_orders(actor(), {"station": unit_id}).items if readable else ()
    return render_template(
        "stations/show.html",
        station=station,
        orders=orders,
        licence_state=_licence_state,
        alliance_state=_alliance_state,
        media=MEDIA,
    )


@bp.route("/<int:unit_id>/guns/new", methods=["GET", "POST"])
def new_gun(unit_id: int) -> Any:
    """Register a gun."""
    policy.require(actor(), "gun.register")
    station = queries.station(actor(), unit_id)
    form = Form(schemas.GunIn())
    if request.method == "POST" and form.submit(
        lambda data: stations.register_gun(actor(), {**data, "station_id": unit_id})
    ):
        flash(_("充装枪已登记"), "success")
        return redirect(url_for("stations.show", unit_id=unit_id))
    title = _("登记充装枪 · %(name)s", name=station.unit.name)
    return form.page("_form_page.html", title=title, back=url_for("stations.show", unit_id=unit_id))


@bp.route("/alliances/new", methods=["GET", "POST"])
def new_alliance() -> Any:
    """Approve an alliance."""
    policy.require(actor(), "alliance.approve")
    names = [(unit.id, unit.name) for unit, _licence in queries.listing(actor())]
    form = Form(schemas.AllianceIn(), {"since": clock.today()}, choices={"stations": names})
    if request.method == "POST" and form.submit(lambda data: stations.approve_alliance(actor(), data)):
        flash(_("联营已批准"), "success")
        return redirect(url_for("stations.alliances"))
    return form.page("_form_page.html", title=_("批准联营充装"), back=url_for("stations.alliances"))


@bp.route("/alliances")
def alliances() -> Any:
    """Alliances and entrustings that concern the caller."""
    names = {"stations": [(unit.id, unit.name) for unit, _licence in queries.listing(actor())]}
    form = Form(schemas.AllianceFilter(), choices=names, sent=request.args)
    asked = form.load() or {}
    asked["station"] = int(asked["station"]) if (asked.get("station") or "").isdecimal() else None
    page = queries.alliances(actor(), asked, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("stations/alliances.html", page=page, kept=kept, media=MEDIA, alliance_state=_alliance_state)


@bp.route("/alliances/<int:alliance_id>/end", methods=["GET", "POST"])
def end_alliance(alliance_id: int) -> Any:
    """The authority ends an alliance."""
    policy.require(actor(), "alliance.end")
    form = Form(schemas.AllianceEndIn(), {"until": clock.today()})
    if request.method == "POST" and form.submit(lambda data: stations.end_alliance(actor(), alliance_id, data)):
        flash(_("联营已结束"), "success")
        return redirect(url_for("stations.alliances"))
    return form.page("_form_page.html", title=_("结束联营"), back=url_for("stations.alliances"))


@bp.route("/<int:unit_id>/stop", methods=["GET", "POST"])
def stop(unit_id: int) -> Any:
    """Order a station to stop filling."""
    policy.require(actor(), "station.order_stop")
    station = queries.station(actor(), unit_id)
    form, back = Form(schemas.StopIn(), {"since": clock.today()}), url_for("stations.show", unit_id=unit_id)
    if request.method == "POST" and form.submit(lambda data: stations.order_stop(actor(), unit_id, data)):
        flash(_("已责令停止充装，扫码一律禁止"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("责令停止充装 · %(name)s", name=station.unit.name), back=back)


@bp.route("/<int:unit_id>/resume", methods=["GET", "POST"])
def resume(unit_id: int) -> Any:
    """Lift the order."""
    policy.require(actor(), "station.lift_stop")
    station = queries.station(actor(), unit_id)
    form, back = Form(schemas.LiftIn()), url_for("stations.show", unit_id=unit_id)
    if request.method == "POST" and form.submit(lambda data: stations.lift_stop(actor(), unit_id, data)):
        flash(_("已恢复充装"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("恢复充装 · %(name)s", name=station.unit.name), back=back)

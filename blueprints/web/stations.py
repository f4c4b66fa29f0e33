"""Filling stations: licence, guns, alliances."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas.stations import AllianceIn, GunIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import stations as queries
from registry.rules.kinds import MEDIA
from registry.services import stations

bp = Blueprint("stations", __name__, url_prefix="/stations")


def _licence_state(licence: Any) -> str:
    return queries.licence_state(licence, clock.today())


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
    return render_template(
        "stations/show.html", station=station, licence_state=_licence_state, media=MEDIA, today=clock.today()
    )


@bp.route("/<int:unit_id>/guns/new", methods=["GET", "POST"])
def new_gun(unit_id: int) -> Any:
    """Register a gun."""
    policy.require(actor(), "gun.register")
    station = queries.station(actor(), unit_id)
    form = Form(GunIn())
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
    form = Form(AllianceIn(), {"since": clock.today()}, choices={"stations": names})
    if request.method == "POST" and form.submit(lambda data: stations.approve_alliance(actor(), data)):
        flash(_("联营已批准"), "success")
        return redirect(url_for("stations.index"))
    return form.page("_form_page.html", title=_("批准联营充装"), back=url_for("stations.index"))

"""The screen at the filling gun, and the fills on record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.api import PREFIX
from blueprints.forms import Form
from blueprints.replicas import on_primary
from blueprints.schemas import filling as schemas
from blueprints.schemas import gun_screen as schemas_gun
from blueprints.schemas import offline as schemas_offline
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor, language
from registry import clock, policy
from registry.errors import Missing
from registry.messages import T
from registry.queries import fill_clips, filling_staff, gun_screen, turns
from registry.queries import fillings as queries
from registry.queries.filling_judging import restored
from registry.rules.kinds import MEDIA
from registry.services.devices import VIEWS

bp = Blueprint("filling", __name__, url_prefix="/filling")


@bp.route("/gun")
@on_primary
def gun() -> Any:
    """The screen at a gun: static/js/gun over the JSON interface. The gun stays in the address."""
    policy.require(actor(), "filling.record")
    place = _gun()
    if isinstance(place, Form):
        return place.page("filling/choose_gun.html", guns=queries.guns(actor()), media=MEDIA)
    setup = {
        **place,
        **schemas_gun.checks(place["medium"], clock.today()),
        "reasons": schemas_gun.reasons(),
        "now": schemas_gun.now_out(gun_screen.now(actor(), place["gun"])),
        "me": filling_staff.own_login(actor()),
        "owner": str(actor().membership_id),
        "keeper": schemas_offline.keeper_out(actor()),
        "office": gun_screen.office(actor(), language()),
        "unlock_seconds": gun_screen.unlock_seconds(),
        "by_part": gun_screen.by_part(),
        "api": PREFIX,
        "now_url": url_for("filling.gun_now", **place),
        "sign_in": url_for("account.sign_in", next=request.full_path),
    }
    return render_template("filling/gun.html", setup=setup, place=place, medium=MEDIA[place["medium"]])


@bp.route("/gun/now.json")
@on_primary
def gun_now() -> Any:
    """What is so now at a gun: who is here, what its scale says, what waits."""
    policy.require(actor(), "filling.record")
    place = _gun()
    if isinstance(place, Form):
        raise Missing(T("没有这支枪"))
    return schemas_gun.now_out(gun_screen.now(actor(), place["gun"]))


def _gun() -> dict[str, Any] | Form:
    """The gun of the address with its medium, or the form that asks for it."""
    form = Form(schemas.GunForm(), sent=request.args if "gun" in request.args else None)
    data = form.load() if "gun" in request.args else None
    if data is None:
        return form
    data["medium"] = queries.medium_of_gun(actor(), data["gun"], data.get("medium"))
    if data["medium"] is None:
        form["medium"].errors.append(_("这支枪没有登记，请选择充装介质"))
        return form
    return data


def _filled(row: Any) -> str:
    return f"{row.net_g / 1000:g} kg" if row.net_g is not None else f"{(row.pressure_kpa or 0) / 1000:g} MPa"


@bp.route("/")
def index() -> Any:
    """The fills of the station, or of the offices' areas."""
    form = Form(schemas.FillingFilter(), sent=request.args)
    filters = form.load() or {}
    found = queries.page(actor(), filters, filters.get("cursor"))
    return form.page("filling/index.html", page=found, filled=_filled, media=MEDIA)


@bp.route("/refusals")
def refusals() -> Any:
    """The fills that the rules refused."""
    form = Form(PageIn(), sent=request.args)
    found = queries.refusals(actor(), (form.load() or {}).get("cursor"))
    return form.page("filling/refusals.html", page=found, restored=restored)


@bp.route("/<int:filling_id>")
def show(filling_id: int) -> Any:
    """One fill with its weights, people, checks and findings."""
    row, verdict = queries.show(actor(), filling_id)
    turn = turns.of_filling(actor(), filling_id)
    return render_template(
        "filling/show.html",
        row=row,
        verdict=verdict,
        filled=_filled,
        media=MEDIA,
        turn=turn,
        read_by=queries.read_by(row),
        video=fill_clips.of_filling(actor(), row),
        views=VIEWS,
    )

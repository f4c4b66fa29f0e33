"""The screen at the filling gun, and the fills on record."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import filling as schemas
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import filling_staff, turns
from registry.queries import fillings as queries
from registry.queries.filling_judging import restored
from registry.rules.filling_items import items_for
from registry.rules.kinds import MEDIA
from registry.services import filling, scans

bp = Blueprint("filling", __name__, url_prefix="/filling")

BY_WEIGHT = ("gross_before_g", "gross_after_g")
BY_PRESSURE = ("pressure_kpa", "temperature_c")
KEPT = ("gun", "medium", "filler", "checker")


@bp.route("/gun", methods=["GET", "POST"])
def gun() -> Any:
    """Scan at a gun: verdict, and the form of the fill when it is allowed. The gun stays in the address."""
    policy.require(actor(), "filling.record")
    place = _gun()
    if isinstance(place, Form):
        return place.page("filling/choose_gun.html", guns=queries.guns(actor()), media=MEDIA)
    form = Form(schemas.GunScan())
    answer = form.submit(lambda data: scans.scan(actor(), {**data, **place, "purpose": "fill"})) if _sent() else None
    return _screen(form, place, answer, _fill_form(answer, place) if answer and answer.judged.allowed else None)


@bp.route("/record", methods=["POST"])
def record() -> Any:
    """Record the fill of the cylinder that was just scanned, then scan the next."""
    policy.require(actor(), "filling.record")
    place = _gun()
    if isinstance(place, Form):
        return place.page("filling/choose_gun.html", guns=queries.guns(actor()), media=MEDIA)
    items = items_for(place["medium"], clock.today())
    form = Form(schemas.FillForm(), choices=_choices(place["medium"]))
    done = form.submit(
        lambda data: filling.record(actor(), schemas.as_sent(data, place["gun"], place["medium"], items))
    )
    if not done:
        return _screen(Form(schemas.GunScan(), sent={}), place, None, form)
    flash(_("已记录：%(amount)s", amount=_filled(done.filling)), "success")
    kept = {"filler": request.form.get("filler"), "checker": request.form.get("checker")}
    return redirect(url_for("filling.gun", gun=place["gun"], medium=place["medium"], **kept))


def _sent() -> bool:
    return request.method == "POST"


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


def _choices(medium: str) -> dict[str, Any]:
    items = [(item.id, item) for item in items_for(medium, clock.today())]
    staff = [
        (person.login, person.name if person.certified else _("%(name)s（无有效证件）", name=person.name))
        for person in filling_staff.choices(actor())
    ]
    return {"items": items, "staff": staff}


def _fill_form(answer: scans.Answer, place: dict[str, Any]) -> Form:
    """The form as it is first shown: what one knows already is filled in."""
    first = {
        "ref": str(uuid.uuid4()),
        "code": request.form["code"],
        "started_at": answer.scan.at.isoformat(),
        "temperature_c": request.form.get("temperature_c"),
        "filler": request.args.get("filler") or filling_staff.own_login(actor()),
        "checker": request.args.get("checker") or "",
    }
    return Form(schemas.FillForm(), choices=_choices(place["medium"]), sent=first)


def _screen(form: Form, place: dict[str, Any], answer: scans.Answer | None, fill: Form | None) -> Any:
    compressed = MEDIA[place["medium"]].state == "compressed"
    page = render_template(
        "filling/gun.html",
        form=form,
        place=place,
        medium=MEDIA[place["medium"]],
        compressed=compressed,
        answer=answer,
        fill=fill,
        amounts=BY_PRESSURE if compressed else BY_WEIGHT,
        here={name: request.args.get(name) for name in KEPT},
    )
    return page, 422 if form.has_errors or (fill is not None and fill.has_errors) else 200


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
    return render_template("filling/show.html", row=row, verdict=verdict, filled=_filled, media=MEDIA, turn=turn)

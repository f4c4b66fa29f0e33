"""Units: list, register, correct, capacities with licences."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import units as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas
from registry.queries import units as queries
from registry.services import units

bp = Blueprint("units", __name__, url_prefix="/units")
CAPACITY_NAMES = dict(schemas.CAPACITIES)


def _choices() -> dict[str, Any]:
    return {"areas": areas.choices(actor())}


@bp.route("/")
def index() -> Any:
    """The units of the city."""
    form = Form(schemas.UnitFilter(), sent=request.args, choices=_choices())
    page = queries.page(actor(), form.load() or {})
    return form.page("units/index.html", page=page, capacity_names=CAPACITY_NAMES, today=clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Register a unit."""
    policy.require(actor(), "unit.register")
    form = Form(schemas.NewUnitIn(), choices=_choices())
    if request.method == "POST" and (unit := form.submit(lambda data: units.register(actor(), data))):
        flash(_("单位已登记"), "success")
        return redirect(url_for("units.show", unit_id=unit.id))
    return form.page("_form_page.html", title=_("登记单位"), back=url_for("units.index"))


@bp.route("/<int:unit_id>")
def show(unit_id: int) -> Any:
    """One unit."""
    unit = queries.show(actor(), unit_id)
    return Form(schemas.UnitIn(), unit, sent=None).page(
        "units/show.html",
        unit=unit,
        counts=queries.equipment(actor(), unit_id),
        capacity_names=CAPACITY_NAMES,
        media_names=schemas.media_names,
        today=clock.today(),
    )


@bp.route("/<int:unit_id>/edit", methods=["GET", "POST"])
def edit(unit_id: int) -> Any:
    """Correct a unit."""
    unit = queries.show(actor(), unit_id)
    form = Form(schemas.UnitIn(), unit, choices=_choices())
    if request.method == "POST" and form.submit(lambda data: units.correct(actor(), unit_id, data)):
        flash(_("已保存"), "success")
        return redirect(url_for("units.show", unit_id=unit_id))
    return form.page(
        "_form_page.html", title=_("更正 %(name)s", name=unit.name), back=url_for("units.show", unit_id=unit_id)
    )


@bp.route("/<int:unit_id>/capacities/new", methods=["GET", "POST"])
def capacity(unit_id: int) -> Any:
    """Add or renew a capacity."""
    unit = queries.show(actor(), unit_id)
    held = {row.capacity: row for row in unit.capacities}
    form = Form(schemas.CapacityIn(), held.get(request.args.get("capacity", "")))
    if request.method == "POST" and form.submit(lambda data: units.set_capacity(actor(), unit_id, data)):
        flash(_("已保存"), "success")
        return redirect(url_for("units.show", unit_id=unit_id))
    return form.page(
        "_form_page.html",
        title=_("单位类别与许可 · %(name)s", name=unit.name),
        back=url_for("units.show", unit_id=unit_id),
    )

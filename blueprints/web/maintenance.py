"""The company's day on the map and as a round, who goes where, the plan of one elevator, its remote monitoring."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import maintenance as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas, assignments, days, elevator_plans, rounds, units, visit_plans
from registry.rules.maintenance import cycles
from registry.services import assignments as assigning
from registry.services import credit, iot

bp = Blueprint("maintenance", __name__, url_prefix="/maintenance")


def day_form(schema: type[schemas.DayFilter] | None = None) -> Form:
    """The conditions of the day: a company asks for its own people's, others for a company."""
    who = actor()
    if policy.may(who, "visit.record"):
        return Form(
            (schema or schemas.CompanyDayFilter)(), sent=request.args, choices={"use_units": assignments.use_units(who)}
        )
    choices = {"areas": areas.choices(who), "companies": units.choices(who, "maintenance")}
    return Form(schemas.DayFilter(), sent=request.args, choices=choices)


def kept() -> dict[str, str]:
    """The conditions of the address, for links to the same day in another shape."""
    return {key: value for key, value in request.args.items() if value and key not in ("cursor", "lat", "lon")}


def states(asked: dict[str, Any]) -> tuple[str, ...]:
    """The states that are shown: what presses, unless one is asked for."""
    return (asked["state"],) if asked.get("state") else visit_plans.PRESSING


@bp.route("/due")
def due() -> Any:
    """What is due in the elevators the caller oversees: the same list as a company's day."""
    return redirect(url_for("visits.today", **kept()))


@bp.route("/map")
def day_map() -> Any:
    """What is due, on the map."""
    who, today = actor(), clock.today()
    form = day_form()
    asked = form.load() or {}
    points = rounds.points(who, today, states(asked), days.narrow(who, asked, today))
    return form.page("maintenance/map.html", points=points, kept=kept(), labels=visit_plans.STATES)


@bp.route("/round")
def day_round() -> Any:
    """What is due, in the order of a short way."""
    who, today = actor(), clock.today()
    form = day_form(schemas.RoundFilter)
    asked = form.load() or {}
    start = (asked["lat"], asked["lon"]) if "lat" in asked and "lon" in asked else None
    found = rounds.round_of(who, today, start, states(asked), days.narrow(who, asked, today))
    return form.page(
        "maintenance/round.html", found=found, kept=kept(), here=start is not None, labels=visit_plans.STATES
    )


@bp.route("/assignments", methods=["GET", "POST"])
def assign() -> Any:
    """Who looks after which elevators, and changing it for many at once."""
    who, today = actor(), clock.today()
    loads = assignments.loads(who, today)
    people = [(load.person.login, load.person.name) for load in loads]
    asked = Form(
        schemas.AssignFilter(),
        sent=request.args,
        choices={"use_units": assignments.use_units(who), "technicians": people},
    )
    filters = asked.load() or {}
    sent = request.form if request.method == "POST" else None
    form = Form(schemas.AssignForm(), {"since": today}, choices={"technicians": people}, sent=sent)
    if sent is not None:
        count = form.submit(lambda data: _assign(data))
        if count is not None:
            flash(_("已分配，%(count)s台电梯有变化", count=count), "success")
            return redirect(url_for("maintenance.assign", **kept()))
    page = assignments.page(who, filters, today)
    names = assignments.names(who, [row.id for row in page.items], today)
    return form.page("maintenance/assign.html", asked=asked, page=page, names=names, loads=loads, kept=kept())


def _assign(data: dict[str, Any]) -> int:
    if data.get("unit"):
        return assigning.assign_unit(actor(), data["unit"], data["technicians"], data["since"])
    return assigning.assign(actor(), data["elevators"], data["technicians"], data["since"])


@bp.route("/plans/<string:code>")
def plan(code: str) -> Any:
    """The maintenance plan of one elevator: what is due, why, and what to do."""
    found = elevator_plans.of(actor(), code)
    background = elevator_plans.background(actor(), found)
    return render_template("maintenance/plan.html", found=found, background=background, cycles=cycles(found.on))


@bp.route("/plans/<string:code>/monitoring", methods=["GET", "POST"])
def monitoring(code: str) -> Any:
    """Note that the remote monitoring went on or off line."""
    found = elevator_plans.of(actor(), code)
    form = Form(schemas.IotForm())
    if request.method == "POST" and form.submit(lambda data: _report(code, data)) is not None:
        flash(_("已保存"), "success")
        return redirect(url_for("maintenance.plan", code=code))
    back = url_for("maintenance.plan", code=found.code)
    return form.page("_form_page.html", title=_("记录远程监测在线状态"), back=back)


def _report(code: str, data: dict[str, Any]) -> Any:
    return iot.report(actor(), {**data, "elevator": code, "at": clock.now()})


@bp.route("/companies/<int:unit_id>/credit", methods=["GET", "POST"])
def grade(unit_id: int) -> Any:
    """Give a company its credit class."""
    unit = units.show(actor(), unit_id)
    form = Form(schemas.GradeForm(), {"since": clock.today()})
    if request.method == "POST" and form.submit(lambda data: credit.grade(actor(), unit_id, **data)):
        flash(_("信用等级已登记"), "success")
        return redirect(url_for("units.show", unit_id=unit_id))
    title = _("%(unit)s：信用等级", unit=unit.name)
    return form.page("_form_page.html", title=title, back=url_for("units.show", unit_id=unit_id))

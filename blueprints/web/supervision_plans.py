"""Plans of supervision inspections, draws that anybody can repeat, key units."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import supervision as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import COUNTY_ROLES
from registry.errors import Missing
from registry.queries import areas
from registry.queries import supervision_plans as queries
from registry.rules import supervision_checks as rules
from registry.rules import supervision_draw
from registry.services import supervision_plans
from registry.settings import current

bp = Blueprint("supervision_plans", __name__, url_prefix="/supervision-plans")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "kinds": rules.kinds(clock.today()),
        "lists": rules.lists(clock.today()),
        "plan_states": rules.states(rules.PLAN_WORKFLOW),
        "check_states": rules.states(rules.WORKFLOW),
        "area_names": areas.names(),
    }


def _areas() -> list[tuple[str, Any]]:
    """The areas a plan may be of: the caller's; for the city the whole of it first."""
    below = areas.choices(actor())
    if actor().role in COUNTY_ROLES:
        return below
    city = current().city_code
    return [(city, areas.names()[city]), *below]


@bp.route("/")
def index() -> Any:
    """The plans."""
    form = Form(schemas.PlanFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("supervision_plans/index.html", page=page, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Begin a plan."""
    policy.require(actor(), "supervision_plan.make")
    offered = _areas()
    first = {"year": clock.today().year, "kind": "routine", "area": offered[0][0]}
    form = Form(schemas.SupervisionPlanIn(), first, {"plan_areas": offered})
    if request.method == "POST" and (row := form.submit(lambda data: supervision_plans.make(actor(), data))):
        flash(_("计划已保存，下达后可以抽取"), "success")
        return redirect(url_for("supervision_plans.show", plan_id=row.id))
    return form.page("_form_page.html", title=_("编制检查计划"), back=url_for("supervision_plans.index"))


@bp.route("/key-units", methods=["GET", "POST"])
def key_units() -> Any:
    """Key units with their reasons; units are added by hand here."""
    offered = _areas()
    asked = Form(schemas.KeyUnitFilter(), sent=request.args, choices={"plan_areas": offered})
    area = (asked.load() or {}).get("area") or offered[0][0]
    form = Form(schemas.KeyUnitIn())
    if request.method == "POST" and form.submit(lambda data: supervision_plans.add_key_unit(actor(), data)):
        flash(_("已列入重点监督检查单位"), "success")
        return redirect(url_for("supervision_plans.key_units", area=area))
    return form.page(
        "supervision_plans/key_units.html",
        asked=asked,
        found=queries.key_units(actor(), area),
        added=queries.added(actor()),
    )


@bp.route("/key-units/<int:row_id>/end", methods=["GET", "POST"])
def end_key_unit(row_id: int) -> Any:
    """Take a unit that was added by hand off again."""
    policy.require(actor(), "supervision.mark_key_unit")
    form = Form(schemas.EndKeyUnitIn())
    back = url_for("supervision_plans.key_units")
    if request.method == "POST" and form.submit(
        lambda data: supervision_plans.end_key_unit(actor(), row_id, data["reason"])
    ):
        flash(_("已移出重点监督检查单位"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("移出重点监督检查单位"), back=back)


@bp.route("/draws/<int:draw_id>")
def draw(draw_id: int) -> Any:
    """One draw, made again, with all that is needed to repeat it elsewhere."""
    shown = queries.draw(actor(), draw_id)
    lots = {
        entry.key: supervision_draw.lot(shown.row.seed, entry.key, entry.weight)
        for entry in queries.entries(shown.row)
        if entry.key in shown.names
    }
    return render_template("supervision_plans/draw.html", shown=shown, row=shown.row, lots=lots)


@bp.route("/draws/<int:draw_id>/pool.json")
def pool(draw_id: int) -> Any:
    """A draw as a file, such as POST /api/v1/rules/supervision-draw takes it."""
    row = queries.draw(actor(), draw_id).row
    text = json.dumps(schemas.repeatable(row), ensure_ascii=False, indent=1)
    name = f"supervision-draw-{draw_id}.json"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(text, mimetype="application/json", headers=headers)


@bp.route("/<int:plan_id>")
def show(plan_id: int) -> Any:
    """One plan: quota, progress, draws."""
    return render_template("supervision_plans/show.html", case=queries.show(actor(), plan_id))


@bp.route("/<int:plan_id>/draw", methods=["GET", "POST"])
def make_draw(plan_id: int) -> Any:
    """Draw."""
    policy.require(actor(), "supervision.draw")
    case = queries.show(actor(), plan_id)
    left = max(case.quota.units - case.progress.checks, 1)
    form = Form(schemas.DrawIn(), {"size": left, "lists": [rules.USE]})
    if request.method == "POST" and (row := form.submit(lambda data: supervision_plans.draw(actor(), plan_id, data))):
        flash(_("已抽取%(count)s个单位", count=len(row.result)), "success")
        return redirect(url_for("supervision_plans.draw", draw_id=row.id))
    return form.page("_form_page.html", title=_("随机抽取"), back=url_for("supervision_plans.show", plan_id=plan_id))


@bp.route("/<int:plan_id>/<string:verb>", methods=["GET", "POST"])
def move(plan_id: int, verb: str) -> Any:
    """Make one move of a plan."""
    case = queries.show(actor(), plan_id)
    step = next((each for each in case.moves if each.verb == verb), None)
    if step is None:
        raise Missing(_("计划现在不能办理这一步"))
    form = Form(schemas.plan_move_form(verb, step.needs), {"version": case.plan.version})
    if request.method == "POST" and form.submit(lambda data: supervision_plans.move(actor(), plan_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("supervision_plans.show", plan_id=plan_id))
    return form.page("_form_page.html", title=say(step), back=url_for("supervision_plans.show", plan_id=plan_id))

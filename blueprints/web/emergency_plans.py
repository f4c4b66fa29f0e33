"""Emergency plans: list with what each area has for an emergency, one with its drills, a new edition, its end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import mime_of
from blueprints.schemas import emergency_plans as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import areas, responder_inputs
from registry.queries import emergency_plans as queries
from registry.rules import responders as rules
from registry.services import emergency_plans, files

bp = Blueprint("emergency_plans", __name__, url_prefix="/emergency-plans")

TONES = {"overdue": "bad", "soon": "warn", "valid": "good", "in_force": "good", "later": "info"}


@bp.context_processor
def words() -> dict[str, Any]:
    """Kinds of plans and the colours of their states."""
    return {"plan_kinds": rules.plan_kinds(), "plan_tones": TONES, "responder_levels": rules.LEVELS}


@bp.route("/")
def index() -> Any:
    """What each area has for an emergency, and the plans."""
    form = Form(schemas.PlanFilter(), sent=request.args, choices={"areas": [*areas.city(), *areas.counties()]})
    asked = form.load() or {}
    page = queries.page(actor(), asked, 50, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    found = queries.capability(actor(), clock.now()) if policy.may(actor(), "emergency_plan.survey") else ()
    return form.page("emergency_plans/index.html", page=page, kept=kept, capability=found)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Put an edition of a plan on file."""
    policy.require(actor(), "emergency_plan.keep")
    form = Form(schemas.PlanForm(), {"valid_from": clock.today()})
    if request.method == "POST" and (row := form.submit(_kept)):
        flash(_("预案已登记"), "success")
        return redirect(url_for("emergency_plans.show", plan_id=row.id))
    return form.page("_form_page.html", title=_("登记应急预案"), back=url_for("emergency_plans.index"))


def _kept(data: dict[str, Any]) -> Any:
    unit, upload = data.pop("unit", None), data.pop("upload", None)
    unit_id = responder_inputs.unit_of(actor(), unit) if unit else None
    file_id = None
    if upload is not None:
        name, content = upload
        file_id = files.store(actor(), name, mime_of(content), content, emergency_plans.PURPOSE).id
    return emergency_plans.keep(actor(), {**data, "unit_id": unit_id, "file": file_id})


@bp.route("/<int:plan_id>")
def show(plan_id: int) -> Any:
    """One plan with its drills."""
    return Form(schemas.PlanEndIn(), sent=None).page("emergency_plans/show.html", one=queries.show(actor(), plan_id))


@bp.route("/<int:plan_id>/file")
def file(plan_id: int) -> Any:
    """The text of a plan; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.file(actor(), plan_id)
    return handed_out(path, mime, name)


@bp.route("/<int:plan_id>/drills/new", methods=["GET", "POST"])
def new_drill(plan_id: int) -> Any:
    """Record a drill of a plan."""
    policy.require(actor(), "emergency_plan.record_drill")
    title = queries.show(actor(), plan_id).plan.title
    form = Form(schemas.PlanDrillIn(), {"held_on": clock.today()})
    if request.method == "POST" and form.submit(lambda data: emergency_plans.record_drill(actor(), plan_id, data)):
        flash(_("演练已记录"), "success")
        return redirect(url_for("emergency_plans.show", plan_id=plan_id))
    back = url_for("emergency_plans.show", plan_id=plan_id)
    return form.page("_form_page.html", title=_("记录演练 · %(name)s", name=title), back=back)


@bp.route("/<int:plan_id>/end", methods=["GET", "POST"])
def end(plan_id: int) -> Any:
    """End a plan."""
    policy.require(actor(), "emergency_plan.end")
    title = queries.show(actor(), plan_id).plan.title
    form = Form(schemas.PlanEndIn())
    if request.method == "POST" and form.submit(lambda data: emergency_plans.end(actor(), plan_id, data["note"])):
        flash(_("预案已废止"), "success")
        return redirect(url_for("emergency_plans.show", plan_id=plan_id))
    back = url_for("emergency_plans.show", plan_id=plan_id)
    return form.page("_form_page.html", title=_("废止预案 · %(name)s", name=title), back=back)

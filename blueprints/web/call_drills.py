"""Exercises of the rescue desk: the list with its times, starting one, its evaluation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import render_template as render
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import call_drills as schemas
from blueprints.sessions import actor
from blueprints.web.calls import names
from registry import policy
from registry.queries import call_drills as queries
from registry.services import call_drills

bp = Blueprint("call_drills", __name__, url_prefix="/call-drills")
bp.context_processor(names)


@bp.route("/")
def index() -> Any:
    """The exercises, newest first, and the plans whose yearly drill comes."""
    page = queries.page(actor(), request.args.get("cursor"))
    return render("call_drills/index.html", page=page, plans=queries.plans(actor()))


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Start an exercise."""
    policy.require(actor(), "call_drill.start")
    offered = schemas.choices(queries.teams(actor()), queries.plans(actor()))
    start = {"roles": [role for role, _name in schemas.ROLES], "plan": request.args.get("plan", type=int)}
    form = Form(schemas.DrillIn(), start, choices=offered)
    if request.method == "POST" and (row := form.submit(lambda data: call_drills.start(actor(), data))):
        flash(_("演练已开始，参加的单位在自己的页面上看到“演练”"), "success")
        return redirect(url_for("calls.show", no=row.call.no))
    return form.page("call_drills/new.html")


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One exercise: its times against the limits, and what came of it."""
    return render("call_drills/show.html", drill=queries.show(actor(), no))


@bp.route("/<string:no>/evaluate", methods=["GET", "POST"])
def evaluate(no: str) -> Any:
    """Record what came of it."""
    policy.require(actor(), "call_drill.evaluate")
    drill = queries.show(actor(), no)
    form = Form(schemas.DrillEvaluationIn())
    if request.method == "POST" and form.submit(lambda data: call_drills.evaluate(actor(), no, data)):
        flash(_("评估已记录"), "success")
        return redirect(url_for("call_drills.show", no=no))
    return form.page("call_drills/evaluate.html", drill=drill)


@bp.route("/<string:no>/mended", methods=["GET", "POST"])
def mended(no: str) -> Any:
    """Record that it was mended."""
    policy.require(actor(), "call_drill.evaluate")
    queries.show(actor(), no)
    form = Form(schemas.DrillMendedIn())
    if request.method == "POST" and form.submit(lambda data: call_drills.mend(actor(), no, data["note"])):
        flash(_("改进已记录"), "success")
        return redirect(url_for("call_drills.show", no=no))
    return form.page("_form_page.html", title=_("登记改进情况"), back=url_for("call_drills.show", no=no))

"""Drills and spot checks of maintenance companies: coverage, lists, record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import company_records as schemas
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import company_records as queries
from registry.queries import elevators
from registry.queries.visit_facts import colleagues
from registry.rules.kinds import CATEGORIES
from registry.services import company_records

bp = Blueprint("company_records", __name__, url_prefix="/company-records")

TONES = {"overdue": "bad", "soon": "warn", "valid": "good"}


@bp.route("/")
def index() -> Any:
    """Which category has had its half-yearly drill, the drills and the spot checks."""
    form = Form(PageIn(), sent=request.args)
    form.load()
    return form.page(
        "company_records/index.html",
        covers=queries.covers(actor(), clock.today()),
        drills=queries.drills(actor()),
        checks=queries.checks(actor()),
        categories=CATEGORIES,
        tones=TONES,
    )


@bp.route("/drills/new", methods=["GET", "POST"])
def new_drill() -> Any:
    """Record a drill."""
    policy.require(actor(), "drill.record")
    form = Form(schemas.DrillForm(), {"held_on": clock.today(), "category": request.args.get("category")})
    if request.method == "POST" and form.submit(lambda data: company_records.record_drill(actor(), data)):
        flash(_("演练已记录"), "success")
        return redirect(url_for("company_records.index"))
    return form.page("company_records/edit.html", title=_("记录应急演练"), elevator=None)


@bp.route("/checks/new", methods=["GET", "POST"])
def new_check() -> Any:
    """Record a spot check of the elevator named by its label code."""
    policy.require(actor(), "quality_check.record")
    row = elevators.by_code(actor(), request.args.get("elevator", ""))
    number, code, today = row.id, row.label_code, clock.today()
    people = [(person.login, person.name) for person in colleagues(actor(), today)]
    form = Form(schemas.QualityCheckForm(), {"done_on": today, "checker": people[0][0]}, choices={"people": people})
    if request.method == "POST" and form.submit(lambda data: _check(number, data)):
        flash(_("抽查已记录"), "success")
        return redirect(url_for("company_records.index"))
    return form.page("company_records/edit.html", title=_("记录质量抽查"), elevator=elevators.by_code(actor(), code))


def _check(number: int, data: dict[str, Any]) -> Any:
    passed = data.pop("result") == "pass"
    return company_records.record_check(actor(), number, {**data, "passed": passed})

"""Calibrations of governors and brake tests: list by due day, record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import inspections as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import OFFICE_ROLES
from registry.queries import areas, elevators
from registry.queries import inspections as queries
from registry.rules.inspection_results import TESTED_PARTS
from registry.services import part_tests

bp = Blueprint("part_tests", __name__, url_prefix="/part-tests")

TONES = {"overdue": "bad", "failed": "bad", "soon": "warn", "valid": "good"}


@bp.route("/")
def index() -> Any:
    """The latest of each elevator and part, with the day of the next one."""
    form = Form(schemas.PartFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    sent = form.load() or {}
    today = clock.today()
    return form.page(
        "part_tests/index.html",
        page=queries.part_page(actor(), sent, today, sent.get("limit", 50), sent.get("cursor")),
        sent={name: request.args[name] for name in request.args if name not in ("cursor", "limit")},
        parts=TESTED_PARTS,
        states=dict(schemas.PART_STATES),
        tones=TONES,
        state_of=lambda row: queries.part_state(row, today),
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Record one of the elevator named by its label code."""
    policy.require(actor(), "part_test.record")
    row = elevators.by_code(actor(), request.args.get("elevator", ""))
    number, code = row.id, row.label_code
    hidden = () if actor().role in OFFICE_ROLES else ("unit",)
    first = {"part": request.args.get("part"), "done_on": clock.today()}
    form = Form(schemas.PartTestForm(exclude=hidden), first)
    if request.method == "POST" and form.submit(lambda data: part_tests.record(actor(), number, data)):
        flash(_("已保存"), "success")
        return redirect(url_for("elevators.show", code=code))
    names = queries.bodies(actor()) if actor().role in OFFICE_ROLES else []
    return form.page("part_tests/edit.html", elevator=elevators.by_code(actor(), code), units=names)

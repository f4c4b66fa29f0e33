"""The maintenance company's yearly self-check before the periodic inspection: list, record, one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import inspections as schemas
from blueprints.schemas.base import PageIn
from blueprints.schemas.visits import answers_of, typed_answers
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import elevator_self_checks as queries
from registry.queries import elevators
from registry.queries.visit_facts import colleagues
from registry.rules.maintenance import RESULTS, cycles
from registry.services import self_checks

bp = Blueprint("self_checks", __name__, url_prefix="/self-checks")


@bp.route("/")
def index() -> Any:
    """Self-checks, the newest first."""
    form = Form(PageIn(), sent=request.args)
    sent = form.load() or {}
    return form.page("self_checks/index.html", page=queries.page(actor(), cursor=sent.get("cursor")))


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Record one of the elevator named by its label code."""
    policy.require(actor(), "self_check.record")
    row = elevators.by_code(actor(), request.args.get("elevator", ""))
    number, code, today = row.id, row.label_code, clock.today()
    items = queries.items(row, today)
    typed = typed_answers([item.code for item in items], request.form, request.files)
    answers, wrong = answers_of(typed)
    people = [(person.login, person.name) for person in colleagues(actor(), today)]
    form = Form(schemas.SelfCheckForm(), {"done_on": today, "checker": people[0][0]}, choices={"people": people})
    form.form_errors.extend(f"{item} {'；'.join(texts)}" for item, texts in wrong.items())
    if request.method == "POST" and not wrong:
        found = form.submit(lambda data: self_checks.record(actor(), number, {**data, "answers": answers}))
        if found:
            flash(_("自行检查已记录"), "success")
            return redirect(url_for("self_checks.show", check_id=found.id))
    return form.page(
        "self_checks/edit.html",
        elevator=elevators.by_code(actor(), code),
        items_=items,
        cycles=cycles(today),
        given={answer["item"]: answer for answer in typed},
        wrong=wrong,
    )


@bp.route("/<int:check_id>")
def show(check_id: int) -> Any:
    """One self-check with its answers."""
    row = queries.one(actor(), check_id)
    return render_template("self_checks/show.html", row=row, given=queries.given(row), results=RESULTS)

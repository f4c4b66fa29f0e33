"""Follow-up lists of indicators: what it takes, the lists that were sent, one with what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import follow_ups as schemas
from blueprints.sessions import actor
from registry import clock
from registry.queries import areas, indicator_efforts, indicators
from registry.queries import follow_ups as queries
from registry.queries.indicator_definitions import INDICATORS
from registry.rules import follow_ups as rules
from registry.services import follow_ups

USUAL_DAYS = 14

bp = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of states and indicators."""
    return {"follow_up_states": rules.states(rules.WORKFLOW), "known_indicators": INDICATORS}


@bp.route("/")
def index() -> Any:
    """The lists that concern the caller."""
    form = Form(schemas.FollowUpFilter(), sent=request.args)
    asked = form.load() or {}
    page = queries.page(actor(), asked, asked.get("limit", 50), asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("follow_ups/index.html", page=page, kept=kept)


@bp.route("/effort/<string:key>", methods=["GET", "POST"])
def effort(key: str) -> Any:
    """What it takes to reach the target; the ticked units get their lists."""
    indicator = indicators.find(key)
    asked = Form(schemas.EffortIn(), sent=request.args, choices={"areas": areas.choices(actor())})
    area = (asked.load() or {}).get("area")
    form = Form(schemas.FollowUpForm(), {"due_on": clock.today() + timedelta(days=USUAL_DAYS)})
    ticked = [int(value) for value in request.form.getlist("unit_ids") if value.isdecimal()]
    if request.method == "POST":
        sent = form.submit(lambda data: follow_ups.send(actor(), {**data, "key": key, "unit_ids": ticked}))
        if sent is not None:
            flash(_("已发出 %(count)s 份清单", count=len(sent)), "success")
            return redirect(url_for("follow_ups.index", key=key))
    return form.page(
        "follow_ups/effort.html",
        indicator_=indicator,
        asked=asked,
        area=area,
        ticked=ticked,
        effort=indicator_efforts.effort(actor(), key, area),
        forecast=indicator_efforts.forecast(actor(), key, area),
    )


@bp.route("/<int:follow_up_id>")
def show(follow_up_id: int) -> Any:
    """One list with its rows and the moves I may make."""
    shown = queries.show(actor(), follow_up_id)
    return render_template("follow_ups/show.html", shown=shown, row=shown.progress.row)


@bp.route("/<int:follow_up_id>/<string:verb>", methods=["GET", "POST"])
def move(follow_up_id: int, verb: str) -> Any:
    """Answer, close or withdraw."""
    shown = queries.show(actor(), follow_up_id)
    offer = next((each for each in rules.moves(rules.WORKFLOW) if each.verb == verb), None)
    if offer is None:
        abort(404)
    row = shown.progress.row
    title = f"{say(offer)} · {say(INDICATORS[row.key].name)}"
    if verb in queries.BY_UNIT:
        form = Form(schemas.AnswerForm(), {"promised_on": row.promised_on or row.due_on, "note": row.answer})
    else:
        form = Form(schemas.EndForm())
    if request.method == "POST" and form.submit(lambda data: follow_ups.move(actor(), follow_up_id, verb, data)):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("follow_ups.show", follow_up_id=follow_up_id))
    return form.page("_form_page.html", title=title, back=url_for("follow_ups.show", follow_up_id=follow_up_id))

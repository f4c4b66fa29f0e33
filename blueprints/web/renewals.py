"""Renewal projects: the list with its totals, one project, and a form for each move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import renewals as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.queries import areas, elevators
from registry.queries import renewals as queries
from registry.rules.renewals import FUNDS, MOVES, STATES
from registry.services import renewals

bp = Blueprint("renewals", __name__, url_prefix="/renewals")

VERB_NAMES = {move.verb: move for move in MOVES}


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": STATES, "funds": FUNDS, "verbs": VERB_NAMES}


@bp.route("/")
def index() -> Any:
    """The projects, and what they come to."""
    form = Form(schemas.RenewalFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    page, totals = queries.page(actor(), asked), queries.totals(actor(), asked)
    return form.page("renewals/index.html", page=page, totals=totals, kept=kept, asked=asked)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Apply for a renewal; the subsidy of the day is filled in."""
    policy.require(actor(), "renewal.apply")
    today = clock.today()
    subsidy = queries.subsidy_fen(today) // 100
    first = {"year": today.year, "applied_on": today, "elevator": request.args.get("elevator"), "bond": subsidy}
    form = Form(schemas.ApplyForm(), first)
    if request.method == "POST" and (row := form.submit(_in_yuan(lambda data: renewals.apply(actor(), data)))):
        flash(_("项目已申报，编号 %(no)s", no=row.no), "success")
        return redirect(url_for("renewals.show", no=row.no))
    return form.page("renewals/new.html", subsidy=subsidy, old=_old(form["elevator"].value))


def _old(code: str | None) -> Any:
    """The elevator that is to be renewed, when it is known already."""
    return elevators.by_code(actor(), code) if code and request.method == "GET" else None


def _in_yuan(verb: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """What is wrong with an amount in fen is said beside the field in yuan."""

    def said(data: dict[str, Any]) -> Any:
        try:
            return verb(data)
        except Invalid as error:
            raise Invalid({name.removesuffix("_fen"): text for name, text in error.errors.items()}) from None

    return said


@bp.route("/<string:no>")
def show(no: str) -> Any:
    """One project: its lifts, money and road."""
    return render_template("renewals/show.html", case=queries.show(actor(), no, clock.today()))


@bp.route("/<string:no>/amend", methods=["GET", "POST"])
def amend(no: str) -> Any:
    """Change the money."""
    case = queries.show(actor(), no, clock.today())
    row = case.project
    yuan = {name: getattr(row, f"{name}_fen") / 100 for name in schemas.YUAN_FIELDS}
    first = {**yuan, "year": row.year, "batch": row.batch, "note": row.note, "version": row.version}
    form = Form(schemas.AmendForm(), first)
    if request.method == "POST" and form.submit(
        _in_yuan(lambda data: renewals.amend(actor(), no, data, data.pop("version")))
    ):
        flash(_("已保存"), "success")
        return redirect(url_for("renewals.show", no=no))
    return form.page("renewals/form.html", case=queries.show(actor(), no, clock.today()), title=_("修改资金"))


@bp.route("/<string:no>/<string:verb>", methods=["GET", "POST"])
def move(no: str, verb: str) -> Any:
    """Make one move."""
    row, step = queries.offer(actor(), no, verb, clock.today())
    form = Form(schemas.move_form(verb, step.needs), {"done_on": clock.today(), "version": row.version})
    if request.method == "POST" and form.submit(
        lambda data: renewals.move(actor(), no, verb, data, data.pop("version"))
    ):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return redirect(url_for("renewals.show", no=no))
    return form.page("renewals/form.html", case=queries.show(actor(), no, clock.today()), title=say(step), step=step)

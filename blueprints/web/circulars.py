"""Circulars: the list, the month table, issuing one; and what the ladder of escalation proposes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import circulars as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.exchange import hazard_books
from registry.queries import circulars as queries
from registry.queries import escalations, hazard_months
from registry.rules.hazards import MOVES
from registry.services import circulars

SHOWN = 100  # proposals on the page, the highest rungs first

bp = Blueprint("circulars", __name__, url_prefix="/circulars")


@bp.route("/")
def index() -> Any:
    """The circulars that were issued."""
    page = queries.page(actor(), request.args.get("cursor"))
    return render_template("circulars/index.html", page=page)


@bp.route("/month")
def month() -> Any:
    """The month table of any period, on the page."""
    form = Form(schemas.PeriodIn(), sent=request.args or None, initial=_last_month())
    table = hazard_months.table(actor(), hazard_months.asked(form.load() or {}, clock.today()))
    return form.page("circulars/month.html", table=table, percent=queries.percent)


@bp.route("/month.xlsx")
def month_book() -> Any:
    """The month table as a spreadsheet; refused where the stock does not add up."""
    form = Form(schemas.PeriodIn(), sent=request.args)
    period = hazard_months.asked(form.load() or {}, clock.today())
    return send_file(
        hazard_books.month(actor(), period),
        mimetype=hazard_books.XLSX,
        as_attachment=True,
        download_name=_("重大事故隐患月报表%(until)s.xlsx", until=period.until),
    )


@bp.route("/ledger.xlsx")
def ledger_book() -> Any:
    """The ledger of the open and this year's closed hazards as a spreadsheet."""
    return send_file(
        hazard_books.ledger(actor(), clock.today()),
        mimetype=hazard_books.XLSX,
        as_attachment=True,
        download_name=_("重大事故隐患台账%(until)s.xlsx", until=clock.today()),
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Write and issue a circular over a period."""
    policy.require(actor(), "circular.issue")
    form = Form(schemas.CircularIn(), _last_month())
    if request.method == "POST" and (paper := form.submit(lambda data: circulars.issue(actor(), data))):
        flash(_("通报已印发：%(number)s", number=paper.number), "success")
        return redirect(url_for("papers.show", paper_id=paper.id))
    today = clock.today()
    period = form.load() if request.method == "POST" else None
    table = hazard_months.table(actor(), hazard_months.asked(period or {}, today))
    return form.page(
        "circulars/new.html",
        table=table,
        overdue=queries.overdue(actor(), today),
        percent=queries.percent,
        today=today,
    )


@bp.route("/escalations")
def proposals() -> Any:
    """What the rules propose; each act is issued by a person, on the page of its move."""
    moves = {move.verb: move for move in MOVES}
    lines = escalations.proposals(actor(), clock.today())
    return render_template(
        "circulars/escalations.html", lines=lines[:SHOWN], more=max(0, len(lines) - SHOWN), moves=moves
    )


def _last_month() -> dict[str, Any]:
    period = hazard_months.asked({}, clock.today())
    return {"since": period.since, "until": period.until}

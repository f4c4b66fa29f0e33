"""The safety-status report: its page, the list behind each figure, and issuing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import status_reports as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas, papers, status_facts, status_figures
from registry.queries import status_report as queries
from registry.queries.hazard_months import Period
from registry.rules import status_report as rules
from registry.services import status_reports

bp = Blueprint("status_reports", __name__, url_prefix="/status-reports")


def _last_quarter() -> dict[str, int]:
    """The quarter before this one."""
    today = clock.today()
    quarter = (today.month - 1) // 3
    return {"year": today.year if quarter else today.year - 1, "quarter": quarter or 4}


def _asked(form: Form) -> dict[str, Any]:
    sent = form.load() or {}
    return sent if sent.get("year") else {**_last_quarter(), **sent}


@bp.route("/")
def index() -> Any:
    """The report of a quarter or year as the records stand."""
    choices = {"areas": areas.choices(actor())}
    form = Form(schemas.ReportFilter(), _last_quarter(), choices, sent=request.args or None)
    asked = _asked(form)
    found = queries.report(actor(), asked["year"], asked.get("quarter"), asked.get("area"))
    kept = {name: value for name, value in asked.items() if value and name in ("year", "quarter", "area")}
    return form.page(
        "status_reports/index.html",
        found=found,
        kept=kept,
        title=status_facts.title(found),
        denominators=status_facts.DENOMINATORS,
        ready={one.definition.key: status_figures.ready(one.definition.key, found.period) for one in found.figures},
        issued=papers.page(actor(), {"kind": status_reports.KIND}).items[:10],
    )


@bp.route("/<string:key>")
def rows(key: str) -> Any:
    """The rows behind one figure."""
    policy.require(actor(), "status_report.read")
    form = Form(schemas.RowsFilter(), sent=request.args)
    asked = _asked(form)
    period = Period(*rules.period(asked["year"], asked.get("quarter")))
    period = Period(period.since, min(period.until, clock.today()))
    area = queries.place_of(actor(), asked.get("area"))
    figures = status_figures.by_area(actor(), key, period)
    figure = figures.get(area) or next(iter(figures.values()))
    part = asked.get("part") or status_figures.PARTS[0]
    page = status_figures.rows(actor(), key, part, period, area, asked.get("cursor"))
    kept = {name: asked[name] for name in ("year", "quarter", "area") if asked.get(name)}
    return form.page(
        "status_reports/rows.html", figure=figure, page=page, part=part, period=period, kept=kept, area=area
    )


@bp.route("/issue", methods=["GET", "POST"])
def issue() -> Any:
    """Write what the records cannot say, and issue."""
    policy.require(actor(), "status_report.issue")
    kept = {name: request.args[name] for name in ("year", "quarter", "area") if request.args.get(name)}
    form = Form(schemas.IssueIn(), {**_last_quarter(), **kept}, {"areas": areas.choices(actor())})
    if request.method == "POST" and (paper := form.submit(lambda data: status_reports.issue(actor(), data))):
        flash(_("报告已印发：%(number)s", number=paper.number), "success")
        return redirect(url_for("papers.show", paper_id=paper.id))
    return form.page("status_reports/issue.html")

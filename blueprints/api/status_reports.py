"""/status-reports: the safety-status report, the rows behind its figures, issuing it."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.schemas import status_reports as schemas
from blueprints.schemas.papers import PaperOut
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import papers, status_figures
from registry.queries import status_report as queries
from registry.queries.hazard_months import Period
from registry.rules import status_report as rules
from registry.services import status_reports

bp = Blueprint("api_status_reports", __name__, url_prefix="/status-reports", description="Safety-status reports")


@bp.route("")
@bp.arguments(schemas.ReportFilter(), location="query")
@bp.response(200, schemas.StatusReportOut())
def show(query: dict[str, Any]) -> Any:
    """The report of a quarter or a year (this one when none is named), as the records stand."""
    year = query.get("year") or clock.today().year
    return queries.report(actor(), year, query.get("quarter"), query.get("area"))


@bp.route("", methods=["POST"])
@bp.arguments(schemas.IssueIn())
@bp.response(201, PaperOut())
def issue(data: dict[str, Any]) -> Any:
    """Issue a report: frozen under a number. Refused while the period runs."""
    return papers.show(actor(), status_reports.issue(actor(), data).id)


@bp.route("/<string:key>/rows")
@bp.arguments(schemas.RowsFilter(), location="query")
@bp.response(200, schemas.StatusRowsOut())
def rows(query: dict[str, Any], key: str) -> Any:
    """The rows of an indicator's numerator or denominator; 404 where the dashboard's list says the same."""
    policy.require(actor(), "status_report.read")
    since, until = rules.period(query.get("year") or clock.today().year, query.get("quarter"))
    period = Period(since, min(until, clock.today()))
    area = queries.place_of(actor(), query.get("area"))
    return status_figures.rows(actor(), key, query["part"], period, area, query.get("cursor"))

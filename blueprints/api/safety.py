"""/safety-records: the daily, weekly and monthly records of safety officers, and their rates."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import safety as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import safety as queries
from registry.queries import safety_rates
from registry.services import safety_records

bp = Blueprint("api_safety", __name__, url_prefix="/safety-records", description="Records of safety officers")


@bp.route("/daily", methods=["POST"])
@bp.arguments(schemas.DailyIn())
@bp.response(201, schemas.RecordDetailOut())
def daily(data: dict[str, Any]) -> Any:
    """An officer's check of a day."""
    return _answer(safety_records.daily(actor(), data))


@bp.route("/weekly", methods=["POST"])
@bp.arguments(schemas.WeeklyIn())
@bp.response(201, schemas.RecordDetailOut())
def weekly(data: dict[str, Any]) -> Any:
    """The director's report of a week."""
    return _answer(safety_records.weekly(actor(), data))


@bp.route("/monthly", methods=["POST"])
@bp.arguments(schemas.MonthlyIn())
@bp.response(201, schemas.RecordDetailOut())
def monthly(data: dict[str, Any]) -> Any:
    """The principal's minutes of a month."""
    return _answer(safety_records.monthly(actor(), data))


@bp.route("")
@bp.arguments(schemas.SafetyFilter(), location="query")
@bp.response(200, page_out(schemas.RecordOut))
def index(query: dict[str, Any]) -> Any:
    """The records that the caller may see, newest first."""
    return queries.page(actor(), query)


@bp.route("/rates")
@bp.arguments(schemas.SafetyFilter(), location="query")
@bp.response(200, schemas.RatesOut())
def rates(query: dict[str, Any]) -> Any:
    """Records made of those owed in a window, and elevators with a named officer on its last day."""
    return safety_rates.board(actor(), query, clock.today())


@bp.route("/<int:record_id>")
@bp.response(200, schemas.RecordDetailOut())
def show(record_id: int) -> Any:
    """One record."""
    return queries.record(actor(), record_id)


def _answer(result: tuple[Any, bool]) -> Any:
    row, known = result
    found = queries.record(actor(), row.id)
    return once(found, known)

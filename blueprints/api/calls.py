"""/calls: emergency calls of the 96366 rescue desk."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import call_outputs as outputs
from blueprints.schemas import call_statistics as figures
from blueprints.schemas import calls as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry.queries import call_responders, call_statistics
from registry.queries import calls as queries
from registry.services import calls

bp = Blueprint("api_calls", __name__, url_prefix="/calls", description="Emergency calls (96366)")


def _shown(no: str) -> dict[str, Any]:
    case = queries.show(actor(), no)
    return outputs.shown(case, [queries.shown_dispatch(actor(), one) for one in case.call.dispatches])


@bp.route("", methods=["POST"])
@bp.arguments(schemas.CallIn())
@bp.response(201, outputs.CallDetailOut())
def take(data: dict[str, Any]) -> Any:
    """Take in a call; with its elevator, level 1 is dispatched at once. With `ref`, a repeat answers with the first
    result."""
    ref = data.pop("ref", None)
    row, known = calls.take_once(actor(), ref, data) if ref else (calls.take(actor(), data), False)
    return once(_shown(row.no), known)


@bp.route("")
@bp.arguments(schemas.CallFilter(), location="query")
@bp.response(200, page_out(outputs.CallOut))
def index(query: dict[str, Any]) -> Any:
    """The calls that concern the caller, newest first."""
    page = queries.page(actor(), query)
    return {"items": [outputs.shown_line(line) for line in page.items], "next": page.next}


@bp.route("/statistics")
@bp.arguments(schemas.StatisticsFilter(), location="query")
@bp.response(200, figures.CallStatisticsOut())
def statistics(query: dict[str, Any]) -> Any:
    """The figures of a period and an area; exercises are left out."""
    return figures.shown(call_statistics.of(actor(), query.get("since"), query.get("until"), query.get("area")))


@bp.route("/<string:no>")
@bp.response(200, outputs.CallDetailOut())
def show(no: str) -> Any:
    """One call."""
    return _shown(no)


@bp.route("/<string:no>/responders")
@bp.arguments(schemas.RespondersFilter(), location="query")
@bp.response(200, outputs.CallRespondersOut())
def responders(query: dict[str, Any], no: str) -> Any:
    """The nearest able rescue teams of a level, by duty times, distance and load; those asked already left out."""
    return call_responders.offer(actor(), no, query["level"], query["limit"])


@bp.route("/<string:no>/moves")
@bp.response(200, outputs.CallMovesOut())
def moves(no: str) -> Any:
    """What this caller may do next, and what each move needs."""
    return {"items": queries.show(actor(), no).moves}


@bp.route("/<string:no>/<string:verb>", methods=["POST"])
@bp.arguments(schemas.MoveIn())
@bp.response(200, outputs.CallDetailOut())
def move(data: dict[str, Any], no: str, verb: str) -> Any:
    """Make one move: tie, dispatch, upgrade, hand over, answer, decline, depart, arrive, release, repair, call back,
    close, re-open. With `ref`, a repeat answers with the first result."""
    version = data.pop("version", None)
    _row, known = calls.move(actor(), no, verb.replace("-", "_"), data, version)
    return once(_shown(no), known)

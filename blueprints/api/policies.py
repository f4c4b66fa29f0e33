"""Insurance through the API: policies, their endorsements and cancellation, and claims against them."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from blueprints.repeats import once
from blueprints.schemas import claims as claim_schemas
from blueprints.schemas import policies as schemas
from blueprints.schemas.base import page_out
from blueprints.sessions import actor
from registry import clock
from registry.queries import fill_covers, policy_codes, policy_drafts, policy_renewals
from registry.queries import policies as queries
from registry.services import claims, fill_settlements, policies

bp = Blueprint("api_policies", __name__, url_prefix="/policies", description="Insurance policies")


@bp.route("", methods=["POST"])
@bp.arguments(schemas.PolicyIn())
@bp.response(201, schemas.PolicyOut())
def record(data: dict[str, Any]) -> Any:
    """Record a policy over a list of codes. With `ref`, a repeat answers with the first result."""
    ref = data.pop("ref", None)
    if ref is None:
        return policies.record(actor(), data)
    row, known = policies.record_once(actor(), ref, data)
    return once(row, known)


@bp.route("")
@bp.arguments(schemas.PolicyFilter(), location="query")
@bp.response(200, page_out(schemas.PolicyOut))
def index(query: dict[str, Any]) -> Any:
    """The policies that concern the caller."""
    return queries.page(actor(), query, clock.today())


@bp.route("/check", methods=["POST"])
@bp.arguments(schemas.CoverCheckIn())
@bp.response(200, schemas.CoverCheckOut(many=True))
def check(data: dict[str, Any]) -> Any:
    """Look codes up before insuring them: each with what it names and its premium, or what is wrong with it. An
    insurer may look up any equipment by its exact code."""
    lines = policy_codes.look(actor(), data["subject"], data["codes"])
    return schemas.checked(lines, policy_drafts.proposals(actor(), lines, data))


@bp.route("/renewals")
@bp.arguments(schemas.EndingFilter(), location="query")
@bp.response(200, page_out(schemas.EndingOut))
def ending(query: dict[str, Any]) -> Any:
    """Policies whose end leaves something in use without cover: within 60 days, in a band of days, or lapsed."""
    return policy_renewals.page(actor(), query, clock.today())


@bp.route("/uninsured")
@bp.arguments(schemas.UninsuredFilter(), location="query")
@bp.response(200, page_out(schemas.UninsuredOut))
def uninsured(query: dict[str, Any]) -> Any:
    """Elevators in use that no policy covers today."""
    return policy_renewals.elevator_page(actor(), {**query, "cover": "none"}, clock.today())


@bp.route("/<string:number>")
@bp.response(200, schemas.PolicyOut())
def show(number: str) -> Any:
    """One policy by its number."""
    return queries.by_number(actor(), number)


@bp.route("/<string:number>/endorsements", methods=["POST"])
@bp.arguments(schemas.PolicyEndorseIn())
@bp.response(201, schemas.PolicyOut())
def endorse(data: dict[str, Any], number: str) -> Any:
    """Add and remove equipment from a day on."""
    return policies.endorse(actor(), queries.by_number(actor(), number).id, **data)


@bp.route("/<string:number>/cancellation", methods=["POST"])
@bp.arguments(schemas.PolicyCancelIn())
@bp.response(201, schemas.PolicyOut())
def cancel(data: dict[str, Any], number: str) -> Any:
    """End a policy from a day on."""
    return policies.cancel(actor(), queries.by_number(actor(), number).id, **data)


@bp.route("/<string:number>/claims")
@bp.response(200, claim_schemas.ClaimOut(many=True))
def claim_list(number: str) -> Any:
    """The latest claims against a policy."""
    return queries.claims_of_policy(actor(), queries.by_number(actor(), number).id)


@bp.route("/<string:number>/claims", methods=["POST"])
@bp.arguments(claim_schemas.ClaimIn())
@bp.response(201, claim_schemas.ClaimOut())
def claim(data: dict[str, Any], number: str) -> Any:
    """Record a claim. With `ref`, a repeat answers with the first result."""
    policy_id, ref = queries.by_number(actor(), number).id, data.pop("ref", None)
    if ref is None:
        return claims.record(actor(), policy_id, data)
    row, known = claims.record_once(actor(), ref, policy_id, data)
    return once(row, known)


@bp.route("/<string:number>/fill-months")
@bp.response(200, schemas.FillMonthOut(many=True))
def fill_months(number: str) -> Any:
    """The months of a policy paid by the fill: fills, what they come to, what was settled."""
    return fill_covers.months(actor(), queries.by_number(actor(), number).id)


@bp.route("/<string:number>/fill-covers")
@bp.arguments(schemas.FillCoverFilter(), location="query")
@bp.response(200, page_out(schemas.FillCoverOut))
def fill_cover_list(query: dict[str, Any], number: str) -> Any:
    """The covers that a month's fills began: from the end of the fill to the next one, or for the days agreed."""
    policy_id = queries.by_number(actor(), number).id
    return fill_covers.covers(actor(), policy_id, query["month"], query["limit"], query["cursor"])


@bp.route("/<string:number>/fill-months/settle", methods=["POST"])
@bp.arguments(schemas.SettleMonthIn())
@bp.response(201, schemas.SettlementOut())
def settle_month(data: dict[str, Any], number: str) -> Any:
    """Fix what a month's fills come to; months are settled in order."""
    return fill_settlements.settle(actor(), queries.by_number(actor(), number).id, data["month"])


@bp.route("/<string:number>/claims/<int:claim_id>/<string:verb>", methods=["POST"])
@bp.arguments(claim_schemas.ClaimDecisionIn())
@bp.response(200, claim_schemas.ClaimOut())
def decide(data: dict[str, Any], number: str, claim_id: int, verb: str) -> Any:
    """Settle or refuse a claim, or take it up again."""
    found = queries.claim(actor(), claim_id, queries.by_number(actor(), number).id)
    return claims.decide(actor(), found.id, verb, data)

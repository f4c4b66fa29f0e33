"""Claims against policies, and what is known of the insurance of one elevator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import claims as schemas
from blueprints.schemas.policies import in_yuan
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.queries import policies as queries
from registry.rules.claims import moves_from
from registry.services import claims

bp = Blueprint("policy_claims", __name__, url_prefix="/policies")


@bp.route("/<int:policy_id>/claim", methods=["GET", "POST"])
def new(policy_id: int) -> Any:
    """Record a claim."""
    policy.require(actor(), "claim.record")
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.ClaimForm(), {"code": request.args.get("code"), "event": "accident"})
    if request.method == "POST" and form.submit(lambda data: _yuan(claims.record, policy_id, data)):
        flash(_("赔案已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    return form.page("policies/act.html", cover=cover, title=_("理赔"), button=_("登记赔案"), refund=None)


def _yuan(verb: Any, *arguments: Any) -> Any:
    """Call a verb that speaks of fen; what it refuses stands beside the fields in yuan."""
    try:
        return verb(actor(), *arguments)
    except Invalid as error:
        raise Invalid(in_yuan(error.errors), error.detail) from None


@bp.route("/<int:policy_id>/claims/<int:claim_id>")
def show(policy_id: int, claim_id: int) -> Any:
    """One claim, and what may be done with it."""
    row = queries.claim(actor(), claim_id, policy_id)
    form = Form(schemas.ClaimDecisionIn(), sent={})
    moves = moves_from(row.state, clock.today()) if policy.may(actor(), "claim.decide") else ()
    return form.page("policies/claim.html", row=row, item=queries.thing_of(row), moves=moves)


@bp.route("/<int:policy_id>/claims/<int:claim_id>/<string:verb>", methods=["GET", "POST"])
def decide(policy_id: int, claim_id: int, verb: str) -> Any:
    """Settle or refuse a claim, or take it up again."""
    policy.require(actor(), "claim.decide")
    row = queries.claim(actor(), claim_id, policy_id)
    move = next((move for move in moves_from(row.state, clock.today()) if move.verb == verb), None) or abort(404)
    form = Form(schemas.DECISIONS[verb][0](), {"paid": row.reserve_fen / 100 if row.reserve_fen else None})
    if request.method == "POST" and form.submit(lambda data: _yuan(claims.decide, claim_id, verb, data)):
        flash(_("赔案已更新"), "success")
        return redirect(url_for("policy_claims.show", policy_id=policy_id, claim_id=claim_id))
    return form.page("policies/decide.html", row=row, move=move)


@bp.route("/elevators/<string:code>")
def history(code: str) -> Any:
    """The policies and claims of an elevator."""
    form = Form(schemas.ClaimDecisionIn(), sent={})
    return form.page("policies/history.html", found=queries.history(actor(), code), today=clock.today(), state=_state)


def _state(row: Any) -> str:
    return queries.state(row, clock.today())

"""Insurance policies: list, record and renew, choose what to insure, endorse, cancel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints import policy_forms
from blueprints.forms import Form, split_lines
from blueprints.schemas import policies as schemas
from blueprints.schemas.base import PageIn
from blueprints.schemas.elevators import PLACE_TYPES
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.queries import areas, policy_drafts, policy_renewals
from registry.queries import policies as queries
from registry.queries.cylinder_policies import LINES
from registry.rules import claims as words
from registry.rules.kinds import ELEVATOR_KINDS
from registry.rules.lifecycle import STATUSES
from registry.services import policies

bp = Blueprint("policies", __name__, url_prefix="/policies")


@bp.app_context_processor
def insurance_words() -> dict[str, Any]:
    """What the pages of insurance call things by."""
    names = {
        "events": dict(schemas.named_pairs(words.EVENTS)),
        "injuries": dict(schemas.named_pairs(words.INJURIES)),
        "claimants": dict(schemas.named_pairs(words.CLAIMANTS)),
        "states": dict(schemas.named_pairs(words.STATES)),
        "kinds": ELEVATOR_KINDS,
        "elevator_states": STATUSES,
        "places": dict(PLACE_TYPES),
        "holders": dict(schemas.HOLDER_TYPES),
        "bases": dict(schemas.BASES),
        "lines": dict(schemas.named_pairs(LINES)),
        "sharings": dict(schemas.SHARINGS),
        "parties": dict(schemas.SHARING_PARTIES),
    }
    return {"insurance": names}


@bp.route("/")
def index() -> Any:
    """The policies that concern the caller."""
    form = Form(schemas.PolicyFilter(), sent=request.args, choices={"insurers": queries.insurers()})
    today = clock.today()
    return form.page(
        "policies/index.html", page=queries.page(actor(), form.load() or {}, today), today=today, state=state
    )


def state(row: Any) -> str:
    """The state of a policy today."""
    return queries.state(row, clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Record a policy: type or choose what it covers, check it, then record. `renews` takes over an earlier policy."""
    policy.require(actor(), "policy.record")
    old = request.values.get("renews_id" if request.method == "POST" else "renews", type=int)
    renewal = policy_drafts.renewal(actor(), old) if old else None
    form = policy_forms.form_of(_first(renewal))
    if policy_forms.is_final() and not form.has_errors and (row := form.submit(policy_forms.record)):
        flash(_("保单已登记"), "success")
        return redirect(url_for("policies.show", policy_id=row.id))
    return form.page("policies/new.html", check=policy_forms.check_of(form), renewal=renewal)


def _first(renewal: Any) -> dict[str, Any]:
    """What an unsent form begins with."""
    if renewal is not None:
        return {**renewal.values, "codes": renewal.codes}
    return {"codes": request.args.getlist("code")}


@bp.route("/pick", methods=["GET", "POST"])
def pick() -> Any:
    """Choose elevators of one's own by filters; what was typed of the policy goes along."""
    policy.require(actor(), "policy.record")
    typed, _problems = policy_forms.sent()
    prefix = policy_forms.PICK_PREFIX
    asked = {name.removeprefix(prefix): value for name, value in request.values.items() if name.startswith(prefix)}
    filters = Form(
        schemas.PickFilter(),
        choices={"areas": areas.choices(actor())},
        prefix=prefix,
        sent={f"{prefix}{name}": value for name, value in asked.items()},
    )
    chosen, today = filters.load() or {}, clock.today()
    if request.form.get("step") == "all":
        codes = policy_renewals.codes(actor(), chosen, today, policy_forms.MOST_PICKED)
        typed["codes"] = "\n".join(dict.fromkeys([*split_lines(typed["codes"]), *codes]))
    draft = {
        name: value
        for name, value in typed.items(multi=True)
        if not name.startswith(prefix) and name not in ("step", "covers")
    }
    return filters.page(
        "policies/pick.html",
        page=policy_renewals.elevator_page(actor(), {**chosen, "limit": 100}, today),
        total=policy_renewals.elevator_count(actor(), chosen, today),
        draft=draft,
        covers=typed.getlist("covers"),
        chosen=set(split_lines(typed["codes"])),
        most=policy_forms.MOST_PICKED,
    )


@bp.route("/<int:policy_id>")
def show(policy_id: int) -> Any:
    """One policy, what it covers, its changes and claims."""
    form = Form(PageIn(), sent=request.args)
    cursor = (form.load() or {}).get("cursor")
    cover = queries.show(actor(), policy_id, clock.today(), cursor)
    return form.page("policies/show.html", cover=cover, state=state(cover.policy), leads=_leads(cover.policy))


def _leads(row: Any) -> bool:
    """Whether the caller may change the policy: of several insurers the leading one."""
    return actor().role != "insurer" or row.insurer_id == actor().unit_id


@bp.route("/<int:policy_id>/endorse", methods=["GET", "POST"])
def endorse(policy_id: int) -> Any:
    """Add and remove equipment: check first what it costs, then record."""
    policy.require(actor(), "policy.endorse")
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.EndorseForm(), {"since": clock.today()})
    if policy_forms.is_final() and form.submit(lambda data: _yuan(policies.endorse, policy_id, data)):
        flash(_("批改已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    return form.page("policies/endorse.html", cover=cover, draft=_endorsed(cover.policy, form))


def _endorsed(row: Any, form: Form) -> Any:
    """What the lines typed would do; None while there are none."""
    added, removed = ([str(text) for text in form[name].value or []] for name in ("added", "removed"))
    if not added and not removed:
        return None
    day = schemas.readable(schemas.EndorseForm, "since", form["since"].value)
    return policy_drafts.check_endorsement(actor(), row, day, added, removed, clock.today())


def _yuan(verb: Any, policy_id: int, data: dict[str, Any]) -> Any:
    """Call a verb that speaks of fen; what it refuses stands beside the fields in yuan."""
    try:
        return verb(actor(), policy_id, **data)
    except Invalid as error:
        raise Invalid(schemas.in_yuan(error.errors), error.detail) from None


@bp.route("/<int:policy_id>/cancel", methods=["GET", "POST"])
def cancel(policy_id: int) -> Any:
    """End a policy early."""
    policy.require(actor(), "policy.cancel")
    cover = queries.show(actor(), policy_id, clock.today())
    form = Form(schemas.CancelForm())
    if request.method == "POST" and form.submit(lambda data: _yuan(policies.cancel, policy_id, data)):
        flash(_("退保已登记"), "success")
        return redirect(url_for("policies.show", policy_id=policy_id))
    refund = queries.refund_today(cover, clock.today())
    return form.page("policies/act.html", cover=cover, title=_("退保"), button=_("登记退保"), refund=refund)

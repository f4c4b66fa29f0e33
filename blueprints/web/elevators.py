"""Elevators: list, page of one, register, correct, and what an office does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema

from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.schemas import elevators as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import Actor
from registry.queries import accidents, areas, calls, elevator_gaps, elevator_values, units
from registry.queries import elevators as queries
from registry.rules import calls as call_rules
from registry.rules.accidents import GRADE_NAMES
from registry.rules.elevator_parameters import GROUPS
from registry.rules.inspection import CONCLUSIONS, RECORD_KINDS
from registry.rules.inspection_results import TESTED_PARTS
from registry.rules.kinds import CATEGORIES, ELEVATOR_KINDS
from registry.rules.lifecycle import CERTIFICATE_ENDS, STATUSES, move
from registry.rules.maintenance import cycles
from registry.rules.registrations import STATES, TYPES
from registry.services import contracts, elevators, rescue

bp = Blueprint("elevators", __name__, url_prefix="/elevators")

TONES = {
    "in_use": "good",
    "temporarily_stopped": "warn",
    "in_use_unregistered": "bad",
    "not_in_use": "info",
}


class PaperForm(FileForm):
    """A form whose files are papers of an elevator."""

    purpose = "elevator"


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages of elevators call things by."""
    return {
        "kinds": ELEVATOR_KINDS,
        "statuses": STATUSES,
        "tones": TONES,
        "conclusions": CONCLUSIONS,
        "record_kinds": RECORD_KINDS,
        "tested_parts": TESTED_PARTS,
        "registration_types": TYPES,
        "registration_states": STATES,
    }


def _choices(who: Actor) -> dict[str, Any]:
    return {"areas": areas.choices(who)}


def _known_kind(kind: str | None) -> str:
    if kind not in ELEVATOR_KINDS:
        abort(404)
    return kind


@bp.route("/")
def index() -> Any:
    """The elevators the caller may see."""
    form = Form(schemas.ElevatorFilter(), sent=request.args, choices=_choices(actor()))
    sent = form.load() or {}
    page = queries.lines(actor(), sent, cursor=sent.get("cursor"))
    return form.page(
        "elevators/index.html",
        page=page,
        total=queries.count(actor(), sent),
        kept={key: value for key, value in request.args.items() if value and key != "cursor"},
        unregistered=elevator_gaps.count_unregistered(actor(), clock.today()),
        told_late=elevator_gaps.count_late_notices(actor(), clock.today()),
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Choose a kind, then register an elevator of it."""
    policy.require(actor(), "elevator.register")
    if "kind" not in request.args:
        return render_template("elevators/kinds.html", categories=CATEGORIES)
    kind = _known_kind(request.args["kind"])
    first = {"kind": kind, "status": "not_in_use", "use_unit": actor().unit_name if _is_use_unit() else None}
    form = Form(schemas.new_form(kind), first, choices=_choices(actor()))
    if request.method == "POST" and (row := form.submit(lambda data: elevators.register(actor(), data))):
        return _done(_("电梯已登记"), row.label_code)
    return form.page("elevators/edit.html", kind=ELEVATOR_KINDS[kind], elevator=None, units=_unit_names("use"))


def _is_use_unit() -> bool:
    return actor().role == "use_manager"


@bp.route("/<string:code>")
def show(code: str) -> Any:
    """One elevator with everything around it."""
    found = queries.detail(actor(), code)
    return render_template(
        "elevators/show.html",
        found=found,
        row=found.elevator,
        details=elevator_values.details(found.elevator),
        parameters=elevator_values.parameters_of(found.elevator.kind),
        groups=GROUPS,
        certificate_ends=CERTIFICATE_ENDS,
        cycles=cycles(clock.today()),
        place_types=dict(schemas.PLACE_TYPES),
        accidents=accidents.of_elevator(actor(), found.elevator.id),
        calls=calls.of_elevator(actor(), found.elevator.id),
        call_kinds=call_rules.kinds(),
        call_states=call_rules.STATES,
        accident_grades=GRADE_NAMES,
        today=clock.today(),
    )


@bp.route("/<string:code>/edit", methods=["GET", "POST"])
def edit(code: str) -> Any:
    """Correct an elevator; another kind brings other product data."""
    row = queries.by_code(actor(), code)
    number, kind = row.id, _known_kind(request.args.get("kind", row.kind))
    form = Form(schemas.edit_form(kind), queries.form_values(row) | {"kind": kind}, choices=_choices(actor()))
    if request.method == "POST" and form.submit(lambda data: _correct(number, data), complete=True):
        return _done(_("已保存"), code)
    return form.page("elevators/edit.html", kind=ELEVATOR_KINDS[kind], elevator=row, units=_unit_names("owner"))


def _correct(number: int, data: dict[str, Any]) -> Any:
    return elevators.correct(actor(), number, data, data.pop("version"))


@bp.route("/<string:code>/status/<string:verb>", methods=["GET", "POST"])
def status(code: str, verb: str) -> Any:
    """Make one of the moves the status allows."""
    row = queries.by_code(actor(), code)
    step = move(row.status, verb.replace("-", "_"), clock.today())
    if step is None:
        abort(404)
    schema = schemas.move_form(step)
    first = {"since": clock.today(), "use_cert_no": row.use_cert_no, "planned_until": None}
    return _act(
        code, schema, first, lambda number, data: elevators.change_status(actor(), number, step.verb, **data), step
    )


@bp.route("/<string:code>/transfer", methods=["GET", "POST"])
def transfer(code: str) -> Any:
    """Hand over to another use unit."""
    first = {"since": clock.today()}
    return _act(
        code,
        schemas.TransferIn(),
        first,
        lambda number, data: elevators.transfer(actor(), number, data),
        _("变更使用单位"),
        "use",
    )


@bp.route("/<string:code>/contract", methods=["GET", "POST"])
def contract(code: str) -> Any:
    """Put a maintenance contract on file."""
    first = {"since": clock.today(), "mode": "fixed"}
    return _act(
        code,
        schemas.ContractIn(),
        first,
        lambda number, data: contracts.sign(actor(), number, data),
        _("登记维保合同"),
        "maintenance",
    )


@bp.route("/<string:code>/contract/end", methods=["GET", "POST"])
def end_contract(code: str) -> Any:
    """End the running contract."""
    return _act(
        code,
        schemas.EndIn(),
        {"until": clock.today()},
        lambda number, data: contracts.end(actor(), number, **data),
        _("终止维保合同"),
    )


@bp.route("/<string:code>/rescue", methods=["GET", "POST"])
def enrol(code: str) -> Any:
    """Enrol at 96366, or note that the plate was seen."""
    first = {"code": queries.by_code(actor(), code).rescue_code}
    return _act(
        code, schemas.RescueIn(), first, lambda number, data: rescue.enrol(actor(), number, **data), _("96366接入")
    )


def _act(
    code: str,
    schema: Schema,
    first: dict[str, Any],
    verb: Callable[[int, dict[str, Any]], Any],
    title: Any,
    capacity: str | None = None,
) -> Any:
    """The page of one act on one elevator: its form, the verb, back to the elevator."""
    row = queries.by_code(actor(), code)
    number = row.id
    form = PaperForm(schema, initial=first)
    if request.method == "POST" and form.submit(lambda data: verb(number, data)) is not None:
        return _done(_("已保存"), code)
    names = _unit_names(capacity) if capacity else []
    return form.page("elevators/act.html", title=title, elevator=queries.by_code(actor(), code), units=names)


def _unit_names(capacity: str) -> list[str]:
    """Names to choose from while typing."""
    return [name for _number, name in units.choices(actor(), capacity)]


def _done(message: str, code: str) -> Any:
    flash(message, "success")
    return redirect(url_for("elevators.show", code=code))

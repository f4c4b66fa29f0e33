"""Use registration as a case: a use unit applies, the registrar accepts, returns, refuses or grants.

What a grant changes in the register is done by the verbs of elevators and units, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing, Refused
from registry.messages import T
from registry.models import Elevator, Registration, RegistrationStep, Unit
from registry.queries import areas, elevator_checks, parameters, registration_checks, registration_forms
from registry.replays import digest, sent_before
from registry.rules import registrations as rules
from registry.rules.registrations import STATES, TYPES, Move
from registry.services import elevators, units
from registry.settings import current

Data = Mapping[str, Any]
KIND = "SYDJ"
SIDES = {move.verb: move.side for move in rules.MOVES}
PERMISSION = {"unit": "registration.apply", "office": "registration.decide"}


def open_case(actor: Actor, elevator_id: int, kind: str) -> Registration:
    """Begin an application: a draft under the next number, its form filled in with what is known.

    Raises:
        Invalid: no such type, or one that the elevator's status does not allow.
        Conflict: another application of the elevator is not decided yet.
    """
    policy.require(actor, "registration.apply")
    today = clock.today()
    with transaction() as session:
        elevator = policy.get(actor, Elevator, Elevator.id == elevator_id, lock=True)
        if kind not in TYPES:
            raise Invalid.field("kind", T("没有这种登记类别"))
        if elevator.status not in TYPES[kind].statuses:
            raise Invalid.field("kind", T("电梯现在的状态不能申请“{kind}”", kind=T(TYPES[kind].zh)))
        if (other := registration_checks.open_case(elevator.id)) is not None:
            raise Conflict(T("这台电梯已有未办结的申请（{no}）", no=other.no))
        case = Registration(
            no=f"{KIND}-{current().city_code}-{today.year}-{_number(session, today):05d}",
            elevator_id=elevator.id,
            kind=kind,
            state=rules.FIRST_STATE,
            unit_id=elevator.use_unit_id,
            area_code=elevator.area_code,
            fields=registration_checks.prefilled(actor, elevator, today),
            changes={},
            papers={},
            opened_on=today,
            late_days=0,
            note="",
            version=1,
        )
        session.add(case)
        audit.record(
            actor,
            "registration.opened",
            case,
            no=case.no,
            kind=kind,
            elevator_id=elevator.id,
            unit_id=elevator.use_unit_id,
        )
        return case


def open_once(actor: Actor, ref: str, elevator_id: int, kind: str) -> tuple[Registration, bool]:
    """Like `open_case`, for callers that send again when no answer came: (case, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "registration.apply")
    content = digest({"elevator_id": elevator_id, "kind": kind})
    with transaction():
        known = sent_before(actor, Registration, ref, content)
        if known is not None:
            return known, True
        case = open_case(actor, elevator_id, kind)
        case.ref, case.ref_digest = ref, content
        return case, False


def fill(actor: Actor, no: str, data: Data, version: int | None = None) -> Registration:
    """Fill in the form of an application that waits for its unit: `fields`, `changes`, `papers` (ids of stored files
    by kind); what is not given stays.

    Raises:
        Conflict: somebody changed it meanwhile, or it lies with the office.
        Invalid: values that cannot be right, beside their field.
    """
    policy.require(actor, "registration.apply")
    today = clock.today()
    with transaction():
        case = _locked(actor, no, version)
        if STATES[case.state].waits_for != "unit":
            raise Conflict(T("现在的状态是“{state}”，不能修改申请", state=T(STATES[case.state].zh)))
        elevator = _elevator(actor, case)
        if "fields" in data:
            case.fields = registration_checks.fields(data["fields"] or {}, today)
        if "changes" in data:
            case.changes = registration_checks.changes(actor, case, elevator, data["changes"] or {})
            case.new_unit_id = case.changes.get("use_unit_id")
        if "papers" in data:
            case.papers = registration_checks.filed(actor, case, data["papers"] or {})
        case.version += 1
        audit.record(
            actor,
            "registration.filled",
            case,
            no=case.no,
            fields=sorted(case.fields),
            papers=case.papers,
            changes=sorted(case.changes),
        )
        return case


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> Registration:
    """Make one step: submit, withdraw by the unit's side; accept, send_back, refuse, grant by the office.

    `data`: `reason` or `missing` as the step needs them, `note`; for a grant `since` (today unless given) and
    `use_cert_no` (the next number unless given).

    Raises:
        Forbidden: the role never makes this step.
        Missing: no such step, or no such case for this caller to see.
        Conflict: the case has moved on meanwhile, or stands where the step is not possible.
        Invalid: what the step needs is missing.
        Refused: everything that stands against it.
    """
    if verb not in SIDES:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, PERMISSION[SIDES[verb]])
    today = clock.today()
    with transaction() as session:
        case = _locked(actor, no, version)
        step = rules.find_move(case.state, verb, today)
        if step is None:
            raise Conflict(T("现在的状态是“{state}”，不能这样办理", state=T(STATES[case.state].zh)))
        _require(step, data)
        elevator = _elevator(actor, case)
        if verb == "submit":
            _sign(case, elevator, today)
        elif verb == "grant":
            _grant(session, actor, case, elevator, data)
        before, case.state = case.state, step.target
        case.due_on = rules.due_by(step, today, *parameters.holidays())
        case.decided_on = today if not STATES[step.target].open else None
        case.note = data.get("missing") or data.get("reason") or data.get("note") or ""
        case.version += 1
        session.add(_step(actor, case, step, data))
        audit.record(
            actor,
            "registration.moved",
            case,
            **{"no": case.no, "verb": verb, "from": before, "to": case.state},
            due_on=case.due_on,
            certificate_no=case.certificate_no,
        )
        return case


def _number(session: Session, today: date) -> int:
    return next_number(session, KIND, current().city_code, today.year)


def _locked(actor: Actor, no: str, version: int | None) -> Registration:
    case = policy.get(actor, Registration, Registration.no == no, lock=True)
    if version is not None and version != case.version:
        raise Conflict(T("这份申请刚被别人办理过，请重新打开后再办"))
    return case


def _elevator(actor: Actor, case: Registration) -> Elevator:
    return policy.get(actor, Elevator, Elevator.id == case.elevator_id, lock=True)


def _require(step: Move, data: Data) -> None:
    wrong = {name: [T("办理这一项必须填写")] for name in step.needs if not (data.get(name) or "").strip()}
    since = data.get("since")
    if since is not None and since > clock.today():
        wrong["since"] = [T("不能晚于今天")]
    if wrong:
        raise Invalid(wrong)


def _sign(case: Registration, elevator: Elevator, today: date) -> None:
    """Freeze the form as it goes to the office, when nothing is missing."""
    verdict = registration_checks.verdict(case, elevator, today)
    if not verdict.allowed:
        raise Refused(verdict)
    if case.submitted_on is None and TYPES[case.kind].verb == "register":
        case.late_days = rules.late_days(elevator.in_use_since, today)
    case.submitted_on = today
    case.form = registration_forms.build(case, elevator, today)


def _grant(session: Session, actor: Actor, case: Registration, elevator: Elevator, data: Data) -> None:
    """Give the number, change the register, complete the signed form."""
    today, kind = clock.today(), TYPES[case.kind]
    since = data.get("since") or today
    number = data.get("use_cert_no") or elevator.use_cert_no
    if kind.new_number and not number:
        number = _certificate(session, elevator, today)
    _alter(session, actor, case, elevator, since, number)
    case.certificate_no, case.takes_effect_on = number, since
    case.form = registration_forms.granted(case.form or [], actor.name, today, number, actor.unit_name)


def _alter(
    session: Session, actor: Actor, case: Registration, elevator: Elevator, since: date, number: str | None
) -> None:
    """What the type of registration does to the register, through the verbs that do it everywhere."""
    kind = TYPES[case.kind]
    changes = {name: registration_forms.typed(name, value) for name, value in case.changes.items()}
    document = T("使用登记申请 {no}", no=case.no)
    match kind.changes:
        case "unit":
            elevators.transfer(actor, elevator.id, {**changes, "since": since, "document": document})
        case "name":
            _rename(session, actor, case, changes["name"])
        case "place" if "area_code" in changes:
            division = areas.division_of(changes["area_code"])
            elevators.correct(actor, elevator.id, {**changes, "division_code": division})
        case "product" | "place" | "life":
            elevators.correct(actor, elevator.id, changes)
    if kind.verb == "register":
        elevators.change_status(actor, elevator.id, "register", since, "", number or document, number)
    elif kind.verb:
        elevators.change_status(actor, elevator.id, kind.verb, since, T(kind.zh), document)


def _rename(session: Session, actor: Actor, case: Registration, name: str) -> None:
    """The unit's name, unless an earlier grant for another of its elevators has changed it already."""
    unit = session.get(Unit, case.unit_id) if case.unit_id else None
    if unit is None:
        raise Conflict(T("没有使用单位，不能更名"))
    units.correct(actor, unit.id, {"name": name, "area_code": unit.area_code})


def _certificate(session: Session, elevator: Elevator, today: date) -> str:
    """The next number of the kind, city and year that no elevator carries yet."""
    city = current().city_code
    series = rules.certificate_series(elevator.kind, city, today)
    while True:
        count = next_number(session, registration_checks.CERTIFICATE, series, today.year)
        number = rules.certificate_no(elevator.kind, city, count, today)
        if not elevator_checks.taken({"use_cert_no": number}, elevator.id):
            return number


def _step(actor: Actor, case: Registration, step: Move, data: Data) -> RegistrationStep:
    said = {name: data[name] for name in ("reason", "missing", "note") if data.get(name)}
    return RegistrationStep(
        registration_id=case.id,
        verb=step.verb,
        source=step.source,
        target=step.target,
        at=clock.now(),
        done_on=clock.today(),
        due_on=case.due_on,
        person_id=actor.person_id,
        unit_id=actor.unit_id,
        role=actor.role,
        data=said,
    )

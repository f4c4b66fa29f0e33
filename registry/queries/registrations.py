"""Applications for use registration: the list, one of them, what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import Elevator, Registration, RegistrationStep, StoredFile, Unit
from registry.queries import elevator_values, personal, registration_checks, registration_forms
from registry.queries.paging import Page, paginate
from registry.queries.registration_forms import Block
from registry.rules.registrations import OPEN, STATES, TYPES, Move, Paper, RegistrationType, State, moves_from, papers
from registry.rules.verdict import Verdict
from registry.settings import current

WAITING = {side: tuple(state.id for state in STATES.values() if state.waits_for == side) for side in ("unit", "office")}
AROUND = (
    joinedload(Registration.elevator).joinedload(Elevator.use_unit),
    joinedload(Registration.unit),
    joinedload(Registration.new_unit),
)


@dataclass(frozen=True)
class FiledPaper:
    """A paper of the type and what was brought of it: (id, name) of files."""

    paper: Paper
    files: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Detail:
    """One application with all its page shows. `lacks`: what stands against submitting it, while it waits for the
    unit; `form` and `fields` as the caller may read them; `next_number`: the certificate number a grant would give."""

    case: Registration
    kind: RegistrationType
    state: State
    form: Sequence[Block]
    fields: Mapping[str, Any]
    papers: Sequence[FiledPaper]
    steps: Sequence[RegistrationStep]
    moves: tuple[Move, ...]
    lacks: Verdict
    next_number: str | None
    late: bool


def found(actor: Actor, filters: Mapping[str, Any]) -> Select[Any]:
    """The applications that match `q` (number, address or unit), `state` (also waiting_unit, waiting_office, late,
    open), `kind`, `area`."""
    policy.require(actor, "registration.read")
    statement = policy.scope(actor, Registration)
    state = filters.get("state")
    if state == "late":
        statement = statement.where(Registration.state.in_(WAITING["office"]), Registration.due_on < clock.today())
    elif state:
        side = state.removeprefix("waiting_")
        wanted = OPEN if state == "open" else WAITING.get(side, (state,))
        statement = statement.where(Registration.state.in_(wanted))
    for name, column in (("kind", Registration.kind), ("area", Registration.area_code)):
        if filters.get(name):
            statement = statement.where(column == filters[name])
    if text := (filters.get("q") or "").strip():
        named = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
        standing = select(Elevator.id).where(
            or_(
                Elevator.address.contains(text, autoescape=True),
                Elevator.label_code == text.upper(),
                Elevator.device_code == text.upper(),
            )
        )
        statement = statement.where(
            or_(
                Registration.no == text.upper(),
                Registration.certificate_no == text,
                Registration.unit_id.in_(named),
                Registration.elevator_id.in_(standing),
            )
        )
    return statement


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """A page of applications, the newest first."""
    return paginate(found(actor, filters).options(*AROUND), Registration.id, limit, cursor, newest=True)


def by_no(actor: Actor, no: str) -> Registration:
    """One application.

    Raises:
        Missing: none of that number for this caller to see.
    """
    policy.require(actor, "registration.read")
    return policy.get(actor, Registration, Registration.no == no, options=AROUND)


def detail(actor: Actor, no: str, today: date) -> Detail:
    """One application with its form (as signed, or as it would be now while it is a draft), papers and steps."""
    case = by_no(actor, no)
    state = STATES[case.state]
    with_unit = state.waits_for == "unit"
    form = registration_forms.build(case, case.elevator, today) if with_unit else case.form or []
    return Detail(
        case=case,
        kind=TYPES[case.kind],
        state=state,
        form=personal.kept_form(actor, case, form),
        fields=personal.kept_form(actor, case, case.fields or {}),
        papers=_papers(case, today),
        steps=_steps(case.id),
        moves=tuple(step for step in moves_from(case.state, today) if _may(actor, step)),
        lacks=registration_checks.verdict(case, case.elevator, today) if with_unit else Verdict(),
        next_number=_next_number(case, today),
        late=case.due_on is not None and state.waits_for == "office" and case.due_on < today,
    )


def _may(actor: Actor, step: Move) -> bool:
    return policy.may(actor, "registration.apply" if step.side == "unit" else "registration.decide")


def _next_number(case: Registration, today: date) -> str | None:
    if not TYPES[case.kind].new_number or case.state not in OPEN:
        return None
    return case.elevator.use_cert_no or registration_checks.next_certificate(case.elevator.kind, today)


def _papers(case: Registration, today: date) -> list[FiledPaper]:
    return filed(case.papers or {}, papers(case.kind, case.submitted_on or today))


def filed(brought: Mapping[str, Sequence[int]], asked: Sequence[Paper]) -> list[FiledPaper]:
    """The papers that are `asked` for, each with number and name of the files that were `brought` for it."""
    ids = {number for numbers in brought.values() for number in numbers}
    rows = db.session.execute(select(StoredFile.id, StoredFile.name).where(StoredFile.id.in_(ids)))
    names = dict(rows.all())
    return [
        FiledPaper(paper, [(number, names.get(number, "")) for number in brought.get(paper.id, ())]) for paper in asked
    ]


def _steps(case_id: int) -> Sequence[RegistrationStep]:
    return db.session.scalars(
        select(RegistrationStep)
        .where(RegistrationStep.registration_id == case_id)
        .order_by(RegistrationStep.id)
        .options(joinedload(RegistrationStep.person))
    ).all()


def file(actor: Actor, no: str, file_id: int) -> tuple[Path, str, str]:
    """Where a paper of an application lies, its type and its name.

    Raises:
        Missing: not for this caller, or not in the application.
    """
    return one_filed(by_no(actor, no).papers or {}, file_id)


def one_filed(brought: Mapping[str, Sequence[int]], file_id: int) -> tuple[Path, str, str]:
    """The same of an application that the caller may see, whatever it is for."""
    present = {number for numbers in brought.values() for number in numbers}
    row = db.session.get(StoredFile, file_id) if file_id in present else None
    if row is None:
        raise Missing(T("没有找到这个文件"))
    return files.path_of(current().files_dir, row.sha256), row.mime, row.name


def first_values(case: Registration) -> dict[str, Any]:
    """The values of an application as its form shows them; what it is to alter stands as it is proposed, else as it
    is on file."""
    now = elevator_values.values(case.elevator)
    proposed = {name: registration_forms.typed(name, value) for name, value in (case.changes or {}).items()}
    units = {
        name: db.session.get(Unit, proposed[f"{name}_id"])
        for name in ("use_unit", "owner_unit")
        if proposed.get(f"{name}_id")
    }
    named = {name: unit.name for name, unit in units.items() if unit}
    offered = {name: {**now, **proposed}.get(name) for name in changeable(case) if name in now}
    new_name = {"name": proposed.get("name")} if TYPES[case.kind].changes == "name" else {}
    kept = {name: _day_or_text(name, value) for name, value in (case.fields or {}).items()}
    return {**offered, **named, **new_name, **kept, "version": case.version}


def _day_or_text(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in registration_checks.DATED and value else value


def changeable(case: Registration) -> tuple[str, ...]:
    """The names of what the application may alter."""
    return registration_checks.changeable(case.kind, case.elevator.kind)


def count_waiting(side: str, actor: Actor, day: date, late: bool = False) -> int:
    """Applications that wait for the unit or the office; with `late` only those past the office's day."""
    statement = policy.scope(actor, Registration, func.count(Registration.id)).where(
        Registration.state.in_(WAITING[side])
    )
    if late:
        statement = statement.where(Registration.due_on < day)
    return db.session.scalar(statement) or 0


def count_returned(actor: Actor, _day: date) -> int:
    """Applications that came back to the unit for completion."""
    statement = policy.scope(actor, Registration, func.count(Registration.id))
    return db.session.scalar(statement.where(Registration.state == "RETURNED")) or 0

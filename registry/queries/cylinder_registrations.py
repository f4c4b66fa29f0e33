"""Applications of stations for the use registration of their cylinders as pages, papers and verbs need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import (
    CertifiedCylinder,
    Cylinder,
    CylinderCertificate,
    CylinderRegistration,
    CylinderRegistrationItem,
)
from registry.queries import cylinder_lines, registrations, trail
from registry.queries.cylinder_lines import Line
from registry.queries.paging import Page, paginate
from registry.queries.registrations import FiledPaper
from registry.rules.cylinder_registrations import ListFacts, check_cylinder, papers
from registry.rules.registrations import OPEN, STATES, Move, moves_from
from registry.rules.verdict import Verdict

MOST = 5000
WAITING = {side: tuple(state.id for state in STATES.values() if state.waits_for == side) for side in ("unit", "office")}
GONE = ("scrap_pending", "destroyed", "cancelled")


@dataclass(frozen=True)
class CaseLine:
    """An application in a list with how many cylinders it names."""

    case: CylinderRegistration
    cylinders: int


@dataclass(frozen=True)
class CaseShown:
    """One application: its list, what stands against single cylinders while it waits, and what may be done.

    `leaving`: how many cylinders stand on the certificate that are no longer the unit's or no longer in life;
    `standing`: how many others.
    """

    case: CylinderRegistration
    items: Sequence[CylinderRegistrationItem]
    verdicts: Mapping[int, Verdict]
    certificate: CylinderCertificate | None
    leaving: int
    standing: int
    moves: tuple[Move, ...]
    history: Sequence[Any]
    papers: Sequence[FiledPaper]


def page(actor: Actor, filters: Mapping[str, Any], limit: int = 50, cursor: str | None = None) -> Page:
    """Applications of the caller's, newest first: `state` (or open, waiting_unit, waiting_office), `kind`, `q`."""
    policy.require(actor, "cylinder_registration.read")
    statement = policy.scope(actor, CylinderRegistration).options(joinedload(CylinderRegistration.unit))
    if state := filters.get("state"):
        side = state.removeprefix("waiting_")
        wanted = OPEN if state == "open" else WAITING.get(side, (state,))
        statement = statement.where(CylinderRegistration.state.in_(wanted))
    if kind := filters.get("kind"):
        statement = statement.where(CylinderRegistration.kind == kind)
    if text := (filters.get("q") or "").strip():
        named = (CylinderRegistration.no == text.upper()) | (CylinderRegistration.certificate_no == text)
        statement = statement.where(named)
    found = paginate(statement, CylinderRegistration.id, limit, cursor, newest=True)
    ids = [row.id for row in found.items]
    item = CylinderRegistrationItem
    counts: dict[int, int] = dict(
        db.session.execute(
            select(item.registration_id, func.count())
            .where(item.registration_id.in_(ids))
            .group_by(item.registration_id)
        ).all()
    )
    return Page([CaseLine(row, counts.get(row.id, 0)) for row in found.items], found.next)


def show(actor: Actor, no: str) -> CaseShown:
    """One application.

    Raises:
        Missing: none of that number for this caller to see.
    """
    policy.require(actor, "cylinder_registration.read")
    options = (joinedload(CylinderRegistration.unit),)
    case = policy.get(actor, CylinderRegistration, CylinderRegistration.no == no, options=options)
    items = db.session.scalars(
        select(CylinderRegistrationItem)
        .where(CylinderRegistrationItem.registration_id == case.id)
        .options(joinedload(CylinderRegistrationItem.cylinder))
        .order_by(CylinderRegistrationItem.id)
        .limit(MOST)
    ).all()
    held = certificate(case.unit_id, case.catalogue)
    verdicts = judged(case, [item.cylinder for item in items], held) if case.state in OPEN else {}
    leaving = len(gone(held, case.unit_id)) if held else 0
    offered = tuple(move for move in moves_from(case.state) if _may(actor, move))
    return CaseShown(
        case, items, verdicts, held, leaving, on_it(held) - leaving, offered, trail.history(case), _filed(case)
    )


def _filed(case: CylinderRegistration) -> list[FiledPaper]:
    """The papers of the type with what was brought."""
    on = case.submitted_on or clock.today()
    return registrations.filed(case.papers or {}, papers(case.kind, on))


def file(actor: Actor, no: str, file_id: int) -> tuple[Path, str, str]:
    """Where a paper of an application lies, its type and its name.

    Raises:
        Missing: not for this caller, or not in the application.
    """
    policy.require(actor, "cylinder_registration.read")
    case = policy.get(actor, CylinderRegistration, CylinderRegistration.no == no)
    return registrations.one_filed(case.papers or {}, file_id)


def _may(actor: Actor, move: Move) -> bool:
    return policy.may(actor, f"cylinder_registration.{'apply' if move.side == 'unit' else 'decide'}")


def certificate(unit_id: int, catalogue: str) -> CylinderCertificate | None:
    """The certificate in force of a unit for a class."""
    found = (CylinderCertificate.unit_id == unit_id, CylinderCertificate.catalogue == catalogue)
    return db.session.scalars(select(CylinderCertificate).where(*found, CylinderCertificate.until.is_(None))).first()


def on_it(held: CylinderCertificate | None) -> int:
    """How many cylinders stand on a certificate."""
    if held is None:
        return 0
    standing = (CertifiedCylinder.certificate_id == held.id, CertifiedCylinder.until.is_(None))
    return db.session.scalar(select(func.count()).select_from(CertifiedCylinder).where(*standing)) or 0


def gone(held: CylinderCertificate, unit_id: int) -> Sequence[CertifiedCylinder]:
    """What stands on a certificate and is no longer the unit's, or no longer in life."""
    return db.session.scalars(
        select(CertifiedCylinder)
        .join(Cylinder, Cylinder.id == CertifiedCylinder.cylinder_id)
        .where(CertifiedCylinder.certificate_id == held.id, CertifiedCylinder.until.is_(None))
        .where((Cylinder.owner_id != unit_id) | Cylinder.status.in_(GONE))
    ).all()


def certificate_of(cylinder_id: int) -> CylinderCertificate | None:
    """The certificate that a cylinder, found through the policy, stands on."""
    statement = (
        select(CylinderCertificate)
        .join(CertifiedCylinder, CertifiedCylinder.certificate_id == CylinderCertificate.id)
        .where(CertifiedCylinder.cylinder_id == cylinder_id, CertifiedCylinder.until.is_(None))
    )
    return db.session.scalars(statement).first()


def judged(
    case: CylinderRegistration, rows: Sequence[Cylinder], held: CylinderCertificate | None
) -> dict[int, Verdict]:
    """What speaks against each cylinder of an application's list, by its id."""
    ids = [row.id for row in rows]
    here: set[int] = set()
    if held is not None:
        standing = (CertifiedCylinder.certificate_id == held.id, CertifiedCylinder.until.is_(None))
        here = set(db.session.scalars(select(CertifiedCylinder.cylinder_id).where(*standing))) & set(ids)
    today = clock.today()
    return {
        row.id: check_cylinder(
            case.kind,
            ListFacts(
                owned=row.owner_id == case.unit_id,
                kind=row.kind,
                catalogue=case.catalogue,
                status=row.status,
                next_inspection_on=row.next_inspection_on,
                registered_here=row.id in here,
            ),
            today,
        )
        for row in rows
    }


def look(actor: Actor, codes: Sequence[str]) -> list[Line]:
    """The cylinders that lines of an application name."""
    return cylinder_lines.look(actor, codes)


def tally(actor: Actor, _on: date) -> Mapping[str, int]:
    """How many applications of the caller's wait: `office`, and `unit` for completion."""
    statement = policy.scope(actor, CylinderRegistration, CylinderRegistration.state, func.count())
    counted: dict[str, int] = dict(db.session.execute(statement.group_by(CylinderRegistration.state)).all())
    return {side: sum(counted.get(state, 0) for state in states) for side, states in WAITING.items()}

"""The papers that a unit has to keep about its safety officers (elevators.md §5), and whether they are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import SafetyAppointment, SafetyPaper, SafetyTraining
from registry.rules import safety as rules

MOST = 500


@dataclass(frozen=True)
class KeptPaper:
    """A paper that has to be there, and what shows that it is: rows in words, files by id."""

    paper: rules.Paper
    present: bool
    proof: T | str | None
    file_id: int | None


def kept(
    actor: Actor,
    unit_id: int,
    subject: str,
    appointments: Sequence[SafetyAppointment],
    trainings: Iterable[SafetyTraining],
    points: int,
) -> list[KeptPaper]:
    """The papers that a unit has to keep, each with what shows that it is there."""
    newest = {
        row.paper: row
        for row in db.session.scalars(
            policy.scope(actor, SafetyPaper)
            .where(SafetyPaper.unit_id == unit_id, SafetyPaper.subject == subject)
            .order_by(SafetyPaper.since, SafetyPaper.id)
            .limit(MOST)
        )
    }
    needing = {row.person_id for row in appointments if rules.roles(subject)[row.role].trained}
    passed = {row.person_id for row in trainings if row.passed and row.kind == "examination"}
    found = []
    for paper in rules.papers(subject):
        source, _, role = paper.source.partition(":")
        row = newest.get(paper.id)
        holders = [held for held in appointments if held.role == role]
        present, proof = {
            "file": (row is not None, row.title if row else None),
            "risks": (points > 0, T("{count}个风险点", count=points) if points else None),
            "appointed": (bool(holders), "；".join(held.document for held in holders) or None),
            "trained": (
                bool(needing) and needing <= passed,
                T("{done}人考核合格，应为{all}人", done=len(needing & passed), all=len(needing)) if needing else None,
            ),
        }[source]
        file_id = row.file_id if row else next((held.file_id for held in holders if held.file_id), None)
        found.append(KeptPaper(paper, present, proof, file_id))
    return found

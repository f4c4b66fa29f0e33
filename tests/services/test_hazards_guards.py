"""Each of the sixteen guards is broken in turn, and the machine of the random histories must notice.

| invariant | what is broken | trap |
|---|---|---|
| I1 | no signature is asked for; those of before a return stay | closed unsigned; closed on an old signature |
| I2 | conflicts of interest do not matter | one signs twice; a rectifier verifies |
| I3 | one verifier will do | one verifies alone |
| I4 | days need no order; days may lie in the future | verified before it was asked for; rectified tomorrow |
| I5 | open hazards are not looked for | put into use |
| I6 | extensions are not counted; only the last date counts | a third extension; overdue days forgiven |
| I7 | a move lowers the level after the assignment | lowered after the assignment |
| I8 | one person voids alone | voided alone |
| I9 | evidence is overwritten | evidence changed |
| I10 | a number is skipped | a number lost |
| I11 | everybody sees and may act everywhere; a county may close | another county's; a county closes the city's |
| I12 | a running device may be suspended | suspended while it runs |
| I13 | a test report is not asked for, or may be old | no test report; an old test report |
| I14 | reopening goes on with the old round | reopened in the same round |
| I15 | the points of the acceptance need no answer | only fined |
| I16 | every clause makes a hazard major | major without its clause |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import true, update

from registry import scopes
from registry.db import db
from registry.models import Hazard, StoredFile
from registry.queries import elevator_status, hazard_facts
from registry.rules import hazards as rules
from registry.rules.verdict import Verdict
from registry.services import hazards
from tests.hazards_factory import Clock
from tests.hazards_office import Office, begun
from tests.hazards_traps import TRAPS

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]


def without(*names: str) -> Break:
    """Findings of these rules, or with these keys, do not matter."""

    def spared(rule: str) -> bool:
        return bool({rule, *rule.split(".", 1)} & {*names})

    def lost(patch: Patch) -> None:
        whole = rules.check_move

        def check(*given: Any, **more: Any) -> Verdict:
            return Verdict.of([one for one in whole(*given, **more).findings if not spared(one.rule)])

        patch.setattr(rules, "check_move", check)

    return lost


def signatures_stay(patch: Patch) -> None:
    patch.setattr(hazard_facts, "UNDONE_BY_RETURNING", {})


def nobody_looks(patch: Patch) -> None:
    patch.setattr(elevator_status, "open_major_hazards", lambda _elevator: [])


def only_the_last_date(patch: Patch) -> None:
    patch.setattr(rules, "overdue_days", lambda terms, _closed, on: max(0, (on - terms[-1].due).days) if terms else 0)


def a_way_down(patch: Patch) -> None:
    more = [replace(one, source="RECTIFYING") for one in rules.MOVES if one.verb == "downgrade"]
    patch.setattr(rules, "MOVES", (*rules.MOVES, *more))


def evidence_is_overwritten(patch: Patch) -> None:
    step = hazards._step

    def forged(*given: Any, **more: Any) -> Any:
        db.session.execute(update(StoredFile).values(sha256="0" * 64))
        return step(*given, **more)

    patch.setattr(hazards, "_step", forged)


def numbers_are_skipped(patch: Patch) -> None:
    number = hazards._hazard_no

    def skipping(*given: Any) -> str:
        number(*given)
        return number(*given)

    patch.setattr(hazards, "_hazard_no", skipping)


def everybody_everywhere(patch: Patch) -> None:
    patch.setitem(scopes.SCOPES, Hazard, lambda _actor: true())
    without("I11")(patch)


def the_old_round(patch: Patch) -> None:
    enter = hazards._enter

    def same_round(hazard: Hazard, found: Any, *given: Any) -> None:
        before = hazard.round
        enter(hazard, found, *given)
        hazard.round = before

    patch.setattr(hazards, "_enter", same_round)


def all_major(patch: Patch) -> None:
    patch.setattr(hazards, "_level_of", lambda _clauses, _on: "major")


BROKEN: list[tuple[str, Break, str]] = [
    ("I1", without("I1"), "closed unsigned"),
    ("I1", signatures_stay, "closed on an old signature"),
    ("I2", without("I2"), "one signs twice"),
    ("I2", without("I2"), "a rectifier verifies"),
    ("I3", without("I3"), "one verifies alone"),
    ("I4", without("I4"), "verified before it was asked for"),
    ("I4", without("I4"), "rectified tomorrow"),
    ("I5", nobody_looks, "put into use"),
    ("I6", without("M10", "I6"), "a third extension"),
    ("I6", only_the_last_date, "overdue days forgiven"),
    ("I7", a_way_down, "lowered after the assignment"),
    ("I8", without("I8"), "voided alone"),
    ("I9", evidence_is_overwritten, "evidence changed"),
    ("I10", numbers_are_skipped, "a number lost"),
    ("I11", everybody_everywhere, "another county's"),
    ("I11", without("I11"), "a county closes the city's"),
    ("I12", without("I12"), "suspended while it runs"),
    ("I13", without("I13"), "no test report"),
    ("I13", without("I13"), "an old test report"),
    ("I14", the_old_round, "reopened in the same round"),
    ("I15", without("M13"), "only fined"),
    ("I16", all_major, "major without its clause"),
]


def played(trap: str) -> None:
    """The machine walks into a trap, nothing of it is kept."""
    office = Office()
    try:
        office.begin(0)
        office.walk_into(trap)
    finally:
        office.teardown()


@pytest.mark.parametrize(("invariant", "broken", "trap"), BROKEN, ids=[f"{one[0]} {one[2]}" for one in BROKEN])
def test_the_machine_notices_a_broken_guard(
    app: Any, monkeypatch: Patch, invariant: str, broken: Break, trap: str
) -> None:
    Office.time = Clock(monkeypatch)
    Office.starts = begun([TRAPS[trap][0]])
    played(trap)
    broken(monkeypatch)
    with pytest.raises(AssertionError):
        played(trap)


def test_every_invariant_and_every_trap_has_its_break() -> None:
    assert {one[0] for one in BROKEN} == {f"I{number}" for number in range(1, 17)}
    assert {one[2] for one in BROKEN} == set(TRAPS)

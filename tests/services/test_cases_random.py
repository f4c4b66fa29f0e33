"""Whatever office and party try in whatever order and on whatever day: no case is decided over the party's head, no
term is stretched twice, nothing inside is shown. `CASE_EXAMPLES` and `CASE_STEPS` make the search longer."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import CaseClock, CaseDiscussion, CaseHearing, CasePaper, CaseStatement, EnforcementCase, Paper
from registry.queries import own_cases as own_queries
from registry.rules import cases as rules
from registry.services import cases, own_cases
from seeds import cast
from tests.enforcement_factory import clue
from tests.hazards_factory import Clock

pytestmark = pytest.mark.usefixtures("app")
EXAMPLES = int(os.environ.get("CASE_EXAMPLES", "8"))
STEPS = int(os.environ.get("CASE_STEPS", "40"))
REFUSALS = (Conflict, Forbidden, Invalid, Missing, Refused)
OFFICE = ("county", "county-leader", "section", "leader")
# What leads on is tried more often, what ends a case early seldom.
ROAD = (
    *("file", "submit_review", "notify", "serve_notice", "hear", "answer", "notify_hearing"),
    *("serve_hearing_notice", "hold_hearing"),
    *("report_hearing", "discuss", "decide", "serve_decision", "pay", "close"),
)
ENDINGS = ("refuse_filing", "transfer", "drop", "decide_on_spot")
VERBS = tuple(dict.fromkeys(move.verb for move in rules.MOVES))
FINES = (30_000, 90_000, 100_000, 300_000)


def filled(dice: random.Random) -> dict[str, Any]:
    """Everything that any move may need, some of it wrong."""
    today = clock.today()
    people = dice.choice((["甲", "乙"], ["甲", "乙", "丙"]))
    return {
        "note": "说明",
        "fine_yuan": dice.choice(FINES),
        "measures": "停止使用",
        "delivery": dice.choice(("direct", "direct", "notice")),
        "served_on": today - timedelta(days=dice.choice((0, 0, 0, 1, 31))),
        "receiver": "张敏",
        "spoken": dice.choice(tuple(rules.SPOKEN)),
        "adopted": dice.choice(tuple(rules.ADOPTED)),
        "meets_at": clock.now() + timedelta(days=dice.choice((5, 12))),
        "place": "听证室",
        "host": dice.choice([cast.person(login).id for login in ("county", "section", "property")]),
        "held_on": today,
        "attendees": people,
        "result": dice.choice(("keep", "keep", "investigate")),
        "about": dice.choice(tuple(rules.ABOUT)),
        "discussed_on": today,
        "agreed": dice.random() < 0.8,
        "extended_until": today + timedelta(days=dice.choice((10, 200))),
        "offence": "use_uninspected",
        "choice_reason": "择一",
        "paid_on": today,
        "paid_yuan": 30_000,
    }


def rows(model: Any, row: EnforcementCase) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.case_id == row.id).order_by(model.id)))


def check(row: EnforcementCase) -> None:
    """What must hold whatever was done."""
    back = row.reinvestigated_at
    clocks = rows(CaseClock, row)
    statements = [one for one in rows(CaseStatement, row) if back is None or one.at > back]
    hearings, papers = rows(CaseHearing, row), rows(CasePaper, row)
    for one in clocks:
        assert one.due_on >= one.first_due_on
        assert one.extensions <= (2 if one.key == "decision" else 1)
    if row.state in ("decided", "closed") and row.filed_on:
        assert row.told_on is not None
        assert row.fine_yuan <= row.told_yuan
        terms = {one.key: one.due_on for one in clocks}
        assert statements or row.decided_on > terms["statement"]
        assert all(one.adopted or one.spoken == "waived" for one in statements)
        assert all(one.reported_on or one.withdrawn_on for one in hearings)
        if hearings and hearings[-1].result == "investigate":
            assert back is not None
            assert hearings[-1].requested_on <= clock.day_of(back)
        if row.hearing_right:
            waived = any(one.spoken == "waived" for one in statements)
            assert hearings or waived or row.decided_on > terms["hearing_request"]
            talks = [one for one in rows(CaseDiscussion, row) if back is None or one.at > back]
            assert any(one.about == "penalty" and one.agreed for one in talks)
    for one in hearings:
        assert one.host_id != row.handler_id
        assert one.held_on is None or one.meets_at is not None
        assert one.held_on is None or one.notice_served_on < clock.day_of(one.meets_at)
    if rules.STATES[row.state].ended:
        assert all(one.done_on for one in clocks if one.key not in rules.REMEDIES)
    seen = {own.case.id: own for own in own_queries.page(cast.actor("property"), {"limit": 200}).items}
    assert (row.id in seen) == (row.told_on is not None)
    if row.id in seen:
        assert all(one.served_on for one in seen[row.id].papers)
    inside = {one.paper_id for one in papers if not one.to_party or one.served_on is None}
    readable = db.session.scalars(select(Paper.id).where(Paper.id.in_(inside), Paper.unit_id.is_not(None))).all()
    assert set(readable) <= {one.paper_id for one in papers if one.to_party and one.served_on is None}


def test_random_moves_of_office_and_party(monkeypatch: pytest.MonkeyPatch) -> None:
    time, decided, refused = Clock(monkeypatch), [0], [0]

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.integers(0, 2**32))
    def play(seed: int) -> None:
        dice = random.Random(seed)
        row = clue(serious=dice.random() < 0.5)
        for _ in range(STEPS):
            legal = [one.verb for one in rules.moves_from(row.state) if one.verb not in ENDINGS]
            legal += [verb for verb in legal if verb in ROAD] * 4
            anything = not legal or dice.random() < 0.15
            verb = dice.choice(VERBS if anything else legal)
            who = (dice.choice((*OFFICE, "property")),) if anything else ("county", "county-leader")
            given_now = filled(dice)
            if not any(attempt(row, login, verb, given_now) for login in who):
                refused[0] += 1
            time.forward(days=dice.choice((0, 0, 1, 6, 13)))
            db.session.expire_all()
            check(row)
        decided[0] += row.decided_on is not None

    play()
    assert decided[0], "no example ever decided a case: the check checks nothing"
    assert refused[0] > EXAMPLES


def attempt(row: EnforcementCase, login: str, verb: str, given: dict[str, Any]) -> bool:
    """Whether somebody may make the move."""
    try:
        if login == "property":
            own_cases.speak(cast.actor(login), row.id, verb, given)
        else:
            cases.move(cast.actor(login), row.id, verb, given)
    except REFUSALS:
        return False
    return True

"""Whatever anybody tries in whatever order: no hazard is closed without its road, no number is lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry import clock
from registry.db import db, transaction
from registry.errors import RegistryError
from registry.models import Counter, Hazard, HazardStep
from registry.rules.hazards import MOVES, VERBS, find_move
from registry.services import hazards
from seeds import cast
from tests.hazards_factory import ROADS, START, Clock, data_for, reported, walk

PEOPLE = ("section", "leader", "county", "county2", "county-leader", "county-leader2", "officer", "property")
NEXT = "next"
LEGAL = {(move.verb, move.source, move.target) for move in MOVES}
LEADERS = ("leader", "county-leader", "county-leader2")
REVIEW = ("sign_county", "sign_county_second", "sign_city", "return_to_verifying", "refuse_city", "uphold_objection")
# Mostly the usual next step by who usually makes it; now and then anything by anybody, or a quarrel in review.
ATTEMPT = st.one_of(
    *[st.just((NEXT, NEXT))] * 7,
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(VERBS)),
    st.tuples(st.sampled_from(LEADERS), st.sampled_from(REVIEW)),
)


class GiveUp(Exception):
    """Ends an example without keeping what it did."""


def ledger(hazard: Hazard) -> list[HazardStep]:
    return list(db.session.scalars(select(HazardStep).where(HazardStep.hazard_id == hazard.id).order_by(HazardStep.id)))


def usual(hazard: Hazard, last: str) -> tuple[str, str] | None:
    """Who usually makes which move from here."""
    for login, verb in ROADS[hazard.list_level]:
        legal = find_move(verb, hazard.state, hazard.list_level, clock.today())
        if legal and verb != last and not (verb == "report_progress" and last == "approve_plan"):
            return login, verb
    return None


def check_road(steps: list[HazardStep]) -> None:
    """Before every closing: verified, then signed by two others, and nothing undone since (I1, I2)."""
    for place, step in enumerate(steps):
        if step.target != "CLOSED":
            continue
        before = steps[:place]
        passed = max(i for i, s in enumerate(before) if s.verb == "pass_verification")
        first, second = (s for s in before[passed:] if s.verb in ("sign_county", "sign_county_second", "sign_city"))
        assert (first.verb, first.round) == ("sign_county", before[passed].round)
        verifiers = {*next(s for s in reversed(before) if s.verb == "accept_request").data["verifiers"]}
        rectifiers = {s.person_id for s in before if s.verb in ("file_plan", "report_progress", "request_closing")}
        assert len(verifiers) >= 2
        assert first.person_id != second.person_id
        assert not {first.person_id, second.person_id} & (verifiers | rectifiers)
        assert not verifiers & rectifiers
        assert not any(s.target in ("RECTIFYING", "VERIFYING") for s in before[passed + 1 :])


def play(time: Clock, no: str, attempts: list[tuple[str, str]]) -> list[HazardStep]:
    """Try one move after another on a hazard; what is refused changes nothing. Returns its ledger."""
    hazard = db.session.scalars(select(Hazard).where(Hazard.no == no)).one()
    last, version = "", hazard.version
    for login, verb in attempts:
        chosen = usual(hazard, last) if verb == NEXT else (login, verb)
        if chosen is None:
            continue
        login, last = chosen
        data = data_for(last, login)
        if last == "close":
            time.forward(days=12)
            data["notice_published_on"] = (time.at - timedelta(days=12)).date()
        seen = (hazard.state, hazard.version)
        try:
            hazard = hazards.move(cast.actor(login), no, last, data)
            version += 1
        except RegistryError:
            assert (hazard.state, hazard.version) == seen
    steps = ledger(hazard)
    assert len(steps) == hazard.version == version
    assert steps[-1].target == hazard.state
    return steps


def test_random_moves_of_random_people(app, monkeypatch) -> None:
    time, closings = Clock(monkeypatch), []
    starts = [reported().no]
    starts += [walk(reported(), "VERIFYING", road).no for road in ROADS for _ in range(2)]

    @settings(max_examples=50, deadline=None, derandomize=True)
    @given(start=st.sampled_from(starts), attempts=st.lists(ATTEMPT, min_size=8, max_size=18))
    def run(start: str, attempts: list[tuple[str, str]]) -> None:
        with suppress(GiveUp), transaction():
            time.at = START
            steps = play(time, start, attempts)
            assert {(s.verb, s.source, s.target) for s in steps[1:]} <= LEGAL
            assert all(later.source == earlier.target for earlier, later in pairwise(steps))
            check_road(steps)
            closings.extend(s for s in steps if s.target == "CLOSED")
            assert reported().no.endswith(f"2026-{len(starts) + 1:04d}")
            assert db.session.scalar(select(Counter.value).where(Counter.kind == "ZDYH")) == len(starts) + 1
            raise GiveUp

    run()
    assert closings, "no example ever closed a hazard: the check checks nothing"

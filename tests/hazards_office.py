"""A state machine for tests: one hazard, everybody in the city, and after each step the sixteen things that must never
be possible (I1-I16 of hazards.md §1.7).

`TRAPS` (tests/hazards_traps.py) are the shortest ways into each of them; the machine walks into them at random, and
`test_hazards_guards.py` shows for each that the machine notices when its guard is gone.
"""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from registry import clock
from registry.db import db, transaction
from registry.errors import RegistryError
from registry.models import Certificate, Counter, Elevator, Hazard, HazardStep, Membership, StoredFile
from registry.queries import hazard_facts
from registry.rules import hazards as rules
from registry.rules.hazard_case import field_type
from registry.rules.hazard_facts import LEVELS
from registry.rules.hazards import MOVES, VERBS, DueTerm, find_move
from registry.services import elevators, hazards
from seeds import cast
from tests import elevators_factory
from tests.hazards_factory import ROADS, START, Clock, data_for, move, reported, walk
from tests.hazards_traps import PLACES, TRAPS, WRONG

PEOPLE = (
    *("section", "leader", "county", "county2", "county-leader", "county-leader2", "officer", "dangshan"),
    *("property", "property-head", "company", "company2", "inspector", "safety", "auditor", "admin", "filling"),
)
LEGAL = {(found.verb, found.source, found.target) for found in MOVES}
RECTIFYING = ("file_plan", "report_progress", "request_closing")
SIGNING = ("sign_county", "sign_county_second", "sign_city")
SETS_A_DATE = ("assign", "extend", "reopen", "fail_verification", "resume", "relist")
REVIEW = st.sampled_from(
    (*SIGNING, "close", "return_to_verifying", "refuse_city", "uphold_objection", "accept_request")
)
SOMEBODY = st.sampled_from(PEOPLE)


class GiveUp(Exception):
    """Ends an example without keeping what it did."""


@dataclass
class Start:
    """What an example may begin with."""

    no: str
    elevator_id: int


class Office(RuleBasedStateMachine):
    """One hazard, everybody in the city, and the days that pass."""

    time: ClassVar[Clock]
    starts: ClassVar[list[Start]]
    closings: ClassVar[int] = 0
    refusals: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.open.enter_context(suppress(GiveUp))
        self.open.enter_context(transaction())
        self.time.at = START
        self.last = ""

    @rule(number=st.integers(min_value=0, max_value=99))
    @precondition(lambda self: not hasattr(self, "no"))
    def begin(self, number: int) -> None:
        start = self.starts[number % len(self.starts)]
        self.no, self.elevator_id = start.no, start.elevator_id
        self.hazard = db.session.scalars(select(Hazard).where(Hazard.no == self.no)).one()
        self.elevator = db.session.get_one(Elevator, self.elevator_id)
        self.seen = [self.line(step) for step in self.ledger()]
        self.files = self.hashes()
        self.clues = Counted({START.year: db.session.scalar(select(func.count(Hazard.id))) or 0})
        self.before = self.standing()

    def teardown(self) -> None:
        Office.closings += sum(step.target == "CLOSED" for step in self.ledger()) if hasattr(self, "no") else 0
        with suppress(GiveUp):
            self.open.__exit__(GiveUp, GiveUp(), None)

    # What people do.

    @rule(login=SOMEBODY, times=st.integers(min_value=1, max_value=4))
    @precondition(lambda self: hasattr(self, "no"))
    def the_usual(self, login: str, times: int) -> None:
        """The next steps by who usually makes them."""
        for _ in range(times):
            chosen = self.usual()
            if chosen:
                self.attempt(*chosen)

    @rule(login=SOMEBODY, verb=st.sampled_from(VERBS), wrong=st.sampled_from(("", *WRONG)))
    @precondition(lambda self: hasattr(self, "no"))
    def anything(self, login: str, verb: str, wrong: str) -> None:
        self.attempt(login, verb, wrong)

    @rule(wrong=st.sampled_from(tuple(WRONG)))
    @precondition(lambda self: hasattr(self, "no"))
    def the_usual_gone_wrong(self, wrong: str) -> None:
        if chosen := self.usual():
            self.attempt(*chosen, wrong)

    @rule(trap=st.sampled_from(tuple(TRAPS)))
    @precondition(lambda self: hasattr(self, "no"))
    def a_known_trap(self, trap: str) -> None:
        self.walk_into(trap)

    @rule(login=st.sampled_from(("leader", "county-leader", "county-leader2", "section", "county2")), verb=REVIEW)
    @precondition(lambda self: hasattr(self, "no"))
    def a_quarrel_in_review(self, login: str, verb: str) -> None:
        self.attempt(login, verb)

    @rule(login=SOMEBODY, verb=st.sampled_from(("resume", "halt")))
    @precondition(lambda self: hasattr(self, "no"))
    def run_the_elevator(self, login: str, verb: str) -> None:
        blocked = self.hazard.is_major and rules.STATES[self.hazard.state].open
        try:
            elevators.change_status(
                cast.actor(login), self.elevator_id, verb, since=clock.today(), reason="试一试", papers={}
            )
        except RegistryError:
            return
        assert verb == "halt" or not blocked, "I5: put into use while a major hazard is open"

    @rule(days=st.integers(min_value=1, max_value=12))
    def days_pass(self, days: int) -> None:
        self.time.forward(days=days)

    @rule(voided=st.booleans())
    @precondition(lambda self: hasattr(self, "no"))
    def another_clue(self, voided: bool) -> None:
        other = reported()
        year = clock.today().year
        self.clues[year] += 1
        assert other.no == f"ZDYH-341300-{year}-{self.clues[year]:04d}", "I10"
        if voided:
            move("county-leader", other, "void")

    def walk_into(self, trap: str) -> None:
        """The steps of a trap, each refused or held against what must be."""
        for first, *rest in TRAPS[trap][1]:
            match first, rest:
                case "run", [dict(given)]:
                    self.run_the_elevator(**{"verb": "resume", **given})
                case "wait", [dict(given)]:
                    self.days_pass(**given)
                case "clue", [dict(given)]:
                    self.another_clue(**given)
                case _, [str(verb), str(wrong)]:
                    self.attempt(first, verb, wrong)
            self.nothing_is_lost()
            self.the_road_is_whole()

    def usual(self) -> tuple[str, str] | None:
        """Who usually makes which move from here."""
        for login, verb in ROADS[self.hazard.list_level]:
            legal = find_move(verb, self.hazard.state, self.hazard.list_level, clock.today())
            if legal and verb != self.last and not (verb == "report_progress" and self.last == "approve_plan"):
                return login, verb
        return None

    def attempt(self, login: str, verb: str, wrong: str = "") -> None:
        """Try one move; what is refused changes nothing."""
        if verb == "close":
            self.time.forward(days=12)
        self.before, self.last = self.standing(), verb
        data = data_for(verb, login)
        if verb == "close":
            data["notice_published_on"] = clock.today() - timedelta(days=12)
        if self.hazard.clauses == ["4.6a"] and verb == "recognise":
            data["clauses"] = ["4.6a"]
        if wrong:
            known = {name for found in MOVES if found.verb == verb for name in (*found.needs, *found.accepts)}
            data = {n: v for n, v in WRONG[wrong](data, clock.today()).items() if n in known}
        try:
            hazards.move(cast.actor(login), self.no, verb, data)
        except RegistryError:
            Office.refusals += 1
            assert self.standing() == self.before, "a refused move changed something"
            return
        self.after_a_move(login, verb)

    def after_a_move(self, login: str, verb: str) -> None:
        """What one move may change."""
        was, now = self.before, self.standing()
        assert now["state"] != "DOWNGRADED" or was["state"] in rules.BEFORE_ASSIGNMENT, "I7"
        assert (verb, was["state"], now["state"]) in LEGAL
        assert now["version"] == was["version"] + 1
        assert now["due_on"] == was["due_on"] or verb in SETS_A_DATE, "I6"
        assert now["original_due_on"] == was["original_due_on"] or verb in ("assign", "reopen"), "I6"
        kept = now["overdue"] >= was["overdue"]  # a new round counts anew
        assert kept or verb == "reopen", "I6: a date given late took overdue days away"
        assert now["round"] == was["round"] + (verb == "reopen"), "I14"
        assert now["stop_use"] or not was["stop_use"] or verb == "close", "I5: the stop order fell otherwise"
        lowered = LEVELS.index(now["level"]) < LEVELS.index(was["level"])
        assert not lowered or was["state"] in rules.BEFORE_ASSIGNMENT, "I7"
        if now["level"] == "major" != was["level"]:
            assert verb == "recognise", "I16"
            assert any((c := rules.clause(n, clock.today())) and c.level == "major" for n in self.hazard.clauses), "I16"
        if verb == "extend":
            self.check_extension()
        if verb == "suspend":
            assert now["stop_use"] or self.elevator.status != "in_use", "I12"
        if verb == "void":
            assert was["state"] in rules.BEFORE_ASSIGNMENT, "I8"
            step = self.ledger()[-1]
            assert step.data["second_person"] != step.person_id, "I8"
        if verb in ("transfer_case", "remind", "supervise", "list_supervision", "delist", "summon", "record_talk"):
            assert now["state"] == was["state"], "I15: pressure or a fine moved the hazard"
        self.check_actor(login)

    def check_extension(self) -> None:
        """I6: later than before, not by who asked for it, by the body that set the date (one above where it is
        listed)."""
        steps = self.ledger()
        step, before = steps[-1], [one for one in steps[:-1] if one.verb in ("assign", "extend", "reopen")]
        assert step.data["applicant"] != step.person_id, "I6"
        assert step.due_on is not None, "I6"
        assert self.before["due_on"] < step.due_on, "I6"
        if self.hazard.listed_supervision is None:
            assert step.unit_id == before[-1].unit_id, "I6"

    def check_actor(self, login: str) -> None:
        """I11: offices of counties in their own area; a county closes nothing on the city's list."""
        step = self.ledger()[-1]
        if step.role in ("inspector_county", "leader_county", "officer_station"):
            areas = set(db.session.scalars(select(Membership.area_code).where(Membership.person_id == step.person_id)))
            assert self.hazard.area_code in areas, "I11"
        if self.hazard.list_level == "city" and step.verb in ("assign", "close", "sign_city"):
            assert step.role in ("section_city", "leader_city"), "I11"
        if step.role in ("use_manager", "maintenance_manager", "filling_manager"):
            assert step.unit_id in hazard_facts.units_concerned(self.hazard), "I11"

    # What is true whatever happened.

    @invariant()
    def nothing_is_lost(self) -> None:
        """I8, I9, I10, I14: the ledger only grows, files stay what they are, numbers have no gap."""
        if not hasattr(self, "no"):
            return
        lines = [self.line(step) for step in self.ledger()]
        assert lines[: len(self.seen)] == self.seen
        self.seen = lines
        hashes = self.hashes()
        assert {key: hashes.get(key) for key in self.files} == self.files
        self.files = hashes
        numbers = sorted(db.session.scalars(select(Hazard.no)))
        wanted = [f"ZDYH-341300-{year}-{n:04d}" for year, count in self.clues.items() for n in range(1, count + 1)]
        assert numbers == sorted(wanted), "I10"
        counters = select(Counter.year, Counter.value).where(Counter.kind == "ZDYH")
        assert dict(db.session.execute(counters).all()) == self.clues, "I10"

    @invariant()
    def the_road_is_whole(self) -> None:
        if not hasattr(self, "no"):
            return
        steps = self.ledger()
        assert all(later.source == earlier.target for earlier, later in pairwise(steps))
        assert steps[-1].target == self.hazard.state
        assert len(steps) == self.hazard.version
        check_road(steps)
        check_verifications(steps)
        check_reports(self.hazard, steps)
        check_days(steps)

    # Reading.

    def ledger(self) -> list[HazardStep]:
        wanted = select(HazardStep).where(HazardStep.hazard_id == self.hazard.id).order_by(HazardStep.id)
        return list(db.session.scalars(wanted))

    def line(self, step: HazardStep) -> tuple[Any, ...]:
        return (step.id, step.verb, step.source, step.target, step.round, step.person_id, step.due_on, repr(step.data))

    def hashes(self) -> dict[int, str]:
        return dict(db.session.execute(select(StoredFile.id, StoredFile.sha256)).all())

    def standing(self) -> dict[str, Any]:
        names = ("state", "version", "due_on", "original_due_on", "round", "stop_use", "level", "closed_on")
        steps = self.ledger()
        terms = [DueTerm(step.done_on, step.due_on) for step in steps if step.due_on]
        overdue = rules.overdue_days(terms, None, clock.today() - timedelta(days=1)) if self.hazard.round == 1 else 0
        paused = any(step.target == "SUSPENDED" for step in steps)
        return {name: getattr(self.hazard, name) for name in names} | {"overdue": 0 if paused else overdue}


def check_road(steps: list[HazardStep]) -> None:
    """Before every closing: verified in its round, signed by two others, and nothing undone since (I1, I2, I14)."""
    for place, step in enumerate(steps):
        if step.target != "CLOSED" or step.source == "CLOSED":
            continue
        before = steps[:place]
        passed = max(i for i, s in enumerate(before) if s.verb == "pass_verification")
        signed = [s for s in before[passed:] if s.verb in SIGNING]
        assert len(signed) == 2, "I1"
        first, second = signed
        assert (first.verb, first.round, step.round) == ("sign_county", before[passed].round, before[passed].round)
        verifiers = {*next(s for s in reversed(before) if s.verb == "accept_request").data["verifiers"]}
        rectifiers = {s.person_id for s in before if s.verb in RECTIFYING and s.round == step.round}
        assert first.person_id != second.person_id
        assert not {first.person_id, second.person_id} & (verifiers | rectifiers)
        assert not verifiers & rectifiers
        assert not any(s.target in ("RECTIFYING", "VERIFYING") for s in before[passed + 1 :])


def passes(steps: list[HazardStep]) -> Iterator[tuple[HazardStep, list[HazardStep]]]:
    """Each passed verification with what went before."""
    return ((step, steps[:place]) for place, step in enumerate(steps) if step.verb == "pass_verification")


def check_verifications(steps: list[HazardStep]) -> None:
    """Two verifiers with certificates on the day (I3), of no unit concerned (I2), after the request (I4), and the
    thing itself put right, not only fined (I15)."""
    for step, before in passes(steps):
        site = hazard_facts.day(step, "site_date")
        assert site is not None
        verifiers = {*next(s for s in reversed(before) if s.verb == "accept_request").data["verifiers"]}
        assert len(verifiers) >= 2, "I3"
        rectified = {one.person_id for one in before if one.verb in RECTIFYING and one.round == step.round}
        assert not verifiers & rectified, "I2"
        until = dict(
            db.session.execute(
                select(Certificate.person_id, func.max(Certificate.expires_on))
                .where(Certificate.item == "A0", Certificate.person_id.in_(verifiers))
                .group_by(Certificate.person_id)
            ).all()
        )
        assert all(until[verifier] >= site for verifier in verifiers), "I3"
        units = set(db.session.scalars(select(Membership.unit_id).where(Membership.person_id.in_(verifiers))))
        hazard = db.session.get_one(Hazard, step.hazard_id)
        assert not units & hazard_facts.units_concerned(hazard), "I2"
        last = {s.verb: s.done_on for s in before}
        assert last["recognise"] <= last["approve_plan"] <= last["request_closing"] <= site <= step.done_on, "I4"
        answers = step.data["checklist"]
        points = ("technical_ok", "measures_done")
        assert all(answers.get(point, {}).get("answer") == "yes" for point in points), "I15"


def check_reports(hazard: Hazard, steps: list[HazardStep]) -> None:
    """A clause that asks for a test has one, made after the rectification (I13)."""
    if not any((found := rules.clause(number, clock.today())) and found.requires_test for number in hazard.clauses):
        return
    for _step, before in passes(steps):
        asked = next(s for s in reversed(before) if s.verb == "request_closing")
        made, rectified = hazard_facts.day(asked, "test_report_on"), hazard_facts.day(asked, "rectified_on")
        assert asked.data.get("test_report"), "I13"
        assert made is not None, "I13"
        assert rectified is not None, "I13"
        assert made >= rectified, "I13"


def check_days(steps: list[HazardStep]) -> None:
    """Nothing that happened lies in the future of its step (I4); no more than two extensions a round (I6)."""
    for step in steps:
        for name in step.data:
            if field_type(name, step.done_on) == "past_day":
                day = hazard_facts.day(step, name)
                assert day is not None, "I4"
                assert day <= step.done_on, "I4"
    for number in {step.round for step in steps}:
        assert sum(step.verb == "extend" and step.round == number for step in steps) <= 2, "I6"


def begun(places: Iterable[str] = tuple(PLACES)) -> list[Start]:
    """Hazards on elevators in use and on none stopped yet, at places from which most can go wrong."""
    found = []
    for number, (road, state, clause) in enumerate(PLACES[place] for place in places):
        elevator = elevators_factory.maintained(cast.actor("section"), number + 1)
        hazard = reported(elevator=elevator.label_code, suggested_clause=clause)
        if state not in ("DRAFT", "PENDING_RECOGNITION"):
            walk(hazard, "PENDING_RECOGNITION", road)
            move({verb: login for login, verb in ROADS[road]}["recognise"], hazard, "recognise", clauses=[clause])
        found.append(Start(walk(hazard, state, road).no, elevator.id))
    return found

"""Recording, confirming and declining visits."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Refused
from registry.models import Certificate, Contract, Membership, Parameter, Person, TrailEntry, Visit
from registry.queries import visits as queries
from registry.services import visits
from seeds import cast
from tests import visits_factory as make


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: make.NOW)


def rules(visit: Visit) -> list[str]:
    return [finding["rule"] for finding in visit.findings]


def record(actor: Any, login: str = "tech1", **changes: Any) -> Visit:
    code = changes.pop("elevator", None) or make.elevator(**changes.pop("of", {})).label_code
    return visits.record(actor(login), make.visit(code, **changes))[0]


def test_complete_evidence_counts_from_the_day_of_the_confirmation(actor, monkeypatch):
    visit = record(actor)
    assert rules(visit) == ["P18"]
    assert not visit.paperless
    monkeypatch.setattr(clock, "now", lambda: make.NOW + timedelta(hours=14))
    visit = visits.confirm(actor("property"), visit.id, {"signature": make.PNG + b"manager", "note": "核对无误"})
    assert visit.findings == []
    assert visit.paperless
    assert visit.done_on == date(2026, 11, 20)
    assert visit.counts_from == date(2026, 11, 21)
    acts = db.session.scalars(
        select(TrailEntry.act).where(TrailEntry.subject == "visit", TrailEntry.subject_id == visit.id)
    )
    assert list(acts) == ["visit.recorded", "visit.confirmed"]


STAMP_IN = {"at": make.START, "position": make.north(10), "photo": make.JPEG + b"here"}
STAMP_OUT = {"at": make.START + timedelta(minutes=45), "position": make.north(12)}
SECOND = {"login": "tech2", "at": make.START + timedelta(minutes=5), "position": make.north(20)}

LACKING = [
    ("position at check-in", {"check_in": {**STAMP_IN, "position": None}}, "P04"),
    ("200 m away", {"check_in": {**STAMP_IN, "position": make.north(199)}}, None),
    ("more than 200 m away", {"check_in": {**STAMP_IN, "position": make.north(203)}}, "P05"),
    ("photo", {"check_in": {**STAMP_IN, "photo": None}}, "P06"),
    ("second worker", {"workers": ["tech1"]}, "P08"),
    ("second worker's check-in", {"workers": ["tech1", "tech2"]}, "P09"),
    ("30 minutes apart", {"workers": ["tech1", {**SECOND, "at": make.START + timedelta(minutes=30)}]}, None),
    ("31 minutes apart", {"workers": ["tech1", {**SECOND, "at": make.START + timedelta(minutes=31)}]}, "P10"),
    ("second worker elsewhere", {"workers": ["tech1", {**SECOND, "position": make.north(900)}]}, "P11"),
    ("one signature", {"signatures": [make.PNG]}, "P12"),
    ("the same strokes twice", {"signatures": [make.PNG, make.PNG]}, "P12"),
    ("check-out", {"check_out": None}, "P13"),
    ("position at check-out", {"check_out": {**STAMP_OUT, "position": None}}, "P14"),
    ("check-out elsewhere", {"check_out": {**STAMP_OUT, "position": make.north(900)}}, "P15"),
    ("29 minutes", {"check_out": {**STAMP_OUT, "at": make.START + timedelta(minutes=29)}}, "P17"),
    ("30 minutes", {"check_out": {**STAMP_OUT, "at": make.START + timedelta(minutes=30)}}, None),
    ("an item", {"answers": make.answers()[1:]}, "M02"),
    ("a photo of a test", {"answers": make.answers(photo=None)}, "M11"),
]


@pytest.mark.parametrize(("changes", "rule"), [case[1:] for case in LACKING], ids=[case[0] for case in LACKING])
def test_a_visit_is_kept_whatever_it_lacks(actor, changes, rule):
    visit = record(actor, **changes)
    assert set(rules(visit)) - {"P18"} == ({rule} if rule else set())
    assert db.session.get(Visit, visit.id) is visit


def test_without_a_check_in_the_day_is_that_of_the_check_out(actor):
    visit = record(actor, check_in=None)
    assert rules(visit) == ["P01", "P18", "P09"]
    assert (visit.started_at, visit.done_on) == (None, date(2026, 11, 20))


def test_what_only_warns_does_not_stop_it_from_counting(actor):
    visit = record(actor, workers=["tech1", "tech2"])
    assert visits.confirm(actor("property"), visit.id, {}).paperless


def test_an_elevator_without_a_place_has_no_fence(actor):
    visit = record(actor, of={"lat": None, "lon": None}, check_in={**STAMP_IN, "position": None})
    assert rules(visit) == ["P18"]


def test_its_own_fence_goes_before_the_office_s(actor):
    near = {**STAMP_IN, "position": make.north(60)}
    assert "P05" in rules(record(actor, of={"fence_m": 50}, check_in=near))


def test_the_office_s_parameter_of_the_day_is_used(actor):
    with transaction() as session:
        session.add(Parameter(key="paperless.min_minutes", value="46", since=date(2026, 11, 20)))
        session.add(Parameter(key="paperless.min_minutes", value="10", since=date(2026, 11, 21)))
    visit = record(actor)
    assert "P17" in rules(visit)
    assert "46" in next(f["text"] for f in visit.findings if f["rule"] == "P17")


def test_a_photo_used_before_is_found(actor):
    record(actor, check_in=STAMP_IN)
    assert "P07" in rules(record(actor, check_in=STAMP_IN))


@pytest.mark.parametrize(
    ("expires", "blocked"), [(date(2026, 11, 20), False), (date(2026, 11, 19), True)], ids=["last day", "day after"]
)
def test_certificates_must_be_valid_on_the_day(actor, expires, blocked):
    with transaction() as session:
        worker = select(Person.id).where(Person.login == "tech2")
        session.scalars(select(Certificate).where(Certificate.person_id == worker.scalar_subquery())).one()
        session.execute(
            Certificate.__table__.update()
            .where(Certificate.person_id == worker.scalar_subquery())
            .values(expires_on=expires)
        )
    visit = record(actor)
    assert ("P03" in rules(visit)) is blocked
    assert (visit.invalid_from is not None) is blocked


def test_a_worker_who_has_left_is_not_on_the_roll(actor):
    with transaction() as session:
        session.execute(
            Membership.__table__.update()
            .where(Membership.person_id == cast.person("tech2").id)
            .values(until=date(2026, 11, 20))
        )
    assert "P03" in rules(record(actor))


def test_the_contract_must_cover_the_day_of_the_visit(actor):
    """A company that took over yesterday may not record a visit of the day before."""
    visit = record(actor, of={"since": date(2026, 11, 20)})
    assert "P02" not in rules(visit)
    early = make.START - timedelta(days=1)
    visit = record(
        actor,
        of={"since": date(2026, 11, 20)},
        check_in={**STAMP_IN, "at": early},
        check_out={**STAMP_OUT, "at": early + timedelta(hours=1)},
    )
    assert "P02" in rules(visit)
    assert visit.invalid_from == date(2026, 11, 20)


def test_a_late_record_is_kept_and_remarked(actor, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.NOW + timedelta(days=4))
    visit = record(actor)
    assert visit.done_on == date(2026, 11, 20)
    assert "P23" in rules(visit)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"check_in": {**STAMP_IN, "at": make.NOW + timedelta(minutes=11)}, "check_out": None}, "check_in"),
        ({"check_out": {**STAMP_OUT, "at": make.NOW + timedelta(minutes=11)}}, "check_out"),
        ({"check_out": {**STAMP_OUT, "at": make.START - timedelta(seconds=1)}}, "check_out"),
        ({"workers": []}, "workers"),
        ({"workers": ["tech1", "TECH1 "]}, "workers"),
        ({"workers": ["tech1", "company2"]}, "workers"),
        ({"workers": ["tech1", "nobody"]}, "workers"),
        ({"workers": ["tech1", "property"]}, "workers"),
        ({"signatures": [{"worker": "company", "image": make.PNG}]}, "signatures"),
        ({"signatures": [b"not a picture"]}, "photo"),
        ({"check_in": {**STAMP_IN, "photo": make.JPEG + bytes(2 * 1024 * 1024)}}, "photo"),
        ({"check_in": {**STAMP_IN, "photo": 987654}}, "check_in"),
    ],
)
def test_bad_input_is_refused_beside_its_field(actor, changes, field):
    code = make.elevator().label_code
    with pytest.raises(Invalid) as refusal:
        visits.record(actor("tech1"), make.visit(code, **changes))
    assert list(refusal.value.errors) == [field]
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 0


def test_ten_minutes_of_a_fast_clock_are_borne(actor):
    visit = record(actor, check_out={**STAMP_OUT, "at": make.NOW + timedelta(minutes=10)})
    assert visit.ended_at == make.NOW + timedelta(minutes=10)


def test_a_check_out_without_a_time_is_now(actor):
    assert record(actor, check_out={"position": make.north(5)}).ended_at == make.NOW


def test_a_stored_file_can_be_named_instead_of_sent(actor):
    first = record(actor)
    file_id = first.check_in["photo"]["file"]
    second = record(actor, check_in={**STAMP_IN, "photo": file_id})
    assert second.check_in["photo"]["sha256"] == first.check_in["photo"]["sha256"]
    assert "P07" in rules(second)
    code = make.elevator(company="company2").label_code
    with pytest.raises(Invalid):
        visits.record(
            actor("company2"), make.visit(code, workers=["company2"], check_in={**STAMP_IN, "photo": file_id})
        )


def test_answers_are_kept_compactly_and_shown_whole(actor):
    answers = make.answers()
    answers[0] = {"item": "A-1-01", "result": "abnormal", "note": "机房漏水"}
    answers[1] = {"item": "A-1-02", "result": "na", "note": "无此装置"}
    visit = record(actor, answers=answers)
    kept = visit.answers
    assert (kept["count"], kept["normal"], kept["unanswered"]) == (31, 27, [])
    assert [other["item"] for other in kept["others"]] == ["A-1-01", "A-1-02", "A-1-06", "A-1-29"]
    shown = queries.answers(visit)
    assert [line.answer.item for line in shown] == [answer["item"] for answer in answers]
    assert [line.answer.item for line in queries.remarkable(visit)] == ["A-1-01", "A-1-02", "A-1-06", "A-1-29"]
    assert [line.answer.result for line in shown[:3]] == ["abnormal", "na", "normal"]


def test_the_same_ref_twice_is_one_visit(actor):
    body = make.visit(make.elevator().label_code)
    first, again = visits.record(actor("tech1"), body)
    assert not again
    second, again = visits.record(actor("tech2"), dict(reversed(body.items())))
    assert (second.id, again) == (first.id, True)
    with pytest.raises(Conflict):
        visits.record(actor("tech1"), {**body, "cycle": "quarter"})


def test_a_replay_is_answered_after_the_contract_has_ended(actor):
    elevator = make.elevator()
    body = make.visit(elevator.label_code)
    first, _ = visits.record(actor("tech1"), body)
    with transaction() as session:
        session.execute(Contract.__table__.update().values(until=clock.today()))
    assert visits.record(actor("tech1"), body)[0].id == first.id


def test_another_company_s_elevator_is_not_there(actor):
    code = make.elevator(company="company2").label_code
    with pytest.raises(Missing):
        visits.record(actor("tech1"), make.visit(code))


@pytest.mark.parametrize("login", ["section", "property", "inspector", "filler"])
def test_only_maintenance_companies_record(actor, login):
    code = make.elevator().label_code
    with pytest.raises(Forbidden):
        visits.record(actor(login), make.visit(code))


def test_a_confirmation_comes_once(actor):
    visit = record(actor)
    visits.confirm(actor("property"), visit.id, {})
    with pytest.raises(Conflict):
        visits.confirm(actor("property"), visit.id, {})
    with pytest.raises(Conflict):
        visits.decline(actor("property"), visit.id, "没有人来")


def test_a_declined_visit_is_no_maintenance(actor):
    visit = visits.decline(actor("property"), record(actor).id, " 当天没有人到场 ")
    assert visit.declined_reason == "当天没有人到场"
    assert visit.invalid_from == date(2026, 11, 20)
    assert not visit.paperless
    with pytest.raises(Conflict):
        visits.confirm(actor("property"), visit.id, {})


def test_declining_needs_a_reason(actor):
    with pytest.raises(Invalid):
        visits.decline(actor("property"), record(actor).id, "  ")


def test_who_worked_may_not_confirm(actor):
    """The same human at the company and at the use unit."""
    manager = actor("property")
    with transaction() as session:
        session.add(
            Membership(
                person_id=cast.person("property").id,
                unit_id=cast.unit("company").id,
                role="technician",
                since=date(2024, 1, 1),
            )
        )
    visit = record(actor, workers=["tech1", "property"])
    with pytest.raises(Refused) as refusal:
        visits.confirm(manager, visit.id, {})
    assert [f.rule for f in refusal.value.verdict.findings] == ["P19", "P20"]
    assert db.session.get(Visit, visit.id).confirmed_at is None


@pytest.mark.parametrize("how", ["registered", "given"])
def test_a_worker_s_phone_may_not_confirm(actor, how):
    phone = cast.person("tech1").phone
    visit = record(actor)
    if how == "registered":
        with transaction() as session:
            session.execute(Person.__table__.update().where(Person.login == "property").values(phone=phone))
    with pytest.raises(Refused) as refusal:
        visits.confirm(actor("property"), visit.id, {"phone": phone} if how == "given" else {})
    assert [f.rule for f in refusal.value.verdict.findings] == ["P20"]


@pytest.mark.parametrize(("login", "error"), [("property2", Missing), ("tech1", Forbidden), ("section", Forbidden)])
def test_others_cannot_confirm(actor, login, error):
    visit = record(actor)
    with pytest.raises(error):
        visits.confirm(actor(login), visit.id, {})


def test_two_phones_confirm_at_once_and_one_is_told(app, actor, monkeypatch):
    """Runs on the embedded database, where every thread has its own connection."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the test database of PostgreSQL is one connection")
    visit_id = record(actor).id
    manager = actor("property")
    outcomes: list[str] = []

    def confirm() -> None:
        with app.app_context():
            try:
                visits.confirm(manager, visit_id, {})
                outcomes.append("confirmed")
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed", "conflict", "conflict", "conflict"]


def test_the_same_visit_sent_four_times_at_once_is_one(app, actor):
    """A phone with a bad line sends again before the first answer came."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the test database of PostgreSQL is one connection")
    body, worker = make.visit(make.elevator().label_code), actor("tech1")
    outcomes: list[tuple[int, bool]] = []

    def send() -> None:
        with app.app_context():
            visit, again = visits.record(worker, body)
            outcomes.append((visit.id, again))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({visit_id for visit_id, _ in outcomes}) == 1
    assert sorted(again for _, again in outcomes) == [False, True, True, True]

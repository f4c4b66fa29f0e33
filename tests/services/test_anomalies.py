"""F1 to F10 found as visits arrive and again at night, once; what the company and the office make of them."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from sqlalchemy import delete, func, select

from registry import clock
from registry.actor import SYSTEM
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing, RegistryError
from registry.models import (
    AnomalyStep,
    Certificate,
    Hazard,
    TrailEntry,
    Visit,
    VisitAnomaly,
    VisitGap,
)
from registry.queries import anomalies as queries
from registry.queries import indicators
from registry.rules.workflow import moves_from
from registry.services import anomalies, anomaly_finding, inspections, parameters, visit_joins, visits
from seeds import cast
from tests import visits_factory as make

START = make.START


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, app: Any) -> None:
    move_to(monkeypatch, make.NOW)


def move_to(monkeypatch: pytest.MonkeyPatch, at: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)


def send(actor: Any, elevator: Any = None, minutes: float = 0, lasts: float = 45, **changes: Any) -> Visit:
    """A visit that began so many minutes after START, seconds of its own."""
    start = START + timedelta(minutes=minutes)
    second = {"login": "tech2", "at": start + timedelta(minutes=5), "position": make.north(20)}
    body = make.visit(
        (elevator or make.elevator()).label_code,
        **{
            "workers": ["tech1", second],
            "check_in": {"at": start, "position": make.north(10), "photo": make.JPEG + uuid.uuid4().bytes},
            "check_out": {"at": start + timedelta(minutes=lasts), "position": make.north(12)},
            "answers": make.answers(photo=make.JPEG + uuid.uuid4().bytes),
            **changes,
        },
    )
    return visits.record(actor("tech1"), body)[0]


def found() -> list[tuple[str, str, int]]:
    rows = db.session.scalars(select(VisitAnomaly).order_by(VisitAnomaly.id))
    return [(row.code, row.key, row.visit_id) for row in rows]


def of(code: str) -> list[VisitAnomaly]:
    rows = db.session.scalars(select(VisitAnomaly).where(VisitAnomaly.code == code).order_by(VisitAnomaly.id))
    return list(rows)


@pytest.fixture
def again_at_night() -> Any:
    """What was found on arrival: the night finds the same where it is gone, and nothing where it is there."""

    def check() -> None:
        on = START.date()
        before = sorted(found())
        assert before
        assert anomaly_finding.examine_night(SYSTEM, on) == 0
        db.session.execute(delete(AnomalyStep))
        db.session.execute(delete(VisitAnomaly))
        db.session.commit()
        assert anomaly_finding.examine_night(SYSTEM, on) == len(before)
        assert sorted(found()) == before

    return check


def test_a_good_visit_gives_nothing(actor):
    send(actor)
    assert found() == []
    assert anomaly_finding.examine_night(SYSTEM, START.date()) == 0


def test_f1_travel(actor, again_at_night):
    first = send(actor)
    far = make.elevator(lat=make.PLACE[0] + 8300 / 110_920)
    second = send(actor, far, 46)
    assert found() == [("F1", "travel", second.id)]
    (row,) = of("F1")
    assert (row.other_visit_id, row.evidence["kmh"], row.person_id) == (first.id, 498, cast.person("tech1").id)
    assert row.evidence["metres"] in range(8290, 8311)
    again_at_night()


def test_f1_is_found_when_the_earlier_visit_arrives_last(actor, again_at_night):
    second = send(actor, make.elevator(lat=make.PLACE[0] + 8300 / 110_920), 46)
    send(actor)
    assert found() == [("F1", "travel", second.id)]
    again_at_night()


def test_f1_overlap_of_visits_that_do_not_follow_each_other(actor, again_at_night):
    long = send(actor, lasts=100)
    between = send(actor, None, 10, 31)
    last = send(actor, None, 60, 35)
    assert {(row.visit_id, row.other_visit_id) for row in of("F1")} == {(between.id, long.id), (last.id, long.id)}
    again_at_night()


def test_f2_burst(actor, again_at_night):
    for minutes in (0, 20, 40):
        last = send(actor, None, minutes)
    assert ("F2", "burst", last.id) in found()
    again_at_night()


def test_f2_too_many_a_day(actor, again_at_night):
    parameters.set_parameter(actor("section"), "anomaly.visits_per_day", "2", START.date())
    for minutes in (-120, -60, 0):
        last = send(actor, None, minutes, 40 + minutes / 60)
    assert found() == [("F2", "per_day", last.id), ("F2", "per_day", last.id)]  # both workers
    assert {row.person_id for row in of("F2")} == {cast.person("tech1").id, cast.person("tech2").id}
    again_at_night()


def test_f3_the_signature_of_a_worker_as_the_use_unit_s(actor, again_at_night):
    mark = make.PNG + b"tech1"
    visit = send(actor, signatures=[{"worker": "tech1", "image": mark}, {"worker": "tech2", "image": make.PNG + b"2"}])
    assert found() == []
    visits.confirm(actor("property"), visit.id, {"signature": mark})
    assert found() == [("F3", "signature", visit.id)]
    again_at_night()


def test_f3_another_person_s_signature_on_a_later_visit(actor, again_at_night):
    mark = make.PNG + b"tech2"
    first = send(actor, signatures=[{"worker": "tech2", "image": mark}])
    second = send(actor, None, 60, signatures=[{"worker": "tech1", "image": mark}])
    assert found() == [("F3", "signature", second.id)]
    assert of("F3")[0].other_visit_id == first.id
    again_at_night()


def test_f3_confirmed_on_the_worker_s_phone(actor, again_at_night):
    visit = send(actor, device="phone-1")
    visits.confirm(actor("property"), visit.id, {"device": "phone-1"})
    assert found() == [("F3", "device", visit.id)]
    again_at_night()


def test_f4_nothing_shows_presence(actor, again_at_night):
    visit = send(actor, check_in={"at": START}, check_out={"at": START + timedelta(minutes=45)})
    assert found() == [("F4", "unproven", visit.id)]
    again_at_night()


def test_f4_refused_by_the_use_unit(actor, again_at_night):
    visit = send(actor)
    visits.decline(actor("property"), visit.id, "没有人来过")
    assert found() == [("F4", "refused", visit.id)]
    again_at_night()


def test_f5_too_short_by_the_cycle_s_own_limit(actor, again_at_night):
    parameters.set_parameter(actor("section"), "paperless.min_minutes_year", "90", START.date())
    assert not send(actor).counts_until
    assert found() == []
    visit = send(actor, None, -100, 89, cycle="year")
    assert found() == [("F5", "too_short", visit.id)]
    assert of("F5")[0].evidence == {"minutes": 89, "limit": 90}
    again_at_night()


def picture(shade: int = 0, quality: int = 80) -> bytes:
    """A photograph with something in it; `shade` brightens it a little."""
    image = Image.new("RGB", (640, 480), (90, 90, 90))
    draw = ImageDraw.Draw(image)
    for n in range(40):
        box = (n * 37 % 600, n * 53 % 440)
        draw.rectangle((*box, box[0] + 60, box[1] + 50), fill=(n * 41 % 200 + shade, n * 17 % 200, n * 29 % 200))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def checked_in(photo: bytes, minutes: float = 0) -> dict[str, Any]:
    return {"check_in": {"at": START + timedelta(minutes=minutes), "position": make.north(10), "photo": photo}}


def test_f6_the_same_file(actor, again_at_night):
    first = send(actor, **checked_in(picture()))
    second = send(actor, None, 60, **checked_in(picture(), 60))
    assert found() == [("F6", "same_photo", second.id)]
    assert of("F6")[0].other_visit_id == first.id
    shown = queries.show(actor("section"), of("F6")[0].id)
    assert [(side.mine, len(side.photos)) for side in shown.sides] == [(False, 1), (True, 1)]
    again_at_night()


def test_f6_nearly_the_same_picture(actor):
    first = send(actor, **checked_in(picture()))
    second = send(actor, None, 60, **checked_in(picture(shade=6, quality=55), 60))
    assert found() == [("F6", "alike_photo", second.id)]
    (row,) = of("F6")
    assert (row.other_visit_id, row.evidence["limit"]) == (first.id, 3)
    assert anomaly_finding.examine_night(SYSTEM, START.date()) == 0


def test_f6_a_photo_stored_before_is_looked_at_too(actor):
    from registry.services import files

    tech = actor("tech1")
    kept = [files.store(tech, "p.jpg", "image/jpeg", content, "visit_photo").id for content in (picture(), picture(6))]
    send(actor, **checked_in(kept[0]))  # type: ignore[arg-type]
    second = send(actor, None, 60, **checked_in(kept[1], 60))  # type: ignore[arg-type]
    assert found() == [("F6", "alike_photo", second.id)]


def test_f6_another_picture_is_another(actor):
    send(actor, **checked_in(picture()))
    other = Image.effect_noise((320, 240), 90)
    stream = io.BytesIO()
    other.save(stream, "JPEG")
    send(actor, None, 60, **checked_in(stream.getvalue(), 60))
    assert found() == []


def test_f7_clones_on_three_days(actor, monkeypatch, again_at_night):
    for days in (2, 1, 0):
        move_to(monkeypatch, make.NOW - timedelta(days=days))
        last = send(actor, None, -1440 * days)
    assert found() == [("F7", "clones", last.id)]
    move_to(monkeypatch, make.NOW)
    again_at_night()


def test_f7_a_second_of_difference_is_no_clone(actor):
    for n in (2, 1, 0):
        send(actor, None, -60 * n, 45 + n / 60)
    assert of("F7") == []


def test_f8_late(actor, monkeypatch, again_at_night):
    move_to(monkeypatch, START + timedelta(minutes=45, hours=72))
    send(actor)
    assert found() == []
    move_to(monkeypatch, START + timedelta(minutes=46, hours=72))
    visit = send(actor)
    assert [row for row in found() if row[0] == "F8"] == [("F8", "late", visit.id)]
    again_at_night()


def test_f9_the_first_worker_s_certificate(actor, again_at_night):
    expire("tech1")
    visit = send(actor)
    assert found() == [("F9", "not_qualified", visit.id)]
    again_at_night()


def test_f9_the_second_worker_s_by_his_own_join(actor, again_at_night):
    expire("tech2")
    elevator = make.elevator()
    visit = send(actor, elevator, workers=["tech1"])
    assert found() == []
    join = {"ref": str(uuid.uuid4()), "elevator": elevator.label_code, "at": START + timedelta(minutes=3)}
    visit_joins.join(actor("tech2"), join)
    assert found() == [("F9", "not_qualified", visit.id)]
    again_at_night()


def expire(login: str) -> None:
    for certificate in db.session.scalars(select(Certificate).where(Certificate.person_id == cast.person(login).id)):
        certificate.expires_on = START.date() - timedelta(days=1)
    db.session.commit()


FAILED = {"kind": "periodic_inspection", "conclusion": "fail", "done_on": START.date(), "report_no": "B-1"}


def test_f10_as_the_inspection_is_recorded(actor):
    elevator = make.elevator()
    visit = send(actor, elevator)
    inspections.record(actor("section"), elevator.id, FAILED)
    assert found() == [("F10", "failed_inspection", visit.id)]
    assert of("F10")[0].evidence["days"] == 0
    assert anomaly_finding.examine_night(SYSTEM, START.date()) == 0


def test_f10_at_night_when_the_visit_arrived_after_it(actor):
    elevator = make.elevator()
    inspections.record(actor("section"), elevator.id, FAILED)
    visit = send(actor, elevator)
    assert anomaly_finding.examine_night(SYSTEM, START.date()) == 1
    assert found() == [("F10", "failed_inspection", visit.id)]


def test_f10_what_was_noted_before_is_no_lie(actor):
    elevator = make.elevator()
    answers = make.answers()
    answers[0] = {**answers[0], "result": "abnormal", "note": "积水"}
    send(actor, elevator, answers=answers)
    inspections.record(actor("section"), elevator.id, FAILED)
    assert found() == []


def test_only_the_system_examines(actor):
    with pytest.raises(Forbidden):
        anomaly_finding.examine_night(actor("section"), START.date())


# What becomes of one


@pytest.fixture
def anomaly(actor: Any) -> VisitAnomaly:
    """A visit that counts, with an anomaly to explain."""
    visit = send(actor, lasts=29)
    parameters_off = of("F5")
    assert [row.visit_id for row in parameters_off] == [visit.id]
    return parameters_off[0]


def counted(actor: Any, monkeypatch: pytest.MonkeyPatch) -> VisitAnomaly:
    """An anomaly of a visit that counts as paperless since its confirmation: two visits overlap."""
    send(actor, make.elevator(use_unit="property2"), lasts=60)
    second = send(actor, None, 30, 45)
    visits.confirm(actor("property"), second.id, {})
    (row,) = [row for row in of("F1") if row.visit_id == second.id]
    return row


def test_the_company_explains_and_the_county_decides(actor, anomaly, monkeypatch):
    assert (anomaly.state, anomaly.due_on) == ("found", date(2026, 11, 25))
    with pytest.raises(Invalid):
        anomalies.move(actor("company"), anomaly.id, "explain", {"explanation": "  "})
    row = anomalies.move(actor("company"), anomaly.id, "explain", {"explanation": "只做了清洁"})
    assert (row.state, row.due_on) == ("explained", date(2026, 11, 30))
    row = anomalies.move(actor("county"), anomaly.id, "dismiss", {"reason": "说明属实"})
    assert (row.state, row.due_on, row.owner_id) == ("dismissed", None, cast.person("county").id)
    steps = queries.one(actor("section"), anomaly.id).steps
    assert [(step.verb, step.source, step.target) for step in steps] == [
        ("find", "", "found"),
        ("explain", "found", "explained"),
        ("dismiss", "explained", "dismissed"),
    ]
    trail = db.session.scalars(select(TrailEntry.act).where(TrailEntry.subject == "visit_anomaly")).all()
    assert list(trail) == ["anomaly.found", "anomaly.moved", "anomaly.moved"]


def test_a_confirmation_waits_for_the_last_day_of_the_explanation(actor, anomaly, monkeypatch):
    with pytest.raises(Conflict):
        anomalies.move(actor("county"), anomaly.id, "confirm", {"reason": "监控无人"})
    move_to(monkeypatch, make.NOW + timedelta(days=5))
    with pytest.raises(Conflict):
        anomalies.move(actor("county"), anomaly.id, "confirm", {"reason": "监控无人"})
    move_to(monkeypatch, make.NOW + timedelta(days=6))
    row = anomalies.move(actor("county"), anomaly.id, "confirm", {"reason": "监控无人"})
    assert row.state == "confirmed"


def test_the_one_who_took_it_over_decides(actor, anomaly):
    anomalies.move(actor("company"), anomaly.id, "explain", {"explanation": "x"})
    anomalies.move(actor("county"), anomaly.id, "take_over", {})
    with pytest.raises(Conflict):
        anomalies.move(actor("county"), anomaly.id, "take_over", {})
    with pytest.raises(Conflict):
        anomalies.move(actor("section"), anomaly.id, "dismiss", {"reason": "x"})
    anomalies.move(actor("section"), anomaly.id, "take_over", {})
    assert anomalies.move(actor("section"), anomaly.id, "dismiss", {"reason": "x"}).state == "dismissed"


def test_an_old_page_is_told(actor, anomaly):
    anomalies.move(actor("company"), anomaly.id, "explain", {"explanation": "x"}, version=1)
    with pytest.raises(Conflict):
        anomalies.move(actor("county"), anomaly.id, "dismiss", {"reason": "x"}, version=1)


@pytest.mark.parametrize(
    ("login", "verb", "error"),
    [
        ("company", "confirm", Forbidden),
        ("tech1", "explain", Forbidden),
        ("property", "explain", Forbidden),
        ("company2", "explain", Missing),
        ("dangshan", "dismiss", Missing),
        ("county", "explain", Forbidden),
        ("county", "overturn", Forbidden),
        ("section", "paint", Missing),
        ("section", "overturn", Conflict),
    ],
)
def test_who_may_not(actor, anomaly, login, verb, error):
    with pytest.raises(error):
        anomalies.move(actor(login), anomaly.id, verb, {"explanation": "x", "reason": "x"})


def ratio(actor: Any, key: str, on: date) -> Any:
    return next(figure.numerator for figure in indicators.figures(actor("section"), on) if figure.key == key)


def test_confirmed_it_counts_no_more_and_overturned_it_counts_from_that_later_day(actor, monkeypatch):
    row = counted(actor, monkeypatch)
    found_on = START.date()
    days = [found_on + timedelta(days=n) for n in range(7)]
    anomalies.move(actor("company"), row.id, "explain", {"explanation": "x"})
    move_to(monkeypatch, make.NOW + timedelta(days=2))
    anomalies.move(actor("county"), row.id, "confirm", {"reason": "监控显示未到场"})
    visit = db.session.get_one(Visit, row.visit_id)
    assert (visit.counts_from, visit.counts_until, visit.invalid_from) == (days[0], days[2], days[2])
    assert "P25" in [finding["rule"] for finding in visit.findings]
    move_to(monkeypatch, make.NOW + timedelta(days=3))
    before = {
        key: [ratio(actor, key, on) for on in days[:4]] for key in ("paperless_maintenance", "maintenance_on_time")
    }
    assert before == {"paperless_maintenance": [1, 1, 0, 0], "maintenance_on_time": [2, 2, 1, 1]}
    move_to(monkeypatch, make.NOW + timedelta(days=5))
    anomalies.move(actor("section"), row.id, "overturn", {"reason": "时钟有误"})
    visit = db.session.get_one(Visit, row.visit_id)
    assert (visit.counts_from, visit.counts_until, visit.invalid_from) == (days[0], None, None)
    gap = db.session.scalars(select(VisitGap)).one()
    assert (gap.visit_id, gap.since, gap.until) == (visit.id, days[2], days[5])
    move_to(monkeypatch, make.NOW + timedelta(days=6))
    after = {key: [ratio(actor, key, on) for on in days] for key in before}
    assert after == {
        "paperless_maintenance": [1, 1, 0, 0, 0, 1, 1],
        "maintenance_on_time": [2, 2, 1, 1, 1, 2, 2],
    }


def test_a_second_anomaly_takes_the_count_away_again(actor, monkeypatch):
    row = counted(actor, monkeypatch)
    anomalies.move(actor("company"), row.id, "explain", {"explanation": "x"})
    anomalies.move(actor("county"), row.id, "confirm", {"reason": "x"})
    anomalies.move(actor("section"), row.id, "overturn", {"reason": "x"})
    visit = db.session.get_one(Visit, row.visit_id)
    assert visit.paperless
    assert db.session.scalar(select(func.count()).select_from(VisitGap)) == 0  # not one whole day
    anomalies.move(actor("section"), row.id, "reopen", {"reason": "x"})
    anomalies.move(actor("section"), row.id, "take_over", {}) if row.owner_id != cast.person("section").id else None
    anomalies.move(actor("section"), row.id, "confirm", {"reason": "x"})
    assert not db.session.get_one(Visit, row.visit_id).paperless


def test_a_confirmed_anomaly_opens_one_clue_for_the_visit(actor, monkeypatch):
    row = counted(actor, monkeypatch)
    anomalies.move(actor("company"), row.id, "explain", {"explanation": "x"})
    anomalies.move(actor("county"), row.id, "confirm", {"reason": "监控显示未到场"})
    hazard = db.session.scalars(select(Hazard)).one()
    assert (hazard.id, hazard.source, hazard.state, hazard.is_major) == (
        row.hazard_id,
        "maintenance_record",
        "DRAFT",
        False,
    )
    assert (hazard.unit_id, hazard.elevator_id) == (row.company_id, row.elevator_id)
    assert "监控显示未到场" in hazard.description


def test_who_sees_an_anomaly(actor, anomaly):
    def sees(login: str) -> bool:
        try:
            return bool(queries.page(actor(login), {}).items)
        except Forbidden:
            return False

    seen = {
        login: sees(login) for login in ("company", "company2", "county", "dangshan", "section", "tech1", "property")
    }
    assert seen == {
        "company": True,
        "company2": False,
        "county": True,
        "dangshan": False,
        "section": True,
        "tech1": False,
        "property": False,
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["company", "county", "section"]), st.integers(0, 30)), max_size=12))
def test_any_road_keeps_the_promises(actor, anomaly, steps):
    """Whatever is tried: only moves of the table, a step for each, the visit held exactly while one is confirmed."""
    verbs = ["explain", "take_over", "ask_again", "confirm", "dismiss", "overturn", "reopen"]
    for login, number in steps:
        verb = verbs[number % len(verbs)]
        before = db.session.get_one(VisitAnomaly, anomaly.id)
        state, count = before.state, step_count(anomaly.id)
        try:
            after = anomalies.move(actor(login), anomaly.id, verb, {"explanation": "x", "reason": "x"})
        except RegistryError:
            assert db.session.get_one(VisitAnomaly, anomaly.id).state == state
            assert step_count(anomaly.id) == count
            continue
        assert (verb, after.state) in [(move.verb, move.target) for move in moves_from("anomaly", state)]
        assert step_count(anomaly.id) == count + 1
        visit = db.session.get_one(Visit, anomaly.visit_id)
        assert (visit.invalid_from is not None) is (after.state == "confirmed")


def step_count(number: int) -> int:
    return db.session.scalar(select(func.count()).where(AnomalyStep.anomaly_id == number)) or 0


# Corrections are new records


def test_a_correction_is_a_new_record_and_voids_the_old(actor, monkeypatch):
    answers = make.answers()
    answers[0] = {**answers[0], "result": "abnormal", "note": "误填"}
    old = send(actor, answers=answers)
    visits.confirm(actor("property"), old.id, {})
    assert old.paperless
    move_to(monkeypatch, make.NOW + timedelta(days=1))
    data = {"ref": str(uuid.uuid4()), "answers": [{"item": "A-1-01", "result": "normal"}]}
    new, again = visits.correct(actor("tech1"), old.id, data, "第一项误填")
    assert not again
    assert visits.correct(actor("tech1"), old.id, data, "第一项误填") == (new, True)
    with pytest.raises(Conflict):
        visits.correct(actor("tech1"), old.id, {**data, "cycle": "year"}, "第一项误填")
    assert (new.corrects_id, new.started_at, new.check_in["photo"]) == (old.id, old.started_at, old.check_in["photo"])
    assert [answer["item"] for answer in new.answers["others"] if answer["result"] != "normal"] == []
    assert [finding["rule"] for finding in new.findings] == ["P18"]
    wrong = db.session.get_one(Visit, old.id)
    assert (wrong.counts_until, wrong.invalid_from) == (date(2026, 11, 21), date(2026, 11, 21))
    assert "P24" in [finding["rule"] for finding in wrong.findings]
    assert found() == []
    visits.confirm(actor("property"), new.id, {})
    assert db.session.get_one(Visit, new.id).paperless
    third, _ = visits.correct(actor("tech1"), new.id, {"ref": str(uuid.uuid4()), "cycle": "half_month"}, "再更正")
    assert found() == []
    assert third.corrects_id == new.id


@pytest.mark.parametrize(("login", "error"), [("company2", Missing), ("property", Forbidden), ("section", Forbidden)])
def test_who_may_not_correct(actor, login, error):
    old = send(actor)
    with pytest.raises(error):
        visits.correct(actor(login), old.id, {"ref": str(uuid.uuid4())}, "x")


def test_what_cannot_be_corrected(actor, anomaly):
    data = {"ref": str(uuid.uuid4())}
    with pytest.raises(Invalid):
        visits.correct(actor("tech1"), anomaly.visit_id, data, " ")
    with pytest.raises(Conflict):
        visits.correct(actor("tech1"), anomaly.visit_id, data, "想绕过异常")
    clean = send(actor, None, 60)
    with pytest.raises(Invalid):
        visits.correct(actor("tech1"), clean.id, {**data, "workers": ["tech2", "tech1"]}, "换人")
    visits.correct(actor("tech1"), clean.id, {**data, "workers": ["tech1"]}, "只有一人")
    with pytest.raises(Conflict):
        visits.correct(actor("tech1"), clean.id, {"ref": str(uuid.uuid4())}, "再更正旧的")

"""What riders report: received once, not too often, answered by who is responsible, with nothing personal left over."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, RegistryError, TooMany
from registry.models import FaultReport, Hazard, RateWindow, StoredFile, TrailEntry
from registry.queries import entrapments, parameters
from registry.queries import fault_reports as queries
from registry.rules import fault_reports as rules
from registry.services import fault_reports
from registry.services.parameters import set_parameter
from seeds import cast
from tests import elevators_factory as make
from tests.conftest import POSTGRES
from tests.hazards_factory import Clock

PHONE = "13912345678"
HOME = "203.0.113.7"


@pytest.fixture
def lift(actor):
    return make.maintained(actor("section"))


def report(lift, address=HOME, **changes) -> FaultReport:
    given = {"kind": "noise", "text": "3楼有异响", "phone": PHONE, "ref": str(uuid4()), **changes}
    return fault_reports.submit(lift.label_code, given, address)[0]


def photo() -> bytes:
    """A JPEG that says where it was taken and with what."""
    picture, target = Image.new("RGB", (2400, 1200), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretPhone", 6  # make; turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


def test_a_report_reaches_the_company_and_the_use_unit(actor, lift) -> None:
    row = report(lift)
    assert row.no == f"BX-{clock.today().year}-000001"
    assert (row.state, row.company_id, row.use_unit_id) == ("received", cast.unit("company").id, lift.use_unit_id)
    for login in ("company", "tech1", "property"):
        assert [r.no for r in queries.page(actor(login), {}).items] == [row.no]
        assert queries.count_open(actor(login), None) == 1
    for login in ("company2", "property2", "dangshan"):
        assert queries.page(actor(login), {}).items == []
        with pytest.raises(Missing):
            queries.show(actor(login), row.no)
    for login in ("insurer", "filling"):
        with pytest.raises(Forbidden):
            queries.page(actor(login), {})


def test_the_phone_is_for_those_who_handle_it_while_they_do(actor, lift) -> None:
    row = report(lift)
    for login, sees in (("company", True), ("tech1", True), ("property", True), ("county", False), ("section", False)):
        assert (queries.show(actor(login), row.no).phone == PHONE) is sees
    fault_reports.move(actor("company"), row.no, "close", "已调整导靴")
    assert queries.show(actor("company"), row.no).phone is None


def test_nothing_personal_is_in_the_trail_or_on_the_receipt(actor, lift) -> None:
    row = report(lift, text="我叫张三，住3楼")
    fault_reports.move(actor("company"), row.no, "take")
    said = json.dumps([entry.data for entry in db.session.query(TrailEntry)], ensure_ascii=False)
    assert row.no in said
    for private in (PHONE, "张三", HOME):
        assert private not in said
    shown = queries.receipt(row.secret)
    assert set(shown.__dataclass_fields__) == {
        "no", "kind", "state", "reported_at", "address", "code", "steps",
    }  # fmt: skip
    with pytest.raises(Missing):
        queries.receipt(row.no)


def test_the_secret_cannot_be_guessed(lift) -> None:
    secrets = {report(lift).secret for _ in range(4)}
    assert len(secrets) == 4
    assert all(len(secret) >= 24 for secret in secrets)


def test_a_picture_loses_everything_but_what_it_shows(actor, lift) -> None:
    row = report(lift, photo=photo())
    path, mime = queries.photo(actor("company"), row.no)
    kept = Image.open(path)
    assert (mime, kept.format, kept.size) == ("image/jpeg", "JPEG", (800, 1600))
    assert not kept.getexif()
    assert b"SecretPhone" not in path.read_bytes()
    stored = db.session.get(StoredFile, row.photo_id)
    assert (stored.name, stored.person_id, stored.unit_id) == ("photo.jpg", None, None)
    with pytest.raises(Missing):
        queries.photo(actor("company2"), row.no)
    with pytest.raises(Missing):
        queries.photo(actor("company"), report(lift).no)


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"\xff\xd8\xff cut short", b"GIF89a", b"0" * (15 * 1024 * 1024 + 1)])
def test_what_is_no_picture_is_refused(lift, content) -> None:
    with pytest.raises(Invalid) as refused:
        report(lift, photo=content)
    assert set(refused.value.errors) == {"photo"}
    assert db.session.query(FaultReport).count() == 0


def test_twice_is_once_and_counts_once(lift) -> None:
    given = {"kind": "door", "text": "关不上", "ref": str(uuid4())}
    first, known = fault_reports.submit(lift.label_code, given, HOME)
    again, known_again = fault_reports.submit(lift.label_code, given, "198.51.100.1")
    assert (known, known_again, again.id) == (False, True, first.id)
    assert {window.count for window in db.session.query(RateWindow)} == {1}
    with pytest.raises(Conflict):
        fault_reports.submit(lift.label_code, {**given, "text": "别的"}, HOME)


def test_an_address_may_report_so_often_within_an_hour(actor, lift, monkeypatch) -> None:
    time = Clock(monkeypatch, datetime.fromisoformat("2026-11-24T09:10:00+08:00"))
    most = int(parameters.value("fault_report.per_source_hour", clock.today()))
    for _ in range(most):
        report(lift)
    for _ in range(2):
        with pytest.raises(TooMany, match="50分钟") as refused:
            report(lift)
        assert refused.value.retry_after == 50 * 60
    assert report(lift, "203.0.113.8").id
    time.forward(minutes=50)
    assert report(lift).id
    kept = " ".join(window.subject for window in db.session.query(RateWindow))
    assert HOME not in kept
    time.forward(days=3)
    report(lift)
    assert db.session.query(RateWindow).count() == 2


def test_an_elevator_is_reported_so_often_within_an_hour_by_anybody(lift) -> None:
    most = int(parameters.value("fault_report.per_elevator_hour", clock.today()))
    for number in range(most):
        report(lift, f"198.51.100.{number}")
    with pytest.raises(TooMany):
        report(lift, "198.51.100.250")
    assert db.session.query(FaultReport).count() == most


def test_the_office_chooses_how_often(actor, lift) -> None:
    set_parameter(actor("section"), "fault_report.per_source_hour", "1", clock.today())
    report(lift)
    with pytest.raises(TooMany):
        report(lift)


def test_a_network_of_ipv6_is_one_source(actor, lift) -> None:
    set_parameter(actor("section"), "fault_report.per_source_hour", "1", clock.today())
    report(lift, "2001:db8:1:2::1")
    with pytest.raises(TooMany):
        report(lift, "2001:db8:1:2:ffff::9")
    assert report(lift, "2001:db8:1:3::1").id


@pytest.mark.parametrize(("changes", "field"), [({"kind": "x"}, "kind"), ({"kind": "other", "text": " "}, "text")])
def test_what_says_nothing_is_refused(lift, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        report(lift, **changes)
    assert set(refused.value.errors) == {field}


def test_a_code_that_leads_nowhere() -> None:
    with pytest.raises(Missing):
        fault_reports.submit("SZ00000000000100", {"kind": "door", "ref": str(uuid4())}, HOME)


def test_who_was_silent_too_long_is_shown_to_the_county(actor, lift, monkeypatch) -> None:
    time = Clock(monkeypatch)
    row, answered = report(lift), report(lift)
    hours = int(parameters.value("fault_report.answer_hours", clock.today()))
    fault_reports.move(actor("company"), row.no, "take")  # taking is no answer
    fault_reports.move(actor("company"), answered.no, "close", "已修好")
    time.forward(hours=hours)
    assert queries.count_late(actor("county"), None) == 0
    time.forward(seconds=1)
    assert queries.count_late(actor("county"), None) == 1
    assert [r.no for r in queries.page(actor("county"), {"late": True}).items] == [row.no]
    assert queries.late_ids([row, answered]) == {row.id}
    fault_reports.move(actor("company"), row.no, "answer", "明天上午维修")
    assert queries.count_late(actor("county"), None) == 0


def test_an_answer_that_does_not_satisfy_is_sent_back(actor, lift) -> None:
    row = report(lift)
    fault_reports.move(actor("property"), row.no, "dismiss", "未发现问题")
    with pytest.raises(Forbidden):
        fault_reports.move(actor("company"), row.no, "reopen", "再看")
    row = fault_reports.move(actor("county"), row.no, "reopen", "现场仍有异响")
    assert (row.state, row.answered_at) == ("taken", None)
    with pytest.raises(Invalid):
        fault_reports.move(actor("company"), row.no, "close", " ")
    with pytest.raises(Conflict):
        fault_reports.move(actor("company"), row.no, "take")
    with pytest.raises(Conflict, match="别人办理"):
        fault_reports.move(actor("company"), row.no, "close", "好了", version=1)
    with pytest.raises(Missing):
        fault_reports.move(actor("company"), row.no, "sing")


def test_an_inspector_makes_a_hazard_clue_of_it(actor, lift) -> None:
    row = report(lift, kind="door", photo=photo())
    given = {"title": "层门关不严", "description": "乘客反映层门关不严"}
    with pytest.raises(Forbidden):
        fault_reports.make_hazard(actor("company"), row.no, given)
    row = fault_reports.make_hazard(actor("county"), row.no, given)
    hazard = db.session.get(Hazard, row.hazard_id)
    assert (hazard.source, hazard.elevator_id, hazard.found_on) == ("complaint", lift.id, row.reported_on)
    assert PHONE not in hazard.description
    with pytest.raises(Conflict):
        fault_reports.make_hazard(actor("county"), row.no, given)
    assert [step.verb for step in queries.by_no(actor("county"), row.no).steps] == ["make_hazard"]
    assert list(queries.receipt(row.secret).steps) == []


def test_entrapments_are_counted_unless_they_were_none(actor, lift, monkeypatch) -> None:
    time = Clock(monkeypatch)
    report(lift, kind="entrapment")
    none = report(lift, kind="entrapment")
    report(lift, kind="door")
    today = clock.today()
    assert entrapments.count(lift.id, today - timedelta(days=365), today) == 2
    fault_reports.move(actor("company"), none.no, "dismiss", "误报")
    assert entrapments.count(lift.id, today - timedelta(days=365), today) == 1
    time.forward(days=365)
    later = clock.today()
    assert entrapments.count(lift.id, later - timedelta(days=365), later) == 0
    assert entrapments.count(lift.id, later - timedelta(days=366), later) == 1


def test_an_elevator_that_nobody_maintains_still_reaches_its_use_unit(actor) -> None:
    row = report(make.in_use(actor("section"), 2))
    assert row.company_id is None
    assert queries.show(actor("property"), row.no).phone == PHONE


class GiveUp(Exception):
    """Ends an example without keeping what it did."""


LEGAL = {(move.verb, move.source, move.target) for move in rules.MOVES}
ATTEMPT = st.tuples(
    st.sampled_from(["company", "property", "county", "company2", "insurer"]),
    st.sampled_from(sorted({move.verb for move in rules.MOVES})),
    st.booleans(),
)


def test_random_moves_of_random_people(actor, lift) -> None:
    no, reached = report(lift).no, set()

    @settings(max_examples=50, deadline=None, derandomize=True)
    @given(attempts=st.lists(ATTEMPT, max_size=10))
    def run(attempts) -> None:
        with suppress(GiveUp), transaction():
            row = db.session.query(FaultReport).filter_by(no=no).one()
            for login, verb, speaks in attempts:
                before = (row.state, row.version)
                try:
                    fault_reports.move(cast.actor(login), no, verb, "说明" if speaks else "")
                except RegistryError:
                    assert (row.state, row.version) == before
                    continue
                assert (verb, before[0], row.state) in LEGAL
                assert (row.answered_at is not None) or row.state in ("received", "taken")
                reached.add(row.state)
            raise GiveUp

    run()
    assert reached == {"taken", "closed", "dismissed"}


@pytest.mark.skipif(POSTGRES, reason="the tests on PostgreSQL share one transaction")
def test_many_at_once_do_not_get_past_the_limit(app, actor, lift) -> None:
    """Each thread has its own connection, as each worker has."""
    set_parameter(actor("section"), "fault_report.per_source_hour", "3", clock.today())
    code = lift.label_code

    def one(_number: int) -> bool:
        with app.app_context():
            try:
                fault_reports.submit(code, {"kind": "door", "ref": str(uuid4())}, HOME)
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(one, range(8)))
    db.session.rollback()  # to see what the others have written
    assert (sum(accepted), db.session.query(FaultReport).count()) == (3, 3)

"""Who is told of what, each once; off is off; quiet hours; one digest a day; what does not arrive is tried again."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from blueprints import notice_runner
from registry import clock
from registry import settings as settings_of
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Hazard, Membership, Notice, NoticeDelivery, NoticeSetting, TrailEntry
from registry.queries import notices as queries
from registry.services import hazards, notice_sending, notices
from seeds import cast
from tests.hazards_factory import Clock, data_for, reported
from tests.notices_factory import Hook, Mailbox, deliveries, logins, of, robot, serving, settings, start, told
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture

REAL_NOW = clock.now
ROOT = Path(__file__).resolve().parents[2]
OF_PROPERTY = {"property", "property-head", "property-director", "property-officer"}
WHO_SEES = {"county2", "county-leader", "county-leader2", *OF_PROPERTY}


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    """Tuesday, 9 o'clock; what the cast has done is old."""
    turned = Clock(monkeypatch)
    start()
    return turned


@pytest.fixture
def hook(app):
    with serving(Hook()) as one, settings(hooks_private=True):
        yield one


@pytest.fixture
def mailbox(app):
    with serving(Mailbox()) as one, settings(**one.set_up()):
        yield one


def at(time: Clock, text: str) -> None:
    time.at = datetime.fromisoformat(f"{text}+08:00")


def assigned() -> Hazard:
    """A hazard that was assigned: urgent news for its unit."""
    hazard = reported()
    for verb, login in (("submit", "county"), ("recognise", "county-leader"), ("assign", "county-leader")):
        hazards.move(cast.actor(login), hazard.no, verb, data_for(verb, login))
    return hazard


# Who is told


def test_everybody_concerned_is_told_once_and_nobody_else(time) -> None:
    reported("county")
    assert notices.gather(SYSTEM) == len(WHO_SEES)
    assert logins() >= WHO_SEES
    assert "county" not in logins(), "who did it knows"
    assert not logins() & {"dangshan", "property2", "filler", "insurer", "desk", "tech1", "filling"}
    for _again in range(3):
        time.forward(minutes=4)
        assert notices.gather(SYSTEM) == 0
    assert told("property") == ["hazard_reported"]


def test_what_was_committed_late_is_found_although_its_number_is_lower(time) -> None:
    """A slow transaction on PostgreSQL: its entry has a number below those that were looked at."""
    reported("county", title="慢的一处")
    reported("county", title="快的一处")
    notices.gather(SYSTEM)
    with transaction() as session:  # as though the first had not been there to be seen
        session.execute(delete(Notice).where(Notice.label.contains("慢")))
    time.forward(minutes=5)
    assert notices.gather(SYSTEM) == len(WHO_SEES)
    assert sorted(told("property")) == ["hazard_reported"] * 2


def test_the_overlap_is_looked_at_again(time) -> None:
    reported("county")
    notices.gather(SYSTEM)
    before = db.session.scalar(select(notices.NoticePosition.entry_id))
    last = db.session.scalar(select(func.max(TrailEntry.id)))
    assert before < last, "an entry of the last ten minutes may have an older one behind it that is not committed"
    time.forward(minutes=11)
    notices.gather(SYSTEM)
    assert db.session.scalar(select(notices.NoticePosition.entry_id)) >= last


def test_who_left_is_told_nothing(time) -> None:
    with transaction() as session:
        mine = Membership.person_id == cast.person("property").id
        session.execute(update(Membership).where(mine).values(until=clock.today()))
    reported("county")
    notices.gather(SYSTEM)
    assert not told("property")
    assert told("property-head")


def test_a_last_day_that_comes_near_and_passes_is_told_once_each(time) -> None:
    hazard = assigned()
    notices.gather(SYSTEM)
    db.session.rollback()
    due = db.session.get_one(Hazard, hazard.id, populate_existing=True).due_on
    seen = []
    for days in range(-4, 10):
        at(time, f"{due + timedelta(days=days)}T09:00")
        notices.gather(SYSTEM)
        notices.gather(SYSTEM)
        kinds = told("property")
        seen.append((days, kinds.count("hazard_due"), kinds.count("hazard_overdue")))
    assert [line for line in seen if line[0] in (-4, -3, 0, 1, 9)] == [
        (-4, 0, 0),
        (-3, 1, 0),
        (0, 1, 0),
        (1, 1, 1),
        (9, 1, 1),
    ]


def test_a_title_carries_no_telephone_number(time) -> None:
    reported("county", title="请打13955700001找门卫")
    notices.gather(SYSTEM)
    assert "13955700001" not in of("property")[0].label


def test_only_the_system_makes_and_sends(app) -> None:
    for verb in (notices.gather, notice_sending.plan, notice_sending.take):
        with pytest.raises(Forbidden):
            verb(cast.actor("section"))


# Off means off


def test_what_is_off_on_the_page_is_neither_listed_nor_counted(time) -> None:
    reported("county")
    notices.gather(SYSTEM)
    actor = cast.actor("property")
    assert queries.unread(actor) == 1
    notices.switch(actor, {("hazard_reported", "page"): False})
    assert queries.unread(actor) == 0
    assert not queries.page(actor, {}).items
    reported("county", title="第二处")
    notices.gather(SYSTEM)
    assert len(of("property")) == 1, "nobody reads it, so none is made"
    notices.switch(actor, {("hazard_reported", "page"): True})
    assert queries.unread(actor) == 1


def test_off_between_making_and_sending_is_off(time, hook) -> None:
    robot("property", hook.url)
    assigned()
    notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    notices.switch(cast.actor("property"), {("hazard_assigned", "webhook"): False})
    notice_runner.run()
    assert not hook.got
    assert [(row.state, row.reason) for row in deliveries("property")] == [("suppressed", "off")]
    notices.switch(cast.actor("property"), {("hazard_assigned", "webhook"): True})
    time.forward(hours=1)
    notice_runner.run()
    assert not hook.got, "on again is not a second chance"


def test_off_before_planning_is_logged_and_never_sent(time, hook) -> None:
    robot("property", hook.url)
    notices.switch(cast.actor("property"), {("hazard_assigned", "webhook"): False})
    assigned()
    notice_runner.run()
    notices.switch(cast.actor("property"), {("hazard_assigned", "webhook"): True})
    notice_runner.run()
    assert not hook.got
    assert ("suppressed", "off") in {(row.state, row.reason) for row in deliveries("property")}


def test_a_channel_taken_away_sends_no_more(time, hook) -> None:
    robot("property", hook.url)
    assigned()
    notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    notices.set_up(cast.actor("property"), {"hook_flavour": None})
    notice_runner.run()
    assert not hook.got
    assert {row.reason for row in deliveries("property")} == {"channel_off"}


def test_a_new_channel_is_not_flooded_with_what_was_before(time, hook) -> None:
    assigned()
    notices.gather(SYSTEM)
    time.forward(minutes=1)
    robot("property", hook.url)
    notice_runner.run()
    at(time, "2026-11-04T08:00")
    notice_runner.run()
    assert not [text for text in hook.texts() if "交办" in text]


def test_no_mail_without_a_server(time) -> None:
    notices.set_up(cast.actor("property"), {"email": "zhang@example.cn"})
    assigned()
    notice_runner.run()
    assert not deliveries("property")
    assert not queries.settings(cast.actor("property")).mail_works


# At once, in quiet hours, as a digest


def test_an_urgent_one_goes_at_once_and_once(time, hook) -> None:
    robot("property", hook.url)
    hazard = assigned()
    for _run in range(3):
        notice_runner.run()
    (text,) = hook.texts()
    assert hazard.no in text
    assert "/notices/" in text
    assert [row.state for row in deliveries("property")] == ["sent"]


def test_in_quiet_hours_it_waits_until_they_end(time, hook) -> None:
    at(time, "2026-11-03T21:59")
    robot("property", hook.url, quiet_from=22 * 60, quiet_to=7 * 60)
    at(time, "2026-11-03T22:00")
    assigned()
    notice_runner.run()
    at(time, "2026-11-04T06:59")
    notice_runner.run()
    assert not hook.got
    at(time, "2026-11-04T07:00")
    notice_runner.run()
    assert len(hook.got) == 1


def test_quiet_hours_that_begin_between_making_and_sending_hold(time, hook) -> None:
    robot("property", hook.url)
    assigned()
    notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    notices.set_up(cast.actor("property"), {"quiet_from": 8 * 60, "quiet_to": 10 * 60})
    notice_runner.run()
    assert not hook.got
    at(time, "2026-11-03T10:00")
    notice_runner.run()
    assert len(hook.got) == 1


def test_one_digest_a_day_at_the_hour_of_the_person(time, mailbox) -> None:
    notices.set_up(cast.actor("property"), {"email": "zhang@example.cn", "digest_hour": 17})
    for title in ("甲处", "乙处", "丙处"):
        reported("county", title=title)
        time.forward(minutes=20)
        notice_runner.run()
    at(time, "2026-11-03T16:59")
    notice_runner.run()
    assert not mailbox.mails
    at(time, "2026-11-03T17:00")  # 09:00 UTC
    for _run in range(3):
        notice_runner.run()
    (mail,) = mailbox.mails
    text = mail.get_content()
    assert mail["To"] == "zhang@example.cn"
    assert "3 条新通知" in mail["Subject"]
    assert "新报隐患：3 条" in text
    assert all(title in text for title in ("甲处", "乙处", "丙处"))
    reported("county", title="丁处")
    at(time, "2026-11-03T23:30")
    notice_runner.run()
    at(time, "2026-11-04T16:59")
    notice_runner.run()
    assert len(mailbox.mails) == 1
    at(time, "2026-11-04T17:00")
    notice_runner.run()
    assert "丁处" in mailbox.mails[1].get_content()
    assert "甲处" not in mailbox.mails[1].get_content()
    at(time, "2026-11-05T17:00")
    notice_runner.run()
    assert len(mailbox.mails) == 2, "nothing is new, so nothing is sent"


def test_another_hour_makes_no_second_digest_of_the_day(time, mailbox) -> None:
    notices.set_up(cast.actor("property"), {"email": "zhang@example.cn", "digest_hour": 10})
    reported("county", title="甲处")
    notice_runner.run()
    at(time, "2026-11-03T10:00")
    notice_runner.run()
    reported("county", title="乙处")
    notice_runner.run()
    notices.set_up(cast.actor("property"), {"digest_hour": 15})
    at(time, "2026-11-03T15:00")
    notice_runner.run()
    assert len(mailbox.mails) == 1
    at(time, "2026-11-04T15:00")
    notice_runner.run()
    assert "乙处" in mailbox.mails[1].get_content()


def test_what_was_read_or_settled_is_not_in_the_digest(time, mailbox) -> None:
    notices.set_up(cast.actor("property"), {"email": "zhang@example.cn"})
    reported("county", title="看过的")
    reported("county", title="没看过的")
    notices.gather(SYSTEM)
    notices.mark_read(cast.actor("property"), of("property")[0].id)
    at(time, "2026-11-04T08:00")
    notice_runner.run()
    text = mailbox.mails[0].get_content()
    assert "没看过的" in text
    assert "处：看过的" not in text
    assert "1 条新通知" in mailbox.mails[0]["Subject"]


def test_a_day_that_was_moved_is_not_sent(time, hook) -> None:
    robot("property", hook.url)
    hazard = assigned()
    notice_runner.run()
    hook.got.clear()
    db.session.rollback()
    due = db.session.get_one(Hazard, hazard.id, populate_existing=True).due_on
    at(time, f"{due - timedelta(days=2)}T09:00")
    notices.gather(SYSTEM)
    assert "hazard_due" in told("property")
    with transaction() as session:
        session.execute(update(Hazard).where(Hazard.id == hazard.id).values(due_on=due + timedelta(days=30)))
    at(time, f"{due - timedelta(days=1)}T08:00")
    notice_runner.run()
    assert not [text for text in hook.texts() if hazard.no in text]


def test_what_may_no_longer_be_seen_is_not_sent(time, hook) -> None:
    robot("property", hook.url)
    hazard = assigned()
    notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    with transaction() as session:
        other = cast.unit("property2").id
        session.execute(update(Hazard).where(Hazard.id == hazard.id).values(unit_id=other, elevator_id=None))
    notice_runner.run()
    assert not [text for text in hook.texts() if hazard.no in text]
    assert "unseen" in {row.reason for row in deliveries("property")}
    assert all(shown.row is None for shown in queries.page(cast.actor("property"), {}).items)


# What does not arrive


def test_what_fails_is_tried_again_later_and_later_and_given_up(time, hook) -> None:
    robot("property", hook.url)
    assigned()
    hook.status = 503
    tries = []
    for _minute in range(60 * 24):
        before = len(hook.got)
        notice_runner.run()
        if len(hook.got) > before:
            tries.append(time.at)
        row = deliveries("property")[0]
        if row.state == "failed":
            break
        time.at = max(time.at + timedelta(minutes=1), row.next_at - timedelta(minutes=1))
    pauses = [later - sooner for sooner, later in itertools.pairwise(tries)]
    assert len(tries) == 6
    assert all(later > sooner for sooner, later in itertools.pairwise(pauses))
    assert (row.state, row.attempts, row.reason) == ("failed", 6, "refused: HTTP 503")
    time.forward(days=1)
    notice_runner.run()
    assert len([text for text in hook.texts() if "交办" in text]) == 6


def test_a_dead_mail_server_keeps_nobody_else_waiting(time, mailbox, hook) -> None:
    notices.set_up(cast.actor("property"), {"email": "zhang@example.cn"})
    notices.set_up(cast.actor("property-head"), {"email": "cheng@example.cn", "quiet_from": None, "quiet_to": None})
    robot("county2", hook.url)
    assigned()
    dead = mailbox.set_up() | {"smtp_port": 1}
    with settings(hooks_private=True, **dead):
        notice_runner.run()
    assert hook.got
    assert {row.state for login in ("property", "property-head") for row in deliveries(login)} == {"waiting"}
    attempts = sorted(row.attempts for login in ("property", "property-head") for row in deliveries(login))
    assert attempts == [0, 1], "one waits for the dead server, the other is not counted"
    time.forward(minutes=3)
    notice_runner.run()
    assert {mail["To"] for mail in mailbox.mails} == {"zhang@example.cn", "cheng@example.cn"}


def test_a_worker_that_died_while_sending_is_not_repeated(time, hook) -> None:
    robot("property", hook.url)
    assigned()
    notices.gather(SYSTEM)
    notice_sending.plan(SYSTEM)
    assert notice_sending.take(SYSTEM) is not None
    assert notice_sending.take(SYSTEM) is None
    time.forward(minutes=6)
    notice_runner.run()
    assert not hook.got
    assert [(row.state, row.reason) for row in deliveries("property")] == [("failed", "interrupted")]


def test_what_is_wrong_with_one_message_stops_no_other(time, hook, monkeypatch) -> None:
    robot("property", hook.url)
    robot("county2", hook.url)
    assigned()
    real, broken = notice_runner.written, []

    def written(message):
        if not broken:
            broken.append(message)
            raise ValueError("no words")
        return real(message)

    monkeypatch.setattr(notice_runner, "written", written)
    notice_runner.run()
    assert len(hook.got) == 1


# The settings


def test_the_settings_of_a_robot(time) -> None:
    actor = cast.actor("property")
    with pytest.raises(Invalid):
        notices.set_up(actor, {"hook_flavour": "wecom"})
    robot("property", "https://a.example.cn/x", "dingtalk", hook_secret="SECone", hook_for_unit=True)
    robot("property", "", "dingtalk", hook_for_unit=True)
    row = db.session.scalar(select(NoticeSetting).execution_options(populate_existing=True))
    assert (row.hook_url, row.hook_secret) == ("https://a.example.cn/x", "SECone")
    with pytest.raises(Conflict):
        robot("property-head", "https://b.example.cn/x", hook_for_unit=True)
    with pytest.raises(Forbidden):
        robot("tech1", "https://b.example.cn/x", hook_for_unit=True)
    robot("property", "https://c.example.cn/x", "dingtalk")
    row = db.session.scalar(select(NoticeSetting).execution_options(populate_existing=True))
    assert (row.hook_secret, row.hook_unit_id) == (None, None), "a secret belongs to its address"
    trail = list(db.session.scalars(select(TrailEntry.data).where(TrailEntry.act == "notice.set")))
    assert "SECone" not in str(trail)
    assert "example.cn" not in str(trail)


def test_one_of_the_quiet_hours_alone_is_refused(time) -> None:
    with pytest.raises(Invalid):
        notices.set_up(cast.actor("property"), {"quiet_from": 60})
    with pytest.raises(Invalid):
        notices.switch(cast.actor("property"), {("no_such", "page"): False})


def test_nobody_reads_for_another(time) -> None:
    reported("county")
    notices.gather(SYSTEM)
    mine = of("property")[0]
    for login in ("property-head", "section", "dangshan"):
        with pytest.raises(Missing):
            notices.mark_read(cast.actor(login), mine.id)
    notices.mark_read(cast.actor("property"), mine.id)
    notices.mark_read(cast.actor("property"), mine.id)
    acts = db.session.scalars(select(TrailEntry.act).where(TrailEntry.act == "notice.read")).all()
    assert len(acts) == 1


# Each once, whoever runs


STEPS = st.lists(
    st.sampled_from(["report", "gather", "plan", "send", "run", "minute", "night", "off", "on"]), max_size=14
)


@given(STEPS)
@tried(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_in_any_order_each_goes_out_at_most_once(time, hook, steps) -> None:
    at(time, "2026-11-03T09:00")
    with transaction() as session:
        for model in (notice_sending.NoticeDeliveryItem, NoticeDelivery, Notice):
            session.execute(delete(model))
    hook.got.clear()
    robot("property", hook.url)
    made = []
    for step in [*steps, "gather", "night", "run", "run"]:
        match step:
            case "report":
                made.append(f"隐患第{len(made)}处。")
                reported("county", title=made[-1])
            case "gather":
                notices.gather(SYSTEM)
            case "plan":
                notice_sending.plan(SYSTEM)
            case "send" | "run":
                notice_runner.run()
            case "minute":
                time.forward(minutes=7)
            case "night":
                at(time, f"{clock.today() + timedelta(days=1)}T08:00")
            case "off" | "on":
                notices.switch(cast.actor("property"), {("hazard_reported", "webhook"): step == "on"})
    notices.switch(cast.actor("property"), {("hazard_reported", "webhook"): True})
    sent = "\n".join(hook.texts())
    assert all(sent.count(title) <= 1 for title in made)
    if "off" not in steps:
        assert all(sent.count(title) == 1 for title in made if steps.count("night") < 2)
    assert len(told("property")) == len({notice.key for notice in of("property")})


def test_in_many_threads_each_is_told_once(separate, monkeypatch) -> None:  # noqa: F811
    start()
    reported("county")
    made, errors = [], []

    def run() -> None:
        with separate.app_context():
            try:
                made.append(notices.gather(SYSTEM))
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(made) == [0, 0, 0, len(WHO_SEES)]


def test_in_two_processes_each_is_sent_once(separate, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(clock, "now", REAL_NOW)
    start()
    with serving(Hook()) as hook:
        robot("property", hook.url)
        assigned()
        config = settings_of.current()
        env = {
            **os.environ,
            "REGISTRY_DATABASE_URL": config.database_url,
            "REGISTRY_SECRET_KEY": config.secret_key.decode(),
            "REGISTRY_FILES_DIR": str(config.files_dir),
            "REGISTRY_HOOKS_PRIVATE": "true",
        }
        db.session.remove()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "notices", "send"]
        both = [subprocess.Popen(command, cwd=ROOT, env=env) for _number in range(2)]
        assert [process.wait(timeout=120) for process in both] == [0, 0]
        assert len([text for text in hook.texts() if "交办" in text]) == 1
        assert told("property").count("hazard_assigned") == 1

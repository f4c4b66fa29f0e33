"""Guessing is stopped for everybody alike; nobody is locked out for ever; sessions end when they should."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Invalid, Missing, Unknown
from registry.models import KnownDevice, Membership, Notice, Person, SignIn, SignInFailure, TrailEntry
from registry.queries import accounts as queries
from registry.services import accounts, attempts, notices, people
from registry.services.accounts import Browser, Limits
from seeds import cast
from tests.notices_factory import start
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture

LIMITS = Limits(5, 15)
HOME, HERE, ELSEWHERE = "10.1.0.1", "10.1.0.2", "203.0.113.9"
OWN = Browser("the owner's cookie", "Firefox · Windows", HOME)
IDLE, LONGEST = timedelta(minutes=480), timedelta(hours=72)


def sign_in(login="section", password=cast.PASSWORD, address=HERE, browser=accounts.UNKNOWN_BROWSER):
    return accounts.sign_in(login, password, address, LIMITS, browser)


def refused(login="section", password="wrong", address=HERE, browser=accounts.UNKNOWN_BROWSER) -> str:
    with pytest.raises(Unknown) as caught:
        sign_in(login, password, address, browser)
    return str(caught.value.detail)


def failures(subject: str) -> int:
    return int(db.session.scalar(select(func.count()).where(SignInFailure.subject == subject)) or 0)


def at(monkeypatch, moment) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_after_five_failures_the_right_password_is_answered_like_a_wrong_one(app) -> None:
    said = {refused() for _ in range(5)}
    said |= {refused(password=cast.PASSWORD), refused("nobody-at-all"), refused("auditor", address=ELSEWHERE)}
    assert len(said) == 1


def test_a_lock_ends_on_its_second_and_is_not_prolonged_by_more_attempts(app, monkeypatch) -> None:
    begun = clock.now()
    at(monkeypatch, begun)
    for _ in range(5):
        refused()
    for minute in range(1, 15):
        at(monkeypatch, begun + timedelta(minutes=minute))
        refused(password=cast.PASSWORD)
    at(monkeypatch, begun + timedelta(minutes=15) - timedelta(seconds=1))
    refused(password=cast.PASSWORD)
    at(monkeypatch, begun + timedelta(minutes=15))
    assert sign_in()[1].name == cast.person("section").name


def test_the_owner_comes_in_from_a_known_device_while_an_attacker_locks_the_account(app) -> None:
    sign_in(browser=OWN)
    for _ in range(7):
        refused(address=ELSEWHERE)
    refused(password=cast.PASSWORD, address=ELSEWHERE)
    assert sign_in(browser=OWN)
    refused(password=cast.PASSWORD, browser=Browser("a cookie that was made up"))


def test_a_stolen_device_cookie_has_no_more_attempts_than_anybody(app) -> None:
    sign_in(browser=OWN)
    for _ in range(5):
        refused(browser=OWN)
    refused(password=cast.PASSWORD, browser=OWN)
    assert sign_in("county", browser=OWN), "for another person it is an unknown one"


def test_an_address_is_stopped_whatever_the_logins(app) -> None:
    for number in range(50):
        refused(f"somebody{number}", address=ELSEWHERE)
    refused(password=cast.PASSWORD, address=ELSEWHERE)
    assert sign_in(address=HERE), "others come in"


def test_a_good_sign_in_does_not_wipe_what_an_address_failed(app) -> None:
    for number in range(50):
        refused(f"somebody{number}", address=ELSEWHERE)
        if number < 49:
            sign_in(address=ELSEWHERE)
    refused(password=cast.PASSWORD, address=ELSEWHERE)


def test_an_ipv6_subscriber_is_one_address(app) -> None:
    assert attempts.source("2001:db8:1:2::1") == attempts.source("2001:db8:1:2:ffff::9")
    assert attempts.source("2001:db8:1:3::1") != attempts.source("2001:db8:1:2::1")
    assert attempts.source("10.0.0.1") != attempts.source("10.0.0.2")


def test_a_good_password_clears_the_login(app) -> None:
    for _ in range(4):
        refused()
    sign_in()
    assert failures("login:section") == 0
    for _ in range(4):
        refused()
    assert sign_in()


def test_many_at_once_have_five_attempts_between_them(separate, monkeypatch) -> None:  # noqa: F811
    tried: list[str] = []
    verify = accounts._matches
    monkeypatch.setattr(accounts, "_matches", lambda hashed, password: tried.append(password) or verify(hashed, "no"))
    counted: list[object] = []
    spend = attempts.spend
    monkeypatch.setattr(attempts, "spend", lambda *given: counted.append(found := spend(*given)) or found)
    gate = threading.Barrier(12)

    def guess(number: int) -> None:
        with separate.app_context():
            gate.wait()
            refused(password=str(number), address=f"10.9.0.{number}")
            db.session.remove()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 12, "each takes its time"
    assert sum(found is not None for found in counted) == 5


def test_unknown_wrong_and_locked_take_the_same_time(app) -> None:
    def seconds(**given) -> float:
        taken = []
        for number in range(7):
            begun = time.perf_counter()
            refused(address=f"10.{number}.0.9", **given)
            taken.append(time.perf_counter() - begun)
        return statistics.median(taken)

    for _ in range(5):
        refused("county")
    wrong = seconds(login="section")
    nobody, locked = seconds(login="nobody"), seconds(login="county", password=cast.PASSWORD)
    # The hash alone takes far longer than all the rest: without it the answer would come in a fraction of the time.
    for other in (nobody, locked):
        assert 0.5 < other / wrong < 2


def test_who_is_stopped_or_has_no_role_is_answered_alike(app) -> None:
    said = refused("nobody")
    with transaction() as session:
        session.execute(update(Person).where(Person.login == "tech1").values(disabled=True))
        ended = cast.person("tech2").id
        session.execute(update(Membership).where(Membership.person_id == ended).values(until=clock.today()))
    assert refused("tech1", cast.PASSWORD) == refused("tech2", cast.PASSWORD, ELSEWHERE) == said


def test_a_session_ends_on_the_second_of_its_idleness_and_of_its_age(app, monkeypatch) -> None:
    begun = clock.now()
    at(monkeypatch, begun)
    secret, _actor = sign_in()

    def lives(after: timedelta) -> bool:
        at(monkeypatch, begun + after)
        return queries.actor_of_cookie(secret, IDLE, LONGEST, "") is not None

    second = timedelta(seconds=1)
    assert lives(IDLE - second)
    assert not lives(IDLE)
    db.session.execute(update(SignIn).values(seen_at=begun + LONGEST))
    db.session.commit()
    assert lives(LONGEST - second)
    assert not lives(LONGEST)


def test_a_change_of_password_ends_every_session(app) -> None:
    (first, actor), (second, _) = sign_in(), sign_in()
    accounts.change_password(actor, cast.PASSWORD, "tea at nine, soup at ten")
    for secret in (first, second):
        assert queries.actor_of_cookie(secret, IDLE, LONGEST, "") is None
    refused(password=cast.PASSWORD)
    assert sign_in(password="tea at nine, soup at ten")


@pytest.mark.parametrize("password", ["1234567890", "section-section", "password-1234"])
def test_a_bad_new_password_changes_nothing(app, password) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.change_password(cast.actor("section"), cast.PASSWORD, password)
    assert list(caught.value.errors) == ["new"]
    assert sign_in()


def test_whose_password_a_manager_sets_is_signed_out(app) -> None:
    secret, _ = sign_in("tech1")
    login = {"login": "tech1", "password": "tea at nine, soup at ten"}
    with pytest.raises(Invalid):
        people.set_login(cast.actor("company"), cast.person("tech1").id, {**login, "password": "woaini1314520"})
    people.set_login(cast.actor("company"), cast.person("tech1").id, {"login": "tech1"})
    assert queries.actor_of_cookie(secret, IDLE, LONGEST, ""), "nothing changed"
    people.set_login(cast.actor("company"), cast.person("tech1").id, login)
    assert queries.actor_of_cookie(secret, IDLE, LONGEST, "") is None


def test_another_role_comes_with_another_secret(app) -> None:
    with transaction() as session:
        row = Membership(
            person_id=cast.person("tech1").id,
            unit_id=cast.unit("company2").id,
            role="technician",
            since=clock.today(),
        )
        session.add(row)
    secret, actor = sign_in("tech1")
    other, chosen = accounts.act_as(actor, secret, row.id)
    assert chosen.unit_id == row.unit_id
    assert queries.actor_of_cookie(secret, IDLE, LONGEST, "") is None
    found = queries.actor_of_cookie(other, IDLE, LONGEST, "")
    assert found is not None
    assert found[0].unit_id == row.unit_id


def test_one_ends_a_session_of_ones_own_or_all(app) -> None:
    (here, actor), (there, _), (elses, other) = sign_in(browser=OWN), sign_in(), sign_in("county")
    listed = queries.sessions_of(actor, here, IDLE, LONGEST)
    assert [(one.browser, one.here) for one in listed if one.here] == [("Firefox · Windows", True)]
    away = next(one for one in listed if not one.here)
    with pytest.raises(Missing):
        accounts.end_session(other, away.id)
    accounts.end_session(actor, away.id)
    with pytest.raises(Missing):
        accounts.end_session(actor, away.id)
    assert queries.actor_of_cookie(there, IDLE, LONGEST, "") is None
    assert queries.actor_of_cookie(here, IDLE, LONGEST, "")
    assert accounts.end_sessions(actor) == 1
    assert queries.actor_of_cookie(here, IDLE, LONGEST, "") is None
    assert queries.actor_of_cookie(elses, IDLE, LONGEST, "")


def test_a_new_device_is_told_to_its_owner_alone(app) -> None:
    start()
    sign_in(browser=OWN)
    sign_in(browser=OWN)
    sign_in(browser=accounts.UNKNOWN_BROWSER)
    assert not db.session.scalar(select(TrailEntry.id).where(TrailEntry.act == "person.new_device"))
    sign_in(browser=Browser("another cookie", "Chrome · Android", ELSEWHERE))
    notices.gather(SYSTEM)
    told = db.session.execute(
        select(Person.login, Notice.urgent, Notice.label)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.kind == "new_device")
    ).all()
    assert told == [("section", True, "section")]
    assert db.session.scalar(select(func.count()).select_from(KnownDevice)) == 2

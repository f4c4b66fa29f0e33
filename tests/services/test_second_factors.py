"""The second factor: enrolled by a code, asked for at sign-in, each code once, reset by somebody else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Unknown
from registry.models import Membership, Parameter, RecoveryCode, SecondFactor, TrailEntry
from registry.queries import accounts as account_queries
from registry.queries import second_factors as queries
from registry.services import accounts, second_factors
from registry.services.accounts import Limits
from seeds import cast
from tests.services.test_anomalies_race import separate  # noqa: F401  # a fixture

LIMITS = Limits(5, 15)
IDLE, LONGEST = timedelta(minutes=480), timedelta(hours=72)
SALT = "a salt"


def sign_in(login: str):
    return accounts.sign_in(login, cast.PASSWORD, "10.1.0.2", LIMITS)


def counts(secret: str) -> bool:
    return account_queries.actor_of_cookie(secret, IDLE, LONGEST, "") is not None


def waits(secret: str) -> str:
    found = account_queries.halfway_of_cookie(secret, "")
    return found[1].waits_for if found else ""


def code(login: str, steps: int = 0) -> str:
    """What the telephone shows now, or so many steps later."""
    secret = queries.secret_of(cast.person(login).id, SALT)
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


def enrolled(login: str) -> tuple[str, list[str]]:
    secret, actor = sign_in(login)
    return second_factors.enrol(actor, secret, SALT, code(login))


def later(monkeypatch, **span) -> None:
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: moment)


def require(value: str) -> None:
    with transaction() as session:
        session.add(Parameter(key=queries.PARAMETER, value=value, since=clock.today(), basis="test", certainty="G"))


def test_whoever_has_one_is_asked_after_the_password(app, monkeypatch) -> None:
    cookie, codes = enrolled("section")
    assert counts(cookie)
    assert (len(codes), len(set(codes))) == (10, 10)
    later(monkeypatch, minutes=1)
    secret, actor = sign_in("section")
    assert (counts(secret), waits(secret)) == (False, "code")
    full = second_factors.prove(actor, secret, code("section"))
    assert counts(full)
    assert not counts(secret)
    assert not waits(secret)


def test_enrolling_ends_the_sessions_that_only_a_password_opened(app) -> None:
    old, _ = sign_in("section")
    cookie, _codes = enrolled("section")
    assert not counts(old)
    assert counts(cookie)


def test_a_wrong_code_enrols_nobody(app) -> None:
    secret, actor = sign_in("section")
    for wrong in ("000000", "", "abcdef", code("section", steps=-2), code("section", steps=2), "１２３４５６"):
        with pytest.raises(Invalid):
            second_factors.enrol(actor, secret, SALT, wrong)
    assert not queries.has_one(actor.person_id)
    second_factors.enrol(actor, secret, SALT, code("section"))
    with pytest.raises(Unknown):
        accounts.act_as(actor, secret, actor.membership_id)  # the secret of before is void


def test_one_has_one_of_them(app) -> None:
    cookie, _codes = enrolled("section")
    with pytest.raises(Conflict):
        second_factors.enrol(cast.actor("section"), cookie, "other", code("section"))


def test_each_code_is_good_once_and_none_that_is_older(app, monkeypatch) -> None:
    enrolled("section")
    actor = cast.actor("section")
    with pytest.raises(Invalid):
        second_factors.check(actor, code("section"))  # enrolling used it up
    later(monkeypatch, minutes=2)
    second_factors.check(actor, code("section"))
    for used in (code("section"), code("section", steps=-1)):
        with pytest.raises(Invalid):
            second_factors.check(actor, used)
    second_factors.check(actor, code("section", steps=1))  # a telephone that is 30 s fast
    later(monkeypatch, seconds=30)
    with pytest.raises(Invalid):
        second_factors.check(actor, code("section"))


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(app, monkeypatch, steps, good) -> None:
    enrolled("section")
    later(monkeypatch, minutes=10)
    if good:
        second_factors.check(cast.actor("section"), code("section", steps))
    else:
        with pytest.raises(Invalid):
            second_factors.check(cast.actor("section"), code("section", steps))


def test_two_requests_with_one_code(separate, monkeypatch) -> None:  # noqa: F811
    enrolled("section")
    later(monkeypatch, minutes=2)
    actor, good, outcomes, gate = cast.actor("section"), code("section"), [], threading.Barrier(4)
    db.session.rollback()

    def use() -> None:
        with separate.app_context():
            gate.wait()
            try:
                second_factors.check(actor, good)
                outcomes.append(True)
            except Invalid:
                outcomes.append(False)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]


def test_codes_are_not_guessed(app, monkeypatch) -> None:
    enrolled("section")
    later(monkeypatch, minutes=2)
    secret, actor = sign_in("section")
    for wrong in range(5):
        with pytest.raises(Invalid):
            second_factors.prove(actor, secret, f"{wrong:06d}")
    again, _ = sign_in("section")  # another session has no attempts of its own
    with pytest.raises(Invalid):
        second_factors.prove(actor, again, code("section"))
    later(monkeypatch, minutes=15)
    fresh, _ = sign_in("section")
    assert counts(second_factors.prove(actor, fresh, code("section")))


def test_a_password_alone_is_over_after_a_quarter_of_an_hour(app, monkeypatch) -> None:
    enrolled("section")
    secret, _actor = sign_in("section")
    later(monkeypatch, minutes=14, seconds=59)
    assert waits(secret) == "code"
    later(monkeypatch, seconds=1)
    assert not waits(secret)


def test_a_recovery_code_is_good_once_however_it_is_written(app) -> None:
    _cookie, codes = enrolled("section")
    actor = cast.actor("section")
    second_factors.check(actor, codes[0].upper().replace("-", " "))
    with pytest.raises(Invalid):
        second_factors.check(actor, codes[0])
    second_factors.check(actor, codes[1])
    assert queries.own(actor).codes_left == 8
    assert not {row.code_hash for row in db.session.scalars(select(RecoveryCode))} & set(codes)
    with pytest.raises(Invalid):
        second_factors.check(cast.actor("section"), "")


def test_codes_of_another_person_are_good_for_nothing(app) -> None:
    _cookie, codes = enrolled("section")
    enrolled("county")
    with pytest.raises(Invalid):
        second_factors.check(cast.actor("county"), codes[0])


def test_other_recovery_codes_make_the_old_void(app, monkeypatch) -> None:
    _cookie, old = enrolled("section")
    actor = cast.actor("section")
    with pytest.raises(Invalid):
        second_factors.new_codes(actor, "000000")
    new = second_factors.new_codes(actor, old[0])
    with pytest.raises(Invalid):
        second_factors.check(actor, old[1])
    second_factors.check(actor, new[0])


def test_who_must_have_one_by_the_parameter(app) -> None:
    held = {
        login: cast.person(login).id
        for login in ("admin", "security", "auditor", "leader", "county-leader", "section", "company")
    }
    expected = {
        "0": set(),
        "1": {"admin", "security", "auditor"},
        "2": {"admin", "security", "auditor", "leader", "county-leader"},
        "3": {"admin", "security", "auditor", "leader", "county-leader", "section"},
        "7": {"admin", "security", "auditor", "leader", "county-leader", "section"},
    }
    for value, logins in expected.items():
        with transaction() as session:
            session.query(Parameter).filter_by(key=queries.PARAMETER).update({"value": value})
        assert {login for login, id_ in held.items() if queries.is_required(id_)} == logins, value


def test_who_must_have_one_is_led_to_it(app, monkeypatch) -> None:
    require("2")
    secret, actor = sign_in("leader")
    assert (counts(secret), waits(secret)) == (False, "enrolment")
    assert counts(sign_in("section")[0])
    full, _codes = second_factors.enrol(actor, secret, SALT, code("leader"))
    assert counts(full)
    signed = select(func.count()).where(TrailEntry.act == "person.signed_in", TrailEntry.person_id == actor.person_id)
    assert db.session.scalar(signed) == 1


def test_nobody_slips_into_such_a_role_from_another(app) -> None:
    require("2")
    secret, actor = sign_in("section")
    with transaction() as session:
        row = Membership(person_id=actor.person_id, unit_id=actor.unit_id, role="leader_city", since=clock.today())
        session.add(row)
    with pytest.raises(Forbidden):
        accounts.act_as(actor, secret, row.id)
    cookie, _codes = second_factors.enrol(actor, secret, SALT, code("section"))
    assert accounts.act_as(actor, cookie, row.id)[1].role == "leader_city"


def test_a_token_asks_for_a_code_and_goes_without_one_then(app, monkeypatch) -> None:
    _cookie, codes = enrolled("section")
    actor = cast.actor("section")
    for wrong in ("", "000000"):
        with pytest.raises(Invalid):
            accounts.create_token(actor, "test", 1, wrong)
    token = accounts.create_token(actor, "test", 1, codes[0])
    for _ in range(3):
        assert account_queries.actor_of_token(token, "") is not None
    assert accounts.create_token(cast.actor("county"), "test", 1)


def test_a_reset_takes_it_away_ends_sessions_and_says_why(app) -> None:
    cookie, _codes = enrolled("section")
    person = cast.person("section")
    with pytest.raises(Forbidden):
        second_factors.reset(cast.actor("leader"), person.id, "lost")
    second_factors.reset(cast.actor("security"), person.id, "手机丢失")
    assert not counts(cookie)
    assert counts(sign_in("section")[0])
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "second_factor.reset")).one()
    assert (entry.subject_id, entry.data) == (person.id, {"reason": "手机丢失"})
    with pytest.raises(Conflict):
        second_factors.reset(cast.actor("security"), person.id, "again")


def test_nobody_resets_the_own(app) -> None:
    enrolled("security")
    with pytest.raises(Forbidden):
        second_factors.reset(cast.actor("security"), cast.person("security").id, "lost")


def test_it_is_removed_with_a_code(app) -> None:
    _cookie, codes = enrolled("section")
    with pytest.raises(Invalid):
        second_factors.remove(cast.actor("section"), "000000")
    second_factors.remove(cast.actor("section"), codes[0])
    assert db.session.scalar(select(func.count()).select_from(SecondFactor)) == 0
    assert counts(sign_in("section")[0])


def test_the_table_alone_opens_nothing(app) -> None:
    enrolled("section")
    row = db.session.scalars(select(SecondFactor)).one()
    secret = queries.secret_of(row.person_id, row.salt)
    assert secret not in repr([row.salt, row.last_step, row.since])
    assert queries.secret_of(row.person_id + 1, row.salt) != secret

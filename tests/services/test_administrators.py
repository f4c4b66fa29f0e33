"""The three administrators watch each other: what each may, what needs a second person, and that nobody rises alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from registry import clock, policy
from registry.actor import ADMINISTRATORS, SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Invalid, Missing, Unknown
from registry.models import AccessRequest, ApiToken, Membership, Notice, Person, SecondFactor, TrailEntry
from registry.permissions import PERMISSIONS
from registry.queries import access_requests as queries
from registry.queries import second_factors as factor_queries
from registry.queries.accounts import actor_of_token
from registry.services import (
    access_decisions,
    account_keeping,
    accounts,
    notices,
    parameters,
    people,
    second_factors,
)
from registry.services.accounts import Limits
from seeds import cast
from tests.notices_factory import start

LIMITS = Limits(5, 15)
ALONE = {  # permission -> the only one of the three who has it
    "person.grant_role": "security_admin",
    "person.end_role": "security_admin",
    "person.set_login": "security_admin",
    "person.unlock": "security_admin",
    "person.revoke_tokens": "security_admin",
    "second_factor.reset": "security_admin",
    "parameter.set_access": "security_admin",
    "parameter.set": "admin",
    "unit.register": "admin",
    "job.repeat": "admin",
    "trail.read": "auditor",
    "audit.verify": "auditor",
}


def held(login: str) -> set[str]:
    return queries.administrator_roles(cast.person(login).id)


def ask(login: str, role: str, by: str = "security"):
    unit = cast.unit("city").id
    return people.grant_role(cast.actor(by), cast.person(login).id, {"unit_id": unit, "role": role})


def end(*roles: str) -> None:
    with transaction() as session:
        session.execute(update(Membership).where(Membership.role.in_(roles)).values(until=clock.today()))


@pytest.mark.parametrize(("permission", "role"), sorted(ALONE.items()))
def test_each_has_what_the_others_have_not(permission, role) -> None:
    assert PERMISSIONS[permission] & ADMINISTRATORS == {role}


def test_accounts_are_kept_by_somebody_who_sees_nothing_of_the_trade(app) -> None:
    mine = {name for name, roles in PERMISSIONS.items() if "security_admin" in roles}
    subjects = {name.partition(".")[0] for name in mine}
    assert subjects == {
        "access_request",
        "account",
        "area",
        "notice",
        "parameter",
        "person",
        "personal",
        "second_factor",
        "token",
        "unit",
    }
    assert {name for name in mine if name.startswith("unit.")} == {"unit.read"}


def test_the_auditor_changes_nothing_but_its_own(app) -> None:
    changing = {
        name
        for name, roles in PERMISSIONS.items()
        if "auditor" in roles and not name.partition(".")[2].startswith(("read", "survey", "find", "oversee"))
    }
    own = ("account.", "token.", "notice.", "saved_view.", "file.store", "job.ask", "rule.ask", "snapshot.fetch")
    # What a downloaded paper looked like is kept by whoever downloads it first.
    assert {name for name in changing if not name.startswith(own)} == {"audit.verify", "paper.keep_file"}


@pytest.mark.parametrize("login", ["admin", "security"])
def test_traces_are_read_by_somebody_else_and_taken_away_by_nobody(login, actor) -> None:
    assert not policy.may(actor(login), "trail.read")
    accounts.sign_in(login, cast.PASSWORD, "10.0.0.1", LIMITS)
    with pytest.raises(Exception, match="can only grow"), transaction() as session:
        session.execute(update(TrailEntry).values(role="nobody"))


def test_an_administrator_is_made_by_two(app) -> None:
    asked = ask("safety", "admin")
    assert isinstance(asked, AccessRequest)
    assert held("safety") == set()
    with pytest.raises(Forbidden):
        access_decisions.decide(cast.actor("security"), asked.id, True)
    with pytest.raises(Forbidden):
        access_decisions.decide(cast.actor("section"), asked.id, True)
    with pytest.raises(Conflict):
        ask("safety", "admin")
    access_decisions.decide(cast.actor("leader"), asked.id, True)
    assert held("safety") == {"admin"}
    with pytest.raises(Conflict):
        access_decisions.decide(cast.actor("leader"), asked.id, True)
    with pytest.raises(Missing):
        access_decisions.decide(cast.actor("leader"), asked.id + 100, True)
    acts = select(TrailEntry.act, TrailEntry.person_id).where(TrailEntry.subject == "access_request")
    assert db.session.execute(acts.order_by(TrailEntry.id)).all() == [
        ("access_request.asked", cast.person("security").id),
        ("access_request.granted", cast.person("leader").id),
    ]


def test_nobody_gives_a_right_to_himself(app) -> None:
    asked = ask("security", "section_city")
    with pytest.raises(Forbidden):
        access_decisions.decide(cast.actor("security"), asked.id, True)
    access_decisions.decide(cast.actor("leader"), asked.id, False)
    assert asked.state == "refused"
    roles = select(Membership.role).where(Membership.person_id == cast.person("security").id)
    assert db.session.scalars(roles).all() == ["security_admin"]
    keeper, leader = another_keeper(), cast.actor("leader")
    asked = ask("leader", "admin")
    with pytest.raises(Forbidden):
        access_decisions.decide(leader, asked.id, True)  # who gains does not decide
    access_decisions.decide(keeper, asked.id, True)
    assert held("leader") == {"admin"}


def another_keeper():
    """A second security administrator."""
    with transaction() as session:
        person = cast.person("desk2")
        session.execute(
            update(Membership)
            .where(Membership.person_id == person.id)
            .values(role="security_admin", unit_id=cast.unit("city").id)
        )
    return cast.actor("desk2")


def test_other_roles_are_given_at_once(app) -> None:
    assert isinstance(ask("desk", "section_city"), Membership)
    with pytest.raises(Invalid):
        people.grant_role(cast.actor("company"), cast.person("tech1").id, {"unit_id": None, "role": "leader_city"})


def test_the_three_are_three_people(app) -> None:
    with pytest.raises(Conflict):
        ask("auditor", "admin")
    asked = ask("safety", "admin")
    access_decisions.decide(cast.actor("leader"), asked.id, True)
    with pytest.raises(Conflict):
        ask("safety", "auditor")
    with pytest.raises(Conflict):
        account_keeping.end_role(cast.actor("security"), cast.person("auditor").id, cast.actor("auditor").membership_id)


def test_two_requests_do_not_make_one_person_two_administrators(app) -> None:
    first, second = ask("safety", "admin"), ask("safety", "auditor")
    access_decisions.decide(cast.actor("leader"), first.id, True)
    with pytest.raises(Conflict):
        access_decisions.decide(cast.actor("leader"), second.id, True)
    assert held("safety") == {"admin"}
    assert second.state == "waiting"


def test_where_nobody_else_could_decide_it_happens_at_once(app) -> None:
    end("leader_city")
    assert isinstance(ask("safety", "security_admin"), Membership)
    assert isinstance(ask("property", "admin"), AccessRequest), "now there is somebody"


def test_a_new_person_with_such_a_role_waits_too(app) -> None:
    unit = cast.unit("city").id
    person = people.register(cast.actor("security"), {"name": "新人", "unit_id": unit, "role": "auditor"})
    assert queries.administrator_roles(person.id) == set()
    asked = db.session.scalars(select(AccessRequest)).one()
    assert (asked.person_id, asked.role, asked.state) == (person.id, "auditor", "waiting")


@pytest.mark.parametrize("login", ["admin", "auditor", "section"])
def test_the_others_keep_no_accounts(login, actor) -> None:
    who, person = actor(login), cast.person("tech1").id
    for verb in (
        lambda: people.grant_role(who, person, {"unit_id": cast.unit("company").id, "role": "technician"}),
        lambda: people.set_login(who, person, {"login": "x", "password": "tea at nine, soup"}),
        lambda: account_keeping.end_role(who, person, actor("tech1").membership_id),
        lambda: account_keeping.unlock(who, person, "x"),
        lambda: account_keeping.revoke_tokens(who, person, "x"),
        lambda: second_factors.reset(who, person, "x"),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_parameters_of_access_are_not_the_systems(actor) -> None:
    today = clock.today()
    with pytest.raises(Forbidden):
        parameters.set_parameter(actor("admin"), factor_queries.PARAMETER, "2", today)
    with pytest.raises(Forbidden):
        parameters.set_parameter(actor("security"), "paperless.window_days", "20", today)
    assert parameters.set_parameter(actor("admin"), "paperless.window_days", "20", today)
    assert parameters.set_parameter(actor("security"), factor_queries.PARAMETER, "1", today)


def test_the_second_factor_of_an_administrator_is_reset_by_two(app) -> None:
    person = cast.person("auditor")
    with transaction() as session:
        session.add(SecondFactor(person_id=person.id, salt="x", last_step=0, since=clock.now()))
    asked = second_factors.reset(cast.actor("security"), person.id, "手机丢失")
    assert factor_queries.has_one(person.id)
    access_decisions.decide(cast.actor("leader"), asked.id, True)
    assert not factor_queries.has_one(person.id)


def test_a_lock_is_opened_with_a_reason(app) -> None:
    for _ in range(5):
        with pytest.raises(Unknown):
            accounts.sign_in("tech1", "wrong", "10.0.0.1", LIMITS)
    with pytest.raises(Unknown):
        accounts.sign_in("tech1", cast.PASSWORD, "10.0.0.1", LIMITS)
    assert account_keeping.unlock(cast.actor("security"), cast.person("tech1").id, "本人到场") == 5
    assert accounts.sign_in("tech1", cast.PASSWORD, "10.0.0.1", LIMITS)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "person.unlocked")).one()
    assert entry.data == {"count": 5, "reason": "本人到场"}


def test_tokens_of_somebody_are_revoked(app) -> None:
    token, other = (accounts.create_token(cast.actor(login), "x", 1) for login in ("tech1", "tech2"))
    assert account_keeping.revoke_tokens(cast.actor("security"), cast.person("tech1").id, "程序丢失") == 1
    assert actor_of_token(token, "") is None
    assert actor_of_token(other, "")
    assert db.session.scalars(select(ApiToken.revoked_at).order_by(ApiToken.id)).all()[1] is None


def test_a_role_ends_with_its_sessions(app) -> None:
    actor = cast.actor("tech1")
    token = accounts.create_token(actor, "x", 1)
    with pytest.raises(Missing):
        account_keeping.end_role(cast.actor("company2"), actor.person_id, actor.membership_id)
    account_keeping.end_role(cast.actor("company"), actor.person_id, actor.membership_id)
    assert actor_of_token(token, "") is None
    with pytest.raises(Missing):
        account_keeping.end_role(cast.actor("security"), actor.person_id, actor.membership_id)


def test_the_first_account_is_all_three_until_it_gives_them_away(app) -> None:
    end("admin", "security_admin", "auditor", "leader_city")
    data = {"office": "新局", "credit_code": cast.unit("city").credit_code, "area_code": "341300"}
    root = people.first_administrator(
        SYSTEM, {**data, "name": "甲", "login": "root", "password": "tea at nine, soup at ten"}
    )
    assert queries.administrator_roles(root.id) == set(ADMINISTRATORS)
    _secret, actor = accounts.sign_in("root", "tea at nine, soup at ten", "10.0.0.1", LIMITS)
    assert actor.role == "security_admin"
    unit = cast.unit("city").id
    row = people.grant_role(actor, cast.person("safety").id, {"unit_id": unit, "role": "auditor"})
    assert isinstance(row, Membership), "nobody else could decide"
    mine = db.session.scalars(
        select(Membership).where(Membership.person_id == root.id, Membership.role == "auditor")
    ).one()
    account_keeping.end_role(actor, root.id, mine.id)
    assert queries.administrator_roles(root.id) == {"admin", "security_admin"}


def test_who_may_decide_is_told(app) -> None:
    start()
    ask("safety", "admin")
    notices.gather(SYSTEM)
    told = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.kind == "access_asked")
    assert db.session.scalars(told).all() == ["leader"], "who asked knows"


def test_the_way_back_in_is_on_the_machine(app) -> None:
    person = cast.person("security")
    with transaction() as session:
        session.add(SecondFactor(person_id=person.id, salt="x", last_step=0, since=clock.now()))
    run = app.test_cli_runner().invoke
    assert run(args=["account", "reset-second-factor", "security"]).exit_code == 2
    assert run(args=["account", "reset-second-factor", "security", "--reason", "lost"]).exit_code == 0
    assert run(args=["account", "reset-second-factor", "security", "--reason", "lost"]).exit_code == 1
    assert not factor_queries.has_one(person.id)

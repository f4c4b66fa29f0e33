"""Nobody gets into the account of an administrator, or of whoever decides for them, by setting its password alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from registry import clock
from registry.actor import SYSTEM
from registry.db import db, transaction
from registry.errors import Conflict, Forbidden, Unknown
from registry.models import AccessRequest, Membership, Notice, Person, SecondFactor, SignIn, TrailEntry
from registry.queries import second_factors as factor_queries
from registry.services import access_decisions, accounts, notices, people, second_factors
from registry.services.accounts import Limits
from seeds import cast
from tests.notices_factory import start

pytestmark = pytest.mark.usefixtures("app")
LIMITS = Limits(5, 15)
NEW = "tea at nine, soup at ten"


def give(login: str, password: str = NEW, by: str = "security", **more: Any) -> Any:
    return people.set_login(cast.actor(by), cast.person(login).id, {"login": login, "password": password, **more})


def opens(login: str, password: str) -> bool:
    try:
        accounts.sign_in(login, password, "10.0.0.1", LIMITS)
    except Unknown:
        return False
    return True


def end(*roles: str) -> None:
    with transaction() as session:
        session.execute(update(Membership).where(Membership.role.in_(roles)).values(until=clock.today()))


def acts(*names: str) -> list[tuple[str, int | None]]:
    asked = select(TrailEntry.act, TrailEntry.person_id).where(TrailEntry.act.in_(names)).order_by(TrailEntry.id)
    return [(act, person) for act, person in db.session.execute(asked)]


@pytest.mark.parametrize("login", ["admin", "auditor"])
def test_the_password_of_an_administrator_waits_for_a_second_person(login: str) -> None:
    asked = give(login)
    assert isinstance(asked, AccessRequest)
    assert opens(login, cast.PASSWORD)
    assert not opens(login, NEW)
    with pytest.raises(Forbidden):
        access_decisions.decide(cast.actor("security"), asked.id, True)
    with pytest.raises(Conflict):
        give(login, "another one, longer still")
    access_decisions.decide(cast.actor("leader"), asked.id, True)
    assert opens(login, NEW)
    assert not opens(login, cast.PASSWORD)
    assert asked.password_hash is None
    security, leader = cast.person("security").id, cast.person("leader").id
    assert acts("access_request.asked", "person.password_set", "access_request.granted") == [
        ("access_request.asked", security),
        ("person.password_set", leader),
        ("access_request.granted", leader),
    ]
    assert NEW not in str([row.data for row in db.session.scalars(select(TrailEntry))])


def test_a_refused_password_opens_nothing_and_is_forgotten() -> None:
    asked = give("auditor")
    access_decisions.decide(cast.actor("leader"), asked.id, False)
    assert (asked.state, asked.password_hash) == ("refused", None)
    assert opens("auditor", cast.PASSWORD)
    assert not opens("auditor", NEW)


def test_the_second_person_is_not_taken_over_either() -> None:
    """Else a security administrator signs in as the leader and agrees to what it asked for itself."""
    with pytest.raises(Conflict, match="第二个人"):
        give("leader")
    assert opens("leader", cast.PASSWORD)
    with transaction() as session:
        keeper = cast.person("desk2")
        session.execute(
            update(Membership)
            .where(Membership.person_id == keeper.id)
            .values(role="security_admin", unit_id=cast.unit("city").id)
        )
        session.add(SecondFactor(person_id=cast.person("leader").id, salt="x", last_step=0, since=clock.now()))
    assert isinstance(give("leader"), AccessRequest)
    leader = cast.person("leader").id
    assert isinstance(second_factors.reset(cast.actor("security"), leader, "手机丢失"), AccessRequest)
    assert factor_queries.has_one(leader)


def test_other_passwords_are_set_at_once_and_told() -> None:
    start()
    accounts.sign_in("tech1", cast.PASSWORD, "10.0.0.1", LIMITS)
    assert isinstance(give("tech1"), Person)
    assert opens("tech1", NEW)
    ended = select(SignIn.ended_at).where(SignIn.person_id == cast.person("tech1").id).order_by(SignIn.id)
    assert db.session.scalars(ended).first() is not None
    notices.gather(SYSTEM)
    told = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.kind == "password_set")
    assert db.session.scalars(told).all() == ["tech1"]


def test_an_administrator_can_be_stopped_at_once() -> None:
    assert isinstance(people.set_login(cast.actor("security"), cast.person("admin").id, {"login": "admin"}), Person)
    give("admin", "", disabled=True)
    assert not opens("admin", cast.PASSWORD)


def test_where_nobody_could_agree_the_way_in_is_on_the_machine(app: Flask) -> None:
    end("leader_city")
    with pytest.raises(Conflict, match="flask account set-password"):
        give("auditor")
    with pytest.raises(Conflict, match="修改密码"):
        give("security")
    run = app.test_cli_runner().invoke
    short = run(args=["account", "set-password", "auditor", "--password", "short"])
    assert short.exit_code == 1
    assert "至少" in short.output
    assert run(args=["account", "set-password", "nobody", "--password", NEW]).exit_code == 1
    done = run(args=["account", "set-password", "auditor", "--password", NEW])
    assert done.exit_code == 0, done.output
    assert opens("auditor", NEW)
    assert acts("person.password_set") == [("person.password_set", None)]


def test_a_new_administrator_gets_the_first_password_where_nobody_could_agree() -> None:
    end("leader_city", "auditor")
    with transaction() as session:
        person = Person(name="新审计员", created_on=clock.today())
        session.add(person)
        session.flush()
        unit = cast.unit("city").id
        session.add(Membership(person_id=person.id, unit_id=unit, role="auditor", since=clock.today()))
        number = person.id
    given = people.set_login(cast.actor("security"), number, {"login": "newauditor", "password": NEW})
    assert isinstance(given, Person)
    assert opens("newauditor", NEW)


def test_the_page_and_the_interface_say_that_it_waits(browser_of: Any, api_of: Any) -> None:
    person = cast.person("auditor").id
    sent = {"login": "auditor", "password": NEW}
    page = browser_of("security").post(f"/people/{person}/login", data=sent, follow_redirects=True)
    assert "等第二个人确认" in page.text
    waiting = browser_of("leader").get("/access-requests/").text
    assert "设置新密码" in waiting
    again = api_of("security").post(f"/people/{person}/login", sent)
    assert again.status_code == 409
    asked = db.session.scalars(select(AccessRequest)).one()
    assert NEW not in waiting
    listed = api_of("leader").get("/access-requests")
    assert (asked.password_hash or "?") not in listed.text
    assert api_of("leader").post(f"/access-requests/{asked.id}/grant").status_code == 200
    assert opens("auditor", NEW)
    assert (
        api_of("security").post(f"/people/{person}/login", {**sent, "password": "one more, longer"}).status_code == 202
    )
    plain = cast.person("tech1").id
    assert api_of("security").post(f"/people/{plain}/login", {"login": "tech1", "password": NEW}).status_code == 200

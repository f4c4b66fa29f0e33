"""Signing in and out, lock-out, roles, tokens, passwords, languages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from registry import clock
from registry.db import transaction
from registry.models import Membership
from seeds import cast

GOOD = {"login": "section", "password": cast.PASSWORD}


def test_signing_in_leads_where_one_wanted_to_go(client) -> None:
    assert client.get("/units/?q=1").headers["Location"] == "/account/sign-in?next=/units/?q%3D1"
    response = client.post("/account/sign-in?next=/units/?q%3D1", data=GOOD)
    assert response.headers["Location"] == "/units/?q=1"
    assert client.get("/units/").status_code == 200
    client.post("/account/sign-out")
    assert client.get("/units/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_to_another_site(client, target) -> None:
    response = client.post("/account/sign-in", query_string={"next": target}, data=GOOD)
    assert response.headers["Location"] == "/"


def test_wrong_login_and_wrong_password_read_the_same(client) -> None:
    wrong = client.post("/account/sign-in", data={**GOOD, "password": "wrong"})
    nobody = client.post("/account/sign-in", data={"login": "nobody", "password": "wrong"})
    assert wrong.status_code == nobody.status_code == 422
    assert "账号或密码不正确" in wrong.text
    assert wrong.text.replace("section", "nobody") == nobody.text


def test_guessing_is_stopped_and_time_opens_again(client, monkeypatch) -> None:
    for _ in range(5):
        client.post("/account/sign-in", data={**GOOD, "password": "wrong"})
    assert "失败次数过多" in client.post("/account/sign-in", data=GOOD).text
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=16))
    assert client.post("/account/sign-in", data=GOOD).status_code == 302


def test_an_idle_session_ends(browser_of, monkeypatch) -> None:
    browser = browser_of("section")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=481))
    assert browser.get("/units/").status_code == 302


def test_a_used_session_lives_on_but_not_for_ever(browser_of, monkeypatch) -> None:
    browser = browser_of("section")
    start = clock.now()
    for hours in range(7, 71, 7):
        monkeypatch.setattr(clock, "now", lambda hours=hours: start + timedelta(hours=hours))
        assert browser.get("/units/").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=73))
    assert browser.get("/units/").status_code == 302


def test_a_membership_that_ended_opens_nothing(browser_of, app) -> None:
    browser, person = browser_of("tech1"), cast.person("tech1")
    with transaction() as session:
        session.query(Membership).filter_by(person_id=person.id).update({"until": clock.today()})
    assert browser.get("/units/").status_code == 302


def test_a_person_of_two_units_chooses(browser_of, app) -> None:
    person, other = cast.person("tech1"), cast.unit("company2")
    with transaction() as session:
        row = Membership(person_id=person.id, unit_id=other.id, role="maintenance_manager", since=clock.today())
        session.add(row)
    browser = browser_of("tech1")
    assert other.name in browser.get("/account/switch").text
    browser.post("/account/switch", data={"capacity": row.id})
    assert f"{other.name} · 维保单位负责人" in browser.get("/units/").text
    assert browser.post("/account/switch", data={"capacity": 1}).status_code == 404


def test_a_token_is_shown_once_works_and_can_be_revoked(browser_of, app) -> None:
    browser = browser_of("filling")
    page = browser.post("/account/tokens", data={"name": "一号秤", "days": "30"}).text
    secret = re.search(r"[A-Za-z0-9_-]{43}", page).group()
    program, headers = app.test_client(), {"Authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/units", headers=headers).status_code == 200
    listed = browser.get("/account/tokens").text
    assert secret not in listed
    token_id = re.search(r"/account/tokens/(\d+)/revoke", listed).group(1)
    assert browser_of("filling2").post(f"/account/tokens/{token_id}/revoke").status_code == 404
    browser.post(f"/account/tokens/{token_id}/revoke")
    assert program.get("/api/v1/units", headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic c2VjdGlvbjp4", "nonsense"])
def test_a_wrong_token_is_unknown(client, header) -> None:
    response = client.get("/api/v1/units", headers={"Authorization": header})
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")


def test_a_password_is_changed_and_sessions_end(browser_of, client) -> None:
    browser = browser_of("section")
    short = browser.post("/account/password", data={"old": cast.PASSWORD, "new": "short"})
    assert "密码至少10个字符" in short.text
    wrong = browser.post("/account/password", data={"old": "wrong", "new": "long enough 123"})
    assert "原密码不正确" in wrong.text
    browser.post("/account/password", data={"old": cast.PASSWORD, "new": "long enough 123"})
    assert browser.get("/units/").status_code == 302
    assert client.post("/account/sign-in", data={**GOOD, "password": "long enough 123"}).status_code == 302


def test_the_language_is_remembered(browser_of) -> None:
    browser = browser_of("section")
    assert 'lang="zh-CN"' in browser.get("/units/").text
    browser.get("/account/language/en")
    assert 'lang="en"' in browser.get("/units/").text
    assert browser.get("/account/language/fr").status_code == 404


def test_the_command_line_prints_a_token_alone(app) -> None:
    result = app.test_cli_runner().invoke(args=["token", "create", "filler", "--days", "2"])
    assert result.exit_code == 0
    secret = result.stdout.strip()
    response = app.test_client().get("/api/v1/units", headers={"Authorization": f"Bearer {secret}"})
    assert response.status_code == 200
    assert app.test_cli_runner().invoke(args=["token", "create", "nobody"]).exit_code == 1

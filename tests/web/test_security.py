"""Own account in a browser: two steps of signing in, own sessions, and that no cookie of before opens more."""

from __future__ import annotations

import re

import pyotp
import pytest

from registry import clock
from registry.db import db, transaction
from registry.models import Parameter
from registry.queries import second_factors as queries
from seeds import cast

GOOD = {"login": "section", "password": cast.PASSWORD}
TELEPHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


def cookie(client) -> str:
    found = client.get_cookie("registry_session")
    return found.value if found else ""


def require(value: str) -> None:
    with transaction() as session:
        session.add(Parameter(key=queries.PARAMETER, value=value, since=clock.today(), basis="test", certainty="G"))


def enrol(client) -> list[str]:
    """Enrol as a person would: with the key that the page shows; the recovery codes."""
    page = client.get("/account/security/enrol").text
    key = re.search(r'id="key">([A-Z2-7]{32})<', page).group(1)
    salt = re.search(r'name="salt" value="([^"]+)"', page).group(1)
    code = pyotp.TOTP(key).at(clock.now())
    answer = client.post("/account/security/enrol", data={"salt": salt, "code": code})
    assert answer.status_code == 200, answer.text
    return re.findall(r"<li><code>([a-z0-9-]{14})</code>", answer.text)


def test_signing_in_gives_another_secret_than_was_planted(client) -> None:
    client.set_cookie("registry_session", "planted by somebody")
    assert client.post("/account/sign-in", data=GOOD).status_code == 302
    first = cookie(client)
    assert first not in ("", "planted by somebody")
    client.post("/account/sign-in", data=GOOD)
    assert cookie(client) not in ("", first)


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(client) -> None:
    sent = client.post("/account/sign-in", data=GOOD).headers.getlist("Set-Cookie")
    for name in ("registry_session", "registry_device"):
        line = next(text for text in sent if text.startswith(f"{name}="))
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line


def test_the_second_step(app, client) -> None:
    client.post("/account/sign-in", data=GOOD)
    codes = enrol(client)
    assert len(codes) == 10
    assert client.get("/units/").status_code == 200
    stranger = app.test_client()
    answer = stranger.post("/account/sign-in?next=/units/", data=GOOD)
    halfway = cookie(stranger)
    assert answer.headers["Location"] == "/units/"
    step = stranger.get("/units/")
    assert step.headers["Location"] == "/account/security/code?next=/units/"
    assert stranger.get("/api/v1/units").status_code == 401
    assert stranger.post("/units/new", data={"name": "x"}).status_code == 302
    assert stranger.get("/account/security/").status_code == 302
    assert stranger.get("/account/security/enrol").headers["Location"] == "/account/security/code"
    assert "手机验证器" in stranger.get(step.headers["Location"]).text
    wrong = stranger.post(step.headers["Location"], data={"code": "000000"})
    assert (wrong.status_code, "验证码不正确" in wrong.text) == (422, True)
    assert stranger.post(step.headers["Location"], data={"code": codes[0]}).headers["Location"] == "/units/"
    assert stranger.get("/units/").status_code == 200
    assert cookie(stranger) != halfway
    stranger.set_cookie("registry_session", halfway)
    assert stranger.get("/units/").status_code == 302


def test_who_must_enrol_can_do_nothing_else(client) -> None:
    require("3")
    client.post("/account/sign-in", data=GOOD)
    for path in ("/", "/units/", "/account/security/", "/account/tokens", "/account/password", "/account/switch"):
        assert client.get(path).headers["Location"].startswith("/account/security/enrol"), path
    assert client.get("/api/v1/units").status_code == 401
    page = client.get("/account/security/enrol")
    assert "必须使用两步验证" in page.text
    assert "data:image/svg+xml;base64," in page.text
    assert len(enrol(client)) == 10
    assert client.get("/units/").status_code == 200


def test_who_waits_may_go_away(client) -> None:
    require("3")
    client.post("/account/sign-in", data=GOOD)
    assert client.post("/account/sign-out").headers["Location"] == "/account/sign-in"
    assert client.get("/units/").headers["Location"].startswith("/account/sign-in")


def test_a_token_asks_for_the_code_of_who_has_one(browser_of, app) -> None:
    browser = browser_of("section")
    assert 'name="code"' not in browser.get("/account/tokens").text
    codes = enrol(browser)
    assert 'name="code"' in browser.get("/account/tokens").text
    refused = browser.post("/account/tokens", data={"name": "x", "days": "1"})
    assert (refused.status_code, "验证码不正确" in refused.text) == (422, True)
    assert (
        "新令牌只显示这一次" in browser.post("/account/tokens", data={"name": "x", "days": "1", "code": codes[0]}).text
    )
    run = app.test_cli_runner().invoke
    assert run(args=["token", "create", "section"]).exit_code == 1
    assert run(args=["token", "create", "section", "--code", codes[1]]).exit_code == 0


def test_own_sessions(app, client) -> None:
    client.post("/account/sign-in", data=GOOD)
    other = app.test_client()
    other.post("/account/sign-in", data=GOOD, headers={"User-Agent": TELEPHONE})
    page = client.get("/account/security/").text
    assert "Chrome · Android" in page
    end = re.search(r'action="(/account/security/sessions/\d+/end)"', page).group(1)
    assert app.test_client().post(end).status_code == 302
    assert client.post(end).status_code == 302
    assert other.get("/units/").status_code == 302
    assert client.post(end).status_code == 404
    other.post("/account/sign-in", data=GOOD)
    assert client.post("/account/security/sessions/end").status_code == 302
    assert client.get("/units/").status_code == other.get("/units/").status_code == 302


def test_another_role_sets_another_cookie(app, client) -> None:
    client.post("/account/sign-in", data=GOOD)
    before = cookie(client)
    membership = cast.actor("section").membership_id
    db.session.rollback()
    assert client.post("/account/switch", data={"capacity": membership}).status_code == 302
    assert cookie(client) not in ("", before)
    assert client.get("/units/").status_code == 200


def test_recovery_codes_are_renewed_and_the_factor_removed(browser_of) -> None:
    browser = browser_of("section")
    codes = enrol(browser)
    assert "剩余恢复码" in browser.get("/account/security/").text
    assert browser.post("/account/security/codes", data={"code": "wrong"}).status_code == 422
    new = re.findall(
        r"<li><code>([a-z0-9-]{14})", browser.post("/account/security/codes", data={"code": codes[0]}).text
    )
    assert len(new) == 10
    assert browser.post("/account/security/remove", data={"code": codes[1]}).status_code == 422
    assert browser.post("/account/security/remove", data={"code": new[0]}).status_code == 302
    assert "启用两步验证" in browser.get("/account/security/").text


def test_who_resets_it_gives_a_reason(browser_of, api_of) -> None:
    enrol(browser_of("section"))
    page = f"/people/{cast.person('section').id}"
    keeper = browser_of("security")
    assert "重置两步验证" in keeper.get(page).text
    assert "重置两步验证" not in browser_of("leader").get(page).text
    assert keeper.post(f"{page}/second-factor/reset", data={}).status_code == 422
    assert browser_of("leader").post(f"{page}/second-factor/reset", data={"reason": "x"}).status_code == 403
    assert keeper.post(f"{page}/second-factor/reset", data={"reason": "手机丢失"}).status_code == 302
    assert api_of("security").post(f"{page}/second-factor/reset", {"reason": "again"}).status_code == 409


@pytest.mark.parametrize("path", ["/account/security/code", "/account/security/enrol", "/account/security/"])
def test_strangers_are_sent_to_sign_in(client, path) -> None:
    assert client.get(path).headers["Location"].startswith("/account/sign-in")

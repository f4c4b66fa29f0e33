"""Signing in at an OpenID provider on this machine: who is let in, and everything that is not to be believed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from sqlalchemy import func, select

from registry import settings as settings_of
from registry.db import db, transaction
from registry.models import Parameter, Person, SignIn, TrailEntry
from seeds import cast
from tests.notices_factory import serving, settings

CLIENT, SECRET = "registry", "a secret between the two"
OURS, OTHERS = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("ours", "others"))


class Provider:
    """Gives codes and tokens, and holds PKCE, the secret, the address and that a code is good once. A test spoils one
    thing of the token."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.spoilt: dict[str, Any] = {}
        self.gone: set[str] = set()
        self.key, self.header, self.is_open = OURS, {"alg": "RS256", "kid": "ours"}, True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths = {"/.well-known/openid-configuration": outer.discovery, "/keys": outer.keys}
                self.say(200, paths[self.path]()) if outer.is_open else self.say(503, {})

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.say(*outer.token({k: v[0] for k, v in parse_qs(sent).items()}, self.headers["Authorization"]))

            def say(self, status: int, body: Any) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.spoilt.get("discovered", self.url),
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def keys(self) -> Any:
        return KeySet([OURS]).as_dict(private=False)

    def authorize(self, address: str, login: str = "section") -> str:
        """What the person does at the provider; the address the browser is sent back to."""
        asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}-{len(self.gone)}"
        self.codes[code] = {**asked, "login": login}
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, sent: dict[str, str], credentials: str) -> tuple[int, dict[str, Any]]:
        kept = self.codes.get(sent["code"])
        mac = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        good = kept and sent["code"] not in self.gone and challenge == kept["code_challenge"]
        if not kept or not good or credentials != basic or sent["redirect_uri"] != kept["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        self.gone.add(sent["code"])
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": kept["nonce"],
            "preferred_username": kept["login"],
            **{name: value for name, value in self.spoilt.items() if name != "discovered"},
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode(self.header, claims, self.key, algorithms=["RS256", "HS256", "none"])
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@pytest.fixture
def provider(app) -> Iterator[Provider]:
    with serving(Provider()) as one, settings(oidc_issuer=one.url, oidc_client_id=CLIENT, oidc_secret=SECRET):
        yield one


def there(client: Any, path: str = "/account/provider/") -> str:
    """To the provider; its address."""
    return str(client.get(path).headers["Location"])


def back(client: Any, address: str) -> Any:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def told(client: Any) -> str:
    """What the sign-in page says after a refusal."""
    page = client.get("/account/sign-in").text
    return re.sub(r"\s+", " ", " ".join(re.findall(r'<div class="notice notice-bad".*?<div>(.*?)</div>', page, re.S)))


def is_in(client: Any) -> bool:
    return client.get("/units/").status_code == 200


def test_whom_the_provider_knows_and_we_know_is_let_in(client, provider) -> None:
    assert "统一身份认证登录" in client.get("/account/sign-in").text
    address = there(client, "/account/provider/?next=/units/")
    asked = parse_qs(urlsplit(address).query)
    assert len(asked["state"][0]) >= 40
    assert len(asked["nonce"][0]) >= 40
    answer = back(client, provider.authorize(address))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/units/")
    assert is_in(client)
    doors = select(TrailEntry.data).where(TrailEntry.act == "person.signed_in")
    assert db.session.scalars(doors).all() == [{"door": "provider"}]


def test_nobody_is_led_to_another_site(client, provider) -> None:
    address = there(client, "/account/provider/?next=//evil.example")
    assert back(client, provider.authorize(address)).headers["Location"] == "/"


def test_an_unknown_or_stopped_person_is_not_made(client, provider) -> None:
    before = db.session.scalar(select(func.count()).select_from(Person))
    with transaction() as session:
        session.query(Person).filter_by(login="tech1").update({"disabled": True})
    for login in ("nobody", "tech1", ""):
        back(client, provider.authorize(there(client), login))
        assert not is_in(client), login
    assert "没有与这个身份对应的账号" in told(client) or "没有通过" in told(client)
    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_a_browser_that_was_not_sent_is_not_taken_in(app, client, provider) -> None:
    address = provider.authorize(there(app.test_client()))
    back(client, address)
    assert not is_in(client)
    there(client)
    back(client, address)  # another's code with another's state
    assert not is_in(client)
    assert "没有通过" in told(client)


def test_a_wrong_state_and_none(client, provider) -> None:
    for change in (lambda url: re.sub("state=[^&]+", "state=other", url), lambda url: url.partition("&state")[0]):
        back(client, change(provider.authorize(there(client))))
        assert not is_in(client)
    assert not provider.gone, "the code is not even tried"


def test_an_answer_is_good_once(client, provider) -> None:
    address = provider.authorize(there(client))
    back(client, address)
    assert is_in(client)
    client.post("/account/sign-out")
    back(client, address)
    assert not is_in(client)


def test_a_code_that_was_used_elsewhere(client, provider) -> None:
    address = provider.authorize(there(client))
    provider.gone.update(provider.codes)
    back(client, address)
    assert not is_in(client)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},  # for several, and no azp that says for whom
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": ["section"]},
        {"azp": "another"},
    ],
    ids=lambda spoilt: next(iter(spoilt)),
)
def test_a_token_that_is_not_for_us_now(client, provider, spoilt) -> None:
    provider.spoilt = spoilt
    back(client, provider.authorize(there(client)))
    assert not is_in(client)
    assert "没有通过" in told(client)


def test_a_token_that_the_provider_did_not_sign(client, provider) -> None:
    shared = OctKey.import_key(SECRET)
    for key, header in (
        (OTHERS, {"alg": "RS256", "kid": "ours"}),
        (OTHERS, {"alg": "RS256", "kid": "others"}),
        (shared, {"alg": "HS256"}),
        (shared, {"alg": "none"}),
    ):
        provider.key, provider.header = key, header
        back(client, provider.authorize(there(client)))
        assert not is_in(client), header


def test_a_provider_that_is_down_or_another(client, provider) -> None:
    provider.is_open = False
    assert there(client) == "/account/sign-in"
    assert "没有响应" in told(client)
    provider.is_open = True
    address = provider.authorize(there(client))
    provider.is_open = False
    back(client, address)
    assert not is_in(client)
    provider.is_open, provider.spoilt = True, {"discovered": "https://another.example"}
    assert there(client) == "/account/sign-in"
    with settings(oidc_issuer="http://127.0.0.1:9"):
        assert there(client) == "/account/sign-in"
    assert client.post("/account/sign-in", data={"login": "section", "password": cast.PASSWORD}).status_code == 302
    assert is_in(client), "a password still does"


def test_an_address_of_mail_must_be_verified(client, provider) -> None:
    with settings(oidc_claim="email"):
        provider.spoilt = {"email": "section"}
        back(client, provider.authorize(there(client)))
        assert not is_in(client)
        provider.spoilt = {"email": "section", "email_verified": True}
        back(client, provider.authorize(there(client)))
        assert is_in(client)


def test_the_second_factor_is_asked_all_the_same(client, provider) -> None:
    with transaction() as session:
        session.query(Parameter).filter_by(key="access.second_factor").update({"value": "3"})
    back(client, provider.authorize(there(client)))
    assert client.get("/units/").headers["Location"].startswith("/account/security/enrol")


def test_passwords_can_be_left_to_administrators(app, client, provider) -> None:
    with settings(local_sign_in=False):
        refused = client.post("/account/sign-in", data={"login": "section", "password": cast.PASSWORD})
        assert (refused.status_code, "账号或密码不正确" in refused.text) == (422, True)
        for login in ("admin", "security", "auditor"):
            keeper = app.test_client()
            assert keeper.post("/account/sign-in", data={"login": login, "password": cast.PASSWORD}).status_code == 302
        back(client, provider.authorize(there(client)))
        assert is_in(client)


def test_without_a_provider_there_is_no_button_and_no_way(client) -> None:
    assert "/account/provider/" not in client.get("/account/sign-in").text
    assert client.get("/account/provider/").status_code == 404
    assert client.get("/account/provider/back?code=1&state=1").headers["Location"] == "/account/sign-in"


def test_a_provider_of_others_works_too(client) -> None:
    """oidc-provider-mock, which was not written by us."""
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        with settings(oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_secret=SECRET, oidc_claim="sub"):
            address = there(client)
            answer = requests.post(address, data={"sub": "county"}, allow_redirects=False, timeout=5)
            back(client, answer.headers["Location"])
            assert is_in(client)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OIDC_ISSUER", "http://id.example.cn", "https"),
        ("OIDC_ISSUER", "https://id.example.cn", "OIDC_CLIENT_ID"),
        ("LOCAL_SIGN_IN", "off", "OIDC_ISSUER"),
    ],
)
def test_settings_that_do_not_go_together(monkeypatch, name, value, said) -> None:
    monkeypatch.setenv("REGISTRY_SECRET_KEY", "a secret that only tests know, long enough")
    monkeypatch.setenv(f"REGISTRY_{name}", value)
    with pytest.raises(settings_of.SettingsError, match=said):
        settings_of.load()

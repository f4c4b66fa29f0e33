"""Nothing secret is written to a log: passwords, codes, cookies, tokens, keys of webhooks and of the mail server."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pyotp
import pytest

from registry import clock
from registry.outgoing import Undelivered, hooks, mail
from registry.queries import second_factors
from registry.settings import current
from seeds import cast
from tests.notices_factory import Hook, Mailbox, serving, settings

WRONG = "a-wrong-password-that-was-typed"
HOOK_KEY, HOOK_SECRET, MAIL_PASSWORD = "key-in-the-address", "SEC-of-the-robot", "password-of-the-mail"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, down to the last detail."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_nothing_secret_is_logged(app, client, log, capfd) -> None:
    logging.getLogger("registry").debug("the handler listens")
    secrets = [cast.PASSWORD, WRONG, HOOK_KEY, HOOK_SECRET, MAIL_PASSWORD, current().secret_key.decode()]
    client.post("/account/sign-in", data={"login": "section", "password": WRONG})
    client.post("/account/sign-in", data={"login": "section", "password": cast.PASSWORD})
    for name in ("registry_session", "registry_device"):
        secrets.append(client.get_cookie(name).value)
    page = client.get("/account/security/enrol").text
    key, salt = re.search(r'id="key">([A-Z2-7]{32})<', page).group(1), re.search(r'salt" value="([^"]+)', page).group(1)
    done = client.post("/account/security/enrol", data={"salt": salt, "code": pyotp.TOTP(key).at(clock.now())}).text
    codes = re.findall(r"<li><code>([a-z0-9-]{14})", done)
    secrets += [key, *codes, client.get_cookie("registry_session").value]
    shown = client.post("/account/tokens", data={"name": "x", "days": "1", "code": codes[0]}).text
    token = re.search(r'class="secret">([\w-]{43})', shown).group(1)
    secrets.append(token)
    for bearer in (token, f"{token}x"):
        client.get("/api/v1/units?q=1", headers={"Authorization": f"Bearer {bearer}"})
    client.post("/api/v1/units", json={"name": 1}, headers={"Authorization": f"Bearer {token}"})
    client.post("/account/password", data={"old": cast.PASSWORD, "new": WRONG})
    assert second_factors.has_one(cast.person("section").id)
    with serving(Hook()) as hook, settings(hooks_private=True):
        for status in (200, 500):
            hook.status = status
            _try(lambda: hooks.send(current(), "json", _keyed(hook.url), HOOK_SECRET, "t", "x", "r"))
        _try(lambda: hooks.send(current(), "json", _keyed("http://127.0.0.1:9/send"), HOOK_SECRET, "t", "x", "r"))
    with serving(Mailbox()) as box, settings(**box.set_up(), smtp_login="robot", smtp_password=MAIL_PASSWORD):
        _try(lambda: mail.send(current(), "a@example.cn", "t", "x", "r"))
    with settings(smtp_host="127.0.0.1", smtp_port=9, smtp_login="robot", smtp_password=MAIL_PASSWORD):
        _try(lambda: mail.send(current(), "a@example.cn", "t", "x", "r"))
    said = log.getvalue() + "".join(capfd.readouterr())
    assert "the handler listens" in said
    assert [secret for secret in secrets if secret in said] == []
    assert not [secret for secret in secrets if secret in repr(current())]


def _keyed(url: str) -> str:
    return f"{url.partition('?')[0]}?key={HOOK_KEY}"


def _try(send) -> None:
    """What does not get there is told without the secret."""
    try:
        send()
    except Undelivered as error:
        told = f"{error} {error!r} {error.said}"
        assert not [secret for secret in (HOOK_KEY, HOOK_SECRET, MAIL_PASSWORD) if secret in told]

"""Mail and webhooks against servers on this machine; nothing goes inside unless it is allowed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from registry.outgoing import Undelivered, hooks, mail
from registry.settings import current
from tests.notices_factory import Hook, Mailbox, serving, settings

AT = datetime.fromisoformat("2026-11-03T09:00:00+08:00")


@pytest.fixture
def hook(app):
    with serving(Hook()) as one, settings(hooks_private=True):
        yield one


@pytest.fixture
def mailbox(app):
    with serving(Mailbox()) as one, settings(**one.set_up()):
        yield one


def post(url: str, flavour: str = "wecom", secret: str = "", text: str = "一行\n二行") -> None:
    hooks.send(current(), flavour, url, secret, "标题", text, "notice-1")


def test_wecom_gets_its_markdown(hook) -> None:
    post(hook.url)
    assert hook.got == [("/send?key=K", {"msgtype": "markdown", "markdown": {"content": "**标题**\n一行\n二行"}})]


def test_dingtalk_gets_its_signature(hook) -> None:
    post(hook.url, "dingtalk", "SECabc")
    ((path, body),) = hook.got
    asked = parse_qs(urlsplit(path).query)
    stamp = asked["timestamp"][0]
    mac = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(mac).decode()]
    assert asked["key"] == ["K"]
    assert len(stamp) == 13
    assert body["msgtype"] == "markdown"
    assert set(body["markdown"]) == {"title", "text"}


def test_the_signature_is_written_for_an_address() -> None:
    # Worked out apart from the code: openssl dgst -sha256 -hmac.
    found = hooks.signature("this is secret", AT)
    assert found.startswith(f"timestamp={int(AT.timestamp() * 1000)}&sign=")
    assert not set(found.partition("&sign=")[2]) & set("+/=")


def test_plain_json_is_signed_in_its_head(hook) -> None:
    hook.answer = "anything"
    post(hook.url, "json", "s3cret")
    ((_path, body),) = hook.got
    assert body == {"ref": "notice-1", "title": "标题", "text": "一行\n二行"}
    assert len(hook.headers[0]["X-Registry-Signature"]) == 64


@pytest.mark.parametrize(
    ("status", "answer", "code", "for_good"),
    [
        (200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "refused", True),
        (200, {"errcode": 45009, "errmsg": "api freq out of limit"}, "refused", False),
        (200, "no object", "refused", False),
        (500, {}, "refused", False),
        (404, {}, "refused", True),
    ],
)
def test_a_no_is_told_from_a_not_now(hook, status, answer, code, for_good) -> None:
    hook.status, hook.answer = status, answer
    with pytest.raises(Undelivered) as error:
        post(hook.url)
    assert (error.value.code, error.value.for_good) == (code, for_good)


def test_a_redirection_is_not_followed(hook) -> None:
    hook.status, hook.location = 302, hook.url + "&again"
    with pytest.raises(Undelivered):
        post(hook.url)
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
        "１２７.0.0.1",
        "100.100.100.200",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fec0::1]",
        "[2001:0:7f00:1::]",
        "[ff02::1]",
    ],
)
def test_nothing_goes_inside(app, host) -> None:
    with settings(hooks_private=False), pytest.raises(Undelivered) as error:
        post(f"https://{host}/send")
    assert error.value.code in ("private", "unresolved")
    # Where this machine has no IPv6, a literal of it is not resolved; what is resolved has to be judged.
    assert error.value.code == "private" or host.startswith("[")


def test_a_name_with_one_address_inside_is_refused(app, monkeypatch) -> None:
    answers = [(socket.AF_INET, 1, 6, "", ("203.0.114.1", 443)), (socket.AF_INET, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers)
    with pytest.raises(Undelivered, match="private"):
        post("https://robot.example.cn/send")


def test_the_connection_goes_to_the_address_that_was_judged(app, monkeypatch) -> None:
    reached = []

    def connect(where, *_more):
        reached.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [(2, 1, 6, "", ("1.1.1.1", 443))])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Undelivered, match="away"):
        post("https://robot.example.cn/send")
    assert reached == [("1.1.1.1", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://robot.example.cn/x",
        "ftp://a.cn",
        "https://",
        "https://u:p@a.cn/",
        "https://a.cn:99999/",
        "https://a.cn/\n",
    ],
)
def test_only_https_and_nothing_odd(app, url) -> None:
    assert not hooks.is_safe(current(), url)
    with pytest.raises(Undelivered, match="unsafe"):
        post(url)


def test_long_texts_end_at_a_line() -> None:
    text = "\n".join(f"第{number}行" for number in range(1000))
    kept = hooks.shortened(text)
    assert len(kept.encode()) <= hooks.MOST_BYTES
    assert kept.endswith("行\n…")
    assert hooks.shortened("短") == "短"


def test_a_mail_arrives_as_it_was_written(mailbox) -> None:
    mail.send(current(), "li@example.cn", "标题\n二", "正文：一条\n链接", "notice-7")
    (got,) = mailbox.mails
    assert (got["To"], got["From"], got["Subject"]) == ("li@example.cn", "registry@example.cn", "标题 二")
    assert got["Message-ID"] == "<notice-7@example.cn>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content().replace("\r", "") == "正文：一条\n链接\n"


@pytest.mark.parametrize(("answer", "for_good"), [(b"550 no such user", True), (b"450 later", False)])
def test_a_refused_recipient(mailbox, answer, for_good) -> None:
    mailbox.refuses = answer
    with pytest.raises(Undelivered) as error:
        mail.send(current(), "li@example.cn", "x", "y", "r")
    assert (error.value.code, error.value.for_good, error.value.away) == ("refused", for_good, False)


def test_no_server_and_a_dead_server(app) -> None:
    with pytest.raises(Undelivered) as none:
        mail.send(current(), "li@example.cn", "x", "y", "r")
    assert (none.value.code, none.value.for_good) == ("no_server", True)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        dead = held.getsockname()[1]
    with settings(smtp_host="127.0.0.1", smtp_port=dead, smtp_sender="a@b.cn"), pytest.raises(Undelivered) as error:
        mail.send(current(), "li@example.cn", "x", "y", "r")
    assert (error.value.code, error.value.away, error.value.for_good) == ("away", True, False)


def test_a_server_without_encryption_is_not_told_the_text(mailbox) -> None:
    with settings(**(mailbox.set_up() | {"smtp_security": "starttls"})), pytest.raises(Undelivered) as error:
        mail.send(current(), "li@example.cn", "x", "y", "r")
    assert error.value.code == "tls"
    assert not mailbox.mails

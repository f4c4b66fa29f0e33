"""Pages of notices: the bell, the list, where they lead, the settings without secrets, the log and who sees it."""

from __future__ import annotations

import pytest

from registry.actor import SYSTEM
from registry.services import notice_sending, notices
from seeds import cast
from tests.hazards_factory import Clock, reported
from tests.notices_factory import Hook, of, robot, serving, settings, start


@pytest.fixture
def time(app, monkeypatch) -> Clock:
    turned = Clock(monkeypatch)
    start()
    return turned


@pytest.fixture
def made(time) -> None:
    reported("county", title="甲处<b>")
    reported("county", title="乙处")
    notices.gather(SYSTEM)


def page(browser, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def test_the_bell_counts_and_the_list_shows(made, browser_of) -> None:
    browser = browser_of("property")
    text = page(browser, "/notices/")
    assert 'class="topbar-count">2<' in text
    assert "甲处&lt;b&gt;" in text
    assert text.count("标为已读</button>") + text.count("标为已读<span") >= 2
    assert 'class="topbar-count"' not in page(browser_of("dangshan"), "/notices/")
    assert "没有通知" in page(browser_of("dangshan"), "/notices/")


def test_opening_one_reads_it_and_leads_to_the_thing(made, browser_of) -> None:
    browser = browser_of("property")
    notice = of("property")[0]
    response = browser.get(f"/notices/{notice.id}")
    assert response.status_code == 302
    assert "/hazards/" in response.headers["Location"]
    assert browser.get(response.headers["Location"]).status_code == 200
    assert of("property")[0].read_at is not None
    assert 'class="topbar-count">1<' in page(browser, "/notices/")


def test_filters_and_reading_without_script(made, browser_of) -> None:
    browser = browser_of("property")
    first = of("property")[0]
    assert browser.post(f"/notices/{first.id}/read?unread=1").headers["Location"] == "/notices/?unread=1"
    text = page(browser, "/notices/?unread=1&kind=hazard_reported&first=2026-11-01")
    assert "乙处" in text
    assert "甲处" not in text
    assert "没有通知" in page(browser, "/notices/?urgent=1")
    assert browser.get("/notices/?first=nonsense").status_code == 422
    assert browser.post("/notices/read").status_code == 302
    assert all(notice.read_at for notice in of("property"))
    assert "没有通知" in page(browser, "/notices/?unread=1")


@pytest.mark.parametrize("login", ["property-head", "section", "dangshan", "courier", "auditor"])
def test_strangers_find_nothing(made, browser_of, login) -> None:
    browser, notice = browser_of(login), of("property")[0]
    assert browser.get(f"/notices/{notice.id}").status_code == 404
    assert browser.post(f"/notices/{notice.id}/read").status_code == 404


def test_everybody_has_the_pages(app, browser_of) -> None:
    for person in cast.PEOPLE:
        browser = browser_of(person.login)
        for path in ("/notices/", "/notices/settings", "/notices/deliveries"):
            page(browser, path)


def test_settings_are_kept_and_secrets_never_shown(time, browser_of) -> None:
    browser = browser_of("county")
    sent = {
        "digest_hour": "7",
        "quiet_from": "22:00",
        "quiet_to": "6：30",
        "email": "li@example.cn",
        "hook_flavour": "dingtalk",
        "hook_url": "https://oapi.dingtalk.com/robot/send?access_token=TOKEN123",
        "hook_secret": "SECsecret",
    }
    assert browser.post("/notices/settings", data=sent).status_code == 302
    text = page(browser, "/notices/settings")
    assert "oapi.dingtalk.com" in text
    assert 'value="06:30"' in text
    assert "li@example.cn" in text
    assert "TOKEN123" not in text
    assert "SECsecret" not in text
    assert "没有设置邮件服务器" in text
    again = {**sent, "hook_url": "", "hook_secret": "", "digest_hour": "9"}
    assert browser.post("/notices/settings", data=again).status_code == 302
    with settings(smtp_host="mail.example.cn"):
        assert "没有设置邮件服务器" not in page(browser, "/notices/settings")
    assert "已设置密钥" in page(browser, "/notices/settings")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("quiet_from", "25:00", "请填写时间"),
        ("email", "nobody", "请填写邮箱地址"),
        ("email", "a@b.cn\r\nBcc: x@y.cn", "请填写邮箱地址"),
        ("hook_url", "http://robot.example.cn/x", "https://"),
        ("hook_url", "https://user:pw@robot.example.cn/x", "https://"),
        ("digest_hour", "24", "之间"),
    ],
)
def test_bad_settings_stand_beside_the_field(time, browser_of, field, value, says) -> None:
    browser = browser_of("county")
    sent = {"digest_hour": "8", "hook_flavour": "wecom", "hook_url": "https://a.example.cn/x", field: value}
    response = browser.post("/notices/settings", data=sent)
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert says in text
    assert f'id="f-{field}-error"' in text


def test_the_other_quiet_hour_is_asked_for(time, browser_of) -> None:
    response = browser_of("county").post("/notices/settings", data={"digest_hour": "8", "quiet_from": "22:00"})
    text = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'id="f-quiet_to-error"' in text
    assert 'value="22:00"' in text, "what was typed is kept"


def test_switches_without_script(time, browser_of) -> None:
    browser = browser_of("property")
    assert browser.post("/notices/switches", data={"on": ["hazard_reported page"]}).status_code == 302
    text = page(browser, "/notices/settings")
    assert 'value="hazard_reported page" checked' in text
    assert 'value="hazard_assigned page" checked' not in text
    assert "accident_reported" not in text, "not for this role"


def test_who_sees_the_log(time, browser_of) -> None:
    with serving(Hook()) as hook, settings(hooks_private=True):
        robot("property", hook.url)
        robot("property-officer", hook.url)
        robot("county2", hook.url)
        reported("county")
        notices.gather(SYSTEM)
        time.forward(days=1)
        notice_sending.plan(SYSTEM)
    names = {"property": "张敏", "property-officer": "丁浩", "county2": "赵倩"}
    seen = {
        "section": set(names.values()),
        "auditor": set(names.values()),
        "property": {"张敏", "丁浩"},
        "county": {"赵倩"},
        "dangshan": set(),
        "tech1": set(),
    }
    for login, expected in seen.items():
        found = page(browser_of(login), "/notices/deliveries").partition("<main")[2]
        assert {name for name in names.values() if name in found} == expected, login
    assert "待发送" in page(browser_of("section"), "/notices/deliveries?state=waiting&channel=webhook")


def test_in_english(made, browser_of) -> None:
    browser = browser_of("property")
    browser.set_cookie("registry_language", "en")
    text = page(browser, "/notices/")
    assert "My notices" in text
    assert "New hazard: " in text

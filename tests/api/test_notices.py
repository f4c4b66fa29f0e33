"""/notices by the interface: the list, reading, settings, what was sent; the ladder of each."""

from __future__ import annotations

import pytest

from registry.actor import SYSTEM
from registry.services import notices
from tests.hazards_factory import Clock, reported
from tests.notices_factory import of, start


@pytest.fixture
def made(app, monkeypatch) -> Clock:
    time = Clock(monkeypatch)
    start()
    reported("county")
    notices.gather(SYSTEM)
    return time


def test_the_list_and_reading(made, api_of) -> None:
    api = api_of("property")
    (item,) = api.get("/notices", unread="true").get_json()["items"]
    assert item["kind"] == "hazard_reported"
    assert item["title"].startswith("新报隐患")
    assert item["page"].startswith("/hazards/")
    assert item["read_at"] is None
    for _again in range(2):
        answer = api.post(f"/notices/{item['id']}/read")
        assert answer.status_code == 200
        assert answer.get_json()["read_at"]
    assert api.get("/notices", unread="true").get_json()["items"] == []
    assert api.post("/notices/read").get_json() == {"count": 0}


def test_strangers_and_the_missing(made, api_of) -> None:
    notice = of("property")[0]
    assert api_of("dangshan").post(f"/notices/{notice.id}/read").status_code == 404
    assert api_of("property").post("/notices/999999/read").status_code == 404
    assert api_of("property").client.get("/api/v1/notices").status_code == 401
    assert api_of("dangshan").get("/notices").get_json()["items"] == []


def test_settings(made, api_of) -> None:
    api = api_of("property")
    body = {
        "quiet_from": "22:00",
        "quiet_to": "07:00",
        "email": "zhang@example.cn",
        "hook_flavour": "dingtalk",
        "hook_url": "https://oapi.dingtalk.com/robot/send?access_token=TOKEN",
        "hook_secret": "SECx",
        "switches": [{"kind": "hazard_reported", "channel": "email", "on": False}],
    }
    answer = api.patch("/notices/settings", body)
    assert answer.status_code == 200
    found = answer.get_json()
    assert (found["quiet_from"], found["quiet_to"], found["digest_hour"]) == ("22:00", "07:00", 8)
    assert (found["hook_host"], found["has_secret"], found["mail_works"]) == ("oapi.dingtalk.com", True, False)
    assert "TOKEN" not in answer.get_data(as_text=True)
    assert "SECx" not in answer.get_data(as_text=True)
    lines = {line["kind"]: line for line in found["switches"]}
    assert (lines["hazard_reported"]["email"], lines["hazard_reported"]["page"]) == (False, True)
    found = api.patch("/notices/settings", {"digest_hour": 6}).get_json()
    assert (found["digest_hour"], found["email"], found["has_secret"]) == (6, "zhang@example.cn", True)
    found = api.patch("/notices/settings", {"hook_flavour": None}).get_json()
    assert (found["hook_flavour"], found["hook_host"], found["has_secret"]) == (None, "", False)


@pytest.mark.parametrize(
    "body",
    [
        {"digest_hour": 24},
        {"quiet_from": "9 o'clock"},
        {"quiet_to": "07:00"},
        {"email": "x"},
        {"hook_flavour": "telegram"},
        {"hook_flavour": "wecom"},
        {"hook_flavour": "wecom", "hook_url": "http://a.example.cn"},
        {"switches": [{"kind": "no_such", "channel": "page", "on": True}]},
        {"colour": "red"},
    ],
)
def test_bad_settings(made, api_of, body) -> None:
    answer = api_of("property").patch("/notices/settings", body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_what_was_sent(made, api_of) -> None:
    assert api_of("property").get("/notices/deliveries").get_json() == {"items": [], "next": None}
    assert api_of("property").get("/notices/deliveries", state="lost").status_code == 422

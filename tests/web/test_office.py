"""Parameters, targets and the log through the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry import clock
from registry.queries import parameters


def test_a_parameter_holds_from_its_day_on(browser_of, app) -> None:
    today = clock.today()
    form = {"key": "paperless.window_days", "value": "15", "since": (today + timedelta(days=3)).isoformat()}
    assert browser_of("section").post("/parameters/new", data=form).status_code == 302
    key = "paperless.window_days"
    values = [parameters.value(key, today + timedelta(days=days)) for days in (2, 3, 400)]
    assert values == [30, 15, 15]
    again = browser_of("section").post("/parameters/new", data=form)
    assert (again.status_code, "已有取值" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value": "many"}, "请填写数字"),
        ({"value": "-1"}, "不小于0"),
        ({"value": "NaN"}, "不小于0"),
        ({"since": "2020-01-01"}, "不能早于今天"),
        ({"key": "no.such"}, "请从列表中选择"),
    ],
)
def test_a_bad_parameter_is_refused(browser_of, changed, message) -> None:
    form = {"key": "paperless.window_days", "value": "15", "since": clock.today().isoformat(), **changed}
    response = browser_of("section").post("/parameters/new", data=form)
    assert response.status_code == 422
    assert message in response.text


@pytest.mark.parametrize(("login", "status"), [("auditor", 403), ("county", 403), ("company", 403)])
def test_only_the_section_sets_parameters(browser_of, login, status) -> None:
    assert browser_of(login).post("/parameters/new", data={}).status_code in (status, 422)
    form = {"key": "paperless.window_days", "value": "15", "since": clock.today().isoformat()}
    assert browser_of(login).post("/parameters/new", data=form).status_code == status


def test_the_security_administrator_sets_who_needs_a_second_factor(browser_of) -> None:
    security = browser_of("security")
    assert "/parameters/new" in security.get("/parameters/").text
    assert security.get("/parameters/new?key=access.second_factor").status_code == 200
    form = {"key": "access.second_factor", "value": "2", "since": (clock.today() + timedelta(days=1)).isoformat()}
    assert security.post("/parameters/new", data=form).status_code == 302
    assert security.post("/parameters/new", data={**form, "key": "paperless.window_days"}).status_code == 403
    assert 'href="/indicators/' not in security.get("/indicator-targets/paperless_maintenance").text


def test_the_log_is_for_those_who_watch(browser_of) -> None:
    page = browser_of("auditor").get("/trail/?act=person.signed_in")
    assert page.status_code == 200
    assert "person.signed_in" in page.text
    for login in ("county", "company", "filler", "insurer"):
        assert browser_of(login).get("/trail/").status_code == 403

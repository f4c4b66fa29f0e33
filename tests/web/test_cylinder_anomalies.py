"""The pages and the interface of cylinders' anomalies."""

from __future__ import annotations

import pytest

from blueprints.schemas import cylinder_anomalies as schemas
from registry import clock
from registry.rules import cylinder_anomalies as rules
from tests.services.test_cylinder_anomalies import copied


@pytest.mark.parametrize(
    ("login", "status"), [("section", 200), ("county", 200), ("filling", 200), ("filler", 403), ("property", 403)]
)
def test_who_opens_the_list(browser_of, api_of, login, status):
    copied()
    answer = browser_of(login).get("/cylinder-anomalies/")
    assert answer.status_code == status
    assert ("流转状态冲突" in answer.get_data(as_text=True)) is (status == 200)
    assert api_of(login).get("/cylinder-anomalies").status_code == status


def test_one_is_explained_and_confirmed(browser_of, api_of, client):
    row = copied()
    path = f"/cylinder-anomalies/{row.id}"
    assert client.get(path).status_code == 302
    assert browser_of("dangshan").get(path).status_code == 404
    assert api_of("section").get("/cylinder-anomalies/99").status_code == 404
    station, county = browser_of("filling"), browser_of("county")
    assert f"{path}/explain" in station.get(path).get_data(as_text=True)
    assert station.post(f"{path}/explain", data={"explanation": "", "version": 1}).status_code == 422
    assert station.post(f"{path}/explain", data={"explanation": "漏扫", "version": 1}).status_code == 302
    assert county.get(f"{path}/confirm").status_code == 200
    page = county.post(f"{path}/confirm", data={"reason": "钢印不符", "version": 2}, follow_redirects=True)
    assert "气瓶已停用" in page.get_data(as_text=True)
    shown = api_of("section").get(path).json
    assert (shown["anomaly"]["state"], [step["verb"] for step in shown["steps"]]) == (
        "confirmed",
        ["find", "explain", "confirm"],
    )


def test_the_distance_of_an_impossible_travel_is_told_in_kilometres(app) -> None:
    pattern = rules.patterns(clock.today())["C2", "travel"]
    found = {"metres": 120_040, "minutes": 60.0, "kmh": 120, "limit": 119}
    with app.test_request_context():
        assert "120.0公里外" in schemas.said(pattern, found)

"""The pages of sunshine filling and spot checks, and the wall that everybody may see."""

from __future__ import annotations

import base64

import pytest

from registry import clock
from registry.services import fill_clips
from seeds import cast
from tests.api.test_sunshine import GOOD, line
from tests.sunshine_factory import camera, filled

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def fill(app):
    """A fill that a camera saw."""
    camera()
    return filled(5)


def test_the_board_and_one_station(fill, browser_of) -> None:
    page = browser_of("county").get("/sunshine/").text
    assert cast.unit("station").name in page
    assert "录像可查率" in page
    shown = browser_of("county").get(f"/sunshine/{cast.unit('station').id}").text
    assert "CAM-1" in shown
    assert "没有摄像机的部位" in shown
    assert browser_of("filling2").get(f"/sunshine/{cast.unit('station').id}").status_code == 404
    assert browser_of("tech1").get("/sunshine/").status_code == 403
    assert browser_of("county").get("/sunshine/?month=nothing").status_code == 422
    assert browser_of("county").get("/exports/sunshine.xlsx").status_code == 200


def test_an_office_draws_and_looks(fill, browser_of) -> None:
    browser, today = browser_of("county"), clock.today().isoformat()
    form = {"station_id": cast.unit("station").id, "first_on": today, "last_on": today, "size": "3"}
    drawn = browser.post("/spot-checks/new", data=form)
    assert drawn.status_code == 302
    path = drawn.headers["Location"]
    assert "结果相同" in browser.get(f"{path}?repeat=1").text
    item = browser.get(f"{path}/1").text
    assert "逐瓶复称" in item
    refused = browser.post(f"{path}/1", data={**GOOD, "reweighed": "no", "verb": "fail"})
    assert refused.status_code == 422
    assert "请写明哪里不合格" in refused.text
    done = browser.post(f"{path}/1", data={**GOOD, "reweighed": "no", "note": "没有复称", "verb": "fail"})
    assert done.status_code == 302
    assert "没有复称" in browser.get(path).text
    assert browser.post(f"{path}/1", data={"verb": "nothing"}).status_code == 404
    assert browser.get("/exports/spot-checks.xlsx").status_code == 200
    assert browser_of("filling").get(path).status_code == 200
    assert browser_of("filling").get("/spot-checks/new").status_code == 403
    assert browser_of("filling2").get(path).status_code == 404


def test_a_fill_shows_its_video_and_snapshots(fill, browser_of) -> None:
    data = {**line(fill), "from_at": fill.started_at, "to_at": fill.ended_at, "scan_snapshot": PNG}
    clip, _ = fill_clips.report(cast.actor("filler"), data)
    page = browser_of("filling").get(f"/filling/{fill.id}").text
    assert "录像机上报" in page
    assert browser_of("county").get(f"/sunshine/clips/{clip.id}/scan").data == PNG
    for login, which in (("filling", "reweigh"), ("filling", "other"), ("filling2", "scan")):
        assert browser_of(login).get(f"/sunshine/clips/{clip.id}/{which}").status_code == 404


def test_everybody_may_see_the_wall_and_nobody_is_named_on_it(fill, client) -> None:
    page = client.get(f"/sunshine/{cast.unit('station').id}/wall")
    assert page.status_code == 200
    assert "今日充装" in page.text
    for login in ("filler", "checker", "filling"):
        assert cast.person(login).name not in page.text
    assert fill.cylinder_id
    assert str(fill.ref) not in page.text
    assert client.get(f"/sunshine/{cast.unit('property').id}/wall").status_code == 404

"""Self-checks under campaigns: ordered to every unit in the scope, answered by each, the late in red for the office."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from registry import clock
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Campaign, CampaignSelfCheck, TrailEntry
from registry.queries import campaign_checks as queries
from registry.queries import todo
from registry.services import campaign_checks, campaigns
from seeds import cast
from tests import elevators_factory, supervision_factory
from tests.enforcement_factory import stored
from tests.hazards_factory import Clock
from tests.web.test_campaigns import HEADERS, running

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def time(app, monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock(monkeypatch, clock.now())
    supervision_factory.equip()
    return turned


def of(row: Campaign, login: str = "property") -> CampaignSelfCheck:
    unit = cast.actor(login).unit_id
    return db.session.scalars(
        select(CampaignSelfCheck).where(CampaignSelfCheck.campaign_id == row.id, CampaignSelfCheck.unit_id == unit)
    ).one()


def said(**changes: Any) -> dict[str, Any]:
    return {
        "found": 3,
        "corrected": 2,
        "findings": "对讲失效2台已修复；1台标志破损",
        "open_items": "标志已订购，月底前更换",
        "signer": "张敏",
        **changes,
    }


def waiting(login: str) -> dict[str, int]:
    found = todo.waiting(cast.actor(login), clock.today())
    return {one.todo.key: one.count for one in found if one.todo.key.startswith("self_checks")}


SCOPES = [
    ({"kinds": ["elevator"], "unit_kinds": ["use"]}, {"property"}, {"company", "station"}),
    ({"kinds": ["elevator"], "unit_kinds": []}, {"property", "company"}, {"station"}),
    ({"kinds": ["cylinder"], "unit_kinds": []}, {"station"}, {"property", "company"}),
    ({"kinds": ["cylinder"], "unit_kinds": ["use"]}, set(), {"property", "company", "station"}),
    ({"kinds": [], "unit_kinds": ["filling", "maintenance"]}, {"station", "company"}, {"property"}),
    ({"areas": ["341321"], "kinds": ["elevator"], "unit_kinds": ["use"]}, set(), {"property"}),
    ({"areas": [], "kinds": ["elevator"], "unit_kinds": ["use"]}, {"property"}, {"company"}),
]


@pytest.mark.parametrize(("scope", "within", "without"), SCOPES)
def test_every_unit_in_the_scope_is_ordered(scope: dict[str, Any], within: set[str], without: set[str]) -> None:
    row = running("section", **{"areas": ["341302"], **scope})
    found = {one.unit.name for one in queries.of_campaign(cast.actor("section"), row.id)}
    assert {cast.unit(key).name for key in within} <= found
    assert not {cast.unit(key).name for key in without} & found


def test_who_comes_into_the_scope_later_is_ordered_too_and_nobody_twice() -> None:
    row, leader = running(unit_kinds=["use"]), cast.actor("county-leader")
    before = queries.totals(leader, row.id).ordered
    elevators_factory.in_use(
        cast.actor("county"), 7, factory_no="F7", inner_no="7", use_unit_id=cast.unit("company").id
    )
    assert campaign_checks.order(leader, row.id) == 1
    assert campaign_checks.order(leader, row.id) == 0
    assert queries.totals(leader, row.id).ordered == before + 1
    for actor, error in (
        (cast.actor("county"), Forbidden),
        (replace(leader, areas=("341321",)), Missing),
        (cast.actor("section"), Conflict),
    ):
        with pytest.raises(error):
            campaign_checks.order(actor, row.id)
    campaigns.move(leader, row.id, "end", {"summary": "完成"})
    with pytest.raises(Conflict):
        campaign_checks.order(leader, row.id)
    plain = running(self_check=None, self_check_by=None)
    assert queries.totals(leader, plain.id).ordered == 0
    with pytest.raises(Conflict):
        campaign_checks.order(leader, plain.id)


def test_a_unit_answers_and_the_totals_count_it(time: Clock) -> None:
    row, unit = running(unit_kinds=["use"]), cast.actor("property")
    ordered = queries.totals(cast.actor("section"), row.id).ordered
    photo = stored("property", "a.jpg", "campaign_check")
    check = campaign_checks.answer(unit, of(row).id, said(photos=[photo]))
    first = clock.today()
    assert (check.open, check.answered_on, [one["file"] for one in check.photos or ()]) == (1, first, [photo])
    assert queries.totals(cast.actor("section"), row.id) == queries.Totals(ordered, 1, 0, 3, 2)
    time.forward(days=2)
    more = stored("property", "b.jpg", "campaign_check")
    again = campaign_checks.answer(unit, check.id, said(corrected=3, photos=[more]), version=check.version)
    assert (again.answered_on, again.open, again.open_items) == (first, 0, "")
    assert [one["file"] for one in again.photos or ()] == [photo, more]
    with pytest.raises(Conflict):
        campaign_checks.answer(unit, check.id, said(), version=1)
    assert db.session.scalar(select(func.count()).where(TrailEntry.act == "campaign_check.answered")) == 2


WRONG = [
    ({"corrected": 4}, "corrected"),
    ({"corrected": -1}, "corrected"),
    ({"found": -1}, "found"),
    ({"found": 10_000}, "found"),
    ({"findings": " "}, "findings"),
    ({"open_items": ""}, "open_items"),
    ({"signer": " "}, "signer"),
    ({"photos": [999_999]}, "photos"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_is_wrong_stands_beside_its_field(changes: dict[str, Any], field: str) -> None:
    check = of(running(unit_kinds=["use"]))
    with pytest.raises(Invalid) as wrong:
        campaign_checks.answer(cast.actor("property"), check.id, said(**changes))
    assert list(wrong.value.errors) == [field]


def test_nothing_found_needs_no_words() -> None:
    check = of(running(unit_kinds=["use"]))
    nothing = {"found": 0, "corrected": 0, "signer": "张敏"}
    assert campaign_checks.answer(cast.actor("property"), check.id, nothing).open == 0


@pytest.mark.parametrize(("days", "late"), [(15, False), (16, True)])
def test_it_is_late_after_its_day(time: Clock, browser_of, days: int, late: bool) -> None:
    row = running(unit_kinds=["use"])
    count = queries.totals(cast.actor("county"), row.id).ordered
    time.forward(days=days)
    assert waiting("property") == {"self_checks_late" if late else "self_checks_open": 1}
    assert waiting("county") == ({"self_checks_unanswered": count} if late else {})
    assert queries.totals(cast.actor("county"), row.id).late == (count if late else 0)
    office, name = browser_of("county"), cast.unit("property").name
    assert (name in office.get("/campaign-checks/?state=late").text) == late
    assert ("逾期未报" in office.get(f"/campaign-checks/{of(row).id}").text) == late
    campaign_checks.answer(cast.actor("property"), of(row).id, said())
    assert waiting("property") == {}
    assert ("逾期报送" in office.get(f"/campaign-checks/{of(row).id}").text) == late


def test_nothing_waits_after_the_campaign(time: Clock) -> None:
    row = running(unit_kinds=["use"])
    campaigns.move(cast.actor("county-leader"), row.id, "end", {"summary": "完成"})
    time.forward(days=90)
    assert waiting("property") == waiting("county") == {}
    with pytest.raises(Conflict):
        campaign_checks.answer(cast.actor("property"), of(row).id, said())


def test_a_unit_sees_only_its_own(browser_of) -> None:
    row = running("section", areas=[])
    mine, theirs = of(row), of(row, "company")
    browser = browser_of("property")
    listed = browser.get("/campaign-checks/").text
    assert f"/campaign-checks/{mine.id}" in listed
    assert f"/campaign-checks/{theirs.id}" not in listed
    for path in (f"/campaign-checks/{theirs.id}", f"/campaign-checks/{theirs.id}/answer"):
        assert browser.get(path).status_code == 404
    with pytest.raises(Missing):
        campaign_checks.answer(cast.actor("property"), theirs.id, said())
    with pytest.raises(Forbidden):
        campaign_checks.answer(cast.actor("county"), mine.id, said())
    assert browser_of("dangshan").get(f"/campaign-checks/{mine.id}").status_code == 404
    assert browser_of("county").get(f"/campaign-checks/{mine.id}/answer").status_code == 404
    theirs_alone, all_of_them = (queries.totals(cast.actor(login), row.id).ordered for login in ("dangshan", "section"))
    assert theirs_alone < all_of_them


def test_the_page_of_the_answer(browser_of) -> None:
    check = of(running(unit_kinds=["use"]))
    browser, path = browser_of("property"), f"/campaign-checks/{check.id}"
    assert "使用单位逐台自查" in browser.get(path).text

    def typed(**changes: Any) -> dict[str, Any]:
        return {**said(), "version": "1", "photos": (io.BytesIO(supervision_factory.picture()), "现场.png"), **changes}

    wrong = browser.post(f"{path}/answer", data=typed(corrected="9"), headers=HEADERS)
    assert wrong.status_code == 422
    assert "已整改的不能多于查出的" in wrong.text
    assert "对讲失效2台" in wrong.text
    assert browser.post(f"{path}/answer", data=typed(), headers=HEADERS).status_code == 302
    shown = browser.get(path).text
    assert all(text in shown for text in ("已报自查情况", "标志已订购", "张敏", "现场.png"))
    db.session.rollback()
    photo = (db.session.get_one(CampaignSelfCheck, check.id, populate_existing=True).photos or [])[0]["file"]
    assert browser.get(f"{path}/files/{photo}").mimetype == "image/png"
    assert browser.get(f"{path}/files/999999").status_code == 404
    assert browser_of("property2").get(f"{path}/files/{photo}").status_code == 404


def test_the_api(api_of, client) -> None:
    row = running(unit_kinds=["use"])
    unit, county = api_of("property"), api_of("county")
    listed = unit.get("/campaign-checks").json["items"]
    assert [one["unit"] for one in listed] == [cast.unit("property").name]
    path = f"/campaign-checks/{listed[0]['id']}"
    assert (listed[0]["state"], listed[0]["self_check"]) == ("waiting", "使用单位逐台自查")
    assert unit.post(f"{path}/answer", {"found": 1}).status_code == 422
    assert unit.post(f"{path}/answer", said(corrected=4)).json["errors"]["corrected"]
    done = unit.post(f"{path}/answer", said())
    assert (done.status_code, done.json["state"], done.json["open"]) == (200, "answered", 1)
    assert county.post(f"{path}/answer", said()).status_code == 403
    assert api_of("property2").get(path).status_code == 404
    assert api_of("tech1").get("/campaign-checks").status_code == 403
    assert client.get("/api/v1/campaign-checks").status_code == 401
    assert len(county.get("/campaign-checks", campaign=row.id, open="true").json["items"]) == 1
    totals = county.get(f"/campaigns/{row.id}").json["self_checks"]
    assert (totals["answered"], totals["found"], totals["open"]) == (1, 3, 1)
    assert api_of("county-leader").post(f"/campaigns/{row.id}/self-checks").json["self_checks"] == totals
    assert county.post(f"/campaigns/{row.id}/self-checks").status_code == 403

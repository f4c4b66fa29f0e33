"""The pages of cylinders and filling stations."""

from datetime import date

import pytest
from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Alliance, Cylinder, Gun
from registry.services import scrap_batches
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed, evidence, ordered

FORM = {
    "kind": "lpg_steel",
    "medium": "lpg",
    "maker": "安徽江淮钢瓶有限公司",
    "maker_code": "TS2234001",
    "serial_no": "900001",
    "made_on": "2023-05",
    "register_no": "34001900001",
    "registered_on": "2023-06-10",
    "working_pressure_kpa": "2.1",
    "test_pressure_kpa": "3.2",
    "tare_g": "16.5",
    "volume_ml": "35.5",
}


def text(response) -> str:
    return response.get_data(as_text=True)


def stored(number="900001") -> Cylinder | None:
    db.session.rollback()
    return db.session.scalars(select(Cylinder).where(Cylinder.serial_no == number)).first()


def test_registering_on_the_page(browser_of) -> None:
    browser = browser_of("filling")
    page = browser.get("/cylinders/new")
    assert page.status_code == 200
    assert "selected" in text(page)
    answer = browser.post("/cylinders/new", data={**FORM, "owner_id": cast.unit("station").id})
    assert answer.status_code == 302
    row = stored()
    assert (row.tare_g, row.volume_ml, row.working_pressure_kpa, row.permitted_fill_g) == (16500, 35500, 2100, 14900)
    assert (row.made_on, row.source) == (date(2023, 5, 1), "page")
    shown = text(browser.get(answer.location))
    for expected in (
        "900001",
        "2027-04-30",
        "2031-04-30",
        "每4年一次",
        "TSG 23-2021",
        "35.5 L",
        "16.5 kg",
        "公众查询页",
    ):
        assert expected in shown


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tare_g": "3"}, "皮重与容积不相称"),
        ({"tare_g": "heavy"}, "请填写数字"),
        ({"made_on": "2023"}, "请填写年月"),
        ({"made_on": "2031-01"}, "制造年月不能晚于今天"),
        ({"medium": "oxygen"}, "这种气瓶不能充装该介质"),
        ({"maker": ""}, "请填写这一项"),
        ({"stated_next_inspection_on": "2027-05-01"}, "按规则下次检验不得晚于2027-04-30"),
    ],
)
def test_bad_input_keeps_what_was_typed(browser_of, change, sentence) -> None:
    data = {**FORM, "owner_id": cast.unit("station").id, **change}
    answer = browser_of("filling").post("/cylinders/new", data=data)
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page
    assert 'value="900001"' in page
    assert stored() is None


def test_a_taken_stamp_is_told(browser_of) -> None:
    browser = browser_of("filling")
    data = {**FORM, "owner_id": cast.unit("station").id}
    browser.post("/cylinders/new", data=data)
    again = browser.post("/cylinders/new", data=data)
    assert again.status_code == 422
    assert "已经登记" in text(again)


def test_the_list_is_filtered_and_paged(browser_of) -> None:
    rows = [cylinder() for _ in range(51)]
    old = cylinder(made_on=date(2015, 5, 1), registered_on=date(2015, 6, 1))
    browser = browser_of("section")
    first = text(browser.get("/cylinders/"))
    assert rows[-1].serial_no in first
    assert rows[0].serial_no not in first
    assert "cursor=" in first
    overdue = text(browser.get("/cylinders/?due=overdue"))
    assert old.serial_no in overdue
    assert rows[-1].serial_no not in overdue
    assert rows[3].serial_no in text(browser.get(f"/cylinders/?q={rows[3].label_code}"))
    bad = browser.get("/cylinders/?kind=teapot&owner_id=x")
    assert bad.status_code == 422
    assert "没有符合条件的气瓶" in text(browser.get("/cylinders/?q=nothing-like-it"))


def test_correcting(browser_of) -> None:
    row = cylinder()
    address = f"/cylinders/{row.label_code}/edit"
    browser = browser_of("section")
    page = text(browser.get(address))
    assert 'value="35.5"' in page
    data = {**FORM, "serial_no": row.serial_no, "register_no": row.register_no, "tare_g": "16.8", "version": "1"}
    assert browser.post(address, data=data).status_code == 302
    assert stored(row.serial_no).tare_g == 16800
    stale = browser.post(address, data={**data, "tare_g": "17"})
    assert stale.status_code == 422
    assert "刷新" in text(stale)
    own = browser_of("filling").post(address, data={**data, "tare_g": "17", "version": "2"})
    assert own.status_code == 422
    assert "由登记机关更正" in text(own)


def test_a_status_is_changed_by_its_button(browser_of) -> None:
    row = cylinder()
    browser = browser_of("filling")
    shown = text(browser.get(f"/cylinders/{row.label_code}"))
    assert "/moves/suspend" in shown
    assert "/moves/resume" not in shown
    address = f"/cylinders/{row.label_code}/moves/suspend"
    assert browser.get(address).status_code == 200
    refused = browser.post(address, data={"since": clock.today().isoformat()})
    assert refused.status_code == 422
    assert "必须填写" in text(refused)
    assert browser.post(address, data={"reason": "漏气"}).status_code == 302
    assert stored(row.serial_no).status == "suspended"
    assert browser.get(address).status_code == 409
    assert browser.get(f"/cylinders/{row.label_code}/moves/resume").status_code == 409
    assert browser_of("section").get(f"/cylinders/{row.label_code}/moves/resume").status_code == 200


def test_the_end_warns_that_the_code_dies(browser_of) -> None:
    row = cylinder()
    destroyed(row)
    browser = browser_of("section")
    assert "永不再用" in text(browser.get(f"/cylinders/{row.label_code}/moves/cancel"))
    assert browser.get(f"/cylinders/{row.label_code}/moves/destroy").status_code == 409
    assert "已作废" in text(browser.get(f"/cylinders/{row.label_code}"))


def test_transfer(browser_of) -> None:
    row = cylinder()
    browser = browser_of("section")
    address = f"/cylinders/{row.label_code}/transfer"
    assert browser.get(address).status_code == 200
    data = {"owner_id": cast.unit("station2").id, "document": "过户协议"}
    assert browser.post(address, data={"document": "过户协议"}).status_code == 422
    assert browser.post(address, data=data).status_code == 302
    assert stored(row.serial_no).owner_id == cast.unit("station2").id
    assert browser_of("filling").get(address).status_code == 403


def test_inspection(browser_of) -> None:
    row = cylinder()
    browser = browser_of("inspector")
    address = f"/cylinders/{row.label_code}/inspections/new"
    assert 'name="body_id"' not in text(browser.get(address))
    late = browser.post(address, data={"done_on": "2026-10-18", "passed": "1", "next_inspection_on": "2030-10-18"})
    assert late.status_code == 422
    assert "不得晚于2030-10-17" in text(late)
    assert browser.post(address, data={"done_on": "2026-10-18"}).status_code == 422
    assert browser.post(address, data={"done_on": "2026-10-18", "passed": "0"}).status_code == 302
    assert stored(row.serial_no).status == "scrap_pending"
    assert 'name="body_id"' in text(browser_of("section").get(address))


def test_guns_and_alliances(browser_of) -> None:
    station, other = cast.unit("station").id, cast.unit("station2").id
    browser = browser_of("filling")
    assert browser.get("/stations/").status_code == 200
    address = f"/stations/{station}/guns/new"
    assert browser.get(address).status_code == 200
    refused = browser.post(address, data={"number": "7", "medium": "oxygen"})
    assert refused.status_code == 422
    assert 'value="7"' in text(refused)
    assert browser.post(address, data={"number": "7", "medium": "lpg"}).status_code == 302
    assert [gun.number for gun in db.session.scalars(select(Gun))] == ["7"]
    assert browser.get(f"/stations/{other}").status_code == 404
    assert browser.get("/stations/alliances/new").status_code == 403
    office = browser_of("section")
    alliance = {
        "member_a_id": station,
        "member_b_id": other,
        "media": ["lpg"],
        "document": "批复",
        "since": "2026-01-01",
    }
    assert office.post("/stations/alliances/new", data={**alliance, "media": []}).status_code == 422
    assert office.post("/stations/alliances/new", data=alliance).status_code == 302
    assert len(db.session.scalars(select(Alliance)).all()) == 1
    shown = text(browser.get(f"/stations/{station}"))
    for expected in ("TS4234001-2028", "灵璧鑫源气体有限公司", "批复", "有效"):
        assert expected in shown


PAGES = ["", "/edit", "/moves/suspend", "/transfer", "/inspections/new"]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_one_s_own_does_not_exist(browser_of, client, page) -> None:
    row = cylinder()
    address = f"/cylinders/{row.label_code}{page}"
    assert client.get(address).status_code == 302
    assert browser_of("dangshan").get(address).status_code == 404
    assert browser_of("section").get(f"/cylinders/SZ00000000000000{page}").status_code == 404


@pytest.mark.parametrize("page", ["/new", "/{}/edit", "/{}/moves/suspend", "/{}/transfer", "/{}/inspections/new"])
def test_who_may_only_look(browser_of, page) -> None:
    row = cylinder()
    assert browser_of("filler").get("/cylinders" + page.format(row.label_code)).status_code == 403


def test_the_pages_of_every_status_open(browser_of) -> None:
    browser = browser_of("section")
    row = cylinder()
    batch = ordered(row)
    moves = (
        ("hand_over", "filling", {}),
        ("destroy", "filling", evidence()),
        ("confirm", "section", {"document": "文"}),
    )
    for verb, login, data in moves:
        assert browser.get(f"/cylinders/{row.label_code}").status_code == 200
        scrap_batches.make(cast.actor(login), batch.id, verb, data)
    assert browser.get(f"/cylinders/{row.label_code}").status_code == 200
    draft = cylinder(
        register_no=None, volume_ml=None, tare_g=None, working_pressure_kpa=None, test_pressure_kpa=None, model=None
    )
    assert browser.get(f"/cylinders/{draft.label_code}").status_code == 200

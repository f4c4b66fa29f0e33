"""The pages of elevators, by the ladder: works, wrong role, stranger, bad input, missing."""

from __future__ import annotations

from datetime import date

import pytest

from registry.queries import elevators as queries
from registry.rules.kinds import ELEVATOR_KINDS
from registry.services import inspections
from tests import elevators_factory as make


def typed(**changes):
    """What a clerk types into the form of a passenger elevator."""
    return {
        "kind": "traction_passenger",
        "address": "埇桥区汴河中路88号2号楼",
        "area_code": "341302",
        "use_unit": "宿州汇源物业服务有限公司",
        "status": "in_use",
        "use_cert_no": "梯11皖L00042（20）",
        "registered_on": "2020-04-01",
        "installation_inspected_on": "2020-03-18",
        "drive_type": "traction",
        "rated_load_kg": "1000",
        "rated_speed_mps": "1.75",
        "floors": "18",
        "stops": "18",
        "doors": "18",
        **changes,
    }


@pytest.fixture
def code(actor) -> str:
    return make.maintained(actor("section")).label_code


def test_register_through_the_page(browser_of, actor) -> None:
    browser = browser_of("section")
    assert "曳引驱动乘客电梯" in browser.get("/elevators/new").text
    page = browser.get("/elevators/new?kind=traction_passenger").text
    assert "额定载重量" in page
    assert "倾斜角" not in page
    answer = browser.post("/elevators/new?kind=traction_passenger", data=typed())
    assert answer.status_code == 302, answer.text
    shown = browser.get(answer.headers["Location"])
    for text in ("梯11皖L00042(20)", "宿州汇源物业服务有限公司", "在用", "曳引驱动", "1.75 m/s", "没有维保合同"):
        assert text in shown.text
    assert queries.count(actor("section"), {}) == 1


@pytest.mark.parametrize("kind", ELEVATOR_KINDS)
def test_every_kind_has_its_form(browser_of, kind) -> None:
    page = browser_of("section").get(f"/elevators/new?kind={kind}")
    assert page.status_code == 200
    for parameter in ELEVATOR_KINDS[kind].parameters:
        assert f'name="{parameter.name}"' in page.text


BAD = [
    ({"device_code": "123"}, "设备代码应为17或18位"),
    ({"floors": "十八"}, "请填写整数"),
    ({"stops": "19"}, "站数（19）不能多于层数（18）"),
    ({"use_unit": "没有这个单位公司"}, "没有这个单位"),
    ({"registered_on": ""}, "在用电梯要有使用登记日期"),
    ({"rated_speed_mps": "快"}, "请填写数字"),
    ({"lat": "95"}, "之间的数"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD)
def test_bad_input_stands_beside_the_field_and_keeps_what_was_typed(browser_of, changes, sentence) -> None:
    answer = browser_of("section").post("/elevators/new?kind=traction_passenger", data=typed(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="梯11皖L00042（20）"' in answer.text
    name, value = next(iter(changes.items()))
    assert not value or f'value="{value}"' in answer.text
    assert f'id="f-{name}-error"' in answer.text


def test_list_search_and_filter(browser_of, code) -> None:
    browser = browser_of("county")
    assert "汴河中路88号" in browser.get("/elevators/").text
    for query in ("q=汇源物业", f"q={code}", "status=in_use", "area=341302", "kind=traction_passenger"):
        assert code in browser.get(f"/elevators/?{query}").text, query
    for query in ("q=没有", "status=scrapped", "kind=escalator"):
        assert "没有符合条件的电梯" in browser.get(f"/elevators/?{query}").text, query
    assert browser.get("/elevators/?status=flying").status_code == 422


def test_list_turns_pages(browser_of, actor) -> None:
    for number in range(1, 53):
        make.register(actor("section"), number)
    browser = browser_of("section")
    first = browser.get("/elevators/?area=341302").text
    assert "共 52 条，本页 50 条" in first
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "本页 2 条" in browser.get(following).text


def test_the_page_of_an_elevator_shows_what_surrounds_it(browser_of, actor, code) -> None:
    record = {"kind": "periodic_inspection", "done_on": date(2024, 3, 1), "conclusion": "pass", "report_no": "DT-1"}
    inspections.record(actor("inspector"), queries.by_code(actor("section"), code).id, record)
    page = browser_of("section").get(f"/elevators/{code}").text
    for text in (
        "安徽迅安电梯工程有限公司",
        "DT-1",
        "2025-03-31",
        "自行检测",
        "未投保",
        "状态变化",
        "33.640200, 116.978000",
    ):
        assert text in page, text
    assert f'href="/q/{code}.' in page


def test_buttons_are_those_the_caller_may_press(browser_of, code) -> None:
    assert f"/elevators/{code}/status/suspend" in browser_of("county").get(f"/elevators/{code}").text
    technician = browser_of("tech1").get(f"/elevators/{code}").text
    for act in ("status/", "transfer", "contract", "rescue", "edit"):
        assert f"/elevators/{code}/{act}" not in technician


def test_edit_keeps_everything_and_changes_what_was_typed(browser_of, actor, code) -> None:
    browser = browser_of("section")
    before = queries.form_values(queries.by_code(actor("section"), code))
    page = browser.get(f"/elevators/{code}/edit").text
    assert 'name="use_unit"' not in page
    sent = {name: str(value) for name, value in before.items() if value is not None and name != "use_unit"}
    answer = browser.post(f"/elevators/{code}/edit", data={**sent, "floors": "20"})
    assert answer.status_code == 302, answer.text
    after = queries.form_values(queries.by_code(actor("section"), code))
    assert {name for name in after if after[name] != before[name]} == {"floors", "version"}
    stale = browser.post(f"/elevators/{code}/edit", data={**sent, "floors": "21"})
    assert (stale.status_code, "刚被别人修改过" in stale.text) == (422, True)


def test_edit_as_another_kind(browser_of, actor, code) -> None:
    page = browser_of("section").get(f"/elevators/{code}/edit?kind=hydraulic_passenger")
    assert "油缸数量" in page.text
    assert browser_of("section").get(f"/elevators/{code}/edit?kind=rocket").status_code == 404


ACTS = [
    (
        "section",
        "status/suspend",
        {"since": "2024-05-01", "reason": "改造", "document": "1号", **make.STOP_PAPERS},
        "reason",
    ),
    (
        "section",
        "transfer",
        {"use_unit": "砀山梨花物业服务有限公司", "since": "2024-05-01", "document": "表"},
        "use_unit",
    ),
    ("property", "contract", {"company": "宿州诚达电梯维保有限公司", "since": "2024-05-01", "number": "2"}, "company"),
    ("property", "contract/end", {"until": "2024-05-01"}, "until"),
    ("desk", "rescue", {"code": "035302", "plate_verified_on": "2024-05-01"}, "code"),
]


@pytest.mark.parametrize(("login", "act", "data", "needed"), ACTS)
def test_every_act_has_a_page_that_works_and_refuses(browser_of, code, login, act, data, needed) -> None:
    browser = browser_of(login)
    address = f"/elevators/{code}/{act}"
    assert browser.get(address).status_code == 200
    refused = browser.post(address, data={**data, needed: ""})
    assert (refused.status_code, f'id="f-{needed}-error"' in refused.text) == (422, True)
    done = browser.post(address, data=data)
    assert (done.status_code, done.headers["Location"]) == (302, f"/elevators/{code}")
    assert browser_of("tech1").post(address, data=data).status_code in (403, 404)
    assert browser_of("dangshan").post(address, data=data).status_code in (403, 404)


def test_a_rule_that_refuses_is_shown_with_its_basis(browser_of, code) -> None:
    browser = browser_of("section")
    halt = {"since": "2023-05-01", "reason": "a", "document": "b", **make.STOP_PAPERS}
    browser.post(f"/elevators/{code}/status/suspend", data=halt)
    answer = browser.post(f"/elevators/{code}/status/resume", data={**halt, "since": "2024-05-01"})
    assert answer.status_code == 422
    assert "停用一年以上，重新启用前应先经定期检验合格" in answer.text
    assert "TSG 08" in answer.text


@pytest.mark.parametrize("path", ["", "new", "SZ0000000000000000", "SZ0000000000000000/edit"])
def test_strangers_are_sent_to_sign_in(client, path) -> None:
    assert client.get(f"/elevators/{path}").status_code == 302


@pytest.mark.parametrize("act", ["", "/edit", "/transfer", "/contract", "/rescue", "/status/suspend"])
def test_another_county_finds_nothing(browser_of, code, act) -> None:
    assert browser_of("dangshan").get(f"/elevators/{code}{act}").status_code == 404


def test_the_filling_station_has_no_elevators(browser_of, actor) -> None:
    make.in_use(actor("section"))
    assert "汴河中路" not in browser_of("filling").get("/elevators/").text

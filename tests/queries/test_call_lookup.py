"""One line of typing finds the elevator: codes, misheard codes, words in any order, places."""

from __future__ import annotations

import pytest
from flask import Flask

from registry import clock
from registry.errors import Forbidden
from registry.models import Elevator
from registry.queries import call_lookup
from registry.services import contracts, rescue
from seeds import cast
from tests.elevators_factory import in_use, maintained

LAKE = "埇桥区汴河中路88号翠湖花园"


@pytest.fixture
def lake(app: Flask) -> dict[str, Elevator]:
    """Elevators of an estate and of a mall, two of them with codes one digit apart."""
    county = cast.actor("county")
    rows = {
        "one": maintained(county, 1, address=f"{LAKE}1号楼1单元", name="客梯"),
        "eleven": in_use(county, 2, address=f"{LAKE}11号楼1单元", name="客梯", lat=33.6412, lon=116.9790),
        "two": in_use(county, 3, address=f"{LAKE}2号楼1单元", name="客梯", lat=33.70, lon=117.05),
        "mall": in_use(county, 4, address="埇桥区淮海中路19号汇源广场", name="货梯", inner_no="3#", lat=None, lon=None),
    }
    for key, code in (("one", "900001"), ("eleven", "900007"), ("two", "900003"), ("mall", "910000")):
        rescue.enrol(cast.actor("desk"), rows[key].id, code)
    return rows


def found(text: str, position: dict[str, float] | None = None, login: str = "desk", limit: int = 10) -> list[int]:
    return [each.elevator_id for each in call_lookup.find(cast.actor(login), text, position, limit)]


def test_the_code_comes_first_and_its_neighbours_after_it(lake: dict[str, Elevator]) -> None:
    rows = call_lookup.find(cast.actor("desk"), "900001")
    assert [row.elevator_id for row in rows] == [lake["one"].id, lake["eleven"].id, lake["two"].id]
    assert [row.exact for row in rows] == [True, False, False]
    assert rows[0].why == ["识别码：900001"]
    assert (rows[0].company, rows[0].use_unit) == (cast.unit("company").name, cast.unit("property").name)
    assert rows[1].why == ["编号读音相近：900007"]
    assert rows[2].why == ["编号相差一位：900003"]


@pytest.mark.parametrize(
    ("heard", "meant", "why"),
    [
        ("九零零零洞幺", "one", "识别码：900001"),
        ("910 000", "mall", "识别码：910000"),
        ("901000", "mall", "编号相邻两位颠倒：910000"),
        ("91000", "mall", "编号少报一位：910000"),
        ("9100000", "mall", "编号多报一位：910000"),
        ("970000", "mall", "编号读音相近：910000"),
    ],
)
def test_misheard_codes(lake: dict[str, Elevator], heard: str, meant: str, why: str) -> None:
    row = call_lookup.find(cast.actor("desk"), heard)[0]
    assert (row.elevator_id, row.why[0]) == (lake[meant].id, why)


def test_of_equal_neighbours_the_near_one_comes_first(lake: dict[str, Elevator]) -> None:
    assert found("900005", {"lat": 33.70, "lon": 117.05})[0] == lake["two"].id
    assert found("900005", {"lat": 33.6402, "lon": 116.9780})[0] == lake["one"].id


def test_words_beside_a_number_choose_among_its_neighbours(lake: dict[str, Elevator]) -> None:
    assert found("900005 11号楼")[0] == lake["eleven"].id
    assert found("900005 2号楼")[0] == lake["two"].id


def test_a_former_code_still_finds_the_elevator(lake: dict[str, Elevator]) -> None:
    rescue.enrol(cast.actor("desk"), lake["mall"].id, "880088")
    row = call_lookup.find(cast.actor("desk"), "910000")[0]
    assert (row.elevator_id, row.why[0], row.exact) == (lake["mall"].id, "原识别码：910000", False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("翠湖花园2号楼", ["two"]),
        ("2栋 翠湖", ["two"]),
        ("2# 翠湖 1单元", ["two"]),
        ("翠湖二号楼", ["two"]),
        ("汇源广场 货梯", ["mall"]),
        ("淮海中路 3#", ["mall"]),
    ],
)
def test_words_in_any_order(lake: dict[str, Elevator], typed: str, meant: list[str]) -> None:
    assert found(typed) == [lake[key].id for key in meant]


def test_a_number_is_meant_whole(lake: dict[str, Elevator]) -> None:
    assert found("翠湖 1号楼") == [lake["one"].id, lake["eleven"].id]
    rows = call_lookup.find(cast.actor("desk"), "翠湖 1号楼")
    assert rows[0].why == ["地址相符：翠湖、1号楼"]
    assert rows[1].why == ["地址相符：翠湖"]


def test_unit_and_area_are_words_too(lake: dict[str, Elevator]) -> None:
    assert set(found("汇源物业")) >= {row.id for row in lake.values()}
    assert set(found("埇桥 2号楼")) == {lake["two"].id}
    assert found("砀山 汇源广场") == found("汇源广场")  # nothing has both: what has most


def test_words_that_fit_in_part_are_offered(lake: dict[str, Elevator]) -> None:
    rows = call_lookup.find(cast.actor("desk"), "翠湖花园 99号楼")
    assert {row.elevator_id for row in rows} == {lake[key].id for key in ("one", "two", "eleven")}


def test_what_stands_where_the_caller_is(lake: dict[str, Elevator]) -> None:
    rows = call_lookup.find(cast.actor("desk"), "", {"lat": 33.6410, "lon": 116.9788})
    assert [row.elevator_id for row in rows] == [lake["eleven"].id, lake["one"].id, lake["two"].id]
    assert rows[0].why == [f"距报警人{rows[0].distance_m}米"]
    assert 20 < (rows[0].distance_m or 0) < 40
    assert found("", {"lat": 33.6410, "lon": 116.9788}, limit=1) == [lake["eleven"].id]


def test_other_codes(lake: dict[str, Elevator]) -> None:
    row = lake["two"]
    for typed in (row.label_code, row.label_code.lower(), row.device_code, row.use_cert_no, "梯11皖L00003（20）"):
        assert found(typed or "")[0] == row.id
    assert found("") == []
    assert found("不存在") == []


def test_who_may_ask_and_what_they_see(lake: dict[str, Elevator]) -> None:
    assert found("900001", login="dangshan") == []
    assert found("翠湖花园", login="county") != []
    for login in ("property", "company", "filling", "insurer"):
        with pytest.raises(Forbidden):
            found("900001", login=login)


def test_the_company_is_that_of_today(lake: dict[str, Elevator]) -> None:
    county = cast.actor("county")
    contracts.sign(
        county, lake["two"].id, {"company_id": cast.unit("company2").id, "since": clock.today(), "number": "W"}
    )
    assert call_lookup.find(cast.actor("desk"), "900003")[0].company == cast.unit("company2").name

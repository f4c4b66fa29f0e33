"""Rescue teams as spreadsheets: rota and areas as people write them, errors in words, the same file again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry.db import db
from registry.errors import Forbidden
from registry.exchange import desk
from registry.models import Responder

HEAD = "所属单位,名称,类别,服务区域,可同时处置,值班电话,驻点地址,纬度,经度,每周值班"
ROTA = "周一至周五 08:00-20:00 马超；周末 00:00-24:00"
GOOD = f"安徽迅安电梯工程有限公司,城东站,网格救援站,埇桥区、宿马园区,2,0557-3012345,西关大街,33.64,116.97,{ROTA}"


def handed_in(actor, *rows: str):
    who = actor("desk")
    batch = desk.receive(who, "responders", "救援站.csv", "\n".join((HEAD, *rows)).encode())
    return who, desk.check(who, batch.id)


def on_file() -> list[Responder]:
    db.session.expire_all()
    options = (selectinload(Responder.areas), selectinload(Responder.shifts))
    return list(db.session.scalars(select(Responder).options(*options).order_by(Responder.id)))


def test_rows_become_teams_and_the_same_file_changes_nothing(actor) -> None:
    who, batch = handed_in(actor, GOOD)
    assert batch.result["counts"]["new"] == 1, batch.result
    assert on_file() == []
    desk.run(who, batch.id)
    (row,) = on_file()
    assert (row.name, row.capacity, row.lat, row.levels) == ("城东站", 2, 33.64, [2])
    assert sorted(each.area_code for each in row.areas) == ["341302", "341371"]
    assert len(row.shifts) == 7
    who, batch = handed_in(actor, GOOD.replace("西关大街", "西关大街12号"))
    assert batch.result["counts"]["changed"] == 1
    desk.run(who, batch.id)
    assert [each.address for each in on_file()] == ["西关大街12号"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("安徽迅安电梯工程有限公司", "无此公司", "没有登记过这个单位"),
        ("埇桥区、宿马园区", "蚌埠市", "没有这个辖区："),
        ("08:00-20:00", "8点到20点", "第1行应形如"),
        ("马超", "无名", "本单位没有这些人员："),
        ("116.97", "", "经度和纬度要同时填写"),
        ("33.64", "133", "不是经纬度"),
        (",2,", ",200,", "应为1至99"),
    ],
)
def test_bad_rows_are_given_back_in_words(actor, old: str, new: str, reason: str) -> None:
    _, batch = handed_in(actor, GOOD.replace(old, new))
    assert batch.result["counts"]["refused"] == 1, batch.result
    assert reason in str(batch.result)
    assert on_file() == []


def test_who_imports(actor) -> None:
    with pytest.raises(Forbidden):
        desk.receive(actor("company"), "responders", "救援站.csv", HEAD.encode())

"""One list of a cylinder's life: everything is in it, everybody sees what is his, and it turns its pages exactly."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, update

from registry import clock
from registry.db import db
from registry.errors import Forbidden, Invalid, Missing, Refused
from registry.models import Capacity, Cylinder, CylinderEvent, Policy, PolicyItem
from registry.queries import cylinder_timeline as timeline
from registry.services import (
    cylinder_anomaly_finding,
    cylinder_inspections,
    cylinder_reports,
    cylinders,
    fill_cycles,
    filling,
    labels,
    scans,
)
from registry.services.cylinder_events import record_event
from seeds import cast
from tests import filling_factory as make
from tests.services.test_fill_cycles import after, check

HOME = {"lat": 33.61, "lon": 117.01, "accuracy_m": 10}


def life(row, login="section", **filters):
    return timeline.page(cast.actor(login), row.label_code, filters, filters.pop("cursor", None))[1]


def tell(row, kind, login="courier", minutes=0, **data):
    at = clock.now() + timedelta(seconds=minutes)
    return record_event(
        cast.actor(login), row.label_code, {"ref": str(uuid4()), "kind": kind, "at": at, "position": HOME, "data": data}
    )


@pytest.fixture
def lived(app):
    """A cylinder that everything has happened to."""
    station, office = cast.actor("filling"), cast.actor("section")
    row = make.cylinder()
    scans.scan(station, {"code": row.label_code, "purpose": "look"})
    scans.look(row.label_code, "phone")
    fill_cycles.precheck(cast.actor("checker"), check(row))
    filling.record(cast.actor("filler"), make.fill(row, minutes_ago=0))
    fill_cycles.post_check(cast.actor("checker"), after(row))
    fill_cycles.release(station, {"ref": str(uuid4()), "code": row.label_code})
    tell(row, "leave_station", "filling", 1)
    tell(row, "deliver_done", "courier", 2, customer="K-0815")
    tell(row, "receipt", "property", 3, customer="K-0815")
    tell(row, "collect", "depot", 4)
    policy = Policy(
        subject="cylinder", policy_no="P1", insurer_id=cast.unit("insurer").id, holder_id=row.owner_id,
        holder_type="filling", starts_on=clock.today(), ends_on=clock.today() + timedelta(days=90), premium_fen=100,
        limit_per_accident_fen=100,
    )  # fmt: skip
    db.session.add(policy)
    db.session.flush()
    db.session.add(PolicyItem(policy_id=policy.id, cylinder_id=row.id, since=policy.starts_on))
    db.session.commit()
    cylinder_anomaly_finding.second_turn(row.id, row.owner_id, clock.now() - timedelta(minutes=3), clock.now())
    cylinder_reports.submit(row.label_code, {"kind": "leaking", "ref": str(uuid4()), "text": "漏"}, "203.0.113.7")
    cylinder_inspections.record(office, row.label_code, {"done_on": clock.today(), "passed": True, "report_no": "R7"})
    labels.replace(office, row.label_code, "破损")
    db.session.refresh(row)
    cylinders.correct(office, row.label_code, {"inner_no": "N-7"}, row.version)
    cylinders.change_status(office, row.label_code, "suspend", {"reason": "投诉"})
    with pytest.raises(Refused):
        filling.record(cast.actor("filler"), make.fill(row, minutes_ago=0))
    return row


def test_everything_is_in_one_list(lived) -> None:
    found = life(lived, limit=200)
    assert {entry.kind for entry in found.items} == set(timeline.KINDS) - {"hold"}
    assert found.next is None
    moments = [entry.at for entry in found.items]
    assert moments == sorted(moments, reverse=True)
    said = [str(getattr(entry.title, "zh", entry.title)) for entry in found.items]
    for text in (
        "充装 14.1 kg",
        "充装被拒绝",
        "公众举报",
        "定期检验合格",
        "投保",
        "换码",
        "更正档案",
        "客户签收",
        "已放行",
        "制造",
    ):
        assert text in said, text
    assert len([text for text in said if text == "停用/冻结"]) == 1  # the event, not the period too


def test_the_filter(lived) -> None:
    for kind in timeline.KINDS:
        assert {entry.kind for entry in life(lived, kind=kind, limit=200).items} <= {kind}
    whole = life(lived, limit=200).items
    assert sum(len(life(lived, kind=kind, limit=200).items) for kind in timeline.KINDS) == len(whole)
    with pytest.raises(Invalid):
        life(lived, kind="gossip")


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_leave_nothing_out_and_show_nothing_twice(lived, size) -> None:
    instant = clock.now() + timedelta(minutes=1)  # many at one moment
    rows = [
        CylinderEvent(cylinder_id=lived.id, kind=kind, at=instant, received_at=instant, unit_id=lived.owner_id)
        for kind in ("collect", "precheck", "reclaim", "code_bind", "suspend") * 2
    ]
    db.session.add_all(rows)
    db.session.commit()
    whole = life(lived, limit=200).items
    found, cursor = [], None
    while True:
        page = life(lived, limit=size, cursor=cursor)
        assert len(page.items) <= size
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert found == whole


def person_of(row, login, kind) -> tuple[str | None, str | None, dict | None]:
    (entry,) = (one for one in life(row, login, kind="hand_over").items if getattr(one.title, "kind", "") == kind)
    return entry.unit, entry.person, entry.position


def test_who_sees_whom(lived) -> None:
    assert person_of(lived, "filling", "deliver_done") == ("宿州皖北液化气充装站", "冯小军", HOME)
    assert person_of(lived, "section", "deliver_done")[1] == "冯小军"
    for login in ("insurer", "inspector", "depot"):
        assert person_of(lived, login, "deliver_done")[1:] == (None, None)
    assert person_of(lived, "filling", "collect") == ("埇桥区西关瓶装气配送站", None, None)  # another unit's courier
    for login in ("filling", "section", "depot"):
        assert person_of(lived, login, "receipt") == ("客户", None, None)


def test_a_customers_number_is_for_the_unit_that_gave_it(lived) -> None:
    for login, sees in (("filling", True), ("courier", True), ("section", False), ("county", False), ("depot", False)):
        said = str([entry.details for entry in life(lived, login, limit=200).items])
        assert ("K-0815" in said) is sees, login


def test_the_new_owner_does_not_see_the_people_of_the_old_one(lived) -> None:
    to = {"owner_id": cast.unit("station2").id, "since": clock.today(), "document": "协议1号"}
    cylinders.transfer(cast.actor("section"), lived.label_code, to)
    unit = db.session.query(Capacity).filter_by(unit_id=to["owner_id"], capacity="filling").one()
    assert unit.unit_id == to["owner_id"]
    found = life(lived, "filling2", limit=200).items
    assert {entry.kind for entry in found} >= {"fill", "hand_over", "registration"}
    assert {entry.person for entry in found} == {None}
    assert not [entry for entry in found if entry.kind == "anomaly"]
    with pytest.raises(Missing):
        life(lived, "filling")


KINDS_OF = {
    "courier": {"anomaly", "report", "scan", "hold"},
    "insurer": {"anomaly", "report", "scan", "hold"},
    "filler": {"anomaly", "report"},
    "filling": {"report"},  # not passed on yet
    "county": set(),
}


@pytest.mark.parametrize("login", KINDS_OF)
def test_what_is_not_for_everybody(lived, login) -> None:
    assert not KINDS_OF[login] & {entry.kind for entry in life(lived, login, limit=200).items}


def test_strangers(lived) -> None:
    with pytest.raises(Missing):
        life(lived, "filling2")
    with pytest.raises(Forbidden):
        life(lived, "tech1")


def test_the_device_and_the_server_are_both_told_where_they_differ(app) -> None:
    row = make.cylinder()
    at = clock.now() - timedelta(hours=3)
    record_event(cast.actor("courier"), row.label_code, {"ref": str(uuid4()), "kind": "collect", "at": at})
    (entry,) = life(row, kind="hand_over").items
    assert entry.at == at
    assert entry.received_at - at > timedelta(hours=2)
    tell(row, "reclaim")
    assert life(row, kind="hand_over").items[0].received_at is None


def test_what_entered_unscanned_says_so(app) -> None:
    row = make.cylinder()
    db.session.execute(update(Cylinder).where(Cylinder.id == row.id).values(custody="at_user"))
    db.session.commit()
    fill_cycles.precheck(cast.actor("checker"), check(row))
    (entry,) = life(row, kind="hand_over").items
    assert "系统补记" in str(entry.details)


def test_a_page_costs_the_same_with_a_long_life(lived) -> None:
    asked: list[str] = []
    listen = lambda _c, _cur, statement, *_more: asked.append(statement)  # noqa: E731

    def statements() -> int:
        asked.clear()
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            life(lived, limit=20)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(asked)

    before = statements()
    at = clock.now()
    db.session.add_all(
        CylinderEvent(cylinder_id=lived.id, kind="collect", at=at + timedelta(seconds=n), received_at=at)
        for n in range(300)
    )
    db.session.commit()
    assert statements() <= before
    assert all("LIMIT" in text for text in asked if "cylinder_event" in text)


@pytest.mark.parametrize("cursor", ["x", "1_2_3", "9" * 50 + "_0_0_0", "1_2_3_4_5"])
def test_a_cursor_that_is_not_ours(lived, cursor) -> None:
    with pytest.raises(Invalid):
        life(lived, cursor=cursor)

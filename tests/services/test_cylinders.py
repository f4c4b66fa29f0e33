"""Registering, correcting, moving and writing over cylinders."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry import clock, codes
from registry.db import db
from registry.errors import Conflict, Forbidden, Invalid, Missing
from registry.models import Cylinder, LabelCode, TrailEntry
from registry.queries import cylinders as queries
from registry.services import cylinders, scrap_batches
from registry.settings import current
from seeds import cast
from tests.cylinder_factory import cylinder
from tests.life_factory import destroyed, evidence, ordered


def trail(row: Cylinder) -> list[str]:
    statement = select(TrailEntry.act).where(TrailEntry.subject == "cylinder", TrailEntry.subject_id == row.id)
    return list(db.session.scalars(statement.order_by(TrailEntry.id)))


def found(login: str, row: Cylinder) -> Cylinder:
    db.session.rollback()
    return queries.by_code(cast.actor(login), row.label_code or "")


def test_a_station_registers_its_own_cylinder(app) -> None:
    row = found("filling", cylinder())
    assert (row.status, row.custody, row.owner_id) == ("in_use", "empty_in_station", cast.unit("station").id)
    assert row.area_code == "341302"
    assert (row.next_inspection_on, row.service_end_on) == (date(2027, 4, 30), date(2031, 4, 30))
    assert row.permitted_fill_g == 14900
    assert [(period.status, period.since, period.until) for period in row.statuses] == [
        ("in_use", date(2023, 6, 10), None)
    ]
    assert codes.check(row.label_code)
    label = db.session.scalars(select(LabelCode).where(LabelCode.cylinder_id == row.id)).one()
    assert (label.code, label.status) == (row.label_code, "active")
    assert trail(row) == ["cylinder.registered"]


def test_without_a_register_number_it_is_a_draft(app) -> None:
    row = cylinder(register_no=None)
    assert row.status == "draft"


def test_codes_are_stored_in_one_form(app) -> None:
    row = cylinder(maker_code="ｔｓ22 34001", serial_no=" a-77 ", made_on=date(2023, 5, 19))
    assert (row.maker_code, row.serial_no, row.made_on) == ("TS2234001", "A-77", date(2023, 5, 1))


def test_a_stamped_fill_is_kept_and_gas_by_pressure_has_none(app) -> None:
    assert cylinder(permitted_fill_g=14500).permitted_fill_g == 14500
    oxygen = cylinder(
        kind="seamless_steel",
        medium="oxygen",
        volume_ml=40000,
        tare_g=50000,
        working_pressure_kpa=15000,
        test_pressure_kpa=22500,
    )
    assert oxygen.permitted_fill_g is None
    assert oxygen.next_inspection_on == date(2026, 4, 30)


BAD = [
    ({"kind": "teapot"}, "kind"),
    ({"medium": "oxygen"}, "medium"),
    ({"medium": "unobtainium"}, "medium"),
    ({"made_on": date(2027, 1, 1), "registered_on": None}, "made_on"),
    ({"volume_ml": 151000, "tare_g": 60000}, "volume_ml"),
    ({"tare_g": 3000}, "tare_g"),
    ({"working_pressure_kpa": 71000, "test_pressure_kpa": 72000}, "working_pressure_kpa"),
    ({"test_pressure_kpa": 2000}, "test_pressure_kpa"),
    ({"permitted_fill_g": 15000}, "permitted_fill_g"),
    ({"porosity": 2}, "porosity"),
    ({"last_inspected_on": date(2027, 1, 1)}, "last_inspected_on"),
    ({"last_inspected_on": date(2023, 4, 30)}, "last_inspected_on"),
    ({"last_inspection_passed": True}, "last_inspected_on"),
    ({"stated_next_inspection_on": date(2027, 5, 1)}, "stated_next_inspection_on"),
    ({"registered_on": date(2023, 4, 30)}, "registered_on"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_cannot_be_right_is_refused_beside_its_field(app, changes, field) -> None:
    with pytest.raises(Invalid) as refused:
        cylinder(**changes)
    assert list(refused.value.errors) == [field]
    assert db.session.scalars(select(Cylinder)).all() == []


GOOD = [
    {"made_on": clock.today(), "registered_on": clock.today()},
    {"volume_ml": 150000, "tare_g": 60000},
    {"test_pressure_kpa": 2100},
    {"permitted_fill_g": 14900},
    {"stated_next_inspection_on": date(2027, 4, 30)},
    {"last_inspected_on": date(2023, 5, 1)},
]


@pytest.mark.parametrize("changes", GOOD)
def test_the_bounds_themselves_are_allowed(app, changes) -> None:
    assert cylinder(**changes).id


def test_a_stamp_is_registered_once(app) -> None:
    first = cylinder()
    with pytest.raises(Conflict, match="已经登记"):
        cylinder("section", serial_no=first.serial_no, owner_id=cast.unit("station2").id)
    assert cylinder(serial_no=first.serial_no, made_on=date(2023, 6, 1))


def test_a_register_number_is_used_once_among_the_living(app) -> None:
    first = cylinder()
    with pytest.raises(Conflict, match="使用登记号"):
        cylinder(register_no=first.register_no)
    destroyed(first)
    assert cylinder(register_no=first.register_no)


def test_who_may_register_for_whom(app) -> None:
    with pytest.raises(Forbidden):
        cylinder("filling", owner_id=cast.unit("station2").id)
    with pytest.raises(Forbidden):
        cylinder("filler")
    with pytest.raises(Invalid) as refused:
        cylinder("county", owner_id=cast.unit("station2").id)
    assert list(refused.value.errors) == ["owner_id"]
    with pytest.raises(Invalid):
        cylinder("section", owner_id=cast.unit("property").id)
    with pytest.raises(Invalid):
        cylinder("section")
    assert cylinder("county", owner_id=cast.unit("station").id)


def test_a_vehicle_cylinder_belongs_to_its_vehicle_s_owner(app) -> None:
    row = cylinder(
        "section",
        kind="vehicle_cng_steel",
        medium="natural_gas",
        volume_ml=60000,
        tare_g=70000,
        working_pressure_kpa=20000,
        test_pressure_kpa=30000,
        taxi=True,
        owner_id=cast.unit("property").id,
    )
    assert row.service_end_on == date(2031, 4, 30)


def test_correct_recomputes_and_tells_what_changed(app) -> None:
    row = cylinder()
    again = cylinders.correct(cast.actor("section"), row.label_code, {"volume_ml": 26200, "tare_g": 13500}, version=1)
    assert (again.version, again.permitted_fill_g) == (2, 11000)
    moved = cylinders.correct(cast.actor("section"), row.label_code, {"made_on": date(2022, 5, 1)}, version=2)
    assert moved.next_inspection_on == date(2026, 4, 30)
    written = select(TrailEntry).where(TrailEntry.act == "cylinder.corrected").order_by(TrailEntry.id)
    entry = db.session.scalars(written).first()
    assert entry.data["changes"]["volume_ml"] == [35500, 26200]


def test_a_stamped_fill_survives_a_correction(app) -> None:
    row = cylinder(permitted_fill_g=14500)
    assert cylinders.correct(cast.actor("section"), row.label_code, {"tare_g": 16600}, 1).permitted_fill_g == 14500


def test_correct_wants_the_version_that_was_seen(app) -> None:
    row = cylinder()
    cylinders.correct(cast.actor("section"), row.label_code, {"inner_no": "A1"}, version=1)
    with pytest.raises(Conflict, match="刷新"):
        cylinders.correct(cast.actor("section"), row.label_code, {"inner_no": "A2"}, version=1)


def test_nothing_changed_leaves_no_entry(app) -> None:
    row = cylinder()
    assert cylinders.correct(cast.actor("section"), row.label_code, {"tare_g": 16500}, version=1).version == 1
    assert trail(row) == ["cylinder.registered"]


def test_a_station_corrects_only_what_decides_nothing(app) -> None:
    row = cylinder()
    assert cylinders.correct(cast.actor("filling"), row.label_code, {"inner_no": "B7"}, version=1).inner_no == "B7"
    with pytest.raises(Invalid) as refused:
        cylinders.correct(cast.actor("filling"), row.label_code, {"tare_g": 16000}, version=2)
    assert list(refused.value.errors) == ["tare_g"]
    draft = cylinder(register_no=None)
    assert cylinders.correct(cast.actor("filling"), draft.label_code, {"tare_g": 16000}, version=1).tare_g == 16000


def test_a_station_stops_and_only_the_office_restarts(app) -> None:
    row = cylinder()
    filling, section = cast.actor("filling"), cast.actor("section")
    with pytest.raises(Invalid) as refused:
        cylinders.change_status(filling, row.label_code, "suspend", {})
    assert list(refused.value.errors) == ["reason"]
    assert cylinders.change_status(filling, row.label_code, "suspend", {"reason": "瓶阀漏气"}).status == "suspended"
    with pytest.raises(Forbidden):
        cylinders.change_status(filling, row.label_code, "resume", {"reason": "已更换瓶阀"})
    with pytest.raises(Conflict):
        cylinders.change_status(filling, row.label_code, "suspend", {"reason": "再停"})
    row = cylinders.change_status(section, row.label_code, "resume", {"reason": "已更换瓶阀"})
    today = clock.today()
    assert [(p.status, p.since, p.until) for p in row.statuses] == [
        ("in_use", date(2023, 6, 10), today),
        ("suspended", today, today),
        ("in_use", today, None),
    ]
    assert trail(row) == ["cylinder.registered", "cylinder.status_changed", "cylinder.status_changed"]


@pytest.mark.parametrize(
    ("since", "allowed"),
    [(date(2023, 6, 9), False), (date(2023, 6, 10), True), (clock.today() + timedelta(days=1), False)],
)
def test_a_change_begins_neither_before_the_present_status_nor_tomorrow(app, since, allowed) -> None:
    row = cylinder()
    change = {"reason": "封存", "since": since}
    if allowed:
        assert cylinders.change_status(cast.actor("filling"), row.label_code, "suspend", change).status == "suspended"
        return
    with pytest.raises(Invalid) as refused:
        cylinders.change_status(cast.actor("filling"), row.label_code, "suspend", change)
    assert list(refused.value.errors) == ["since"]


def test_scrapping_voids_the_code_for_good(app) -> None:
    row = cylinder()
    section = cast.actor("section")
    label = db.session.scalars(select(LabelCode).where(LabelCode.cylinder_id == row.id)).one()
    assert label.status == "active"
    batch = ordered(row)
    with pytest.raises(Conflict, match="销毁须有证据"):
        cylinders.change_status(section, row.label_code, "destroy", {"document": "压扁记录2026-11"})
    scrap_batches.make(cast.actor("filling"), batch.id, "hand_over", {})
    scrap_batches.make(cast.actor("filling"), batch.id, "destroy", evidence())
    cylinders.change_status(section, row.label_code, "cancel", {"document": "注销表"})
    db.session.refresh(label)
    assert (label.status, label.ended_on) == ("void", clock.today())
    assert found("section", row).status == "cancelled"
    with pytest.raises(Conflict):
        cylinders.correct(section, row.label_code, {"tare_g": 16000}, version=4)
    voided = db.session.scalars(select(TrailEntry).where(TrailEntry.act == "label.voided")).all()
    assert [entry.data["code"] for entry in voided] == [row.label_code]


def test_the_office_grants_registration_of_a_draft(app) -> None:
    row = cylinder(register_no=None, registered_on=None)
    row = cylinders.change_status(cast.actor("county"), row.label_code, "register", {"document": "登记表（三）"})
    assert (row.status, row.registered_on) == ("in_use", clock.today())


def test_transfer_moves_owner_and_area(app) -> None:
    row = cylinder()
    new = cast.unit("station2")
    with pytest.raises(Forbidden):
        cylinders.transfer(cast.actor("filling"), row.label_code, {"owner_id": new.id, "document": "协议"})
    section = cast.actor("section")
    for data, field in (
        ({"owner_id": new.id}, "document"),
        ({"owner_id": row.owner_id, "document": "协议"}, "owner_id"),
        ({"owner_id": cast.unit("property").id, "document": "协议"}, "owner_id"),
        ({"owner_id": 999999, "document": "协议"}, "owner_id"),
    ):
        with pytest.raises(Invalid) as refused:
            cylinders.transfer(section, row.label_code, data)
        assert list(refused.value.errors) == [field]
    cylinders.change_status(cast.actor("filling"), row.label_code, "begin_transfer", {"reason": "转让"})
    cylinders.transfer(section, row.label_code, {"owner_id": new.id, "document": "过户协议1号"})
    row = found("section", row)
    assert (row.owner.name, row.area_code, row.status) == (new.name, "341323", "in_use")
    with pytest.raises(Missing):
        found("filling", row)
    assert found("filling2", row).id == row.id


def test_a_stopped_cylinder_stays_stopped_when_it_changes_hands(app) -> None:
    row = cylinder()
    section = cast.actor("section")
    cylinders.change_status(section, row.label_code, "suspend", {"reason": "待核"})
    new = {"owner_id": cast.unit("station2").id, "document": "协议"}
    assert cylinders.transfer(section, row.label_code, new).status == "suspended"
    cylinders.change_status(section, row.label_code, "order_scrap", {"reason": "翻新"})
    with pytest.raises(Conflict):
        cylinders.transfer(section, row.label_code, {"owner_id": cast.unit("station").id, "document": "协议"})


def test_found_by_every_way_of_writing_its_code(app) -> None:
    row = cylinder()
    code, keys = row.label_code, current().label_keys
    for text in (
        code,
        code.lower(),
        codes.grouped(code),
        f"{code}.{codes.mac(code, keys)}",
        codes.qr_url("https://example.cn", code, keys),
    ):
        assert queries.by_code(cast.actor("filling"), text).id == row.id
    for text in ("", "SZ", f"{code}.0000000000000000", "不是编码"):
        with pytest.raises(Missing):
            queries.by_code(cast.actor("filling"), text)
    for login in ("filling2", "dangshan", "insurer"):
        with pytest.raises(Missing):
            queries.by_code(cast.actor(login), code)


def test_list_filters(app) -> None:
    station2 = cast.unit("station2").id
    today = clock.today()
    fresh = cylinder()
    old = cylinder(made_on=date(2017, 5, 1), registered_on=date(2017, 6, 1))
    soon = cylinder(stated_next_inspection_on=today + timedelta(days=30))
    other = cylinder("section", owner_id=station2, register_no=None, inner_no="内7")
    section = cast.actor("section")

    def ids(**filters) -> set[int]:
        return {row.id for row in queries.listing(section, filters).items}

    assert ids() == {fresh.id, old.id, soon.id, other.id}
    assert ids(owner_id=station2) == {other.id}
    assert ids(status="draft") == {other.id}
    assert ids(due="overdue") == {old.id}
    assert ids(due="soon") == {soon.id}
    assert ids(area="341302") == {fresh.id, old.id, soon.id}
    assert ids(q=fresh.serial_no) == {fresh.id}
    assert ids(q=fresh.register_no) == {fresh.id}
    assert ids(q=old.label_code.lower()) == {old.id}
    assert ids(q="内") == {other.id}
    assert ids(q="%") == set()
    assert ids(kind="acetylene") == set()
    page = queries.listing(section, {}, limit=3)
    assert [row.id for row in page.items] == [other.id, soon.id, old.id]
    assert [row.id for row in queries.listing(section, {}, 3, page.next).items] == [fresh.id]
    assert {row.id for row in queries.listing(cast.actor("filling"), {}).items} == {fresh.id, old.id, soon.id}

"""Rows of every kind that belong to side 甲 and its neighbours, and people of every trade with no business there."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

from registry import clock
from registry.actor import SYSTEM
from registry.db import transaction
from registry.errors import Refused
from registry.exchange import desk
from registry.models import Capacity, IndicatorAlert, Unit
from registry.services import (
    access_requests,
    accounts,
    cylinder_purchases,
    cylinder_registrations,
    cylinder_transfers,
    filling,
    inspection_orders,
    jobs,
    label_bindings,
    notices,
    scans,
    spot_checks,
    supervision_plans,
    uploads,
)
from registry.services.accounts import HASHER
from seeds import cast, cast_equipment, cast_supervision, demo_accidents, demo_calls, demo_guarded_events, demo_rescue
from tests import filling_factory, hazards_factory, labels_factory, life_factory, two_sides
from tests.cylinder_factory import cylinder
from tests.exchange.sheets import workbook

# Who attacks: login -> role. All of them stand on side 乙, or see the whole city and may change nothing.
RIVALS = {
    "dangshan": "inspector_county",
    "officer2": "officer_station",
    "leader2": "leader_county",
    "property2": "use_manager",
    "company2": "maintenance_manager",
    "tech3": "technician",
    "filling2": "filling_manager",
    "filler2": "filler",
    "checker2": "checker",
    "courier2": "courier",
    "depot2": "depot_keeper",
    "inspector2": "inspection_body",
    "insurer2": "insurer",
}
ONLOOKERS = {"auditor": "auditor", "admin": "admin", "safety": "safety_office"}


def build() -> None:
    """The demo's equipment of the cast, both sides, and what neither has."""
    cast_equipment.build()
    two_sides.build()
    for step in (cast_supervision, demo_accidents, demo_rescue, demo_guarded_events, demo_calls):
        step.build()
    _more_rivals()
    _of_the_station()
    _of_offices()
    notices.gather(SYSTEM)
    hazards_factory.reported()
    notices.gather(SYSTEM)


def _more_rivals() -> None:
    secret = HASHER.hash(cast.PASSWORD)
    with transaction() as session:
        depot = Unit(name="砀山配送站", area_code="341321", created_on=cast.SINCE)
        session.add(depot)
        session.flush()
        station = cast.unit("station2").id
        session.add(Capacity(unit_id=depot.id, capacity="depot", since=cast.SINCE, station_id=station))
        office = cast.unit("dangshan").id
        for login, unit_id, area in (
            ("officer2", office, "341321"),
            ("leader2", office, "341321"),
            ("courier2", station, None),
            ("depot2", depot.id, None),
        ):
            two_sides.add_person(session, login, secret, RIVALS[login], unit_id, area)


def _of_the_station() -> None:
    manager, today = cast.actor("filling"), clock.today()
    bought = {"bought_on": today, "kind": "lpg_steel", "count": 3, "supplier": "皖北钢瓶有限公司", "document": "FP-1"}
    cylinder_purchases.record(manager, bought)
    draft = cylinder(register_no=None, registered_on=None)
    said = {"safety_manager": "高飞", "filled_by": "徐丽", "catalogue": "2320", "kind": "new"}
    cylinder_registrations.apply(manager, {**said, "codes": [draft.label_code]})
    life_factory.sent()
    life_factory.ordered()
    code = labels_factory.blanks()[0].code
    bottle = filling_factory.cylinder(label_code=None)
    label_bindings.record(cast.actor("filler"), labels_factory.binding(bottle, code, reason=None))
    scans.scan(cast.actor("filler"), {"code": "SZ0000000000000", "purpose": "fill", "gun": "1", "medium": "lpg"})
    with suppress(Refused):
        stopped = filling_factory.cylinder(status="suspended")
        filling.record(cast.actor("filler"), filling_factory.fill(stopped, offline=True, ref=str(uuid4())))
    accounts.create_token(manager, "station software", 300)
    uploads.start(
        cast.actor("filler"),
        {"ref": str(uuid4()), "sha256": "a" * 64, "size": 10, "mime": "image/jpeg", "purpose": "hazard"},
    )


def _of_offices() -> None:
    section, county, today = cast.actor("section"), cast.actor("county"), clock.today()
    desk.receive(section, "elevators", "台账.xlsx", workbook([("设备代码", "名称"), ("P1", "甲")]))
    jobs.ask(section, "paper", "attack.1", {"paper_id": 1}, steps=2)
    order = {"document": "皖市监特设发〔2026〕1号", "reason": "集中检验", "shift_months": 1, "since": today}
    first = date(today.year + 1, 3, 1)
    inspection_orders.record(section, {**order, "due_from": first, "due_to": first, "area_code": "341302"})
    supervision_plans.add_key_unit(county, {"unit": cast.unit("property").credit_code, "reason": "多次被举报"})
    station = {"station_id": cast.unit("station").id, "first_on": today - timedelta(days=9), "last_on": today}
    spot_checks.draw(county, {**station, "size": 1})
    with transaction() as session:
        reset = {"kind": "second_factor", "person": cast.person("auditor"), "reason": "手机丢失"}
        access_requests.ask(session, cast.actor("admin"), **reset)
        about = {
            "name": "target:attack",
            "kind": "target",
            "key": "paperless_maintenance",
            "area_code": "341302",
            "raised_at": clock.now(),
        }
        session.add(IndicatorAlert(**about))
    accounts.sign_in("property", cast.PASSWORD, "127.0.0.1", accounts.Limits(attempts=5, minutes=15))
    with transaction() as session:  # so that it may take over what the first one fills
        licence = session.query(Capacity).filter_by(unit_id=cast.unit("station2").id, capacity="filling").one()
        licence.media = sorted({*(licence.media or ()), "lpg"})
    given = {"receiver_id": cast.unit("station2").id, "document": "过户协议1号"}
    cylinder_transfers.propose(cast.actor("filling"), {**given, "codes": [cylinder().label_code]})

"""The items that a station's daily, weekly and monthly records are filled in with (cylinders.md §11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from registry import clock
from registry.db import db, transaction
from registry.models import Certificate, Device, FillCycle, FillRefusal, GasBatch, HoldRelease, Scan, StoredFile
from registry.queries import safety_sheets, safety_stations
from registry.rules.safety import Span
from registry.services import safety_records
from seeds import cast
from tests import filling_factory as fillings
from tests.sunshine_factory import filled

DAY = timedelta(days=1)


def today() -> Span:
    return Span(clock.today(), clock.today())


def counts(span: Span | None = None) -> dict[str, int]:
    return safety_stations.counts(cast.actor("filling"), span or today())


def keep(row: Any) -> Any:
    with transaction() as session:
        session.add(row)
    return row


def scan(verdict: str, rule: str, at: datetime, cylinder: int | None = None, unit: str = "station") -> Scan:
    return keep(
        Scan(
            at=at,
            received_at=at,
            purpose="fill",
            text="X",
            cylinder_id=cylinder,
            unit_id=cast.unit(unit).id,
            verdict=verdict,
            legacy_code="00",
            findings=[{"rule": rule, "severity": verdict, "text": "t", "basis": ""}],
        )
    )


def device(kind: str, **values: Any) -> Device:
    given = {"station_id": cast.unit("station").id, "kind": kind, "number": f"{kind}-9", "registered_at": clock.now()}
    return keep(Device(**{**given, **values}))


def gas(**values: Any) -> GasBatch:
    given = {
        "ref": "g-9",
        "station_id": cast.unit("station").id,
        "medium": "propane",
        "supplier": "安庆石化",
        "delivery_note": "9",
        "mass_g": 1000,
        "since": clock.today(),
    }
    return keep(GasBatch(**{**given, **values}))


def unchecked() -> None:
    """A fill whose turn is not checked yet."""
    row = filled(5)
    assert db.session.query(FillCycle).filter_by(filling_id=row.id).one().state == "filled"


def refused(at: datetime) -> None:
    values = {"ref": "r-9", "ref_digest": "d", "station_id": cast.unit("station").id, "asked": {}, "findings": []}
    keep(FillRefusal(at=at, **values))


ITEMS: list[tuple[str, Callable[[], Any], int]] = [
    ("unchecked", unchecked, 1),
    ("overdue", lambda: scan("block", "R08", clock.now()), 1),
    ("overdue", lambda: scan("block", "R08", clock.start_of(clock.today() - DAY)), 1),
    ("overdue", lambda: scan("block", "R08", clock.start_of(clock.today() - DAY) - timedelta(seconds=1)), 0),
    ("overdue", lambda: scan("block", "R13", clock.now()), 0),
    ("overdue", lambda: scan("block", "R08", clock.now(), unit="station2"), 0),
    ("refused", lambda: refused(clock.now()), 1),
    ("refused", lambda: refused(clock.now() - 3 * DAY), 0),
    ("holds", lambda: scan("hold", "R27", clock.now(), fillings.cylinder().id), 1),
    ("holds", lambda: scan("hold", "R27", clock.now() - timedelta(hours=25), fillings.cylinder().id), 0),
    ("holds", lambda: scan("warn", "R27", clock.now(), fillings.cylinder().id), 0),
    ("due_in_stock", lambda: fillings.cylinder(next_inspection_on=clock.today() + 30 * DAY), 1),
    ("due_in_stock", lambda: fillings.cylinder(next_inspection_on=clock.today() + 31 * DAY), 0),
    ("due_in_stock", lambda: fillings.cylinder(next_inspection_on=clock.today(), custody="at_user"), 0),
    ("calibration", lambda: device("scale", calibrated_until=clock.today() + 30 * DAY), 1),
    ("calibration", lambda: device("scale", calibrated_until=clock.today() + 31 * DAY), 0),
    ("calibration", lambda: device("scale", calibrated_until=clock.today(), retired_at=clock.now()), 0),
    ("cameras", lambda: device("camera"), 1),
    ("cameras", lambda: device("camera", last_seen_at=clock.now() - timedelta(minutes=6)), 1),
    ("cameras", lambda: device("camera", last_seen_at=clock.now() - timedelta(minutes=4)), 0),
    ("unreadable", lambda: scan("block", "R01", clock.now()), 1),
    ("untested", gas, 1),
    ("untested", lambda: gas(tested_on=clock.today()), 1),
    ("untested", lambda: gas(tested_on=clock.today(), dme_ppm=0), 0),
]


@pytest.mark.parametrize(("item", "happen", "more"), ITEMS, ids=[f"{n}-{item[0]}" for n, item in enumerate(ITEMS)])
def test_each_item_is_counted(app: Flask, item: str, happen: Callable[[], Any], more: int) -> None:
    before = counts()
    happen()
    after = counts()
    assert after[item] - before[item] == more


@pytest.mark.parametrize(("days", "more"), [(30, 1), (31, 0)])
def test_certificates(app: Flask, days: int, more: int) -> None:
    before = counts()["certificates"]
    row = db.session.query(Certificate).filter_by(person_id=cast.person("filler").id).first()
    with transaction():
        row.expires_on = clock.today() + timedelta(days=days)
    assert counts()["certificates"] - before == more


def test_a_released_hold_is_open_no_more(app: Flask) -> None:
    bottle = fillings.cylinder()
    scan("hold", "R27", clock.now() - timedelta(minutes=9), bottle.id)
    before, now = counts()["holds"], clock.now()
    photo = keep(
        StoredFile(
            sha256="a" * 64,
            name="p",
            mime="image/png",
            size=1,
            purpose="hold",
            unit_id=cast.actor("county").unit_id,
            person_id=cast.person("county").id,
            stored_at=now,
        )
    )
    keep(
        HoldRelease(
            ref="h-9",
            cylinder_id=bottle.id,
            station_id=cast.unit("station").id,
            rules=["R27"],
            reason="r",
            photo_id=photo.id,
            released_by_id=cast.person("county").id,
            released_at=now,
            expires_at=now + DAY,
        )
    )
    assert counts()["holds"] == before - 1


def test_a_week_sums_its_refusals(app: Flask) -> None:
    first = clock.today() - 6 * DAY
    span = Span(first, clock.today())
    before = counts(span)["overdue"]
    for at in (clock.start_of(first), clock.start_of(first) - timedelta(seconds=1), clock.now()):
        scan("block", "R08", at)
    assert counts(span)["overdue"] - before == 2


@pytest.mark.parametrize("cycle", ["daily", "weekly", "monthly"])
def test_every_sheet_and_its_paper_carry_them(app: Flask, cycle: str) -> None:
    gas()
    sheet = safety_sheets.sheet(cast.actor("filling"), "filling", cycle, clock.today())
    assert any("气体还没有检验报告" in note for note in sheet.notes)
    draft = getattr(safety_records, f"_{cycle}")
    given = {"opened_at": clock.now(), "attendees": ["甲"], "decisions": "d", "held_on": clock.today()}
    content = draft(None, cast.actor("filling"), given, sheet).content
    assert content["notes"] == [str(note) for note in sheet.notes]


def test_the_three_papers_are_called_as_the_order_calls_them(app: Flask) -> None:
    from registry.rules import safety as rules

    duties = rules.duties("filling", clock.today())
    assert [duties[cycle].zh for cycle in rules.CYCLES] == [
        "每日气瓶安全检查记录",
        "每周气瓶安全排查治理报告",
        "每月气瓶安全调度会议纪要",
    ]
    titles = {role.zh for role in rules.roles("filling").values()}
    assert titles == {"主要负责人", "气瓶安全总监", "气瓶安全员"}

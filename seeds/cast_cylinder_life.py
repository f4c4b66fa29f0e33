"""Cylinders of the cast on their last ways: a delivery being inspected, a batch destroyed and waiting for the county, a
policy paid by the fill."""

from __future__ import annotations

from datetime import date, timedelta

from registry import clock
from registry.rules.cylinder_inspections import asked
from registry.rules.dates import add_months
from registry.services import files, inspection_batches, policies, scrap_batches
from seeds import cast, cast_cylinders, past, pictures
from seeds.cast_cylinders import LPG, CastCylinder, cylinder

DUE = tuple(CastCylinder(f"LPG-DUE-{number}", "station", LPG, 44) for number in range(1, 5))
BURNT = tuple(CastCylinder(f"LPG-BURNT-{number}", "station", LPG, 33 + number) for number in range(1, 4))
CYLINDERS = (*DUE, *BURNT)
BY_FILL = "QP-CAST-0002"


def build() -> None:
    """Register them and let happen what happened."""
    with past.at(past.moment(_ago(90))):
        for number, each in enumerate(CYLINDERS, len(cast_cylinders.CYLINDERS) + 1):
            cast_cylinders.register(each, number)
    _deliver()
    _destroy()
    _insure()


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def _codes(of: tuple[CastCylinder, ...]) -> list[str]:
    return [cylinder(each.key).label_code or "" for each in of]


def _deliver() -> None:
    """Four sent, one of them left behind; one passed with a new valve, one failed, one still waits."""
    codes, body = _codes(DUE), cast.actor("inspector")
    with past.at(past.moment(_ago(6))):
        given = {"body_id": cast.unit("inspection").id, "codes": codes, "note": "本月到期气瓶，随车送检"}
        batch, _ = inspection_batches.send(cast.actor("filling"), given)
    with past.at(past.moment(_ago(5))):
        inspection_batches.make(body, batch.id, "receive", {"missing": codes[3:]})
    passed = dict.fromkeys(asked("lpg_steel"), "pass")
    common = {"inspector": "宋杰", "reviewer": "邓敏"}
    results = [
        {"code": codes[0], "done_on": _ago(3), "checks": passed, "valve_code": "YSF2-31877", "tare_g": 16_550},
        {
            "code": codes[1],
            "done_on": _ago(3),
            "checks": {**passed, "visual": "scrap"},
            "scrap_reason": "stamp_altered",
        },
    ]
    with past.at(past.moment(_ago(3), 15)):
        outcomes = inspection_batches.record_results(body, batch.id, results, common)
    assert not [row.error for row in outcomes if row.error], outcomes


def _destroy() -> None:
    """Burnt in a fire at a market, flattened by the station, photographed before and after."""
    station = cast.actor("filling")
    with past.at(past.moment(_ago(16))):
        given = {"codes": _codes(BURNT), "reason": "fire", "note": "汴河路集贸市场火灾现场收回"}
        batch, _ = scrap_batches.order(station, given)
    with past.at(past.moment(_ago(14))):
        scrap_batches.make(station, batch.id, "hand_over", {})
    with past.at(past.moment(_ago(13), 16)):
        scrap_batches.make(
            station,
            batch.id,
            "destroy",
            {
                "method": "flatten",
                "destroyed_on": clock.today(),
                "operator": "高飞",
                "witness": "徐丽",
                "weighed_g": 49_300,
                "ticket_no": f"GB-{clock.today():%Y%m%d}-07",
                "certificate_no": "XH-CAST-0001",
                "photos_before": [_photo("three burnt cylinders"), _photo("stamps of the burnt cylinders")],
                "photos_after": [_photo("three flattened cylinders")],
            },
        )


def _photo(about: str) -> int:
    return files.store(cast.actor("filling"), "p.png", "image/png", pictures.photo(about), "scrap").id


def _insure() -> None:
    starts_on = add_months(clock.today().replace(day=1), -2)
    with past.at(past.moment(starts_on - timedelta(days=3))):
        policies.record(
            cast.actor("insurer"),
            {
                "subject": "cylinder",
                "policy_no": BY_FILL,
                "line": "fill_liability",
                "holder_id": cast.unit("station").id,
                "holder_type": "filling",
                "basis": "per_fill",
                "unit_fen": 25,
                "cover_days": 30,
                "media": ["lpg"],
                "starts_on": starts_on,
                "ends_on": add_months(starts_on, 12) - timedelta(days=1),
                "limit_per_accident_fen": 200_000_000,
                "codes": [],
            },
        )

"""What happens to the policies of the cast: an endorsement, claims, one that nobody renewed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Elevator, Policy
from registry.rules.dates import add_months
from registry.services import claims, policies
from seeds import cast, past

YUAN = 100
FIRST, LAPSED = "DT-CAST-0001", "DT-CAST-0003"
TERMS: dict[str, Any] = {
    "limit_per_accident_fen": 5_000_000 * YUAN,
    "limit_total_fen": 5_000_000 * YUAN,
    "limit_per_person_fen": 800_000 * YUAN,
    "limit_legal_fen": 300_000 * YUAN,
    "relief_per_accident_fen": 100_000 * YUAN,
    "relief_per_person_fen": 30_000 * YUAN,
    "covers": ["accident", "natural_hazard", "trapped"],
    "broker": "淮海保险经纪有限公司",
}


def build() -> None:
    """Endorse the first policy, claim against it, and let another one lapse."""
    row = db.session.scalars(select(Policy).where(Policy.policy_no == FIRST)).one()
    _endorse(row)
    _claim(row)
    _lapse()


def _code(key: str) -> str:
    return db.session.scalars(
        select(Elevator.label_code).where(Elevator.source == "cast", Elevator.inner_no == key)
    ).one()


def _endorse(row: Policy) -> None:
    since = clock.today() - timedelta(days=100)
    with past.at(past.moment(since - timedelta(days=1))):
        policies.endorse(
            cast.actor("insurer"), row.id, since, [_code("mall-walk")], [], "超市自动人行道补充投保", "批单 2026-001"
        )


def _claim(row: Policy) -> None:
    insurer = cast.actor("insurer")
    happened = (
        ("lake-1-1", 150, "trapped", "none", "resident", 600, 600),
        ("mall-up", 40, "accident", "light", "passenger", 12_000, None),
    )
    for number, (key, ago, event, injury, claimant, reserve, paid) in enumerate(happened, 1):
        day = clock.today() - timedelta(days=ago)
        with past.at(past.moment(day + timedelta(days=1))):
            found = claims.record(
                insurer,
                row.id,
                {
                    "code": _code(key),
                    "claim_no": f"BA-CAST-{number:04d}",
                    "happened_on": day,
                    "event": event,
                    "injury": injury,
                    "claimant": claimant,
                    "reserve_fen": reserve * YUAN,
                },
            )
        if paid is not None:
            with past.at(past.moment(day + timedelta(days=20))):
                claims.decide(insurer, found.id, "settle", {"paid_fen": paid * YUAN, "decision": "困人安抚及交通费"})


def _lapse() -> None:
    ends_on = clock.today() - timedelta(days=20)
    starts_on = add_months(ends_on, -12) + timedelta(days=1)
    with past.at(past.moment(starts_on - timedelta(days=5))):
        policies.record(
            cast.actor("insurer"),
            {
                **TERMS,
                "subject": "elevator",
                "policy_no": LAPSED,
                "holder_id": cast.unit("property").id,
                "holder_type": "use_unit",
                "starts_on": starts_on,
                "ends_on": ends_on,
                "codes": [_code("mall-hydraulic")],
            },
        )

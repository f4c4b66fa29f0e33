"""A filling station's list of 100,000 cylinders for working without a network: whole, and after a day of fills."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from functools import cache

from sqlalchemy import insert, update

from benchmarks.harness import Taken, fresh_registry, seconds, yardstick
from blueprints.snapshots import write
from registry import clock, codes
from registry.db import db, transaction
from registry.models import Cylinder, LabelCode
from registry.queries import snapshots
from registry.settings import current
from seeds import cast, reference_rows

ROWS, FILLED_A_DAY = 100_000, 1_000


@cache
def _taken() -> dict[str, Taken]:
    with fresh_registry():
        reference_rows.load()
        cast.build()
        reference = yardstick()
        _cylinders(cast.unit("station").id)
        actor, sizes = cast.actor("filler"), []

        def fetch(since: str | None = None) -> None:
            sizes.append(write(snapshots.make(actor, cast.unit("station").id, since)).tell())

        whole = seconds(fetch)
        before = clock.now() + snapshots.OVERLAP
        version = snapshots.make(actor, cast.unit("station").id).head["version"]
        _fill(before)
        moved = f"{int(before.timestamp())}.{version.partition('.')[2]}"
        real, later = clock.now, before + timedelta(hours=12)
        clock.now = lambda: later  # the day after: what was just written is not of the last ten minutes any more
        try:
            changes = seconds(lambda: fetch(moved))
        finally:
            clock.now = real
        print(f"  snapshot {sizes[0] / 1e6:.2f} MB, changes {sizes[1] / 1e3:.0f} kB", file=sys.stderr, flush=True)
        megabytes = Taken(sizes[0] / 1e6, reference)
        return {
            "snapshot_whole": Taken(whole, reference),
            "snapshot_size": megabytes,
            "snapshot_changes": Taken(changes, reference),
        }


def _cylinders(owner: int) -> None:
    version, long_ago = current().label_key_version, clock.now() - timedelta(days=2)
    numbers = range(1, ROWS + 1)
    made = [codes.new_code(version=version) for _ in numbers]
    today = clock.today()
    with transaction() as session:
        session.execute(
            insert(Cylinder),
            [
                {
                    "id": number,
                    "label_code": code,
                    "kind": "lpg_steel",
                    "medium": "lpg",
                    "status": "in_use",
                    "custody": "at_user",
                    "maker": "徐州钢瓶厂",
                    "maker_code": "B32",
                    "serial_no": f"B{number:07d}",
                    "made_on": date(today.year - 1 - number % 5, 1 + number % 12, 1),
                    "tare_g": 16_000 + number % 900,
                    "volume_ml": 35_500,
                    "permitted_fill_g": 14_900,
                    "owner_id": owner,
                    "area_code": "341302",
                    "registered_on": today - timedelta(days=number % 900),
                    "next_inspection_on": today + timedelta(days=number % 1400),
                    "service_end_on": today + timedelta(days=900 + number % 1400),
                    "last_filled_at": long_ago - timedelta(minutes=number),
                    "high_purity": False,
                    "taxi": False,
                    "version": 1,
                    "changed_at": long_ago,
                }
                for number, code in zip(numbers, made, strict=True)
            ],
        )
        session.execute(
            insert(LabelCode),
            [
                {
                    "code": code,
                    "scheme": "own",
                    "status": "active",
                    "cylinder_id": number,
                    "issued_on": today,
                    "bound_on": today,
                    "reason": "",
                    "prints": 0,
                    "changed_at": long_ago,
                }
                for number, code in zip(numbers, made, strict=True)
            ],
        )
    db.session.remove()


def _fill(at: object) -> None:
    with transaction() as session:
        filled = Cylinder.id.in_(range(1, FILLED_A_DAY + 1))
        session.execute(update(Cylinder).where(filled).values(last_filled_at=at, changed_at=at))
    db.session.remove()


def whole() -> Taken:
    """Seconds to write the whole list, compressed."""
    return _taken()["snapshot_whole"]


def size() -> Taken:
    """Its size in MB."""
    return _taken()["snapshot_size"]


def changes() -> Taken:
    """Seconds to write what a day of fills changed."""
    return _taken()["snapshot_changes"]

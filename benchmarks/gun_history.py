"""A city's cylinders with years of fills behind them, put in by bulk inserts: what the gun is measured on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, text

from benchmarks.bulk import loading
from benchmarks.harness import full
from registry import clock, codes
from registry.db import Base, db
from registry.models import Cylinder, CylinderEvent, FillCycle, Filling, LabelCode, Scan, TrailEntry
from registry.settings import current
from seeds import cast as people

CYLINDERS = {False: 100_000, True: 1_000_000}
EVENTS = {False: 500_000, True: 5_000_000}
STEPS = ("enter_station", "precheck", "fill", "postcheck", "exit_station")  # the events of one turn
FIRST = 1_000_000  # ids and numbers begin here: the cast keeps its own
APART = 20_000_000  # and the second part of the history here: what was measured on the first lies between
DAYS = 900  # the history begins so long ago and ends thirty days ago
CHUNK = 1000  # rows of one statement on SQLite
HISTORY = (Scan, Filling, FillCycle, CylinderEvent, TrailEntry)
CHECKS = json.dumps(dict.fromkeys(("appearance", "valve", "marks"), "ok"))


def plain() -> dict[type[Base], dict[str, Any]]:
    """What all cylinders and their codes have in common: in order and in date, of the cast's LPG station."""
    unit, today = people.unit("station"), clock.today()
    start = today.replace(year=today.year - 2, month=1, day=1).isoformat()
    later = today.replace(year=today.year + 2, month=1, day=28).isoformat()
    end = today.replace(year=today.year + 6, month=1, day=28).isoformat()
    filled = written(clock.now() - timedelta(days=20))
    cylinder = {
        "kind": "lpg_steel", "medium": "lpg_civil_gas", "status": "in_use", "custody": "empty_in_station",
        "maker": "徐州钢瓶厂", "maker_code": "B32", "made_on": start, "tare_g": 16_500, "volume_ml": 35_500,
        "permitted_fill_g": 14_900, "high_purity": False, "taxi": False, "owner_id": unit.id,
        "area_code": unit.area_code, "registered_on": start, "next_inspection_on": later, "service_end_on": end,
        "last_filled_at": filled, "version": 1,
    }  # fmt: skip
    code = {
        "scheme": "own", "status": "active", "issued_on": start, "bound_on": start, "reason": "", "prints": 1,
    }  # fmt: skip
    return {Cylinder: cylinder, LabelCode: code}


def cylinders(count: int | None = None) -> list[str]:
    """So many cylinders; their codes by position."""
    version, shared = current().label_key_version, plain()
    count = count or CYLINDERS[full()]
    made = sorted({codes.new_code("G00", version=version) for _ in range(count)})
    load(
        (Cylinder, LabelCode),
        {
            Cylinder: (
                {"id": FIRST + n, "label_code": code, "serial_no": f"G{n:09d}", **shared[Cylinder]}
                for n, code in enumerate(made)
            ),
            LabelCode: (
                {"id": FIRST + n, "code": code, "cylinder_id": FIRST + n, **shared[LabelCode]}
                for n, code in enumerate(made)
            ),
        },
    )
    return made


def turns(first: int, last: int) -> None:
    """The history of turns number `first` to `last`: a scan, a fill, a turn that ended and five events of each."""
    load(HISTORY, {model: rows(model, first, last) for model in HISTORY})


def all_turns() -> int:
    """How many turns there are in the end."""
    return EVENTS[full()] // len(STEPS)


def rows(model: type[Base], first: int, last: int) -> Iterator[dict[str, Any]]:
    """The rows of a table for turns number `first` to `last`."""
    station = people.unit("station").id
    filler, checker = people.actor("filler").person_id, people.actor("checker").person_id
    count, total = CYLINDERS[full()], all_turns()
    begun = clock.now() - timedelta(days=DAYS)
    step = timedelta(days=DAYS - 30) / total
    base = FIRST + (APART if first else 0)
    for n in range(first, last):
        at = begun + step * n
        moment, day = written(at), at.date().isoformat()
        cylinder, own = FIRST + (n * 7919) % count, base + n
        if model is Scan:
            yield {
                "id": own, "at": moment, "received_at": moment, "purpose": "fill", "text": "SZ", "gun": "1",
                "cylinder_id": cylinder, "unit_id": station, "person_id": filler, "medium": "lpg",
                "verdict": "allow", "legacy_code": "00", "findings": "[]",
            }  # fmt: skip
        elif model is Filling:
            yield {
                "id": own, "ref": f"h{n:012d}", "ref_digest": "", "station_id": station, "cylinder_id": cylinder,
                "gun": "1", "medium": "lpg", "scanned": True, "tare_g": 16_500, "gross_before_g": 16_900,
                "gross_after_g": 31_000, "started_at": moment, "ended_at": moment, "filled_on": day,
                "received_at": moment, "filler_id": filler, "checker_id": checker, "checks": CHECKS, "findings": "[]",
                "offline": False,
            }  # fmt: skip
        elif model is FillCycle:
            yield {
                "id": own, "ref": f"h{n:012d}", "ref_digest": "", "cylinder_id": cylinder, "station_id": station,
                "gun": "1", "medium": "lpg", "state": "released", "custody_before": "empty_in_station",
                "opened_at": moment, "closed_at": moment, "prechecked_at": moment, "prechecker_id": checker,
                "checks": CHECKS, "observed": "{}", "filling_id": own, "filled_at": moment, "findings": "[]",
                "reason": "", "version": 4,
            }  # fmt: skip
        elif model is TrailEntry:
            yield {
                "id": own, "at": moment, "act": "filling.recorded", "subject": "filling", "subject_id": own,
                "person_id": filler, "unit_id": station, "role": "filler", "request_id": "",
                "data": f'{{"cylinder_id": {cylinder}, "net_g": 14100}}',
            }  # fmt: skip
        else:
            for position, kind in enumerate(STEPS):
                yield {
                    "id": base + n * len(STEPS) + position, "cylinder_id": cylinder, "kind": kind, "at": moment,
                    "received_at": moment, "unit_id": station, "person_id": filler, "data": "{}",
                }  # fmt: skip


def prechecks(chosen: Iterable[int], ref: str) -> None:
    """Cylinders (by position) that were just looked at and stand at the gun."""
    station, checker = people.unit("station").id, people.actor("checker").person_id
    now, answers = written(clock.now()), json.dumps(checks())
    with db.engine.begin() as connection:
        start = connection.execute(text("SELECT max(id) FROM fill_cycle")).scalar() or FIRST
        rows = (
            {
                "id": start + 1 + n, "ref": f"{ref}{n:09d}", "ref_digest": "", "cylinder_id": FIRST + position,
                "station_id": station, "gun": "1", "medium": "lpg", "state": "prechecked",
                "custody_before": "empty_in_station", "opened_at": now, "prechecked_at": now,
                "prechecker_id": checker, "checks": answers, "observed": '{"purged": true}',
                "gross_before_g": 16_900, "findings": "[]", "reason": "", "version": 1,
            }
            for n, position in enumerate(chosen)
        )  # fmt: skip
        _write(connection, FillCycle, rows)
        count_on(connection, (FillCycle,))


def checks() -> dict[str, str]:
    """Every item before filling in order."""
    from registry.rules.filling_items import items_for

    return {item.id: "ok" for item in items_for("lpg_civil_gas", clock.today())}


def written(at: datetime) -> str:
    """A moment as both databases read it."""
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def load(models: tuple[type[Base], ...], rows: dict[Any, Iterator[dict[str, Any]]]) -> None:
    """Rows into tables whose indexes are made afterwards; the checks of references wait as well."""
    with loading(models) as connection:
        for model in models:
            _write(connection, model, rows[model])
        count_on(connection, models)
    sqlite = db.engine.dialect.name == "sqlite"
    engine = db.engine if sqlite else db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("ANALYZE" if sqlite else "VACUUM ANALYZE")
        # What was loaded is put away now, not by the first who is measured.
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "CHECKPOINT")


def _write(connection: Connection, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows, None)
    if first is None:
        return
    names, raw = list(first), cast(Any, connection.connection).driver_connection
    values = (tuple(row.values()) for row in _chained(first, rows))
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        into = f"INSERT INTO {model.__tablename__} ({', '.join(names)}) VALUES ({places})"
        # One statement for a million rows was seen to read a whole table again for each of them.
        while some := list(islice(values, CHUNK)):
            raw.executemany(into, some)
        return
    with raw.cursor().copy(f"COPY {model.__tablename__} ({', '.join(names)}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)


def _chained(first: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rows


def count_on(connection: Connection, models: tuple[type[Base], ...]) -> None:
    """The next number of each table comes after those that were put in."""
    if connection.dialect.name != "postgresql":
        return
    for model in models:
        name = model.__tablename__
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))

"""Elevators with years of maintenance behind them: the company's day, the due list and the coverage on top of it.

The history is put in by bulk inserts, first one year of it, then the two before; every measure is taken on both.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, cast

from flask import Flask
from sqlalchemy import Table, insert, text

from benchmarks.harness import Taken, answered, fresh_registry, full, seconds, told, typical_milliseconds
from registry import clock
from registry.actor import SYSTEM
from registry.codes import new_code
from registry.db import Base, db, transaction
from registry.models import (
    Capacity,
    Contract,
    CreditGrade,
    Elevator,
    ElevatorStatus,
    Inspection,
    IotPeriod,
    MaintenanceState,
    Unit,
    Visit,
)
from registry.services import accounts, maintenance_state
from seeds import cast as people
from seeds import reference_rows

ELEVATORS = {False: 2_500, True: 25_000}
YEARS = 3
YEAR = 365
COMPANIES = 60
LARGEST_COMPANY = 0.1  # of the elevators are maintained by the company whose day is measured
ON_DEMAND = 0.02
LAGGARDS = 0.03
INTERVALS = (14, 15)  # days between visits: about 1.9 million in three years of 25,000 elevators
KINDS = (
    ("traction_passenger", 0.78),
    ("traction_freight", 0.135),
    ("escalator", 0.059),
    ("moving_walk", 0.006),
    ("firefighter", 0.02),
)
AREAS = ("341302", "341321", "341322", "341323", "341324")
CYCLES = {0: "year", 6: "quarter", 12: "half_year", 18: "quarter"}  # of 24 visits
TIMES = 25

STAMP = {"at": "2026-01-05T01:00:00+00:00", "position": {"lat": 33.64, "lon": 116.97, "accuracy_m": 12}, "metres": 18}
CHECK_IN = {
    **STAMP,
    "photo": {"file": None, "sha256": "0" * 64},
    "photo_reused": False,
    "fence_m": None,
    "has_place": True,
    "contract_valid": True,
    "certificates_valid": True,
    "second_worker_metres": 18,
}
ANSWERS = {"table": "2017-08-01", "annex": "A", "count": 31, "normal": 30, "others": [], "unanswered": []}


class Aged:
    """One registry that the measures share: the milliseconds of each with one year behind it, and with three."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}
        self.quickest: dict[str, list[float]] = {}
        self.reference = 0.0

    def take(self, name: str) -> Taken:
        """A page over three years of visits, against a route that answers an empty JSON object."""
        self._measured()
        return Taken(self.found[name][-1], self.reference)

    def grown(self, name: str) -> Taken:
        """How many times as long it takes with three years as with one: the quickest of each, which others on the
        machine disturb least."""
        self._measured()
        first, last = self.quickest[name]
        return Taken(last / first, first)

    def _measured(self) -> None:
        if self.found:
            return
        with fresh_registry() as app:
            reference_rows.load()
            people.build()
            elevators = _elevators(ELEVATORS[full()])
            for first_day, last_day in ((0, YEAR), (YEAR, YEARS * YEAR)):
                told(f"visits of {first_day} to {last_day} days ago", partial(_visits, elevators, first_day, last_day))
                told("states", _states)
                self._look(app)

    def _look(self, app: Flask) -> None:
        section, company = _browser(app, "section"), _browser(app, "company")
        self.reference = typical_milliseconds(lambda: answered(section.get("/healthz")))
        pages: dict[str, Callable[[], object]] = {
            "company_day": lambda: answered(company.get("/visits/today")),
            "due_list": lambda: answered(section.get("/visits/today")),
            "coverage_indicator": lambda: answered(section.get("/api/v1/indicators/paperless_maintenance")),
        }
        for name, page in pages.items():
            taken = typical_milliseconds(page, TIMES)
            self.found.setdefault(name, []).append(taken)
            self.quickest.setdefault(name, []).append(min(seconds(page) for _ in range(TIMES)) * 1000)
            print(f"  {name} {taken:.1f} ms", file=sys.stderr, flush=True)


class _Browser:
    """Signed in for pages, with a token for the API."""

    def __init__(self, app: Flask, login: str) -> None:
        self.client = app.test_client()
        secret, _ = accounts.sign_in(login, people.PASSWORD, "127.0.0.1", accounts.Limits(5, 15))
        self.client.set_cookie("registry_session", secret)
        self.headers = {"Authorization": f"Bearer {accounts.create_token(people.actor(login), 'bench', 1)}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers if path.startswith("/api/") else None)


def _browser(app: Flask, login: str) -> _Browser:
    return _Browser(app, login)


def _put(model: type[Base], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5000):
        db.session.connection().execute(insert(model.__table__), rows[start : start + 5000])


def _elevators(count: int) -> list[tuple[int, int, int, int, bool]]:
    """Elevators under contract; (id, company, days between visits, phase, whether the last visit is missing)."""
    rng, today = Random(1), clock.today()
    began = today - timedelta(days=YEARS * YEAR + 30)
    with transaction():
        own, use_unit = people.unit("company").id, people.unit("property").id
        companies = [own, *_companies(began)]
        rows, made = [], []
        for number in range(1, count + 1):
            company = own if rng.random() < LARGEST_COMPANY else rng.choice(companies[1:])
            rows.append(_elevator(rng, number, use_unit))
            interval = INTERVALS[number % 2]
            made.append((number, company, interval, rng.randrange(interval), rng.random() < LAGGARDS))
        _put(Elevator, rows)
        _put(ElevatorStatus, [_of(n, status="in_use", since=began, reason="", document="") for n, *_ in made])
        _put(
            Inspection,
            [
                _of(
                    n,
                    kind="periodic_inspection",
                    done_on=today - timedelta(days=n % 300),
                    conclusion="pass",
                    report_no="",
                    notice_no="",
                    note="",
                    valid_until=today + timedelta(days=365 - n % 400),
                )
                for n, *_ in made
            ],
        )
        on_demand = {n for n, *_ in made if rng.random() < ON_DEMAND}
        _put(Contract, [_contract(n, company, began, n in on_demand) for n, company, *_ in made])
        started = clock.start_of(began)
        _put(IotPeriod, [_of(n, since=began, platform="", started_at=started, ended_reason="") for n in on_demand])
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:
            session.execute(
                text("SELECT setval(pg_get_serial_sequence('elevator', 'id'), (SELECT max(id) FROM elevator))")
            )
    return made


def _companies(began: date) -> list[int]:
    first = 1_000
    blank = {"created_on": began, "address": "", "legal_person": "", "phone": "", "source": ""}
    named = [
        {**blank, "id": first + n, "name": f"第{n}电梯维保有限公司", "area_code": AREAS[n % 5]}
        for n in range(COMPANIES)
    ]
    _put(Unit, named)
    ids = [first + n for n in range(COMPANIES)]
    until = clock.today() + timedelta(days=900)
    _put(
        Capacity,
        [
            {
                "unit_id": id_,
                "capacity": "maintenance",
                "licence_no": "TS3334B02-2029",
                "licence_until": until,
                "since": began,
            }
            for id_ in ids
        ],
    )
    _put(CreditGrade, [{"unit_id": id_, "grade": "A", "since": began, "document": ""} for id_ in ids])
    return ids


def _elevator(rng: Random, number: int, use_unit: int) -> dict[str, Any]:
    area = rng.choice(AREAS)
    return {
        "id": number,
        "label_code": new_code(version="1"),
        "kind": rng.choices([kind for kind, _ in KINDS], [share for _, share in KINDS])[0],
        "status": "in_use",
        "name": f"{number % 40 + 1}号楼",
        "address": f"汴河路{number % 900 + 1}号",
        "area_code": area,
        "division_code": area,
        "use_unit_id": use_unit,
        "lat": 33.2 + rng.random(),
        "lon": 116.2 + rng.random() * 1.5,
        "version": 1,
    }


def _of(elevator_id: int, **values: Any) -> dict[str, Any]:
    return {"elevator_id": elevator_id, **values}


def _contract(elevator_id: int, company: int, since: date, on_demand: bool) -> dict[str, Any]:
    return {
        "elevator_id": elevator_id,
        "company_id": company,
        "since": since,
        "number": f"WB-{elevator_id}",
        "mode": "on_demand" if on_demand else "fixed",
        "onsite_days": 30 if on_demand else None,
    }


def _visits(elevators: list[tuple[int, int, int, int, bool]], first_day: int, last_day: int) -> None:
    """The visits of so many days ago, the oldest first, into a table whose indexes are made afterwards."""
    table = cast(Table, Visit.__table__)
    indexes = list(table.indexes)
    db.session.remove()  # what a page read holds the table against DROP INDEX
    with db.engine.begin() as connection:
        for index in indexes:
            index.drop(connection, checkfirst=True)
        columns = list(next(_visit_rows(elevators[:1], 0, INTERVALS[1])))
        rows = (tuple(row.values()) for row in _visit_rows(elevators, first_day, last_day))
        _load(connection, columns, rows)
        for index in indexes:
            index.create(connection, checkfirst=True)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if db.engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _load(connection: Any, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    raw, names = connection.connection.driver_connection, ", ".join(columns)
    if db.engine.dialect.name == "sqlite":
        raw.executemany(f"INSERT INTO visit ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    with raw.cursor().copy(f"COPY visit ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _visit_rows(
    elevators: list[tuple[int, int, int, int, bool]], first_day: int, last_day: int
) -> Iterator[dict[str, Any]]:
    today, groups = clock.today(), defaultdict(list)
    for row in elevators:
        groups[row[2], row[3]].append(row)
    stamp, seen = json.dumps(STAMP), json.dumps(CHECK_IN)
    for ago in range(last_day - 1, first_day - 1, -1):
        day = today - timedelta(days=ago)
        plain = {
            c: json.dumps({**ANSWERS, "cycle": c, "on": day.isoformat()}) for c in {*CYCLES.values(), "half_month"}
        }
        at = datetime(day.year, day.month, day.day, 1).isoformat(sep=" ")
        for interval in INTERVALS:
            turn = ago // interval
            for number, company, _interval, _phase, lags in groups[interval, ago % interval]:
                if lags and turn == 0:
                    continue
                cycle = CYCLES.get((turn + number) % 24, "half_month")
                counts = (number + turn) % 5 > 0
                yield {
                    "ref": f"{number}-{ago}",
                    "ref_digest": "",
                    "elevator_id": number,
                    "company_id": company,
                    "cycle": cycle,
                    "started_at": at,
                    "ended_at": at,
                    "done_on": day.isoformat(),
                    "received_at": at,
                    "check_in": seen,
                    "check_out": stamp,
                    "answers": plain[cycle],
                    "signatures": "[]",
                    "findings": "[]",
                    "confirmed_at": at if counts else None,
                    "counts_from": day.isoformat() if counts else None,
                    "photo_sha256": f"{number:032x}{ago:032x}",
                }


def _states() -> None:
    """As `flask maintenance catch-up` makes them."""
    with transaction() as session:
        session.query(MaintenanceState).delete()
    maintenance_state.catch_up(SYSTEM)
    db.session.remove()


_aged = Aged()
PAGES = ("company_day", "due_list", "coverage_indicator")
TAKES = {name: partial(_aged.take, name) for name in PAGES}
GROWTH = {f"{name}_growth": partial(_aged.grown, name) for name in PAGES}

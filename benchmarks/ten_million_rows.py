"""Millions of cylinders with their history, made by PostgreSQL itself in steps that may be broken off between.

The rows are those of `gun_history`: what differs from one to the next is said here in SQL.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Index, Table, text

from benchmarks import gun_history
from benchmarks.gun_history import FIRST, HISTORY, STEPS
from registry import clock, codes
from registry.db import Base, db, tidy
from registry.models import Cylinder, CylinderEvent, LabelCode, TrailEntry
from registry.settings import current

AT_ONCE = 1_000_000
Step = tuple[str, Callable[[Connection], object]]
MOMENT = "CAST(:begun AS timestamptz) + n * CAST(:step AS interval)"
CYLINDER = f"{FIRST} + n * 7919 % :count"
MOMENTS = ("at", "received_at", "started_at", "ended_at", "opened_at", "closed_at", "prechecked_at", "filled_at")


def load(count: int, until: float) -> bool:
    """So many cylinders, a turn of each; whether all is loaded. `until`: by `time.monotonic()`, after which no further
    step begins."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_step (name text PRIMARY KEY, seconds real)"))
        done = set(connection.execute(text("SELECT name FROM bench_step")).scalars())
    for name, work in _steps(count):
        if name not in done:
            if time.monotonic() > until:
                return False
            _do(name, work)
    if "tidied" not in done:
        tidy()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        _do("tidied", lambda _: _say_sizes())
    return True


def _do(name: str, work: Callable[[Connection], object]) -> None:
    """One step, noted with what it made."""
    begun = time.perf_counter()
    with db.engine.begin() as connection:
        # References need no look, and what is lost with the machine is loaded again.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        work(connection)
        seconds = time.perf_counter() - begun
        given = {"name": name, "seconds": seconds}
        connection.execute(text("INSERT INTO bench_step VALUES (:name, :seconds)"), given)
    print(f"  {name}: {seconds:.1f} s", file=sys.stderr, flush=True)


def codes_at(positions: Sequence[int]) -> list[str]:
    """The label codes of cylinders by position, without reading the register's own pages."""
    asked = text("SELECT n, code FROM bench_code WHERE n = ANY(:wanted)")
    found: dict[int, str] = dict(db.session.execute(asked, {"wanted": list(positions)}).tuples().all())
    return [found[position] for position in positions]


def _steps(count: int) -> Iterator[Step]:
    plain: dict[Any, dict[str, Any]] = {**gun_history.plain(), **{model: _first(model) for model in HISTORY}}
    indexes = [index for model in plain for index in _indexes(model)]
    spans = [(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]
    yield "indexes dropped", partial(_drop, indexes)
    for first, last in spans:
        yield f"codes {first}", partial(_codes, first, last)
    for model, row in plain.items():
        for first, last in spans:
            yield f"{model.__tablename__} {first}", partial(_rows, model, row, count, first, last)
    for index in indexes:
        yield f"index {index.name}", partial(_make, index)
    yield "numbers", partial(_count_on, tuple(plain))


def _drop(indexes: Iterable[Index], link: Connection) -> None:
    link.execute(text("CREATE TABLE bench_code (n bigint PRIMARY KEY, code text)"))
    for index in indexes:
        index.drop(link, checkfirst=True)


def _make(index: Index, link: Connection) -> None:
    index.create(link, checkfirst=True)


def _count_on(models: tuple[type[Base], ...], link: Connection) -> None:
    gun_history.count_on(link, models)


def _first(model: type[Base]) -> dict[str, Any]:
    return next(gun_history.rows(model, 0, 1))


def _indexes(model: type[Base]) -> list[Index]:
    # One that holds something unique may be what a reference leads to, and stays.
    return [index for index in cast(Table, model.__table__).indexes if not index.unique]


def _codes(first: int, last: int, link: Connection) -> None:
    """Random codes in order. Each step has a block of its own: of ten million in one block some fifty would be the
    same twice."""
    version, block, made = current().label_key_version, f"G{first // AT_ONCE:02d}", set[str]()
    while len(made) < last - first:
        made.add(codes.new_code(block, version=version))
    with cast(Any, link.connection).driver_connection.cursor().copy("COPY bench_code (n, code) FROM STDIN") as copy:
        for n, code in enumerate(sorted(made), first):
            copy.write_row((n, code))


def _rows(model: type[Base], row: dict[str, Any], count: int, first: int, last: int, link: Connection) -> None:
    """Rows number `first` to `last` of a table, by one statement."""
    table = cast(Table, model.__table__)
    own = {**_differing(model), **({"id": f"{FIRST} + n"} if model is not CylinderEvent else {})}
    given: dict[str, Any] = {
        "first": first, "last": last - 1, "count": count, "begun": clock.now() - timedelta(days=gun_history.DAYS),
        "step": timedelta(days=gun_history.DAYS - 30) / count,
    }  # fmt: skip
    values: list[str] = []
    # A row of the history has all its columns already; of cylinders only what they have in common.
    columns = row if model in HISTORY else row | own
    for name, value in columns.items():
        if name in own:
            values.append(own[name])
        elif name in MOMENTS and model is not Cylinder:
            values.append(MOMENT)
        else:
            values.append(f"CAST(:v_{name} AS {table.columns[name].type.compile(link.dialect)})")
            given[f"v_{name}"] = value
    source = "generate_series(CAST(:first AS bigint), :last) n"
    if model in (Cylinder, LabelCode):
        source = "(SELECT n, code FROM bench_code WHERE n BETWEEN :first AND :last ORDER BY n) made"
    elif model is CylinderEvent:
        kinds = ", ".join(f"({number}, '{kind}')" for number, kind in enumerate(STEPS))
        source += f" CROSS JOIN (VALUES {kinds}) AS turn (place, kind)"
    used = {name: value for name, value in given.items() if f":{name}" in f"{values}{source}"}
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"
    link.execute(text(statement), used)


def _differing(model: type[Base]) -> dict[str, str]:
    if model is Cylinder:
        return {"label_code": "code", "serial_no": "'G' || lpad(CAST(n AS text), 9, '0')"}
    if model is LabelCode:
        return {"code": "code", "cylinder_id": f"{FIRST} + n"}
    own = {
        "cylinder_id": CYLINDER, "ref": "'h' || lpad(CAST(n AS text), 12, '0')", "filling_id": f"{FIRST} + n",
        "subject_id": f"{FIRST} + n", "filled_on": f"CAST(({MOMENT}) AT TIME ZONE 'Asia/Shanghai' AS date)",
    }  # fmt: skip
    if model is TrailEntry:
        own["data"] = f"jsonb_build_object('cylinder_id', {CYLINDER}, 'net_g', 14100)"
    if model is CylinderEvent:
        own |= {"kind": "turn.kind", "id": f"{FIRST} + n * {len(STEPS)} + turn.place"}
    return own


def _say_sizes() -> None:
    """Bytes a row of each table, with its indexes."""
    for model in (Cylinder, LabelCode, *HISTORY):
        name = model.__tablename__
        asked = f"SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('{name}')"
        if not db.session.execute(text(f"SELECT 1 FROM pg_partition_tree('{name}')")).first():
            asked = f"SELECT pg_total_relation_size('{name}')"
        room = int(db.session.execute(text(asked)).scalar_one())
        rows = int(db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())
        print(f"  {name}: {rows} rows, {room / 1e9:.2f} GB, {room / rows:.0f} B a row", file=sys.stderr, flush=True)
    db.session.remove()

"""How the registry itself is doing, in figures: read from the tables, for whoever keeps it running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from registry import clock
from registry.db import db
from registry.models import Beat, Call, Hazard, IndicatorSnapshot, Job, NoticeDelivery, Seal, Visit
from registry.queries import call_facts, hazards
from registry.rules import call_clocks

REPLICA = "replica"
SILENT = timedelta(minutes=3)  # a worker that was not seen for so long is gone
FREEZING = timedelta(hours=6)  # into the new month, after which its figures should be frozen


@dataclass(frozen=True)
class Gauge:
    """One figure: its name in Prometheus, what it says, its value and its labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def gauges() -> list[Gauge]:
    """Everything that matters to the three users and to who keeps the registry running, now."""
    now = clock.now()
    found: list[Gauge] = []
    for part in PARTS:
        found += part(now)
    db.session.rollback()
    return found


def _visits(now: datetime) -> Iterator[Gauge]:
    waiting = Visit.confirmed_at.is_(None), Visit.declined_reason.is_(None)
    count, oldest = db.session.execute(select(func.count(), func.min(Visit.received_at)).where(*waiting)).one()
    yield Gauge("registry_visits_waiting", "Visits that wait for their use unit.", count)
    yield Gauge("registry_visit_waiting_seconds", "How long the oldest of them has waited.", _age(oldest, now))


def _hazards(now: datetime) -> Iterator[Gauge]:
    late = db.session.scalar(select(func.count(Hazard.id)).where(hazards.overdue(clock.day_of(now))))
    yield Gauge("registry_hazards_overdue", "Open hazards past their deadline.", late or 0)


def _calls(now: datetime) -> Iterator[Gauge]:
    running = select(Call).where(Call.closed_at.is_(None), Call.drill.is_(False)).options(joinedload(Call.dispatches))
    limits = call_facts.limits()
    open_calls = db.session.scalars(running.order_by(Call.id.desc()).limit(1000)).unique().all()
    beyond = sum(call_clocks.proposed(call_facts.timers(call, now, limits)) is not None for call in open_calls)
    yield Gauge("registry_calls_running", "Calls of 96366 that are not closed.", len(open_calls))
    yield Gauge("registry_calls_beyond_level", "Running calls for which the next level should be called.", beyond)


def _jobs(now: datetime) -> Iterator[Gauge]:
    states = ("waiting", "running", "failed")
    rows = db.session.execute(
        select(Job.state, func.count(), func.min(Job.asked_at)).where(Job.state.in_(states)).group_by(Job.state)
    )
    found = {state: (count, oldest) for state, count, oldest in rows}
    for state in states:
        count = found.get(state, (0, None))[0]
        yield Gauge("registry_jobs", "Jobs by state.", count, (("state", state),))
    oldest = found.get("waiting", (0, None))[1]
    yield Gauge("registry_job_waiting_seconds", "How long the oldest waiting job has waited.", _age(oldest, now))
    seen = select(func.count(Beat.id)).where(Beat.kind == "worker", Beat.seen_at > now - SILENT)
    yield Gauge("registry_workers", "Workers in the background that were seen lately.", db.session.scalar(seen) or 0)


def _notices(_now: datetime) -> Iterator[Gauge]:
    states = ("waiting", "sending", "failed")
    rows = db.session.execute(
        select(NoticeDelivery.state, func.count())
        .where(NoticeDelivery.state.in_(states))
        .group_by(NoticeDelivery.state)
    )
    found: dict[str, int] = {str(state): int(count) for state, count in rows}
    for state in states:
        yield Gauge("registry_notices_undelivered", "Messages not delivered.", found.get(state, 0), (("state", state),))


def _seal(now: datetime) -> Iterator[Gauge]:
    last = db.session.scalar(select(Seal.sealed_at).order_by(Seal.no.desc()).limit(1))
    if last is not None:
        yield Gauge("registry_seal_age_seconds", "How long ago the trail was sealed.", _age(last, now))


def _backup(now: datetime) -> Iterator[Gauge]:
    last = db.session.scalars(select(Beat).where(Beat.kind == "backup").order_by(Beat.begun_at.desc()).limit(1)).first()
    if last is not None:
        yield Gauge(
            "registry_backup_age_seconds", "How long ago the last good backup was begun.", _age(last.begun_at, now)
        )
        yield Gauge("registry_backup_failed", "1 when the last backup was not made.", int(bool(last.problem)))


def _months(now: datetime) -> Iterator[Gauge]:
    yield Gauge(
        "registry_freezing_late", "1 when the figures of the last month are not frozen yet.", freezing_late(now)
    )


def freezing_late(now: datetime) -> int:
    """1 when a new month has begun for hours and the figures of the last one are not frozen; 0 where none ever was."""
    first = clock.day_of(now - FREEZING).replace(day=1)
    end = first - timedelta(days=1)
    newest: date | None = db.session.scalar(
        select(func.max(IndicatorSnapshot.period_end)).where(IndicatorSnapshot.origin == "captured")
    )
    return int(newest is not None and newest < end)


def _database(_now: datetime) -> Iterator[Gauge]:
    yield Gauge("registry_database_bytes", "How large the database is.", database_bytes())
    if (lag := replica_lag()) is not None:
        yield Gauge("registry_replica_lag_seconds", "How far the replica is behind.", lag)


def database_bytes() -> int:
    """The size of the database in bytes, on SQLite with its log."""
    if db.engine.dialect.name == "postgresql":
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    path = Path(db.engine.url.database or "")
    return sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.is_file())


def replica_lag() -> float | None:
    """Seconds between now and the last transaction that the replica replayed, 0 when it has all that it received; None
    without a replica, or when it does not answer."""
    engine = db.engines.get(REPLICA)
    if engine is None:
        return None
    statement = text(
        "SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 "
        "ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"
    )
    try:
        with engine.connect() as connection:
            return float(connection.scalar(statement) or 0)
    except SQLAlchemyError:
        return None


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


PARTS: tuple[Callable[[datetime], Iterator[Gauge]], ...] = (
    _visits, _hazards, _calls, _jobs, _notices, _seal, _backup, _months, _database,
)  # fmt: skip

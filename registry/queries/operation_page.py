"""What the operator looks at: versions, workers, the queue, nights, seals, storage, and the settings in force."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from registry import clock, policy, schema, version
from registry.actor import Actor
from registry.db import db
from registry.models import Beat, Job, NoticeDelivery, Seal, StoredFile
from registry.queries.operation import SILENT, database_bytes, freezing_late, replica_lag
from registry.settings import Settings, current

LATELY = timedelta(days=7)
_PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


@dataclass(frozen=True)
class Operation:
    """How the registry is doing. Bytes are bytes, `replica_lag` seconds; None where there is none.

    `alive` are the ids of the beats that are as they should be. `settings` are (environment name, value) without
    secrets.
    """

    version: str
    python: str
    schema: str
    schema_wanted: str
    dialect: str
    workers: Sequence[Beat]
    nights: Sequence[Beat]
    others: Sequence[Beat]
    alive: frozenset[int]
    jobs: dict[str, int]
    notices: dict[str, int]
    failed_notices: Sequence[NoticeDelivery]
    seal: Seal | None
    verified: Beat | None
    months_late: bool
    database_bytes: int
    files_bytes: int
    files_count: int
    disk_free: int
    replica_lag: float | None
    settings: list[tuple[str, str]]


def show(actor: Actor) -> Operation:
    """Everything of the page, now."""
    policy.require(actor, "operation.read")
    now = clock.now()
    beats = db.session.scalars(select(Beat).order_by(Beat.kind, Beat.name)).all()
    there, wanted = schema.state()
    count, size = db.session.execute(select(func.count(StoredFile.id), func.sum(StoredFile.size))).one()
    failed = (
        select(NoticeDelivery)
        .where(NoticeDelivery.state == "failed", NoticeDelivery.made_at > now - LATELY)
        .order_by(NoticeDelivery.id.desc())
    )
    return Operation(
        version=version.NUMBER,
        python=platform.python_version(),
        schema=there or "",
        schema_wanted=wanted or "",
        dialect=db.engine.dialect.name,
        workers=[beat for beat in beats if beat.kind == "worker"],
        nights=[beat for beat in beats if beat.kind == "night"],
        others=[beat for beat in beats if beat.kind not in ("worker", "night", "verify", "probe")],
        alive=frozenset(beat.id for beat in beats if now - beat.seen_at < _rhythm(beat.kind) and not beat.problem),
        jobs=_by_state(Job.state, ("waiting", "running", "failed")),
        notices=_by_state(NoticeDelivery.state, ("waiting", "sending", "failed")),
        failed_notices=db.session.scalars(failed.limit(10)).all(),
        seal=db.session.scalars(select(Seal).order_by(Seal.no.desc()).limit(1)).first(),
        verified=next((beat for beat in beats if beat.kind == "verify"), None),
        months_late=bool(freezing_late(now)),
        database_bytes=database_bytes(),
        files_bytes=int(size or 0),
        files_count=count,
        disk_free=_free(current().files_dir),
        replica_lag=replica_lag(),
        settings=in_force(current()),
    )


def in_force(settings: Settings) -> list[tuple[str, str]]:
    """The settings by their names in the environment; of a secret only whether it is set."""
    found = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        told = _PASSWORD.sub(r"\1:***@", str(value)) if one.repr else ("***" if value else "")
        found.append((f"REGISTRY_{one.name.upper()}", "" if value is None else told))
    return sorted(found)


def _rhythm(kind: str) -> timedelta:
    return SILENT if kind == "worker" else timedelta(hours=26)


def _by_state(column: object, states: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(select(column, func.count()).where(column.in_(states)).group_by(column))  # type: ignore[attr-defined, call-overload]
    found = {str(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in states}


def _free(folder: Path) -> int:
    """Bytes left on the disk of a folder; 0 when it is not there."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0

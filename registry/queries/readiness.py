"""Whether the registry can do its work now: each thing it needs, with what is wrong with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text

from registry import clock, codes, files, schema
from registry.db import DatabaseAway, db
from registry.models import Beat, LabelCode, TrailEntry
from registry.queries.operation import SILENT
from registry.settings import Settings, current

OK, WARN, FAIL = "ok", "warn", "fail"
ROOM = 500 * 2**20  # bytes below which the disk is nearly full
SLIGHTLY, WRONG = timedelta(seconds=2), timedelta(seconds=60)


@dataclass(frozen=True)
class Check:
    """One thing the registry needs. `state` is ok, warn (it still works) or fail; `detail` is for the operator."""

    name: str
    state: str
    detail: str = ""


def checks(unwritten: str) -> list[Check]:
    """Everything that is needed. `unwritten`: what went wrong when something was written a moment ago; empty when
    nothing did."""
    try:
        found = [_schema(), _write(unwritten), _workers(), *_clock(), _keys(current())]
    except DatabaseAway as error:
        found = [Check("database", FAIL, type(error.orig).__name__)]
    db.session.rollback()
    return [*found, _files(current()), _room(current())]


def ready(found: list[Check]) -> bool:
    """Whether requests can be served."""
    return all(check.state != FAIL for check in found)


def _schema() -> Check:
    there, wanted = schema.state()
    return Check("schema", OK if there == wanted else FAIL, f"{there}, this version needs {wanted}")


def _write(unwritten: str) -> Check:
    return Check("write", FAIL if unwritten else OK, unwritten)


def _workers() -> Check:
    seen = db.session.scalar(select(func.max(Beat.seen_at)).where(Beat.kind == "worker"))
    alive = seen is not None and clock.now() - seen < SILENT
    return Check("workers", OK if alive else WARN, f"last seen {seen.isoformat() if seen else 'never'}")


def _clock() -> Iterator[Check]:
    """This machine's clock beside the database's, and beside what was done last: time does not go back."""
    now = clock.now()
    if db.engine.dialect.name == "postgresql":
        theirs = datetime.fromtimestamp(
            float(db.session.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))), UTC
        )
        apart = abs(now - theirs)
        state = FAIL if apart > WRONG else WARN if apart > SLIGHTLY else OK
        yield Check("clock", state, f"{apart.total_seconds():.1f} s from the database's")
    last = db.session.scalar(select(TrailEntry.at).order_by(TrailEntry.id.desc()).limit(1))
    back = last - now if last else timedelta()
    yield Check(
        "time", FAIL if back > WRONG else OK, f"{back.total_seconds():.0f} s behind the trail" if back > WRONG else ""
    )


def _keys(settings: Settings) -> Check:
    """The key that the newest label was signed with is there, else nobody can read it."""
    own = select(LabelCode.code).where(LabelCode.scheme == "own").order_by(LabelCode.id.desc()).limit(1)
    newest = db.session.scalar(own)
    version = codes.key_version(newest) if newest else settings.label_key_version
    there = version in settings.label_keys
    return Check("label_keys", OK if there else FAIL, "" if there else f"no key of version {version}")


def _files(settings: Settings) -> Check:
    name = f"probe-{os.getpid()}"
    try:
        files.write_part(settings.files_dir, name, 0, b"probe")
        files.drop_part(settings.files_dir, name)
    except OSError as error:
        return Check("files", FAIL, error.strerror or type(error).__name__)
    return Check("files", OK)


def _room(settings: Settings) -> Check:
    try:
        free = shutil.disk_usage(settings.files_dir).free
    except OSError as error:
        return Check("room", FAIL, error.strerror or type(error).__name__)
    return Check("room", OK if free > ROOM else WARN, f"{free // 2**20} MB free")

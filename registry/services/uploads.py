"""Pictures in pieces: a phone with a bad line sends them one after the other and goes on where it stopped.

The device makes the `ref`, says size and SHA-256 first, and is told at every step where to go on. A piece that arrives
twice, or after the file is whole, changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registry import audit, clock, evidence, policy
from registry import files as disk
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Forbidden, Invalid, TooMany
from registry.messages import T
from registry.models import Upload
from registry.services import files
from registry.settings import current

MOST_UNFINISHED = 1000
WAIT_SECONDS = 3600
PURPOSES = ("visit_photo", "plate", "signature", "supervision_photo", "hazard", "directive", "guarded_round")


def start(actor: Actor, data: dict[str, Any]) -> Upload:
    """Announce an upload, or ask how far it got; `data`: `{ref, sha256, size, mime, purpose}`, size in bytes.

    Raises:
        Conflict: the caller used `ref` for another file.
        TooMany: a thousand uploads of the caller are unfinished.
    """
    policy.require(actor, "file.store")
    if actor.person_id is None:
        raise Forbidden(T("只能由本人上传"))
    try:
        row = _begun(actor, data)
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        row = policy.get(actor, Upload, Upload.ref == data["ref"])
    if row.sha256 != data["sha256"] or row.size != data["size"]:
        raise Conflict(T("这个上传已经开始过，内容与这次不同（ref 重复）"))
    return _settled(actor, row)


def append(actor: Actor, ref: str, offset: int, content: bytes) -> Upload:
    """Take a piece that begins at `offset` bytes; the answer's `received` says where to go on.

    Raises:
        Missing: no such upload of the caller's.
        Invalid: longer than announced, or whole but not what was announced: it begins anew.
    """
    policy.require(actor, "file.store")
    row = policy.get(actor, Upload, Upload.ref == ref)
    if row.file_id is not None or offset != row.received or not content:
        return row
    if offset + len(content) > row.size:
        raise Invalid.field("offset", T("上传的内容比声明的长"))
    disk.write_part(current().files_dir, _name(row), offset, content)
    with transaction():
        row = policy.get(actor, Upload, Upload.ref == ref, lock=True)
        if row.file_id is None and row.received == offset:
            row.received = offset + len(content)
            row.touched_at = clock.now()
    row = _settled(actor, row)
    if row.received == 0:
        raise Invalid.field("sha256", T("收到的内容与声明的不符，请重新上传"))
    return row


def abandon(actor: Actor, before: datetime) -> int:
    """Forget unfinished uploads that nobody has touched since `before`; returns how many."""
    policy.require(actor, "upload.abandon")
    with transaction() as session:
        stale = policy.scope(actor, Upload).where(Upload.file_id.is_(None), Upload.touched_at < before)
        rows = session.scalars(stale.limit(10_000)).all()
        for row in rows:
            session.delete(row)
        if rows:
            audit.record(actor, "upload.abandoned", count=len(rows), before=before)
    for row in rows:
        disk.drop_part(current().files_dir, _name(row))
    return len(rows)


def _begun(actor: Actor, data: dict[str, Any]) -> Upload:
    with transaction() as session:
        known: Upload | None = session.scalar(policy.scope(actor, Upload).where(Upload.ref == data["ref"]))
        if known is not None:
            return known
        mine = select(func.count()).where(Upload.person_id == actor.person_id, Upload.file_id.is_(None))
        if (session.scalar(mine) or 0) >= MOST_UNFINISHED:
            raise TooMany(T("未完成的上传太多，请稍后再试"), WAIT_SECONDS)
        now = clock.now()
        row = Upload(
            **{name: data[name] for name in ("ref", "sha256", "size", "mime", "purpose")},
            person_id=actor.person_id,
            unit_id=actor.unit_id,
            started_at=now,
            touched_at=now,
        )
        session.add(row)
        audit.record(actor, "upload.started", row, purpose=row.purpose, size=row.size)
        return row


def _settled(actor: Actor, row: Upload) -> Upload:
    """Make the file once the last piece is here; what is not what was announced begins anew."""
    if row.file_id is not None or row.received < row.size:
        return row
    root = current().files_dir
    content = disk.read_part(root, _name(row))
    good = _is_picture(row, content) and disk.keep(root, content) == row.sha256
    with transaction():
        row = policy.get(actor, Upload, Upload.id == row.id, lock=True)
        if row.file_id is None and good:
            name = f"{row.purpose}.{evidence.SUFFIXES[row.mime]}"
            row.file_id = files.store(actor, name, row.mime, content, row.purpose).id
            audit.record(actor, "upload.finished", row, file_id=row.file_id)
        elif row.file_id is None:
            row.received = 0
    disk.drop_part(root, _name(row))
    return row


def _is_picture(row: Upload, content: bytes) -> bool:
    try:
        return evidence.mime_of(content) == row.mime
    except evidence.PictureError:
        return False


def _name(row: Upload) -> str:
    return f"{row.person_id}-{row.ref}"

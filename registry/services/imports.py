"""Spreadsheets on their way in: the file is kept, its mapping settled, what came of checking and importing noted.

Reading and judging the rows is the business of `registry.exchange.desk`, which calls these verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import ImportBatch, ImportProfile, StoredFile
from registry.services import files

PURPOSE = "import"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 40


def upload(actor: Actor, sheet: str, name: str, content: bytes, profile: Mapping[str, Any]) -> ImportBatch:
    """Keep a spreadsheet for the register `sheet` with a first guess of its mapping."""
    policy.require(actor, "import.check")
    with transaction() as session:
        stored = files.store(actor, name, _mime(name), content, PURPOSE)
        return _uploaded(session, actor, sheet, stored, profile)


def upload_path(actor: Actor, sheet: str, path: Path, profile: Mapping[str, Any]) -> ImportBatch:
    """Keep a spreadsheet of this machine, which need not fit into memory."""
    policy.require(actor, "import.check")
    with transaction() as session:
        stored = files.store_path(actor, path, _mime(path.name), PURPOSE)
        return _uploaded(session, actor, sheet, stored, profile)


def _uploaded(
    session: Session, actor: Actor, sheet: str, stored: StoredFile, profile: Mapping[str, Any]
) -> ImportBatch:
    batch = ImportBatch(
        sheet=sheet,
        file_id=stored.id,
        profile=dict(profile),
        result=None,
        state="uploaded",
        person_id=actor.person_id,
        unit_id=actor.unit_id,
        at=clock.now(),
    )
    session.add(batch)
    audit.record(actor, "import.uploaded", batch, sheet=sheet, file_id=stored.id)
    return batch


def settle(actor: Actor, batch_id: int, profile: Mapping[str, Any]) -> ImportBatch:
    """Settle how the file's columns and values match ours; an earlier check does not hold any more.

    Raises:
        Conflict: the file is imported already.
    """
    policy.require(actor, "import.check")
    with transaction():
        batch = _open(actor, batch_id)
        batch.profile, batch.result, batch.state = dict(profile), None, "uploaded"
        audit.record(actor, "import.mapped", batch, sheet=batch.sheet, profile=profile.get("name") or "")
        return batch


def note_check(actor: Actor, batch_id: int, result: Mapping[str, Any]) -> ImportBatch:
    """Keep what a dry run found."""
    policy.require(actor, "import.check")
    with transaction():
        batch = _open(actor, batch_id)
        batch.result, batch.state = dict(result), "checked"
        counts = result["counts"]
        audit.record(
            actor, "import.checked", batch, sheet=batch.sheet, rows=counts["rows_in"], refused=counts["refused"]
        )
        return batch


def claim(actor: Actor, batch_id: int) -> ImportBatch:
    """Take a checked file to import it, locked until the transaction of the caller ends.

    Raises:
        Conflict: not checked since its mapping was settled, or imported already.
    """
    policy.require(actor, "import.check")
    with transaction():
        batch = _open(actor, batch_id)
        if batch.state != "checked":
            raise Conflict(T("请先检查，再导入"))
        batch.state = "imported"
        audit.record(actor, "import.started", batch, sheet=batch.sheet)
        return batch


def finish(actor: Actor, batch_id: int, result: Mapping[str, Any]) -> ImportBatch:
    """Keep what came of an import, in the transaction that claimed it."""
    policy.require(actor, "import.check")
    with transaction():
        batch = policy.get(actor, ImportBatch, ImportBatch.id == batch_id, lock=True)
        batch.result, batch.state = dict(result), "imported"
        counts = result["counts"]
        audit.record(
            actor,
            "import.finished",
            batch,
            sheet=batch.sheet,
            rows=counts["rows_in"],
            new=counts["new"],
            changed=counts["changed"],
            refused=counts["refused"],
        )
        return batch


def save_profile(actor: Actor, batch_id: int, name: str) -> ImportProfile:
    """Keep the mapping of a file under a name, for the next file of its kind; the same name is replaced."""
    policy.require(actor, "import.save_profile")
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid.field("name", T("请填写方案名称，最多{count}个字符", count=LONGEST_NAME))
    with transaction() as session:
        batch = policy.get(actor, ImportBatch, ImportBatch.id == batch_id)
        data = {**batch.profile, "name": name}
        profile = session.scalars(
            select(ImportProfile).where(ImportProfile.sheet == batch.sheet, ImportProfile.name == name)
        ).first()
        if profile is None:
            profile = ImportProfile(sheet=batch.sheet, name=name, data=data)
            session.add(profile)
        profile.data = data
        audit.record(actor, "import.profile_saved", profile, sheet=batch.sheet, name=name)
        return profile


def _open(actor: Actor, batch_id: int) -> ImportBatch:
    batch = policy.get(actor, ImportBatch, ImportBatch.id == batch_id, lock=True)
    if batch.state == "imported":
        raise Conflict(T("这个文件已经导入过了，需要再导请重新上传"))
    return batch


def _mime(name: str) -> str:
    return SPREADSHEET if name.lower().endswith(".xlsx") else "text/csv"

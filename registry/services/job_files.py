"""What jobs made for those who asked, dropped from the disk when its days are over; papers and evidence stay."""

from __future__ import annotations

import time

from sqlalchemy import select

from registry import audit, clock, files, policy
from registry.actor import SYSTEM
from registry.db import transaction
from registry.models import Job, StoredFile
from registry.queries.jobs import KEPT
from registry.settings import current

PURPOSE = "export"
MOST = 50  # in one transaction
PAUSE = 900.0  # seconds between two looks
RESTED = 3600.0  # seconds since the content was last brought: whoever brings it now has no row yet


_dropped_at = float("-inf")  # of this process, by its own clock


def drop_when_due() -> None:
    """Like `drop_old`, until nothing is left, at most once in a quarter of an hour."""
    global _dropped_at
    if time.monotonic() - _dropped_at < PAUSE:
        return
    _dropped_at = time.monotonic()
    while drop_old():
        pass


def drop_old() -> int:
    """Delete files of jobs that ended longer ago than they are kept; how many there were. A content that another row
    names stays on the disk."""
    policy.require(SYSTEM, "job.run")
    root, dropped = current().files_dir, []
    with transaction() as session:
        old = session.execute(
            select(Job, StoredFile)
            .join(StoredFile, StoredFile.id == Job.file_id)
            .where(Job.ended_at < clock.now() - KEPT, StoredFile.purpose == PURPOSE)
            .order_by(Job.id)
            .limit(MOST)
            .with_for_update(of=Job, skip_locked=True)
        ).all()
        for job, row in old:
            if not files.rests(root, row.sha256, clock.now().timestamp() - RESTED):
                continue
            job.file_id = None
            audit.record(SYSTEM, "job.file_dropped", job, kind=job.kind, name=row.name, sha256=row.sha256)
            session.flush()
            session.delete(row)
            dropped.append(row.sha256)
        session.flush()
        named = set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(dropped))))
    for digest in {*dropped} - named:
        files.drop(root, digest)
    return len(dropped)

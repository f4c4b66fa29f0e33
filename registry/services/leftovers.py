"""What killed processes and phones that gave up left on the disk."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from registry import clock, files, policy
from registry.actor import SYSTEM
from registry.services import uploads
from registry.settings import current

log = logging.getLogger(__name__)

PAUSE = 3600.0  # seconds between two looks
UPLOAD_KEPT = timedelta(days=30)  # since its last piece
PIECES_KEPT = UPLOAD_KEPT + timedelta(days=1)
UNFINISHED_KEPT = timedelta(days=1)  # longer than anything is written

_swept_at = float("-inf")  # of this process, by its own clock


def sweep_when_due() -> None:
    """Like `sweep`, at most once an hour."""
    global _swept_at
    if time.monotonic() - _swept_at < PAUSE:
        return
    _swept_at = time.monotonic()
    sweep()


def sweep() -> int:
    """Forget uploads that nobody went on with for thirty days, then delete what no row names and nobody writes any
    more; how many files that were."""
    policy.require(SYSTEM, "job.run")
    uploads.abandon(SYSTEM, clock.now() - UPLOAD_KEPT)
    gone = files.sweep(current().files_dir, UNFINISHED_KEPT.total_seconds(), PIECES_KEPT.total_seconds())
    if gone:
        log.info("%d unfinished files were left behind and are deleted", gone)
    return gone

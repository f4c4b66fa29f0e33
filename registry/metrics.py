"""What a process counts while it serves, in the way of Prometheus; several processes of one server in one folder.

With PROMETHEUS_MULTIPROC_DIR (deploy/gunicorn.conf.py makes it) each worker counts in files of its own, which the one
that is asked adds up. What a worker counted is added to one file when it ends, so that the folder does not grow with
every worker that there ever was.

What a verb did is counted once it is committed: `acted` keeps it with the session, which lets go of it on a rollback.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, mmap_dict, multiprocess
from sqlalchemy import event
from sqlalchemy.orm import Session

# Without types of their own.
_Counts: Any = mmap_dict.MmapedDict
_Together: Any = multiprocess.MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
ENDED = "ended"  # in the name of the files that hold what ended workers counted
PENDING = "registry_acted"
SLOW = (0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 60)
AT_ONCE = (0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 5)

OWN = CollectorRegistry()
REQUESTS = Counter(
    "registry_requests", "Requests by endpoint and class of status.", ["endpoint", "status"], registry=OWN
)
SECONDS = Histogram("registry_request_seconds", "How long requests took.", ["endpoint"], buckets=SLOW, registry=OWN)
VERDICT_SECONDS = Histogram(
    "registry_verdict_seconds", "How long the answer to a gun took.", ["door"], buckets=AT_ONCE, registry=OWN
)
SCANS = Counter("registry_scans", "Recorded scans of cylinders by verdict.", ["verdict"], registry=OWN)
FILLS = Counter("registry_fills", "Fills that were recorded or refused.", ["outcome"], registry=OWN)
VISITS = Counter(
    "registry_visits", "Maintenance visits received, corrected, confirmed or declined.", ["step"], registry=OWN
)

# The two doors at which somebody waits with a hand on the trigger.
GUNS = {"api_scans.scan": "scan", "api_gateway.ask": "gateway"}
SCANNED = "scan.recorded"
COUNTED = {
    SCANNED: "",
    "filling.recorded": "recorded",
    "filling.refused": "refused",
    "visit.recorded": "received",
    "visit.corrected": "corrected",
    "visit.confirmed": "confirmed",
    "visit.declined": "declined",
}


@cache
def _request(endpoint: str, status: int) -> tuple[Any, Any, Any]:
    gun = VERDICT_SECONDS.labels(GUNS[endpoint]) if endpoint in GUNS else None
    return REQUESTS.labels(endpoint, f"{status}xx"), SECONDS.labels(endpoint), gun


def served(endpoint: str | None, status: int, seconds: float) -> None:
    """A request was answered. `endpoint` None: there is no such address."""
    count, took, gun = _request(endpoint or "none", status // 100)
    count.inc()
    took.observe(seconds)
    if gun is not None:
        gun.observe(seconds)


def acted(session: Any, act: str, told: Iterable[Any]) -> None:
    """A verb wrote entries of an act of `COUNTED`, each with the data `told`; counted when the session commits."""
    labels = [str(data.get("verdict")) for data in told] if act == SCANNED else [COUNTED[act] for _ in told]
    session.info.setdefault(PENDING, []).append((act, labels))


@event.listens_for(Session, "after_commit")
def _count(session: Session) -> None:
    if PENDING in session.info and not session.in_nested_transaction():
        for act, labels in session.info.pop(PENDING):
            for label in labels:
                _counter(act, label).inc()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(PENDING, None)


@cache
def _counter(act: str, label: str) -> Any:
    kind = {"scan": SCANS, "filling": FILLS, "visit": VISITS}[act.partition(".")[0]]
    return kind.labels(label)


def exposition() -> bytes:
    """Everything that the processes of this server counted, as text for Prometheus."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return generate_latest(OWN)
    together = CollectorRegistry()
    with _locked(Path(folder)):
        _Together(together, path=folder)
        return generate_latest(together)


def bury(folder: Path, process: int) -> None:
    """Add what an ended process counted to the files of those that ended before it."""
    with _locked(folder):
        for file in folder.glob(f"*_{process}.db"):
            kind = file.name.partition("_")[0]
            kept = _Counts(str(folder / f"{kind}_{ENDED}.db"))
            for key, value, _, _ in _Counts.read_all_values_from_file(str(file)):
                kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
            kept.close()
            file.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Whoever adds up does not see a worker twice, once as ended and once as itself."""
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""gunicorn behind nginx: `python -m gunicorn -c gunicorn.conf.py --bind ...`; systemd hands the socket over instead.

WEB_CONCURRENCY is the number of workers, left out twice the processors.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

wsgi_app = "wsgi:app"

# On two processors scans at the gun came to 0.21 of an empty route with sync workers and to 0.07 to 0.10 with threads,
# in one run: the threads of a process wait for each other. More workers than processors answer no more in all, but
# somebody's long list then does not stop the gun.
worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * len(os.sched_getaffinity(0)))

# Loaded once and forked: workers share what they never change, and one that died is back at once.
preload_app = True

# nginx takes in a slow phone's upload and hands out a long answer, so a worker is busy for its own work only. The
# longest of it, a spreadsheet of the largest size, is done within a minute. nginx waits a little longer.
timeout = 120
graceful_timeout = 60

# Against what libraries in C may leave behind; forked again at once, and never all at the same time.
max_requests = 20_000
max_requests_jitter = 5_000

# nginx lets the same through.
limit_request_line = 8190

# The sign of life must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

control_socket_disable = True
errorlog = "-"


# The workers count in files of one folder (registry/metrics.py), which is empty when the server starts.
counts = Path(
    os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix="registry-counts-", dir=worker_tmp_dir)
)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
counts.mkdir(parents=True, exist_ok=True)


def on_starting(_server: Any) -> None:
    """What an earlier server counted is over."""
    for file in counts.glob("*.db"):
        file.unlink()


def child_exit(_server: Any, worker: Any) -> None:
    """What the worker counted outlives it."""
    from registry import metrics

    metrics.bury(counts, worker.pid)


def on_exit(_server: Any) -> None:
    """Nobody else counts there."""
    shutil.rmtree(counts, ignore_errors=True)


def post_fork(_server: Any, _worker: Any) -> None:
    """Connections of the parent are not shared: two workers would talk over one."""
    from registry.db import db
    from wsgi import app

    with app.app_context():
        db.engine.dispose(close=False)

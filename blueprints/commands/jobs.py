"""flask jobs: what is done in the background."""

from __future__ import annotations

import os
import signal
import socket
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from blueprints import job_runner

group = AppGroup("jobs", help="Work in the background.")


@group.command("run")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def run(once: bool) -> None:
    """Do jobs until ended; as many may run as there are processors, on any number of hosts."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if once:
        while job_runner.run_next(app, worker):
            pass
        job_runner.run_regular()
        return
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    job_runner.work(app, worker, over)

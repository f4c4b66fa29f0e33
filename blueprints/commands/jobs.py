"""flask jobs: what is done in the background."""

from __future__ import annotations

import os
import signal
import socket
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from blueprints import job_runner, notice_runner

group = AppGroup("jobs", help="Work in the background.")


@group.command("run")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option("--notices/--no-notices", default=True, show_default=True, help="Make and send notices as well.")
def run(once: bool, notices: bool) -> None:
    """Do jobs until ended; as many may run as there are processors, on any number of hosts."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if once:
        while job_runner.run_next(app, worker):
            pass
        job_runner.run_regular()
        if notices:
            notice_runner.run()
        return
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    # Beside the jobs, so that neither waits for the other.
    teller = threading.Thread(target=notice_runner.work, args=(app, over), daemon=True)
    if notices:
        teller.start()
    job_runner.work(app, worker, over)
    if notices:
        teller.join(timeout=30)

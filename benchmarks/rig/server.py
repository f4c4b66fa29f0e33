"""The processes under test: gunicorn with two workers, and the worker of the jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.rig.callers import asked
from benchmarks.rig.cluster import free_port

ROOT = Path(__file__).parents[2]
TIMEOUT = 15  # seconds after which gunicorn kills a worker; longer than a writer waits for its turn
START_SECONDS = 60


class Server:
    """gunicorn over the registry of the environment, and `flask jobs run` beside it. Standard error goes to `log`."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder, self.clock = free_port(), folder, folder / "clock"
        self.master: subprocess.Popen[bytes] | None = None
        self.jobs: subprocess.Popen[bytes] | None = None
        self.move_clock(0)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def move_clock(self, seconds: float) -> None:
        """From now on the registry's clock is so far ahead of the machine's."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self.clock)

    def start(self) -> None:
        """Start the web server and wait until it answers."""
        command = ["gunicorn", "--no-control-socket", "--preload", "--worker-class", "sync", "--workers", "2"]
        command += ["--timeout", str(TIMEOUT), "--graceful-timeout", "5", "--log-level", "warning"]
        command += ["--bind", f"127.0.0.1:{self.port}", "benchmarks.rig.moved:app"]
        before, until = self.workers(), time.monotonic() + START_SECONDS
        self.master = self._spawn(command)
        while time.monotonic() < until:
            if self.master.poll() is not None:
                raise RuntimeError(f"the server did not start: {self._last_words()}")
            if self.workers() and self.workers() != before and asked(self.port, "GET", "/healthz") is not None:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {self._last_words()}")

    def start_jobs(self) -> None:
        """Start the worker of the jobs."""
        self.jobs = self._spawn(["flask", "--app", "benchmarks.rig.moved", "jobs", "run"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the master and wait for it; its workers go with it, or soon after it."""
        if self.master is not None:
            self.master.send_signal(number)
            self.master.wait(30)

    def stop_jobs(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the worker of the jobs."""
        if self.jobs is not None:
            self.jobs.send_signal(number)
            self.jobs.wait(60)

    def sweep(self) -> None:
        """Kill what the master left behind, as systemd does: a worker that is busy does not notice that it is alone,
        and holds the port."""
        if self.master is not None:
            _kill_all(self.master)

    def end(self) -> None:
        """End everything at once: nobody needs it any more."""
        for one in filter(None, (self.master, self.jobs)):
            _kill_all(one)
            one.wait(30)

    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.master.pid) if self.master is not None and self.master.poll() is None else []

    def wait_for_workers(self, good: Callable[[list[int]], bool], seconds: float = 30) -> None:
        """Until the workers are as wanted.

        Raises:
            RuntimeError: they do not become so.
        """
        until = time.monotonic() + seconds
        while not good(self.workers()):
            if time.monotonic() > until:
                raise RuntimeError(f"the workers did not come back: {self.workers()}, {self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**os.environ, "RIG_CLOCK": str(self.clock), "REGISTRY_LOG_LEVEL": "WARNING"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _kill_all(one: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(one.pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The processes that this one started and that run."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []

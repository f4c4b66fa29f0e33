"""The faults: what breaks, how it is put right again where a person or systemd would, and how often it happens."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

from benchmarks.rig.callers import BREAKS, SLOW, Callers
from benchmarks.rig.place import Place
from benchmarks.rig.server import TIMEOUT
from registry.db import db

# Seconds by which clocks are wrong: by hand, by a dead battery, by a wrong zone.
MOVES = (-7200, -600, -45, 45, 600, 7200, 86_400)


@dataclass(frozen=True)
class Fault:
    """What happens, and how often against the others. `loses_scans`: the database's machine goes down with it, and with
    it the last second of what is written without waiting for the disk."""

    name: str
    often: int
    happen: Callable[[], None]
    loses_scans: bool = False


class Faults:
    """All that can break at this place; `left_out` says what cannot, and why."""

    def __init__(self, place: Place, callers: Callers, rng: random.Random) -> None:
        self.place, self.server, self.callers, self.rng = place, place.server, callers, rng
        self.left_out: dict[str, str] = {}

    def all(self) -> list[Fault]:
        """The faults of this database and this machine."""
        found = [
            Fault("worker_killed", 16, self.kill_worker),
            Fault("workers_killed", 5, self.kill_workers),
            Fault("worker_stopped", 3, self.stop_worker),
            Fault("master_killed", 3, self.kill_master),
            Fault("server_restarted", 2, self.restart),
            Fault("server_reloaded", 6, self.reload),
            Fault("job_worker_killed", 2, self.kill_jobs),
            *(Fault(f"line_cut_{how}", 8, lambda how=how: self.break_lines(how)) for how in BREAKS),  # type: ignore[misc]
            Fault("line_slow", 2, lambda: self.break_lines(SLOW)),
            Fault("line_hangs", 1, self.hang),
            Fault("clock_moved", 8, self.move_clock),
        ]
        if self.place.pair is not None:
            self.left_out["disk_full"] = "both servers lie on one disk"
            found += [
                Fault("primary_lost", 12, self.lose_primary, loses_scans=True),
                Fault("replica_away", 6, self.stop_replica),
            ]
        elif self.place.disk is not None:
            # On PostgreSQL a full disk may bring the server down.
            found.append(Fault("disk_full", 4, self.fill_disk, loses_scans=self.place.cluster is not None))
        else:
            self.left_out["disk_full"] = "no file system could be mounted"
        return [*found, *(self._of_postgresql() if self.place.cluster else self._of_sqlite())]

    def _of_postgresql(self) -> list[Fault]:
        return [
            Fault("backends_ended", 12, self.end_backends),
            Fault("backend_killed", 3, self.kill_backend, loses_scans=True),
            Fault("database_restarted", 4, lambda: self.restart_database("fast")),
            Fault("database_crashed", 4, lambda: self.restart_database("immediate"), loses_scans=True),
        ]

    def _of_sqlite(self) -> list[Fault]:
        return [Fault("database_locked", 3, self.lock_database), Fault("log_put_away", 6, self.checkpoint)]

    def kill_worker(self) -> None:
        before = self.server.workers()
        if before:
            killed = self.rng.choice(before)
            _kill(killed)
            self.server.wait_for_workers(lambda now: len(now) == 2 and killed not in now)

    def kill_workers(self) -> None:
        before = self.server.workers()
        for pid in before:
            _kill(pid)
        self.server.wait_for_workers(lambda now: len(now) == 2 and not set(now) & set(before))

    def stop_worker(self) -> None:
        """A worker that does not run for a while, as on a machine that swaps."""
        for pid in self.server.workers()[:1]:
            _kill(pid, signal.SIGSTOP)
            time.sleep(self.rng.uniform(0.5, 2))
            _kill(pid, signal.SIGCONT)

    def kill_master(self) -> None:
        self.server.stop(signal.SIGKILL)
        time.sleep(self.rng.uniform(0, 0.5))  # meanwhile its workers go on
        self.server.sweep()
        self.server.start()

    def restart(self) -> None:
        self.server.stop()
        self.server.sweep()
        self.server.start()

    def reload(self) -> None:
        before = self.server.workers()
        assert self.server.master is not None
        self.server.master.send_signal(signal.SIGHUP)
        self.server.wait_for_workers(lambda now: len(now) == 2 and not set(now) & set(before))

    def kill_jobs(self) -> None:
        self.server.stop_jobs(signal.SIGKILL)
        self.server.start_jobs()

    def break_lines(self, how: str) -> None:
        self.callers.break_lines(how, self.rng.randrange(1, 5))

    def hang(self) -> None:
        """Somebody who never sends the rest holds each worker until gunicorn loses patience."""
        lines = []
        for _ in range(2):
            line = socket.create_connection(("127.0.0.1", self.server.port), 5)
            line.sendall(b"POST /api/v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{")
            lines.append(line)
        time.sleep(TIMEOUT + 1)
        for line in lines:
            line.close()

    def move_clock(self) -> None:
        """The clock is wrong for a while, and put right again."""
        self.callers.astray = True
        self.callers.moves += 1
        self.server.move_clock(self.rng.choice(MOVES))
        time.sleep(self.rng.uniform(0.2, 0.8))
        self.server.move_clock(0)
        self.callers.moves += 1
        time.sleep(0.2)  # who was judged by the wrong clock is answered by now
        self.callers.astray = False

    def fill_disk(self) -> None:
        """The last byte is taken for a while. A database that could not go on is started again."""
        assert self.place.disk is not None
        self.place.disk.fill()
        time.sleep(self.rng.uniform(0.5, 1.5))
        self.place.disk.free()
        if self.place.cluster is not None and not self.place.cluster.answers(10):
            self.place.cluster.stop("immediate", must=False)
            self.place.cluster.start()

    def end_backends(self) -> None:
        assert self.place.cluster is not None
        for _ in range(self.rng.randrange(1, 4)):
            self.place.cluster.end_backends()
            time.sleep(self.rng.uniform(0, 0.1))

    def kill_backend(self) -> None:
        assert self.place.cluster is not None
        self.place.cluster.kill_backend()

    def restart_database(self, mode: str) -> None:
        assert self.place.cluster is not None
        self.place.cluster.stop(mode)
        time.sleep(self.rng.uniform(0, 0.5))
        self.place.cluster.start()

    def lose_primary(self) -> None:
        """The primary dies for good; its replica takes its place, and later gets a replica of its own. The callers go
        on all the while."""
        assert self.place.pair is not None
        self.place.pair.lose()
        time.sleep(self.rng.uniform(0, 1))
        self.place.pair.join()

    def stop_replica(self) -> None:
        """Whoever writes waits until the replica is there again."""
        assert self.place.pair is not None
        self.place.pair.replica.stop("fast")
        time.sleep(self.rng.uniform(0.2, 2))
        self.place.pair.replica.start()
        self.place.pair.caught_up()

    def lock_database(self) -> None:
        """Another program writes for longer than the registry waits, or not quite."""
        with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(self.rng.choice((1.0, 3.0, 11.0)))
            other.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Another program puts the log away, as a backup does, and a worker dies meanwhile."""
        with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None, timeout=30)) as other:
            self.kill_worker()
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def deck(faults: list[Fault], count: int, rng: random.Random) -> Iterator[Fault]:
    """Each fault once, in any order, as far as they go; then by chance, as often as each is said to happen."""
    first = list(faults)
    rng.shuffle(first)
    yield from first[:count]
    for _ in range(count - len(first)):
        yield rng.choices(faults, [fault.often for fault in faults])[0]


def _kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError):  # it has just gone by itself
        os.kill(pid, number)

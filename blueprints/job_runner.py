"""The loop of a worker: takes one job after the other, shows that it lives meanwhile, and stops when asked to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from time import monotonic
from typing import Any

from flask import Flask

from blueprints import export_jobs
from registry import clock, tracing
from registry.db import DatabaseAway, undo
from registry.documents.office import issued
from registry.errors import RegistryError
from registry.services import (
    beats,
    indicator_alerts,
    indicator_counts,
    indicator_figures,
    job_files,
    jobs,
    leftovers,
    old_sign_ins,
    partitions,
)
from registry.services.jobs import Given

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0
PAUSE_SECONDS = 2.0
Progress = Callable[..., None]  # (done, steps, part, about) as services.jobs.beat
Handler = Callable[[Mapping[str, Any], Progress], int | None]  # what it returns is the id of the file that came of it

HANDLERS: dict[str, Handler] = {"paper": issued.make, "export": export_jobs.make}


# What comes again and again; each knows by itself whether it is time.
REGULAR: tuple[Callable[[], object], ...] = (
    indicator_counts.keep_when_due,
    indicator_figures.freeze_when_due,
    indicator_alerts.look_when_due,
    job_files.drop_when_due,
    leftovers.sweep_when_due,
    old_sign_ins.drop_when_due,
    partitions.keep_when_due,
)


def work(app: Flask, worker: str, over: threading.Event, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Do jobs until `over` is set; a job that has begun is finished first."""
    begun, told = clock.now(), -BEAT_SECONDS
    while not over.is_set():
        try:
            with app.app_context():
                if monotonic() - told >= BEAT_SECONDS:
                    beats.beat(worker, beats.WORKER, begun_at=begun)
                    told = monotonic()
                found = run_next(app, worker, handlers)
                run_regular()
        except DatabaseAway:
            log.exception("the database is away")
            found = False
        if not found:
            over.wait(PAUSE_SECONDS)


def run_regular(tasks: Sequence[Callable[[], object]] = REGULAR) -> None:
    """Do what comes again and again and is due; one that fails does not hold up the others."""
    for task in tasks:
        try:
            task()
        except DatabaseAway:
            raise
        except Exception:
            log.exception("%s failed", task.__name__)
        finally:
            undo()


def run_next(app: Flask, worker: str, handlers: Mapping[str, Handler] = HANDLERS) -> bool:
    """Take one job and do it; whether there was one. What a handler raises is the job's problem, not the worker's."""
    job = jobs.take(worker)
    if job is None:
        return False
    with tracing.following(job.request_id):
        _run(app, handlers, job.id, job.tries, job.kind, dict(job.data))
    return True


def _run(app: Flask, handlers: Mapping[str, Handler], number: int, tries: int, kind: str, data: dict[str, Any]) -> None:
    log.info("job %s (%s), try %s", number, kind, tries)
    problem, sentence, made = "", "", None
    try:
        with _alive(app, number, tries) as given:
            made = _do(handlers, kind, data, number, tries, given)
    except Given:
        log.info("job %s was taken away", number)
        return
    except RegistryError as error:
        sentence = error.detail or str(error) or type(error).__name__
        problem = f"{type(error).__name__}: {sentence}"
    except Exception as error:
        log.exception("job %s (%s) failed", number, kind)
        problem = f"{type(error).__name__}: {error}"
    finally:
        undo()
    try:
        log.info("job %s: %s", number, jobs.finish(number, tries, problem, sentence, made))
    except Given:
        log.info("job %s was taken away", number)


def _do(
    handlers: Mapping[str, Handler], kind: str, data: dict[str, Any], number: int, tries: int, given: threading.Event
) -> int | None:
    def progress(done: int, steps: int, part: str = "", about: str = "") -> None:
        if given.is_set():
            raise Given
        jobs.beat(number, tries, done, steps, part, about)

    if kind not in handlers:
        raise LookupError(f"nobody knows how to do {kind}")
    return handlers[kind](data, progress)


@contextmanager
def _alive(app: Flask, number: int, tries: int) -> Iterator[threading.Event]:
    """Beat while a long step runs; the event says that the job was taken away meanwhile."""
    given, over = threading.Event(), threading.Event()

    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            with app.app_context():
                try:
                    jobs.beat(number, tries)
                except Given:
                    given.set()
                    return
                except Exception:
                    log.exception("job %s: no sign of life could be given", number)
                finally:
                    undo()

    thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
    thread.start()
    try:
        yield given
    finally:
        over.set()
        thread.join()

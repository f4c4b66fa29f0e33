"""Work in the background without a broker: rows that workers take, on SQLite one after the other, on PostgreSQL side
by side (FOR UPDATE SKIP LOCKED), on as many hosts as there are.

A job may be begun again after its worker died, so what it does must bear being done twice; it is finished once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from registry import audit, clock, policy, tracing
from registry.actor import SYSTEM, Actor
from registry.db import transaction
from registry.errors import Conflict
from registry.messages import T
from registry.models import OPEN_JOBS, Job

HELD = timedelta(minutes=2)
MOST_TRIES = 5
FIRST_PAUSE = timedelta(seconds=30)  # doubled with every try that failed


class Given(Exception):
    """The job is no longer this worker's: it was stopped, or taken by another after a long silence."""


def ask(actor: Actor, kind: str, key: str, data: Mapping[str, Any], steps: int = 1) -> Job:
    """Ask for a piece of work; while one of the same `key` is open, that one. `data` is plain JSON."""
    policy.require(actor, "job.ask")
    try:
        with transaction() as session:
            known = session.scalar(select(Job).where(Job.key == key, Job.state.in_(OPEN_JOBS)))
            if known is not None:
                return known
            now = clock.now()
            job = Job(
                kind=kind,
                key=key,
                data=dict(data),
                state="waiting",
                steps=steps,
                run_after=now,
                asked_at=now,
                person_id=actor.person_id,
                unit_id=actor.unit_id,
                request_id=actor.request_id or tracing.request_id(),
            )
            session.add(job)
            audit.record(actor, "job.asked", job, kind=kind, key=key)
            return job
    except IntegrityError:
        # Asked for twice at the same moment: the other one's stands.
        with transaction() as session:
            return session.scalars(select(Job).where(Job.key == key, Job.state.in_(OPEN_JOBS))).one()


def take(worker: str) -> Job | None:
    """The next job that is due, or whose worker has fallen silent, held by this worker now; None when there is none."""
    policy.require(SYSTEM, "job.run")
    with transaction() as session:
        now = clock.now()
        due = and_(Job.state == "waiting", Job.run_after <= now)
        silent = and_(Job.state == "running", Job.held_until < now)
        statement = select(Job).where(or_(due, silent)).order_by(Job.run_after, Job.id).limit(1)
        job = session.scalar(statement.with_for_update(skip_locked=True).execution_options(populate_existing=True))
        if job is None:
            return None
        if job.tries >= MOST_TRIES:
            _end(job, "failed", job.problem or "the worker fell silent")
            return None
        job.state, job.worker, job.tries, job.done = "running", worker[:200], job.tries + 1, 0
        job.part, job.about, job.sentence = "", "", ""
        job.held_until = now + HELD
        return job


def beat(job_id: int, tries: int, done: int | None = None, steps: int = 1, part: str = "", about: str = "") -> None:
    """The worker lives, and has done so much (`steps` 0: of nobody knows how much), now at `part` of what `about` names
    (`queries.jobs.PARTS`). Raises Given when the job is no longer its own."""
    changes: dict[str, Any] = {"held_until": clock.now() + HELD}
    if done is not None:
        changes |= {"done": done, "steps": steps, "part": part, "about": about[:200]}
    with transaction(durable=False) as session:
        mine = update(Job).where(Job.id == job_id, Job.state == "running", Job.tries == tries)
        if not session.execute(mine.values(changes).returning(Job.id)).all():
            raise Given


def finish(job_id: int, tries: int, problem: str = "", sentence: str = "", file_id: int | None = None) -> str:
    """The worker has ended: done without `problem`, else tried again after a pause, or failed for good. With a
    `sentence` the registry itself refused, and trying again would not help. `file_id`: what came out of it. Returns the
    state; Given when the job is no longer its own."""
    policy.require(SYSTEM, "job.run")
    with transaction() as session:
        job = session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
        if job.state != "running" or job.tries != tries:
            raise Given
        job.sentence = sentence[:200]
        if not problem:
            job.file_id = file_id
            job.done = job.steps = job.steps or 1
            _end(job, "done", "")
        elif sentence or tries >= MOST_TRIES:
            _end(job, "failed", problem)
        else:
            job.state, job.held_until, job.problem = "waiting", None, problem[:200]
            job.run_after = clock.now() + FIRST_PAUSE * 2 ** (tries - 1)
            audit.record(SYSTEM, "job.put_off", job, kind=job.kind, problem=job.problem, run_after=job.run_after)
        return job.state


def stop(actor: Actor, job_id: int) -> Job:
    """Stop a job that waits or runs: whoever asked for it, or the administrator. Its worker lets go at its next step.

    Raises:
        Missing: somebody else's.
        Conflict: it has ended.
    """
    policy.require(actor, "job.stop")
    with transaction():
        job = policy.get(actor, Job, Job.id == job_id, lock=True)
        if job.state not in OPEN_JOBS:
            raise Conflict(T("这项任务已经结束"))
        job.state, job.held_until, job.ended_at = "stopped", None, clock.now()
        audit.record(actor, "job.stopped", job, kind=job.kind, key=job.key)
        return job


def again(actor: Actor, job_id: int) -> Job:
    """Let a failed or stopped job begin anew.

    Raises:
        Conflict: it waits, runs or is done, or another one of the same key is open.
    """
    policy.require(actor, "job.repeat")
    with transaction() as session:
        job = policy.get(actor, Job, Job.id == job_id, lock=True)
        if job.state not in ("failed", "stopped"):
            raise Conflict(T("只能重新办理失败或已停止的任务"))
        if session.scalar(select(Job.id).where(Job.key == job.key, Job.state.in_(OPEN_JOBS))):
            raise Conflict(T("同一项任务已在办理"))
        job.state, job.tries, job.done, job.problem = "waiting", 0, 0, ""
        job.run_after, job.ended_at = clock.now(), None
        audit.record(actor, "job.repeated", job, kind=job.kind, key=job.key)
        return job


def _end(job: Job, state: str, problem: str) -> None:
    job.state, job.problem, job.held_until, job.ended_at = state, problem[:200], None, clock.now()
    audit.record(SYSTEM, f"job.{state}", job, kind=job.kind, key=job.key, problem=job.problem)

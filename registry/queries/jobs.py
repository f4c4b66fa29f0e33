"""Work in the background: the list for the administrator, one job for who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import OPEN_JOBS, Job
from registry.queries.paging import Page, paginate

STATES = {
    "waiting": T("等待"),
    "running": T("正在办理"),
    "done": T("已完成"),
    "failed": T("失败"),
    "stopped": T("已停止"),
}
KINDS = {"paper": T("生成文书")}


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The jobs, newest first; `state` one of STATES."""
    policy.require(actor, "job.read")
    statement = policy.scope(actor, Job).options(joinedload(Job.person))
    if state := filters.get("state"):
        statement = statement.where(Job.state == state)
    return paginate(statement, Job.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def show(actor: Actor, job_id: int) -> Job:
    """One job; Missing for whoever neither asked for it nor administers."""
    return policy.get(actor, Job, Job.id == job_id)


def of_key(key: str) -> Job | None:
    """The last job of a key, for whoever may see what the key is about."""
    return db.session.scalar(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1))


def is_open(job: Job | None) -> bool:
    """Whether a job is still to be waited for."""
    return job is not None and job.state in OPEN_JOBS

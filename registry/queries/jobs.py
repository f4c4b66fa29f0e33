"""Work in the background: the list for the administrator, one job for who asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Missing
from registry.messages import T
from registry.models import OPEN_JOBS, Job, StoredFile
from registry.queries.paging import Page, paginate
from registry.settings import current

STATES = {
    "waiting": T("等待"),
    "running": T("正在办理"),
    "done": T("已完成"),
    "failed": T("失败"),
    "stopped": T("已停止"),
}
KINDS = {"paper": T("生成文书"), "export": T("导出表格")}
TONES = {"done": "good", "failed": "bad", "stopped": "neutral", "running": "info", "waiting": "warn"}
# What is being done now, in words; the argument is the column `about`.
PARTS: dict[str, Callable[[str], T]] = {
    "pictures": lambda about: T("放入图表和照片：{about}", about=about),
    "word": lambda _about: T("填写 Word 文件"),
    "chapter": lambda about: T("排版：{about}", about=about),
    "pages": lambda _about: T("生成 PDF 页面"),
    "keep": lambda _about: T("保存文件"),
    "rows": lambda about: T("已写入{about}行", about=about),
}
KEPT = timedelta(days=7)  # how long a file that was asked for can be fetched


@dataclass(frozen=True)
class Shown:
    """A job as its page and the API tell of it. `share`: 0 to 100, None where nobody knows the whole; `fetchable`: a
    file can be fetched; `error`: what went wrong, for who asked."""

    job: Job
    name: T
    words: str
    share: int | None
    fetchable: bool
    error: str

    @property
    def is_open(self) -> bool:
        return self.job.state in OPEN_JOBS


def page(actor: Actor, filters: Mapping[str, Any]) -> Page:
    """The jobs, newest first; `state` one of STATES."""
    policy.require(actor, "job.read")
    statement = policy.scope(actor, Job).options(joinedload(Job.person))
    if state := filters.get("state"):
        statement = statement.where(Job.state == state)
    return paginate(statement, Job.id, filters.get("limit") or 50, filters.get("cursor"), newest=True)


def show(actor: Actor, job_id: int) -> Shown:
    """One job; Missing for whoever neither asked for it nor administers."""
    return shown(policy.get(actor, Job, Job.id == job_id, options=(joinedload(Job.file),)))


def own(actor: Actor, job_id: int) -> Shown:
    """One job of the caller's own; Missing for everybody else."""
    mine = (Job.id == job_id, Job.person_id == actor.person_id)
    return shown(policy.get(actor, Job, *mine, options=(joinedload(Job.file),)))


def path(actor: Actor, job_id: int) -> tuple[Path, StoredFile]:
    """The file that came out of a job of the caller's own, in the unit it asked for.

    Raises:
        Missing: not the caller's, not made, or older than a week.
    """
    found = own(actor, job_id)
    if not found.fetchable or found.job.file is None or found.job.unit_id != actor.unit_id:
        raise Missing(T("文件还没有生成，或者已超过{days}天，请重新导出", days=KEPT.days))
    return files.path_of(current().files_dir, found.job.file.sha256), found.job.file


def shown(job: Job) -> Shown:
    """A job in words."""
    if job.state == "done":
        share: int | None = 100
    else:
        share = job.done * 100 // job.steps if job.steps else None
    words = PARTS[job.part](job.about) if job.part in PARTS and job.state == "running" else STATES[job.state]
    name = KINDS.get(job.kind, T("后台任务"))
    recent = job.ended_at is not None and clock.now() - job.ended_at <= KEPT
    return Shown(job, name, words, share, job.state == "done" and job.file_id is not None and recent, error(job))


def error(job: Job) -> str:
    """What went wrong, in a sentence for who asked; empty when nothing did."""
    if job.state == "failed":
        return job.sentence or T("系统出错，这项任务没有完成，请重新提出或联系管理员")
    if job.state == "waiting" and job.tries:
        return T("上一次没有成功，将自动再试")
    return T("任务已停止") if job.state == "stopped" else ""


def of_key(key: str) -> Job | None:
    """The last job of a key, for whoever may see what the key is about."""
    return db.session.scalar(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1))


def is_open(job: Job | None) -> bool:
    """Whether a job is still to be waited for."""
    return job is not None and job.state in OPEN_JOBS

"""Work in the background at the border."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import fields

from blueprints.filters import say
from blueprints.schemas.base import Out
from registry.queries.jobs import Shown


class ProgressOut(Out):
    """How far a job is: `share` 0 to 100, null where nobody knows the whole; `words` what is being done now."""

    share = fields.Integer(allow_none=True)
    words = fields.Function(lambda shown: say(shown.words))
    done = fields.Function(lambda shown: shown.job.done)
    steps = fields.Function(lambda shown: shown.job.steps)


class JobOut(Out):
    """A job of the caller's own. `state`: waiting, running, done, failed, stopped; `result`: where what came of it can
    be fetched, null before; `error`: a sentence, null when nothing went wrong."""

    id = fields.Function(lambda shown: shown.job.id)
    kind = fields.Function(lambda shown: shown.job.kind)
    name = fields.Function(lambda shown: say(shown.name))
    state = fields.Function(lambda shown: shown.job.state)
    progress = fields.Function(lambda shown: ProgressOut().dump(shown))
    result = fields.Function(lambda shown: _result(shown))
    error = fields.Function(lambda shown: say(shown.error) or None)
    asked_at = fields.Function(lambda shown: shown.job.asked_at.isoformat())
    ended_at = fields.Function(lambda shown: shown.job.ended_at.isoformat() if shown.job.ended_at else None)


def _result(shown: Shown) -> Any:
    job = shown.job
    if shown.fetchable:
        return url_for("api_jobs.file", job_id=job.id)
    if job.kind == "paper" and job.state == "done":
        return url_for("api_papers.show", paper_id=job.data["paper_id"])
    return None

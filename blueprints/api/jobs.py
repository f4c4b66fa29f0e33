"""/jobs: how far the caller's own work in the background is, what came of it, and stopping it."""

from __future__ import annotations

from typing import Any

from flask import send_file
from flask_smorest import Blueprint

from blueprints.schemas.jobs import JobOut
from blueprints.sessions import actor
from registry.queries import jobs as queries
from registry.services import jobs

bp = Blueprint("api_jobs", __name__, url_prefix="/jobs", description="Work in the background")


@bp.route("/<int:job_id>")
@bp.response(200, JobOut())
def show(job_id: int) -> Any:
    """One job: state, progress, result, error. 404 for everybody but who asked for it."""
    return queries.own(actor(), job_id)


@bp.route("/<int:job_id>/file")
@bp.response(200, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def file(job_id: int) -> Any:
    """The file that came out of it, for a week."""
    path, row = queries.path(actor(), job_id)
    return send_file(path, mimetype=row.mime, as_attachment=True, download_name=row.name)


@bp.route("/<int:job_id>/stop", methods=["POST"])
@bp.response(200, JobOut())
def stop(job_id: int) -> Any:
    """Stop a job that has not ended; its worker lets go at its next step. 409 when it has."""
    queries.own(actor(), job_id)
    jobs.stop(actor(), job_id)
    return queries.own(actor(), job_id)

"""Work in the background: what waits, runs and failed; stopping it and letting it begin anew."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.sessions import actor
from registry.queries import jobs as queries
from registry.services import jobs

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.route("/")
def index() -> Any:
    """All jobs, newest first."""
    asked = {name: request.args.get(name) for name in ("state", "cursor")}
    page = queries.page(actor(), asked)
    return render_template(
        "jobs/index.html", page=page, state=asked["state"], states=queries.STATES, kinds=queries.KINDS
    )


@bp.route("/<int:job_id>/stop", methods=["POST"])
def stop(job_id: int) -> Any:
    """Stop a job that has not ended."""
    jobs.stop(actor(), job_id)
    flash(_("任务已停止"), "success")
    return redirect(url_for("jobs.index"))


@bp.route("/<int:job_id>/again", methods=["POST"])
def again(job_id: int) -> Any:
    """Let a failed or stopped job begin anew."""
    jobs.again(actor(), job_id)
    flash(_("任务将重新办理"), "success")
    return redirect(url_for("jobs.index"))

"""Work in the background: how far one's own is, and for the administrator all of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.sessions import actor
from registry.queries import jobs as queries
from registry.services import jobs

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {"states": queries.STATES, "tones": queries.TONES}


@bp.route("/")
def index() -> Any:
    """All jobs, newest first; with `rows` the part of the page that renews itself."""
    asked = {name: request.args.get(name) for name in ("state", "cursor")}
    page = queries.page(actor(), asked)
    lines = {job.id: queries.shown(job) for job in page.items}
    template = "jobs/_rows.html" if request.args.get("rows") else "jobs/index.html"
    return render_template(template, page=page, lines=lines, state=asked["state"])


@bp.route("/<int:job_id>")
def show(job_id: int) -> Any:
    """One job for who asked for it."""
    return render_template("jobs/show.html", **_shown(job_id))


@bp.route("/<int:job_id>/progress")
def progress(job_id: int) -> Any:
    """How far it is: a part of the page that asks for itself again until it has ended."""
    return render_template("jobs/_progress.html", **_shown(job_id))


def _shown(job_id: int) -> dict[str, Any]:
    shown = queries.show(actor(), job_id)
    return {"shown": shown, "mine": shown.job.person_id == actor().person_id}


@bp.route("/<int:job_id>/file")
def file(job_id: int) -> Any:
    """The file that came out of it."""
    path, row = queries.path(actor(), job_id)
    return send_file(path, mimetype=row.mime, as_attachment=True, download_name=row.name)


@bp.route("/<int:job_id>/stop", methods=["POST"])
def stop(job_id: int) -> Any:
    """Stop a job that has not ended."""
    jobs.stop(actor(), job_id)
    flash(_("任务已停止"), "success")
    return redirect(url_for("jobs.show", job_id=job_id))


@bp.route("/<int:job_id>/again", methods=["POST"])
def again(job_id: int) -> Any:
    """Let a failed or stopped job begin anew."""
    jobs.again(actor(), job_id)
    flash(_("任务将重新办理"), "success")
    return redirect(url_for("jobs.show", job_id=job_id))

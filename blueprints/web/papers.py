"""Issued papers: the list, one paper with its files, taking it back; and the offices' own templates."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import papers as schemas
from blueprints.schemas.personal import ShowReasonIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.documents.office import issued
from registry.errors import Missing
from registry.queries import areas, jobs, personal
from registry.queries import papers as queries
from registry.rules import papers as rules
from registry.services import files, papers

bp = Blueprint("papers", __name__, url_prefix="/papers")


def _kinds() -> dict[str, Any]:
    return rules.kinds(clock.today())


@bp.route("/")
def index() -> Any:
    """The papers of the caller's area, or those addressed to its unit."""
    choices = {"kinds": list(_kinds().items()), "areas": areas.choices(actor())}
    form = Form(schemas.PaperFilter(), sent=request.args, choices=choices)
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("papers/index.html", page=page, kinds=_kinds(), kept=kept)


@bp.route("/<int:paper_id>", methods=["GET", "POST"])
def show(paper_id: int) -> Any:
    """One paper; whoever may can take it back."""
    form = Form(schemas.WithdrawIn())
    if request.method == "POST" and form.submit(lambda data: papers.withdraw(actor(), paper_id, data["reason"])):
        flash(_("已撤回，文号保留"), "success")
        return redirect(url_for("papers.show", paper_id=paper_id))
    return form.page("papers/show.html", kinds=_kinds(), **_files(paper_id))


def _files(paper_id: int) -> dict[str, Any]:
    """A paper, and the job that makes its files where it is a long one."""
    paper = queries.show(actor(), paper_id)
    job = jobs.of_key(queries.job_key(paper.id))
    shown = jobs.shown(job) if job else None
    own = job is not None and job.person_id == actor().person_id
    hidden = personal.hides(actor(), paper)
    return {"paper": paper, "hidden": hidden, "job": job, "waiting": jobs.is_open(job), "shown": shown, "own_job": own}


@bp.route("/<int:paper_id>/progress")
def progress(paper_id: int) -> Any:
    """How far the files are: a part of the page that asks for itself again until they are there."""
    return render_template("papers/_files.html", **_files(paper_id))


@bp.route("/<int:paper_id>/<string:form>")
def file(paper_id: int, form: str) -> Any:
    """The paper as Word or PDF; a PDF opens in the browser."""
    path, mime, name = issued.file(actor(), paper_id, form)
    return send_file(path, mimetype=mime, as_attachment=form != "pdf", download_name=name)


@bp.route("/<int:paper_id>/whole/<string:form>", methods=["GET", "POST"])
def whole(paper_id: int, form: str) -> Any:
    """The paper as it was issued, with the personal data on it: say why, then fetch it."""
    policy.require(actor(), "personal.show")
    if form not in issued.MIMES:
        raise Missing(_("没有这种格式"))
    holding, _row = personal.find(actor(), "paper", str(paper_id))
    asked = Form(ShowReasonIn())
    if request.method == "POST":
        found = asked.submit(lambda data: issued.whole(actor(), paper_id, form, data["reason"]))
        if found is not None:
            answer = send_file(found[0], mimetype=found[1], as_attachment=True, download_name=found[2])
            answer.headers["Cache-Control"] = "no-store"
            return answer
    back = url_for("papers.show", paper_id=paper_id)
    return asked.page("personal/ask.html", title=_("下载印发的原件"), holding=holding, key=paper_id, back=back)


@bp.route("/templates")
def templates() -> Any:
    """What each kind of paper is set with."""
    lines = queries.templates(actor(), queries.body_of(actor()))
    return render_template("papers/templates.html", lines=lines)


@bp.route("/templates/<string:kind>", methods=["GET", "POST"])
def template(kind: str) -> Any:
    """Bring an own template of a kind."""
    policy.require(actor(), "paper.set_template")
    found = _kind(kind)
    form = Form(schemas.TemplateForm(), {"since": clock.today()})
    if request.method == "POST" and form.submit(lambda data: _set(kind, data)):
        flash(_("模板已更换，从启用日期起印发的文书使用新模板"), "success")
        return redirect(url_for("papers.templates"))
    return form.page("papers/template.html", kind=found)


@bp.route("/templates/<string:kind>/shipped.docx")
def shipped(kind: str) -> Any:
    """The template that comes with the registry, to begin one's own from."""
    policy.require(actor(), "paper.set_template")
    content = issued.shipped(_kind(kind).key, clock.today())
    return send_file(
        io.BytesIO(content), mimetype=issued.MIMES["docx"], as_attachment=True, download_name=f"{_kind(kind).zh}.docx"
    )


def _kind(key: str) -> Any:
    found = _kinds().get(key)
    if found is None:
        raise Missing(_("没有这种文书"))
    return found


def _set(kind: str, data: dict[str, Any]) -> Any:
    stored = None
    if data.get("file"):
        name, content = data["file"]
        issued.draft(kind, content, clock.today())
        stored = files.store(actor(), name, issued.MIMES["docx"], content, "paper_template")
    return papers.set_template(actor(), kind, data["since"], stored, data.get("note") or "")

"""The cases against the caller's own unit: the list, one on one page, a form for what the unit hands in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.repeats import page_ref, repeat, sent_ref
from blueprints.schemas import cases as office
from blueprints.schemas import own_cases as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from blueprints.web.directives import DirectiveFileForm
from registry import clock
from registry.queries import own_cases as queries
from registry.rules.directives import deliveries
from registry.rules.papers import kinds
from registry.services import own_cases

bp = Blueprint("own_cases", __name__, url_prefix="/own-cases")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    today = clock.today()
    return {
        "names": schemas.NAMES,
        "ways": deliveries(today),
        "paper_kinds": kinds(today),
        "spoken": office.SPOKEN,
        "adopted": office.ADOPTED,
    }


@bp.route("/")
def index() -> Any:
    """The cases that the unit was told of."""
    asked = Form(schemas.OwnCaseFilter(), sent=request.args).load() or {}
    page = queries.page(actor(), asked)
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return render_template("own_cases/index.html", page=page, kept=kept, waits=asked.get("waits"))


@bp.route("/<int:case_id>")
def show(case_id: int) -> Any:
    """One case: what the unit was told, its days, its papers."""
    return render_template("own_cases/show.html", own=queries.show(actor(), case_id))


@bp.route("/<int:case_id>/files/<int:file_id>")
def file(case_id: int, file_id: int) -> Any:
    """A file that the unit handed in."""
    path, mime, name = queries.file(actor(), case_id, file_id)
    return handed_out(path, mime, name)


@bp.route("/<int:case_id>/<string:verb>", methods=["GET", "POST"])
def move(case_id: int, verb: str) -> Any:
    """Hand in a statement, ask for a hearing, or take that back."""
    verb = verb.replace("-", "_")
    if verb in schemas.NAMES and queries.made(case_id, sent_ref()):  # the answer to it was lost
        repeat(DirectiveFileForm(schemas.form_of(verb)), lambda data: _speak(case_id, verb, data))
        return redirect(url_for("own_cases.show", case_id=case_id))
    own, step = queries.offer(actor(), case_id, verb)
    form = DirectiveFileForm(schemas.form_of(verb), initial={"version": own.case.version})
    for name in step.needs:
        form[name].required = True
    if request.method == "POST" and form.submit(lambda data: _speak(case_id, verb, data)):
        flash(_("已提交：%(step)s", step=schemas.NAMES[verb]), "success")
        return redirect(url_for("own_cases.show", case_id=case_id))
    return form.page(
        "own_cases/move.html", ref=page_ref(), own=queries.show(actor(), case_id), title=str(schemas.NAMES[verb])
    )


def _speak(case_id: int, verb: str, data: dict[str, Any]) -> Any:
    return own_cases.speak_once(actor(), sent_ref() or None, case_id, verb, data, data.get("version"))

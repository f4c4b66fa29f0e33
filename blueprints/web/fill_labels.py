"""Labels of fills: a day's fills, and what is printed for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from blueprints import label_files
from blueprints.forms import Form
from blueprints.schemas import fill_labels as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid
from registry.queries import fill_labels as queries
from registry.services import fill_labels

bp = Blueprint("fill_labels", __name__, url_prefix="/fill-labels")


@bp.route("/")
def index() -> Any:
    """The fills of a day at the caller's station, today's without a day."""
    policy.require(actor(), "fill_label.print")
    first = {"layout": schemas.LAYOUT_CHOICES[0][0], "format": "pdf", "dpi": "203", "start": "0"}
    return _list(Form(schemas.FillPrintForm(), sent=first))


@bp.route("/print", methods=["POST"])
def print_labels() -> Any:
    """The labels of the chosen fills, or of all of the day without labels."""
    policy.require(actor(), "fill_label.print")
    form = Form(schemas.FillPrintForm())
    return form.submit(_file) or _list(form)


def _file(data: dict[str, Any]) -> Response:
    how = (data["layout"], data["format"], data["start"], int(data["dpi"]))
    chosen = [int(text) for text in request.form.getlist("chosen") if text.isdecimal() and len(text) < 12]
    if "all" in request.form:
        day = (Form(schemas.DayFilter(), sent=request.args).load() or {}).get("day") or clock.today()
        content, name = fill_labels.printed_of_day(actor(), day, *how)
    elif chosen:
        content, name = fill_labels.printed(actor(), chosen, *how)
    else:
        raise Invalid.field("", _("请先勾选要打印的充装"))
    return label_files.download(content, name)


def _list(printing: Form) -> Any:
    filters = Form(schemas.DayFilter(), sent={"day": clock.today().isoformat(), **request.args})
    asked = filters.load() or {}
    day = asked.get("day") or clock.today()
    faces = queries.of_day(actor(), day, asked.get("unprinted", False))
    chosen = set(request.form.getlist("chosen")) | set(request.args.getlist("fill"))
    status = 422 if printing.has_errors or filters.has_errors else 200
    kept = {name: value for name, value in request.args.items() if value}
    page = filters.page("fill_labels/index.html", printing=printing, faces=faces, chosen=chosen, kept=kept, day=day)
    return page[0], status

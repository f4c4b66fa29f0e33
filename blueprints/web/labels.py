"""Label codes: choose and print, bind to elevators, register foreign ones, replace, void."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import label_files
from blueprints.forms import Form
from blueprints.schemas import labels as schemas
from blueprints.sessions import actor
from registry import codes, policy
from registry.labels import faces
from registry.queries import labels as queries
from registry.services import labels

bp = Blueprint("labels", __name__, url_prefix="/labels")


@bp.route("/")
def index() -> Any:
    """The codes the caller may see, with the form that prints the chosen ones."""
    policy.require(actor(), "label.print")
    return _list(
        Form(schemas.PrintForm(), sent={"layout": schemas.FIRST_LAYOUT, "format": "pdf", "dpi": "203", "start": "0"})
    )


def _list(printing: Form) -> Any:
    form = Form(schemas.LabelFilter(), sent=request.args)
    filters = form.load() or {}
    found, by_id = queries.page(actor(), filters, filters.get("cursor"))
    page = render_template(
        "labels/index.html",
        form=form,
        printing=printing,
        page=found,
        faces=by_id,
        statuses=queries.STATUSES,
        grouped=codes.grouped,
        chosen=set((request.form if request.method == "POST" else request.args).getlist("chosen")),
        query={name: value for name, value in request.args.items() if name != "cursor"},
    )
    return page, 422 if printing.has_errors or form.has_errors else 200


@bp.route("/print", methods=["POST"])
def print_sheet() -> Any:
    """The chosen codes, the typed ones, or all that the filters find, as a file to print."""
    policy.require(actor(), "label.print")
    form = Form(schemas.PrintForm())
    return form.submit(lambda data: label_files.answer(actor(), _wanted(data), data)) or _list(form)


def _wanted(data: dict[str, Any]) -> list[str]:
    if "all" in request.form:
        filters = Form(schemas.LabelFilter(), sent=request.args).load() or {}
        return queries.matching(actor(), filters, schemas.MOST_CODES)
    return [*request.form.getlist("chosen"), *data["codes"]]


@bp.route("/bind", methods=["GET", "POST"])
def bind() -> Any:
    """Put a blank code on an elevator; stations bind those of cylinders with photos (label_bindings)."""
    policy.require(actor(), "label.bind")
    form = Form(schemas.BindForm())
    if request.method == "POST":
        row = form.submit(lambda data: labels.bind(actor(), data["code"], data["equipment"]))
        if row:
            flash(_("编码 %(code)s 已绑定", code=codes.grouped(row.code)), "success")
            return redirect(url_for("labels.show", code=row.code))
    return form.page("labels/act.html", title=_("绑定电梯标签"), button=_("绑定"))


@bp.route("/foreign", methods=["GET", "POST"])
def foreign() -> Any:
    """Put a code of a maker or an older system on file for a cylinder."""
    policy.require(actor(), "label.register_foreign")
    first = {"code": request.args.get("code", ""), "equipment": request.args.get("equipment", "")}
    form = Form(schemas.ForeignIn(), sent=None if request.method == "POST" else first)
    if request.method == "POST":
        row = form.submit(lambda data: labels.register_foreign(actor(), data))
        if row:
            flash(_("外来码已登记，扫这个码也能找到气瓶"), "success")
            return redirect(url_for("labels.foreign"))
    return form.page("labels/act.html", title=_("登记外来码"), button=_("登记"))


@bp.route("/<string:code>", methods=["GET", "POST"])
def show(code: str) -> Any:
    """One code: what it is on, how it looks, and taking it out of use."""
    face = queries.one(actor(), code)
    form = Form(schemas.VoidForm())
    if request.method == "POST":
        row = form.submit(lambda data: _end(code, data))
        if row:
            flash(_("编码 %(code)s 已停止使用", code=codes.grouped(face.row.code)), "success")
            return redirect(url_for("labels.show", code=row.code))
    return form.page("labels/show.html", face=face, statuses=queries.STATUSES, grouped=codes.grouped)


def _end(code: str, data: dict[str, Any]) -> Any:
    verb = {"replace": labels.replace, "void": labels.void}[data["act"]]
    return verb(actor(), code, data["reason"])


@bp.route("/<string:code>.svg")
def svg(code: str) -> Any:
    """The symbol of a code, or with `layout` its whole label."""
    return Response(faces.svg(actor(), code, request.args.get("layout") or None), mimetype="image/svg+xml")


@bp.route("/<string:code>.png")
def png(code: str) -> Any:
    """The symbol of a code."""
    return Response(faces.png(actor(), code), mimetype="image/png")

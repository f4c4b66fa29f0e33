"""Spreadsheets in: hand in, match columns, match values, check, import, and take back what was refused."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import imports as schemas
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor, language
from registry import policy
from registry.errors import Invalid, Missing
from registry.exchange import desk, outcome
from registry.exchange.reading import UnreadableSheet
from registry.exchange.sheets import REGISTERS, find
from registry.exchange.template import template_xlsx
from registry.queries import imports as queries
from registry.services import imports

bp = Blueprint("imports", __name__, url_prefix="/imports")
XLSX = desk.XLSX


def _registers() -> list[tuple[str, Any]]:
    """The registers this caller may import into."""
    return [(name, one.sheet.heading) for name, one in REGISTERS.items() if policy.may(actor(), one.permission)]


def _page(form: Form) -> Any:
    query = Form(PageIn(), sent=request.args).load() or {}
    page = queries.page(actor(), cursor=query.get("cursor"))
    return form.page("imports/index.html", page=page, registers=dict(_registers()), known=REGISTERS)


@bp.route("/")
def index() -> Any:
    """The form to hand a file in, templates to fill, and earlier imports."""
    return _page(Form(schemas.UploadIn(), choices={"registers": _registers()}))


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Hand a file in."""
    form = Form(schemas.UploadIn(), choices={"registers": _registers()})
    if request.method == "POST" and (batch := form.submit(_receive)):
        return redirect(url_for("imports.columns", import_id=batch.id))
    return _page(form)


def _receive(data: dict[str, Any]) -> Any:
    name, content = data["file"]
    try:
        return desk.receive(actor(), data["register"], name, content)
    except UnreadableSheet as error:
        raise Invalid(error.errors) from None


@bp.route("/templates/<string:register>")
def template(register: str) -> Any:
    """An empty spreadsheet of a register, with notes and drop-down lists."""
    policy.require(actor(), find(register).permission)
    sheet = find(register).sheet
    content = template_xlsx(sheet, language=language(), say=say)
    return _download(content, f"{sheet.title(language(), say)}-{_('模板')}.xlsx")


def _download(content: bytes, name: str) -> Any:
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.route("/<int:import_id>/columns", methods=["GET", "POST"])
def columns(import_id: int) -> Any:
    """Match the file's columns to ours."""
    found = _opened(import_id)
    if request.method == "GET":
        return _columns_page(found, found.profile, [])
    chosen = schemas.read_columns(request.form, found.sheet, found.profile)
    try:
        settled = desk.settle(actor(), import_id, chosen)
    except Invalid as error:
        return _columns_page(found, chosen, [say(text) for text in error.errors["columns"]])
    return redirect(url_for("imports.values", import_id=import_id)) if desk.foreign(settled) else check(import_id)


def _opened(import_id: int) -> desk.Opened:
    """The file with the mapping settled for it, or with the one that was picked by name."""
    line = queries.show(actor(), import_id)
    name = request.values.get("profile", "").strip()
    return desk.opened(actor(), import_id, desk.profile(actor(), line.batch.sheet, name) if name else None)


def _columns_page(found: desk.Opened, profile: Any, problems: list[str]) -> Any:
    values = {
        "line": found.line,
        "table_": found.table,
        "fields": schemas.column_fields(found.sheet, profile),
        "profile": profile,
        "profiles": sorted(desk.profiles(actor(), found.line.batch.sheet)),
        "samples": desk.samples(found.table),
        "problems": problems,
    }
    return render_template("imports/columns.html", **values), 422 if problems else 200


@bp.route("/<int:import_id>/values", methods=["GET", "POST"])
def values(import_id: int) -> Any:
    """Match the file's own words for kinds and statuses to ours."""
    found = _opened(import_id)
    if request.method == "POST":
        desk.settle(actor(), import_id, schemas.read_values(request.form, found.sheet, found.profile))
        return check(import_id)
    groups = list(schemas.value_groups(found.sheet, found.profile, desk.foreign(found)))
    return render_template("imports/values.html", line=found.line, groups=groups)


@bp.route("/<int:import_id>/check", methods=["POST"])
def check(import_id: int) -> Any:
    """Rehearse the import."""
    try:
        desk.check(actor(), import_id, say)
    except Invalid as error:
        flash("；".join(say(text) for text in error.errors.get("columns", [])), "error")
        return redirect(url_for("imports.columns", import_id=import_id))
    return redirect(url_for("imports.show", import_id=import_id))


@bp.route("/<int:import_id>")
def show(import_id: int) -> Any:
    """What the check found, or what came of the import."""
    return _show(import_id, Form(schemas.ProfileIn(), sent=None))


def _show(import_id: int, form: Form) -> Any:
    line = queries.show(actor(), import_id)
    if line.batch.result is None:
        return redirect(url_for("imports.columns", import_id=import_id))
    sheet = find(line.batch.sheet).sheet
    headings = {column.name: column.title(language(), say) for column in sheet.columns}
    return form.page("imports/show.html", line=line, sheet=sheet, headings=headings, told=outcome.told)


@bp.route("/<int:import_id>/run", methods=["POST"])
def run(import_id: int) -> Any:
    """Import what is good."""
    batch = desk.run(actor(), import_id, say)
    counts = batch.result["counts"]
    flash(_("导入完成：新增 %(new)s 行，更新 %(changed)s 行", new=counts["new"], changed=counts["changed"]), "success")
    return redirect(url_for("imports.show", import_id=import_id))


@bp.route("/<int:import_id>/profile", methods=["GET", "POST"])
def profile(import_id: int) -> Any:
    """Keep the mapping under a name."""
    form = Form(schemas.ProfileIn())
    save = lambda data: imports.save_profile(actor(), import_id, data["name"])  # noqa: E731
    if request.method == "POST" and (saved := form.submit(save)):
        flash(_("对应方案“%(name)s”已保存，下次可直接选用", name=saved.name), "success")
        return redirect(url_for("imports.show", import_id=import_id))
    return _show(import_id, form)


@bp.route("/<int:import_id>/errors")
def errors(import_id: int) -> Any:
    """The refused rows as a spreadsheet with the bad cells marked."""
    line = queries.show(actor(), import_id)
    kept = (line.batch.result or {}).get("errors_file")
    if kept is None:
        raise Missing(_("没有退回的行"))
    return _download(queries.content(queries.file(actor(), kept)), f"{_('未导入的行')}-{import_id}.xlsx")

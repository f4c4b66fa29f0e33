"""Frozen and reported figures: the list, one figure, the steps; the month report as page, spreadsheet and Word file."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import indicator_figures as schemas
from blueprints.sessions import actor, language
from registry import policy
from registry.documents import indicator_paper
from registry.errors import Invalid, Missing
from registry.exchange import indicator_month_book as spreadsheet
from registry.messages import T
from registry.queries import areas, indicator_report, indicator_words
from registry.queries import indicator_figures as queries
from registry.rules import indicator_book
from registry.rules import indicator_figures as rules
from registry.rules.dates import end_of_month
from registry.rules.indicator_book import Definition
from registry.services import indicator_figures
from registry.settings import current

bp = Blueprint("indicator_figures", __name__, url_prefix="/indicator-figures")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of states, indicators and comparisons."""
    return {
        "figure_states": rules.states(rules.WORKFLOW),
        "book": indicator_book,
        "definitions": indicator_book.definitions(),
        "words": indicator_words,
        "area_names": areas.names(),
    }


def _end(month: date | None) -> date | None:
    return end_of_month(month.year, month.month) if month else None


@bp.route("/")
def index() -> Any:
    """The figures of a month, and what waits for the caller in it."""
    choices = {"areas": areas.choices(actor())}
    initial = {"month": indicator_report.last_month()}
    form = Form(schemas.FigureFilter(), initial, choices, sent=request.args or None)
    asked = (form.load() if request.args else initial) or {}
    end = _end(asked.get("month"))
    page = queries.page(actor(), {**asked, "month": end}, asked.get("limit") or 50, asked.get("cursor"))
    return form.page(
        "indicator_figures/index.html",
        page=page,
        end=end,
        steps=queries.steps_of_month(actor(), end) if end else [],
        kept={key: value for key, value in request.args.items() if value and key != "cursor"},
    )


@bp.route("/freeze", methods=["POST"])
def freeze() -> Any:
    """Freeze a month that is over."""
    form = Form(schemas.FreezeIn(), sent=request.form)
    sent = form.load() or {}
    end = _end(sent.get("month")) or indicator_report.last_month()
    try:
        flash(_("已冻结 %(count)s 条数据", count=indicator_figures.freeze(actor(), end)), "success")
    except Invalid as error:
        flash("；".join(say(text) for texts in error.errors.values() for text in texts), "error")
    return redirect(url_for("indicator_figures.index", month=f"{end:%Y-%m}"))


@bp.route("/month/<string:verb>", methods=["POST"])
def move_month(verb: str) -> Any:
    """One step for every figure of a month."""
    end = _end((Form(schemas.FreezeIn(), sent=request.form).load() or {}).get("month"))
    if end is None or not rules.sources(verb):
        abort(404)
    done, left = indicator_figures.move_month(actor(), end, verb)
    flash(_("已办理 %(count)s 条", count=done), "success")
    if left:
        flash(_("另有 %(count)s 条由您提交，须由他人审定", count=left), "warning")
    return redirect(url_for("indicator_figures.index", month=f"{end:%Y-%m}"))


@bp.route("/new")
def pick() -> Any:
    """Which indicator is reported."""
    policy.require(actor(), "indicator_figure.report")
    found = [each for each in indicator_book.definitions().values() if not each.computed]
    return render_template("indicator_figures/pick.html", found=found)


@bp.route("/new/<string:key>", methods=["GET", "POST"])
def new(key: str) -> Any:
    """Hand in a figure that the registry does not compute."""
    policy.require(actor(), "indicator_figure.report")
    definition = _reported(key)
    initial = {"reporter": definition.owner[0], "period_end": request.args.get("period_end")}
    form = Form(schemas.ReportForm(), initial, choices={"areas": areas.choices(actor())})
    if request.method == "POST" and (row := form.submit(lambda sent: _report(definition, sent))):
        flash(_("数据已填报，等待审定"), "success")
        return redirect(url_for("indicator_figures.show", figure_id=row.id))
    return form.page("indicator_figures/new.html", definition=definition)


def _reported(key: str) -> Definition:
    definition = indicator_book.definitions().get(key)
    if definition is None or definition.computed:
        raise Missing(T("没有这个指标"))
    return definition


def _report(definition: Definition, sent: dict[str, Any]) -> Any:
    return indicator_figures.report(actor(), schemas.as_data(definition, sent))


@bp.route("/report")
def report() -> Any:
    """The month report: every indicator compared, and the county tables."""
    form = Form(
        schemas.MonthReportFilter(),
        {"month": indicator_report.last_month()},
        {"areas": areas.choices(actor())},
        sent=request.args or None,
    )
    asked = (form.load() if request.args else {}) or {}
    found = None
    try:
        found = indicator_report.report(actor(), _end(asked.get("month")), asked.get("area"))
    except Invalid as error:
        form.show(error.errors)
    return form.page("indicator_figures/report.html", found=found)


@bp.route("/report.<string:form>")
def download(form: str) -> Any:
    """The same as a spreadsheet or a Word file."""
    asked = Form(schemas.MonthReportFilter(), sent=request.args).load() or {}
    if form not in ("xlsx", "docx"):
        abort(404)
    found = indicator_report.report(actor(), _end(asked.get("month")), asked.get("area"))
    address = current().base_url.rstrip("/")
    maker = spreadsheet.month if form == "xlsx" else indicator_paper.month
    name = f"{_('指标月报')}-{found.name}-{found.end:%Y-%m}.{form}"
    mime = spreadsheet.XLSX if form == "xlsx" else DOCX
    return send_file(io.BytesIO(maker(found, address)), mimetype=mime, as_attachment=True, download_name=name)


@bp.route("/<int:figure_id>")
def show(figure_id: int) -> Any:
    """One figure with its revisions, beside what the records say of its day now."""
    return render_template("indicator_figures/show.html", shown=queries.show(actor(), figure_id))


@bp.route("/<int:figure_id>/revise", methods=["GET", "POST"])
def revise(figure_id: int) -> Any:
    """Correct a frozen figure."""
    policy.require(actor(), "indicator_figure.revise")
    shown = queries.show(actor(), figure_id)
    form = Form(schemas.ReviseIn())
    if request.method == "POST" and (
        row := form.submit(lambda sent: indicator_figures.revise(actor(), figure_id, sent["reason"]))
    ):
        flash(_("已更正"), "success")
        return redirect(url_for("indicator_figures.show", figure_id=row.id))
    back = url_for("indicator_figures.show", figure_id=figure_id)
    return form.page("_form_page.html", title=_("更正"), about=_about(shown), back=back)


def _about(shown: queries.Shown) -> str:
    """Which figure a form is of: indicator, area, day, value."""
    area = areas.names().get(shown.row.area_code)
    value = shown.definition.written(shown.row.value) + shown.definition.unit[1 if language() == "en" else 0]
    return " · ".join([say(shown.definition), say(area), shown.row.period_end.isoformat(), value])


@bp.route("/<int:figure_id>/<string:verb>", methods=["GET", "POST"])
def move(figure_id: int, verb: str) -> Any:
    """Submit, return, approve or lock one."""
    shown = queries.show(actor(), figure_id)
    offer = next((each for each in rules.moves(rules.WORKFLOW) if each.verb == verb), None)
    if offer is None:
        abort(404)
    policy.require(actor(), f"indicator_figure.{verb}")
    form = Form(schemas.NoteForm())
    if request.method == "POST" and form.submit(
        lambda sent: indicator_figures.move(actor(), figure_id, verb, sent.get("note") or "")
    ):
        flash(_("已办理：%(step)s", step=say(offer)), "success")
        return redirect(url_for("indicator_figures.show", figure_id=figure_id))
    back = url_for("indicator_figures.show", figure_id=figure_id)
    return form.page("_form_page.html", title=say(offer), about=_about(shown), back=back)

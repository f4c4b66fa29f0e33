"""Cylinders: list, one cylinder, registering, correcting, moving, writing over, inspecting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import cylinders as schemas
from blueprints.schemas.cylinder_batches import InspectionForm, result_of
from blueprints.schemas.timeline import TimelineFilter
from blueprints.sessions import actor, settings
from registry import clock, codes, policy
from registry.errors import Conflict, Invalid
from registry.labels import qr
from registry.messages import T
from registry.queries import areas, cylinder_registrations, cylinder_transfers, inspection_batches, scrap_batches
from registry.queries import cylinder_timeline as timelines
from registry.queries import cylinders as queries
from registry.queries import stations as station_queries
from registry.rules.cylinder_inspections import checks, reasons
from registry.rules.cylinder_lifecycle import STATUSES, custodies
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.services import cylinder_inspections, cylinders

bp = Blueprint("cylinders", __name__, url_prefix="/cylinders")

TONES = {
    "in_use": "good",
    "inspection": "info",
    "draft": "neutral",
    "suspended": "warn",
    "transferred": "info",
    "lost": "warn",
    "scrap_pending": "bad",
    "destroyed": "bad",
    "cancelled": "bad",
}
LATEST = 8
DUE_TONES = {"overdue": "bad", "soon": "warn", "later": "good", "unknown": "neutral"}


def _names() -> dict[str, Any]:
    """What the templates call kinds, media, statuses and places by."""
    return {
        "kinds": CYLINDER_KINDS,
        "media": MEDIA,
        "statuses": STATUSES,
        "custodies": custodies(),
        "tones": TONES,
        "checks": checks(clock.today()),
        "scrap_reasons": reasons(clock.today()),
        "due_tone": lambda day: DUE_TONES[queries.due_state(day, clock.today())],
        "is_overdue": lambda row: queries.is_overdue(row, clock.today()),
    }


def _symbol(code: str) -> dict[str, Any]:
    """The address of a label and its QR symbol as one SVG path."""
    config = settings()
    url = codes.qr_url(config.base_url, code, config.label_keys)
    dark, side = qr.path(url)
    return {"url": url, "dark": dark, "side": side, "code": codes.grouped(code)}


@bp.route("/")
def index() -> Any:
    """The cylinders the caller may see."""
    choices = {"owners": queries.stations(actor()), "areas": areas.choices(actor())}
    form = Form(schemas.CylinderFilter(), sent=request.args, choices=choices)
    filters = form.load()
    page = queries.listing(actor(), filters or {}, cursor=(filters or {}).get("cursor"))
    kept = {name: value for name, value in request.args.items() if value and name != "cursor"}
    more = url_for("cylinders.index", **kept, cursor=page.next) if page.next else None
    return form.page("cylinders/index.html", page={"items": page.items, "next": more}, kept=kept, **_names())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Register a cylinder."""
    policy.require(actor(), "cylinder.register")
    form = Form(schemas.CylinderForm(), _suggested(), choices={"owners": queries.stations(actor())})
    if request.method == "POST":
        row = form.submit(lambda data: cylinders.register(actor(), {**data, "source": "page"}))
        if row:
            flash(_("气瓶已登记"), "success")
            return redirect(url_for("cylinders.show", code=row.handle))
    return form.page("_form_page.html", title=_("登记气瓶"), back=url_for("cylinders.index"))


def _suggested() -> dict[str, Any]:
    """A station registers its own cylinders."""
    own = queries.stations(actor())
    return {"owner_id": own[0][0]} if len(own) == 1 else {}


@bp.route("/<string:code>")
def show(code: str) -> Any:
    """One cylinder with its dates, history and what may be done."""
    row = queries.by_code(actor(), code)
    return render_template(
        "cylinders/show.html",
        row=row,
        explained=queries.explained(row, clock.today()),
        moves=queries.moves_of(actor(), row),
        transferable=queries.is_transferable(actor(), row),
        certificate=cylinder_registrations.certificate_of(row.id),
        pending_transfer=cylinder_transfers.pending_of(row.id),
        fillings=queries.last_fillings(actor(), row),
        happened=timelines.page(actor(), code, {"limit": LATEST})[1].items,
        labels=queries.labels_of(row),
        scrap_batch=scrap_batches.of_cylinder(row),
        delivery=inspection_batches.of_cylinder(row),
        bodies=queries.body_names(row.inspections),
        area_names=areas.names(),
        symbol=_symbol(row.label_code) if row.label_code else None,
        **_names(),
    )


# What an entry of the timeline opens -> the page.
RECORDS = {
    "filling": lambda number: url_for("filling.show", filling_id=number),
    "turn": lambda number: url_for("turns.show", cycle_id=number),
    "anomaly": lambda number: url_for("cylinder_anomalies.show", anomaly_id=number),
    "offline_disagreement": lambda number: url_for("offline_disagreements.show", disagreement_id=number),
    "report": lambda number: url_for("cylinder_reports.show", no=number),
    "hold": lambda _number: url_for("holds.index"),
    "policy": lambda number: url_for("policies.show", policy_id=number),
    "label": lambda number: url_for("labels.show", code=number),
}


@bp.route("/<string:code>/timeline")
def timeline(code: str) -> Any:
    """The whole life of a cylinder, as far as it is the caller's to know."""
    form = Form(TimelineFilter(), sent=request.args)
    filters = form.load() or {}
    row, page = timelines.page(actor(), code, filters, filters.get("cursor"))
    kept = {"kind": filters["kind"]} if filters.get("kind") else {}
    more = url_for("cylinders.timeline", code=row.handle, cursor=page.next, **kept) if page.next else None
    return form.page(
        "cylinders/timeline.html",
        row=row,
        page=page,
        more=more,
        names=timelines.KINDS,
        link=lambda entry: RECORDS[entry.record[0]](entry.record[1]) if entry.record else None,
        **_names(),
    )


@bp.route("/<string:code>/edit", methods=["GET", "POST"])
def edit(code: str) -> Any:
    """Correct a cylinder."""
    policy.require(actor(), "cylinder.correct")
    row = queries.by_code(actor(), code)
    form = Form(schemas.CorrectionForm(), row)
    if request.method == "POST" and form.submit(lambda data: _correct(code, data), complete=True):
        flash(_("已保存"), "success")
        return redirect(url_for("cylinders.show", code=code))
    title = _("更正气瓶 %(number)s", number=row.serial_no)
    return form.page("_form_page.html", title=title, back=url_for("cylinders.show", code=code))


def _correct(code: str, data: dict[str, Any]) -> Any:
    return cylinders.correct(actor(), code, {**data, "source": "page"}, data["version"])


@bp.route("/<string:code>/moves/<string:verb>", methods=["GET", "POST"])
def move(code: str, verb: str) -> Any:
    """Change the status of a cylinder."""
    policy.require(actor(), "cylinder.change_status")
    row = queries.by_code(actor(), code)
    found = next((one for one in queries.moves_of(actor(), row) if one.verb == verb), None)
    if found is None:
        raise Conflict(T("现在不能这样办理，请刷新后再看"))
    form = Form(schemas.MoveIn(), {"since": clock.today()})
    for need in found.needs:
        form[need].required = True
    if request.method == "POST" and form.submit(lambda data: cylinders.change_status(actor(), code, verb, data)):
        flash(_("已办理"), "success")
        return redirect(url_for("cylinders.show", code=code))
    return form.page("cylinders/move.html", row=row, move=found, **_names())


@bp.route("/<string:code>/transfer", methods=["GET", "POST"])
def transfer(code: str) -> Any:
    """Write a cylinder over to another owner."""
    policy.require(actor(), "cylinder.transfer")
    row = queries.by_code(actor(), code)
    form = Form(schemas.TransferIn(), {"since": clock.today()}, choices={"owners": queries.owners(actor())})
    if request.method == "POST" and form.submit(lambda data: cylinders.transfer(actor(), code, data)):
        flash(_("已过户"), "success")
        return redirect(url_for("cylinders.index"))
    title = _("过户 · %(number)s", number=row.serial_no)
    return form.page("_form_page.html", title=title, back=url_for("cylinders.show", code=code))


def _inspect(code: str, data: dict[str, Any]) -> Any:
    """Record it; what is wrong with the items stands beside the first of them."""
    try:
        return cylinder_inspections.record(actor(), code, result_of(data))
    except Invalid as error:
        beside = {"checks": "check_visual"}
        raise Invalid({beside.get(name, name): told for name, told in error.errors.items()}, error.detail) from None


@bp.route("/<string:code>/inspections/new", methods=["GET", "POST"])
def inspect(code: str) -> Any:
    """Record a periodic inspection."""
    policy.require(actor(), "cylinder.record_inspection")
    row = queries.by_code(actor(), code)
    schema = InspectionForm(exclude=("codes", *(("body_id",) if actor().role == "inspection_body" else ())))
    form = Form(schema, {"done_on": clock.today()}, choices={"bodies": station_queries.bodies(actor())})
    if request.method == "POST" and form.submit(lambda data: _inspect(code, data)):
        flash(_("检验已登记"), "success")
        return redirect(url_for("cylinders.show", code=code))
    title = _("登记检验 · %(number)s", number=row.serial_no)
    return form.page("_form_page.html", title=title, back=url_for("cylinders.show", code=code))

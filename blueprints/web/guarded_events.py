"""Guarded events: the list, one with its places, and the forms that plan, check, staff and move it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import guarded_events as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas, guarded_offers
from registry.queries import guarded_events as queries
from registry.queries.guarded_facts import abnormal, device_name
from registry.queries.guarded_rounds import NAMES, TONES
from registry.rules import guarded_events as rules
from registry.services import guarded_events, guarded_plans

bp = Blueprint("guarded_events", __name__, url_prefix="/guarded-events")


@bp.context_processor
def names() -> dict[str, Any]:
    """What the pages call things by."""
    return {
        "states": rules.STATES,
        "verbs": {move.verb: move for move in rules.MOVES},
        "round_names": NAMES,
        "round_tones": TONES,
        "device_name": device_name,
        "abnormal": abnormal,
        "areas": areas.names(),
        "least": rules.number("on_the_spot", clock.today()),
    }


def _to(event_id: int) -> Any:
    return redirect(url_for("guarded_events.show", event_id=event_id))


@bp.route("/")
def index() -> Any:
    """The guarded events."""
    form = Form(schemas.GuardedEventFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    page = queries.page(actor(), form.load() or {})
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    counts = queries.counts(actor(), [row.id for row in page.items])
    return form.page("guarded_events/index.html", page=page, counts=counts, kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan one."""
    policy.require(actor(), "guarded_event.plan")
    form = Form(schemas.GuardedEventForm())
    if request.method == "POST" and (row := form.submit(lambda data: guarded_events.plan(actor(), data))):
        flash(_("已登记，编号 %(no)s", no=row.no), "success")
        return _to(row.id)
    return form.page("guarded_events/form.html", event=None, title=_("新建重大活动保障"))


@bp.route("/<int:event_id>")
def show(event_id: int) -> Any:
    """One event: what stands against it, who walks and stands where, what was found."""
    return render_template("guarded_events/show.html", detail=queries.show(actor(), event_id))


@bp.route("/<int:event_id>/edit", methods=["GET", "POST"])
def edit(event_id: int) -> Any:
    """Correct it."""
    policy.require(actor(), "guarded_event.plan")
    event = queries.by_id(actor(), event_id)
    form = Form(schemas.GuardedEventForm(), event)
    if request.method == "POST" and form.submit(
        lambda data: guarded_events.amend(actor(), event_id, data, data.get("version"))
    ):
        flash(_("已保存"), "success")
        return _to(event_id)
    event = queries.by_id(actor(), event_id)
    return form.page("guarded_events/form.html", event=event, title=_("修改活动信息"))


@bp.route("/<int:event_id>/places/new", methods=["GET", "POST"])
def place(event_id: int) -> Any:
    """Add a place."""
    policy.require(actor(), "guarded_event.plan")
    event = queries.by_id(actor(), event_id)
    form = Form(schemas.GuardedPlaceForm(), {"area": event.area_code}, choices={"areas": areas.choices(actor())})
    if request.method == "POST":
        row = form.submit(lambda data: guarded_plans.add_place(actor(), event_id, schemas.placed(data)))
        if row is not None:
            flash(_("已添加%(place)s，请选择设备", place=row.name), "success")
            return redirect(url_for("guarded_events.devices", event_id=event_id, place_id=row.id))
        event = queries.by_id(actor(), event_id)
    return form.page("guarded_events/form.html", event=event, title=_("添加地点"))


@bp.route("/<int:event_id>/places/<int:place_id>/remove", methods=["POST"])
def remove_place(event_id: int, place_id: int) -> Any:
    """Take a place out."""
    guarded_plans.remove_place(actor(), event_id, place_id)
    flash(_("已移除"), "success")
    return _to(event_id)


@bp.route("/<int:event_id>/places/<int:place_id>/devices", methods=["GET", "POST"])
def devices(event_id: int, place_id: int) -> Any:
    """Choose equipment for a place: near by, or by address and unit."""
    policy.require(actor(), "guarded_event.plan")
    event = queries.by_id(actor(), event_id)
    where = queries.place_of(actor(), event_id, place_id)
    asked = Form(schemas.GuardedOfferFilter(), sent=request.args)
    offers = guarded_offers.elevators(actor(), event, where, (asked.load() or {}).get("q") or "")
    every = [(one.elevator.label_code, one.elevator.address) for one in offers]
    form = Form(schemas.GuardedPickIn(), choices={"elevators": every})
    if request.method == "POST":
        added = form.submit(lambda data: guarded_plans.add_devices(actor(), event_id, place_id, data))
        if added is not None:
            flash(_("已添加%(count)s台（家）", count=added), "success")
            return _to(event_id)
        event = queries.by_id(actor(), event_id)
        where = queries.place_of(actor(), event_id, place_id)
        offers = guarded_offers.elevators(actor(), event, where, (asked.load() or {}).get("q") or "")
    return form.page("guarded_events/devices.html", event=event, place=where, offers=offers, asked=asked)


@bp.route("/<int:event_id>/devices/<int:device_id>/remove", methods=["POST"])
def remove_device(event_id: int, device_id: int) -> Any:
    """Take equipment out."""
    guarded_plans.remove_device(actor(), event_id, device_id)
    flash(_("已移除"), "success")
    return _to(event_id)


@bp.route("/<int:event_id>/devices/<int:device_id>/accept/<string:check>", methods=["GET", "POST"])
def accept(event_id: int, device_id: int, check: str) -> Any:
    """Let a check stand, with a reason."""
    policy.require(actor(), "guarded_event.accept")
    judged, finding = queries.finding_of(actor(), event_id, device_id, check)
    form = Form(schemas.GuardedAcceptForm())
    if request.method == "POST" and form.submit(
        lambda data: guarded_plans.accept(actor(), event_id, device_id, {**data, "check": check})
    ):
        flash(_("已接受"), "success")
        return _to(event_id)
    event = queries.by_id(actor(), event_id)
    judged, finding = queries.finding_of(actor(), event_id, device_id, check)
    lead = f"{device_name(judged.device)} · {say(finding.check)}：{say(finding.reason)}"
    return form.page("guarded_events/form.html", event=event, title=_("接受这一项"), lead=lead)


@bp.route("/<int:event_id>/rounds/new", methods=["GET", "POST"])
def rounds(event_id: int) -> Any:
    """Plan rounds."""
    policy.require(actor(), "guarded_event.plan")
    event = queries.by_id(actor(), event_id)
    first = {
        "place": request.args.get("place"),
        "first_at": max(event.starts_at, clock.now()),
        "every_minutes": rules.number("round_hours", clock.today()) * 60,
    }
    form = Form(schemas.GuardedRoundsForm(), first, choices=_offered(event))
    if request.method == "POST":
        added = form.submit(lambda data: guarded_plans.plan_rounds(actor(), event_id, schemas.numbered(data)))
        if added is not None:
            flash(_("已安排%(count)s次巡查", count=added), "success")
            return _to(event_id)
        event = queries.by_id(actor(), event_id)
    return form.page("guarded_events/form.html", event=event, title=_("安排巡查"))


@bp.route("/<int:event_id>/rounds/<int:round_id>/remove", methods=["POST"])
def remove_round(event_id: int, round_id: int) -> Any:
    """Take a planned round out."""
    guarded_plans.remove_round(actor(), event_id, round_id)
    flash(_("已移除"), "success")
    return _to(event_id)


@bp.route("/<int:event_id>/shifts/new", methods=["GET", "POST"])
def shift(event_id: int) -> Any:
    """Put somebody on the spot."""
    policy.require(actor(), "guarded_event.plan")
    event = queries.by_id(actor(), event_id)
    first = {"place": request.args.get("place"), "starts_at": event.starts_at, "ends_at": event.ends_at}
    form = Form(schemas.GuardedShiftForm(), first, choices=_offered(event))
    if request.method == "POST":
        if form.submit(lambda data: guarded_plans.set_shift(actor(), event_id, schemas.numbered(data))):
            flash(_("已安排值守"), "success")
            return _to(event_id)
        event = queries.by_id(actor(), event_id)
    return form.page("guarded_events/form.html", event=event, title=_("安排现场值守"))


@bp.route("/<int:event_id>/shifts/<int:shift_id>/remove", methods=["POST"])
def remove_shift(event_id: int, shift_id: int) -> Any:
    """Take a shift out."""
    guarded_plans.remove_shift(actor(), event_id, shift_id)
    flash(_("已移除"), "success")
    return _to(event_id)


def _offered(event: Any) -> dict[str, Any]:
    return {
        "places": queries.place_choices(actor(), event.id),
        "members": guarded_offers.people(actor(), event),
    }


@bp.route("/<int:event_id>/<string:verb>", methods=["GET", "POST"])
def move(event_id: int, verb: str) -> Any:
    """Make one move."""
    name = verb.replace("-", "_")
    event, step = queries.offer(actor(), event_id, name)
    form = Form(schemas.move_form(name, step.needs), {"version": event.version})
    if request.method == "POST" and form.submit(lambda data: _made(event_id, name, data)):
        flash(_("已办理：%(step)s", step=say(step)), "success")
        return _to(event_id)
    event = queries.by_id(actor(), event_id)
    return form.page("guarded_events/form.html", event=event, title=say(step))


def _made(event_id: int, name: str, data: dict[str, Any]) -> Any:
    version = data.pop("version", None)
    return guarded_events.move(actor(), event_id, name, data, version)

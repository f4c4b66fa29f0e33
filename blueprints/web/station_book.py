"""A station's registers for filling: devices, gas batches, who is on duty."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import gun as schemas
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import filling_staff
from registry.queries import station_registers as queries
from registry.rules.kinds import MEDIA
from registry.services import devices, gas_batches, presence

bp = Blueprint("station_book", __name__, url_prefix="/station-book")


def _cursor() -> str | None:
    return (Form(PageIn(), sent=request.args).load() or {}).get("cursor")


@bp.route("/devices")
def device_list() -> Any:
    """Scales, gauges, controllers and cameras, when they were last seen and how long they were silent."""
    return _devices()


def _devices(shown: tuple[Any, str] | None = None) -> Any:
    page, now = queries.devices(actor(), _cursor()), clock.now()
    return render_template(
        "station_book/devices.html",
        page=page,
        kinds=devices.KINDS,
        outages=queries.outages(page.items),
        state=lambda row: queries.device_state(row, now),
        shown=shown,
    )


@bp.route("/devices/new", methods=["GET", "POST"])
def new_device() -> Any:
    """Register a device; its key is on the answer's page and nowhere else."""
    policy.require(actor(), "device.register")
    form = Form(schemas.DeviceIn())
    done = form.submit(lambda data: devices.register(actor(), data)) if request.method == "POST" else None
    if done:
        return _devices(done)
    return form.page("_form_page.html", title=_("登记设备"), back=url_for("station_book.device_list"))


@bp.route("/devices/<int:device_id>/key", methods=["POST"])
def change_key(device_id: int) -> Any:
    """Give a device another key, shown once."""
    return _devices(devices.change_key(actor(), device_id))


@bp.route("/devices/<int:device_id>/retire", methods=["POST"])
def retire(device_id: int) -> Any:
    """Take a device out of service."""
    devices.retire(actor(), device_id)
    flash(_("设备已停用"), "success")
    return redirect(url_for("station_book.device_list"))


@bp.route("/gas")
def gas() -> Any:
    """Deliveries of gas with their test, and which one is filled from."""
    today = clock.today()
    page = queries.gas_batches(actor(), _cursor())
    return render_template(
        "station_book/gas.html", page=page, media=MEDIA, in_use=lambda row: queries.in_use(row, today)
    )


@bp.route("/gas/new", methods=["GET", "POST"])
def new_gas() -> Any:
    """Record a delivery."""
    policy.require(actor(), "gas_batch.record")
    first = None if request.method == "POST" else {"ref": str(uuid.uuid4()), "since": clock.today().isoformat()}
    form = Form(schemas.GasBatchIn(), sent=first)
    if request.method == "POST" and form.submit(lambda data: gas_batches.record(actor(), data)):
        flash(_("气体批次已登记"), "success")
        return redirect(url_for("station_book.gas"))
    return form.page("_form_page.html", title=_("登记气体批次"), back=url_for("station_book.gas"))


@bp.route("/duty", methods=["GET", "POST"])
def duty() -> Any:
    """Who is on duty now; sign on."""
    people = queries.on_duty(actor(), clock.today())
    staff = [(person.login, person.name) for person in filling_staff.choices(actor()) if person.certified]
    form = Form(schemas.DutyForm(), choices={"staff": staff})
    if request.method == "POST" and form.submit(lambda data: presence.sign_on(actor(), data["login"])):
        flash(_("已上岗"), "success")
        return redirect(url_for("station_book.duty"))
    return form.page("station_book/duty.html", people=people)


@bp.route("/duty/<int:presence_id>/end", methods=["POST"])
def end_duty(presence_id: int) -> Any:
    """Sign off."""
    presence.sign_off(actor(), presence_id)
    flash(_("已下岗"), "success")
    return redirect(url_for("station_book.duty"))

"""A station's registers for filling: devices, gas batches, who is on duty."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import mime_of
from blueprints.schemas import gun as schemas
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import clock, policy
from registry.queries import filling_staff
from registry.queries import station_registers as queries
from registry.rules.kinds import MEDIA
from registry.services import devices, files, gas_batches, presence

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
        views=devices.VIEWS,
        today=clock.today(),
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


@bp.route("/devices/<int:device_id>", methods=["GET", "POST"])
def correct_device(device_id: int) -> Any:
    """Change what is known of a device, as after a calibration or when a camera was moved."""
    policy.require(actor(), "device.correct")
    row = queries.device(actor(), device_id)
    form, back = Form(schemas.DeviceChangeIn(), row), url_for("station_book.device_list")
    if request.method == "POST" and form.submit(lambda data: devices.correct(actor(), device_id, data), complete=True):
        flash(_("设备已更新"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("更新设备 %(number)s", number=row.number), back=back)


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
    form = Form(schemas.GasBatchForm(), sent=first)
    if request.method == "POST" and form.submit(lambda data: gas_batches.record(actor(), _with_report(data))):
        flash(_("气体批次已登记"), "success")
        return redirect(url_for("station_book.gas"))
    return form.page("_form_page.html", title=_("登记气体批次"), back=url_for("station_book.gas"))


@bp.route("/gas/<int:batch_id>/test", methods=["GET", "POST"])
def gas_test(batch_id: int) -> Any:
    """The test of a batch that came without one."""
    policy.require(actor(), "gas_batch.record_test")
    form, back = Form(schemas.GasTestForm()), url_for("station_book.gas")
    if request.method == "POST" and form.submit(
        lambda data: gas_batches.record_test(actor(), batch_id, _with_report(data))
    ):
        flash(_("检验结果已登记"), "success")
        return redirect(back)
    return form.page("_form_page.html", title=_("登记气体检验结果"), back=back)


def _with_report(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a form with its report stored."""
    name, content = data.pop("report", None) or ("", None)
    if content is None:
        return data
    return {**data, "file": files.store(actor(), name, mime_of(content), content, "gas_report").id}


@bp.route("/gas/<int:batch_id>/report")
def gas_report(batch_id: int) -> Any:
    """The test report; what is no picture and no PDF is only downloaded."""
    path, mime, name = queries.gas_report(actor(), batch_id)
    return handed_out(path, mime, name)


@bp.route("/presences")
def presences() -> Any:
    """Who was on duty, of a day."""
    form = Form(schemas.PresenceFilter(), sent=request.args)
    asked = form.load() or {}
    page = queries.presences(actor(), asked, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("station_book/presences.html", page=page, kept=kept)


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

"""Codes of the 96366 platform: who has none, whose plate nobody saw, giving codes, plates for the printer."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.hazard_forms import mime_of
from blueprints.schemas import rescue_codes as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import OFFICE_ROLES
from registry.documents import rescue_plates
from registry.exchange import plate_book
from registry.queries import areas, elevators
from registry.queries import rescue_codes as queries
from registry.services import files, rescue_codes

bp = Blueprint("rescue_codes", __name__, url_prefix="/rescue-codes")

TONES = {"none": "bad", "doubled": "bad", "wrong": "bad", "unverified": "warn", "verified": "good"}


def _choices() -> dict[str, Any]:
    return {"areas": areas.choices(actor())}


@bp.route("/")
def index() -> Any:
    """Elevators that belong on the platform and what they lack."""
    form = Form(schemas.CodeFilter(), sent=request.args, choices=_choices())
    asked = form.load() or {}
    page = queries.page(actor(), asked, 50, asked.get("cursor"))
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page(
        "rescue_codes/index.html",
        page=page,
        kept=kept,
        asked=asked,
        counts=queries.counts(actor(), asked.get("area")),
        stocks=queries.stocks(actor()),
        tones=TONES,
    )


@bp.route("/give", methods=["GET", "POST"])
def give() -> Any:
    """Give the elevators of an area that have none the next free codes."""
    policy.require(actor(), "rescue.give_codes")
    form = Form(schemas.GiveIn(), {"area": request.args.get("area"), "most": 5000}, choices=_choices())
    if request.method == "POST" and (
        made := form.submit(lambda data: rescue_codes.give(actor(), data["area"], data["most"], data.get("since")))
    ):
        flash(_("已编发 %(count)s 个识别码", count=len(made)), "success")
        return redirect(url_for("rescue_codes.index", area=form["area"].value, gap="unverified"))
    return form.page("rescue_codes/form.html", title=_("成批编发识别码"), stocks=queries.stocks(actor()))


@bp.route("/ranges", methods=["GET", "POST"])
def ranges() -> Any:
    """Say which codes elevators of an area are given."""
    policy.require(actor(), "rescue.set_range")
    found = queries.stocks(actor())
    area = request.args.get("area")
    first = next(({"area": each.code, **vars_of(each.range)} for each in found if each.code == area), {"area": area})
    form = Form(schemas.RangeIn(), first, choices=_choices())
    if request.method == "POST" and form.submit(
        lambda data: rescue_codes.set_range(actor(), data["area"], data["first"], data["last"])
    ):
        flash(_("号段已保存"), "success")
        return redirect(url_for("rescue_codes.ranges"))
    return form.page("rescue_codes/form.html", title=_("设定号段"), stocks=queries.stocks(actor()))


def vars_of(those: Any) -> dict[str, Any]:
    """The ends of a range, for its form."""
    return {"first": those.first, "last": those.last} if those else {}


@bp.route("/<string:code>/plate", methods=["GET", "POST"])
def plate(code: str) -> Any:
    """Record what somebody read on the plate in a car."""
    policy.require(actor(), "rescue.check_plate")
    row = elevators.by_code(actor(), code)
    number = row.id
    usual = "office" if actor().role in OFFICE_ROLES else "visit"
    form = Form(schemas.PlateForm(), {"seen_on": clock.today(), "way": request.args.get("way") or usual})
    if request.method == "POST" and (check := form.submit(lambda data: _checked(number, data))):
        if check.matches:
            flash(_("标识已核实"), "success")
        else:
            flash(_("已记录：标识与识别码不符，请更换标识"), "warning")
        return redirect(url_for("rescue_codes.index", q=code))
    (line,) = queries.lines([elevators.by_code(actor(), code)])
    return form.page("rescue_codes/plate.html", line=line)


@bp.route("/<string:code>/plate/reading")
def reading(code: str) -> Any:
    """What the number typed so far says, for the field of the plate page; recorded is nothing."""
    policy.require(actor(), "rescue.check_plate")
    (line,) = queries.lines([elevators.by_code(actor(), code)])
    typed = request.args.get("q", "").strip()[:20]
    found = queries.reading(actor(), line, typed) if typed else None
    return render_template("rescue_codes/_reading.html", line=line, reading=found)


def _checked(number: int, data: dict[str, Any]) -> Any:
    upload = data.pop("photo", None)
    if upload is not None:
        name, content = upload
        data["file"] = files.store(actor(), name, mime_of(content), content, rescue_codes.PURPOSE).id
    return rescue_codes.check_plate(actor(), number, data)


@bp.route("/plates.pdf")
def plates() -> Any:
    """The plates of a list, ready to print."""
    found = queries.plates(actor(), _asked())
    return send_file(io.BytesIO(rescue_plates.pdf(found)), mimetype="application/pdf", download_name="plates-96366.pdf")


@bp.route("/plates.xlsx")
def sheet() -> Any:
    """The plates of a list for the plate maker."""
    found = queries.plates(actor(), _asked())
    return send_file(
        plate_book.plate_sheet(found), mimetype=plate_book.XLSX, as_attachment=True, download_name="plates-96366.xlsx"
    )


def _asked() -> dict[str, Any]:
    return Form(schemas.PlatesIn(), sent=request.args, choices=_choices()).load() or {}

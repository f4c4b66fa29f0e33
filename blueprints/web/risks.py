"""The colours of the city's elevators: map and table by area, the list behind each number, one elevator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import risks as schemas
from blueprints.sessions import actor
from registry import clock
from registry.exchange import risk_book
from registry.queries import areas, risk_lists
from registry.queries import risk_levels as queries
from registry.rules.risk import controls
from registry.services import risk_lists as list_services

bp = Blueprint("risks", __name__, url_prefix="/risks")


@bp.route("/")
def index() -> Any:
    """The four colours by area on a day, and the elevators of a colour."""
    form = Form(schemas.RiskFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    on = asked.get("on") or clock.today()
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page(
        "risks/index.html",
        page=queries.page(actor(), asked, on),
        colours=queries.by_area(actor(), on),
        levels=dict(schemas.LEVELS),
        kept=kept,
        on=on,
    )


@bp.route("/elevators/<string:code>")
def show(code: str) -> Any:
    """How one elevator comes to its colour."""
    found = queries.of_elevator(actor(), code, clock.today())
    return render_template("risks/show.html", code=code, found=found, levels=dict(schemas.LEVELS))


@bp.route("/stations")
def stations() -> Any:
    """The four colours of filling stations by area, and the stations of a colour."""
    form = Form(schemas.RiskFilter(), sent=request.args, choices={"areas": areas.choices(actor())})
    asked = form.load() or {}
    on = asked.get("on") or clock.today()
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page(
        "risks/stations.html",
        page=risk_lists.stations(actor(), asked, on),
        colours=risk_lists.station_colours(actor(), on),
        levels=dict(schemas.LEVELS),
        kept=kept,
        on=on,
    )


@bp.route("/stations/<int:unit_id>")
def station(unit_id: int) -> Any:
    """How one filling station comes to its colour."""
    unit, found = risk_lists.of_station(actor(), unit_id, clock.today())
    control = controls(clock.today())[found.level]
    levels = dict(schemas.LEVELS)
    return render_template("risks/station.html", unit=unit, found=found, levels=levels, control=control)


@bp.route("/mine")
def mine() -> Any:
    """The risk control list of the caller's own unit."""
    return redirect(url_for("risks.control_list", unit_id=actor().unit_id))


@bp.route("/lists/<int:unit_id>", methods=["GET", "POST"])
def control_list(unit_id: int) -> Any:
    """The risk control list of a unit; posted, the paper of it."""
    if request.method == "POST":
        paper = list_services.issue(actor(), unit_id)
        flash(_("风险管控清单文书已生成"), "success")
        return redirect(url_for("papers.show", paper_id=paper.id))
    found = risk_lists.of_unit(actor(), unit_id, clock.today())
    return render_template("risks/control_list.html", found=found, levels=dict(schemas.LEVELS))


@bp.route("/lists/<int:unit_id>.xlsx")
def control_book(unit_id: int) -> Any:
    """The risk control list as a spreadsheet."""
    found = risk_lists.of_unit(actor(), unit_id, clock.today())
    return send_file(
        risk_book.control_list(found),
        mimetype=risk_book.XLSX,
        as_attachment=True,
        download_name=_("风险管控清单 %(unit)s.xlsx", unit=found.unit.name),
    )

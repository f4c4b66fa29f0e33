"""Anybody's doors: report what is wrong behind a label, and see what came of it. Nobody signs in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from marshmallow import Schema

from blueprints.boundary import public
from blueprints.filters import say
from blueprints.forms import Form
from blueprints.repeats import REPLAYED
from blueprints.schemas import cylinder_reports as of_cylinders
from blueprints.schemas.cylinder_reports import CITIZEN_RECEIPT, CitizenReportIn
from blueprints.schemas.fault_reports import RECEIPT, VERBS, ReportIn
from registry.errors import TooMany
from registry.queries import areas, fault_reports
from registry.queries import cylinder_reports as cylinder_queries
from registry.queries import public as about
from registry.rules import cylinder_reports as cylinder_rules
from registry.rules import fault_reports as fault_rules
from registry.services import cylinder_reports as cylinder_services
from registry.services import fault_reports as fault_services

bp = Blueprint("public_reports", __name__)

Submit = Callable[[str, Mapping[str, Any], str], tuple[Any, bool]]


@bp.route("/q/<string:code>/report", methods=["GET", "POST"])
@public
def new(code: str) -> Any:
    """Report what is wrong behind a label; the answer to a good report is the address of its receipt."""
    bottle = about.bottle_of(code)
    if bottle is not None and bottle.serial_no is not None:
        return _cylinder(code, bottle)
    shown = {"place": about.place_of(code), "code": code, "kinds": fault_rules.KINDS}
    return _page("public/report.html", ReportIn(), code, fault_services.submit, shown)


@bp.route("/cylinder-report", methods=["GET", "POST"])
@public
def without_label() -> Any:
    """Report a cylinder that has no label, or one that leads to nothing: `?code=` what was scanned."""
    code = request.args.get("code", "")[:200]
    return _cylinder(code, about.bottle_of(code))


def _cylinder(code: str, bottle: about.PublicBottle | None) -> Any:
    known = bottle is not None and bottle.serial_no is not None
    schema = CitizenReportIn(exclude=("area",) if known else ())
    shown = {"bottle": bottle, "known": known, "code": code, "kinds": cylinder_rules.KINDS}
    choices = {"areas": areas.counties()}
    return _page("public/cylinder_report.html", schema, code, cylinder_services.submit, shown, choices)


def _page(
    template: str,
    schema: Schema,
    code: str,
    submit: Submit,
    shown: dict[str, Any],
    choices: Mapping[str, Any] | None = None,
) -> Any:
    form = Form(schema, {"ref": str(uuid4())}, choices=choices)
    wait = 0
    if request.method == "POST":
        try:
            if done := form.submit(lambda data: _submit(submit, code, data)):
                return _accepted(*done)
        except TooMany as error:  # what was typed stays on the page
            form.form_errors.append(say(error.detail))
            wait = error.retry_after
    page, status = form.page(template, **shown)
    response = make_response(page, 429 if wait else status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _submit(submit: Submit, code: str, data: dict[str, Any]) -> Any:
    data.pop("website", None)
    photo = data.pop("photo", None)
    return submit(code, {**data, "photo": photo[1] if photo else None}, request.remote_addr or "")


def _accepted(row: Any, known: bool) -> Any:
    address = url_for("public_reports.receipt", secret=row.secret)
    if request.accept_mimetypes.best == "application/json":
        response = jsonify({"no": row.no, "receipt": address})
        response.status_code = 200 if known else 201
        if known:
            response.headers.update(REPLAYED)
        return response
    return redirect(address, 303)


@bp.route("/receipts/<string:secret>")
@public
def receipt(secret: str) -> Any:
    """What came of a report; JSON when asked for."""
    of_cylinder = cylinder_queries.receipt(secret)
    as_json = request.accept_mimetypes.best == "application/json"
    if of_cylinder is not None:
        if as_json:
            return jsonify(CITIZEN_RECEIPT.dump(of_cylinder))
        words = {"verbs": of_cylinders.VERBS, "inner": cylinder_rules.INNER}
        return render_template("public/cylinder_receipt.html", it=of_cylinder, **words)
    found = fault_reports.receipt(secret)
    if as_json:
        return jsonify(RECEIPT.dump(found))
    return render_template("public/receipt.html", it=found, verbs=VERBS)

"""The rider's doors: report a fault behind the label in the car, and see what came of it. Nobody signs in here."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for

from blueprints.boundary import public
from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas.fault_reports import RECEIPT, VERBS, ReportIn
from registry.errors import TooMany
from registry.queries import fault_reports as queries
from registry.queries import public as about
from registry.rules.fault_reports import KINDS
from registry.services import fault_reports

bp = Blueprint("public_reports", __name__)


@bp.route("/q/<string:code>/report", methods=["GET", "POST"])
@public
def new(code: str) -> Any:
    """Report a fault; the answer to a good one is the address of its receipt."""
    place = about.place_of(code)
    form = Form(ReportIn(), {"ref": str(uuid4())})
    wait = 0
    if request.method == "POST":
        try:
            if done := form.submit(lambda data: _submit(code, data)):
                return _accepted(*done)
        except TooMany as error:  # what was typed stays on the page
            form.form_errors.append(say(error.detail))
            wait = error.retry_after
    page, status = form.page("public/report.html", place=place, code=code, kinds=KINDS)
    response = make_response(page, 429 if wait else status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _submit(code: str, data: dict[str, Any]) -> Any:
    data.pop("website", None)
    photo = data.pop("photo", None)
    return fault_reports.submit(code, {**data, "photo": photo[1] if photo else None}, request.remote_addr or "")


def _accepted(row: Any, known: bool) -> Any:
    address = url_for("public_reports.receipt", secret=row.secret)
    if request.accept_mimetypes.best == "application/json":
        response = jsonify({"no": row.no, "receipt": address})
        response.status_code = 200 if known else 201
        if known:
            response.headers["Idempotent-Replay"] = "true"
        return response
    return redirect(address, 303)


@bp.route("/receipts/<string:secret>")
@public
def receipt(secret: str) -> Any:
    """What came of a report; JSON when asked for."""
    found = queries.receipt(secret)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(RECEIPT.dump(found))
    return render_template("public/receipt.html", it=found, verbs=VERBS)

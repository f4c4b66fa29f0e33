"""扫一扫: any code of an elevator or a cylinder leads to its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas.scans import AnyCode
from blueprints.sessions import actor
from registry import codes, policy
from registry.queries import labels

bp = Blueprint("scan", __name__, url_prefix="/scan")
PAGES = {"elevator": "elevators.show", "cylinder": "cylinders.show"}


@bp.route("/")
def index() -> Any:
    """Scan or type; what the caller may not see is shown as the public sees it."""
    policy.require(actor(), "label.read")
    form = Form(AnyCode(), sent=request.args if "code" in request.args else None)
    data = form.load() if "code" in request.args else None
    if data is None:
        return form.page("scan/index.html")
    if found := labels.place_of(actor(), data["code"]):
        return redirect(url_for(PAGES[found[0]], code=found[1]))
    scanned = codes.split(data["code"])
    if codes.is_code(scanned.code):
        return redirect(url_for("public.show", code=".".join(part for part in (scanned.code, scanned.mac) if part)))
    form["code"].errors.append(_("没有找到这个编号，请核对后再试"))
    return form.page("scan/index.html")

"""What the office may choose: parameters as dated rows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas.office import ParameterIn
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import parameters as queries
from registry.services import parameters

bp = Blueprint("parameters", __name__, url_prefix="/parameters")


@bp.route("/")
def index() -> Any:
    """The values in force and the rows behind them."""
    return render_template("parameters/index.html", overview=queries.overview(actor(), clock.today()))


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Add a dated value."""
    access = policy.may(actor(), "parameter.set_access")
    policy.require(actor(), "parameter.set_access" if access else "parameter.set")
    form = Form(ParameterIn(), {"key": request.args.get("key"), "since": clock.today()})
    if request.method == "POST" and form.submit(lambda data: parameters.set_parameter(actor(), **data)):
        flash(_("参数已设定"), "success")
        return redirect(url_for("parameters.index"))
    return form.page("_form_page.html", title=_("设定参数"), back=url_for("parameters.index"))

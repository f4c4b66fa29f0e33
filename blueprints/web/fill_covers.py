"""Insurance by the fill: the months of a policy, the covers of a month, settling a month."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas.base import PageIn
from blueprints.sessions import actor
from registry import clock
from registry.queries import fill_covers as queries
from registry.queries import policies
from registry.services import fill_settlements

bp = Blueprint("fill_covers", __name__, url_prefix="/policies/<int:policy_id>/fill-covers")


@bp.route("/")
def index(policy_id: int) -> Any:
    """The months of a policy paid by the fill."""
    months = queries.months(actor(), policy_id)
    cover = policies.show(actor(), policy_id, clock.today())
    return render_template("fill_covers/index.html", cover=cover, months=months)


@bp.route("/<string:month>")
def show(policy_id: int, month: str) -> Any:
    """The covers that began in a month."""
    first = _month(month)
    cursor = (Form(PageIn(), sent=request.args).load() or {}).get("cursor")
    page = queries.covers(actor(), policy_id, first, cursor=cursor)
    cover = policies.show(actor(), policy_id, clock.today())
    return render_template("fill_covers/show.html", cover=cover, page=page, month=first)


@bp.route("/<string:month>/settle", methods=["POST"])
def settle(policy_id: int, month: str) -> Any:
    """Fix what a month comes to."""
    fill_settlements.settle(actor(), policy_id, _month(month))
    flash(_("已结算"), "success")
    return redirect(url_for("fill_covers.index", policy_id=policy_id))


def _month(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[5:7]), 1) if len(text) == 7 else abort(404)
    except ValueError:
        return abort(404)

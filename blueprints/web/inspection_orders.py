"""Orders of the province that move due dates: list, record, end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import inspections as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import areas
from registry.queries import inspections as queries
from registry.services import inspection_orders

bp = Blueprint("inspection_orders", __name__, url_prefix="/inspection-orders")


@bp.route("/")
def index() -> Any:
    """All orders, the newest first."""
    return render_template("inspection_orders/index.html", lines=queries.orders(actor()), today=clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Put an order on record."""
    policy.require(actor(), "inspection_order.record")
    form = Form(schemas.OrderForm(), {"since": clock.today()}, choices={"areas": areas.choices(actor())})
    if request.method == "POST" and form.submit(lambda data: inspection_orders.record(actor(), data)):
        flash(_("文件已登记，到期日期已按文件调整"), "success")
        return redirect(url_for("inspection_orders.index"))
    return form.page("inspection_orders/edit.html", title=_("登记调整文件"), line=None)


@bp.route("/<int:order_id>/end", methods=["GET", "POST"])
def end(order_id: int) -> Any:
    """End an order."""
    line = queries.order(actor(), order_id)
    form = Form(schemas.OrderEndForm(), {"until": clock.today()})
    if request.method == "POST" and form.submit(lambda data: inspection_orders.end(actor(), order_id, **data)):
        flash(_("已终止执行"), "success")
        return redirect(url_for("inspection_orders.index"))
    return form.page("inspection_orders/edit.html", title=_("终止执行"), line=line)

"""The maker's own maintenance items: lists, one list, entering one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import maintenance as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.queries import maker_items as queries
from registry.rules import maker_lists
from registry.rules.maintenance import JUDGES, cycles
from registry.services import maker_items

bp = Blueprint("maker_items", __name__, url_prefix="/maker-items")


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    return {"cycles": cycles(clock.today()), "judges": JUDGES, "target": queries.target_label}


@bp.route("/")
def index() -> Any:
    """The lists on file, and the elevators that wait for one."""
    form = Form(schemas.MakerItemsFilter(), sent=request.args)
    page = queries.page(actor(), form.load() or {})
    return form.page("maker_items/index.html", page=page, missing=queries.missing(actor(), clock.today(), 100))


@bp.route("/<int:list_id>")
def show(list_id: int) -> Any:
    """One list with its items."""
    row = queries.one(actor(), list_id)
    return render_template("maker_items/show.html", row=row, items=maker_lists.items(row.items))


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Type or paste a list; `from` begins with the items of another."""
    policy.require(actor(), "maker_items.enter")
    first = {key: request.args.get(key) for key in ("elevator", "manufacturer", "model")}
    first["since"] = clock.today()
    if request.args.get("from", "").isdecimal():
        row = queries.one(actor(), int(request.args["from"][:9]))
        first |= {"lines": maker_lists.text_of(row.items), "document": row.document}
    form = Form(schemas.MakerItemsIn(), first)
    if request.method == "POST" and (row := form.submit(lambda data: maker_items.enter(actor(), data))):
        flash(_("维保项目已录入，共%(count)s项", count=len(row.items)), "success")
        return redirect(url_for("maker_items.show", list_id=row.id))
    return form.page("maker_items/new.html", models=queries.models(actor()), example=maker_lists.EXAMPLE)

"""Saved views: the conditions of a list under a name, opened with their present count."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints import saved_lists
from blueprints.forms import Form
from blueprints.schemas.saved_views import ViewForm
from blueprints.sessions import actor
from registry import policy
from registry.queries import areas
from registry.queries import saved_views as queries
from registry.services import saved_views

bp = Blueprint("saved_views", __name__, url_prefix="/saved-views")


def lines() -> list[dict[str, Any]]:
    """What the caller may open, each with its list and how many rows it shows the caller today."""
    who = actor()
    return [
        {
            "row": row,
            "listing": saved_lists.of(row.listing).name,
            "count": saved_lists.count(who, row.listing, row.filters),
            "own": row.person_id == who.person_id,
        }
        for row in queries.mine(who, listings=saved_lists.open_to(who))
    ]


def _names() -> dict[str, Any]:
    return {"areas": areas.choices(actor())}


@bp.route("/")
def index() -> Any:
    """All of them; for the desk, the part of a page that it asks for when it is there."""
    template = "saved_views/_views.html" if "HX-Request" in request.headers else "saved_views/index.html"
    return render_template(template, views=lines())


@bp.route("/new/<string:listing>", methods=["GET", "POST"])
def new(listing: str) -> Any:
    """Save the conditions of this address under a name."""
    policy.require(actor(), saved_lists.of(listing).permission)
    filters = saved_lists.kept(listing, request.args)
    asked, conditions = saved_lists.read(listing, filters, _names())
    form = Form(ViewForm())
    back = saved_lists.address(listing, filters)
    if asked is None:
        flash(_("请先改正清单的条件，再保存视图"), "warning")
        return redirect(back)
    if request.method == "POST":
        row = form.submit(lambda data: saved_views.save(actor(), {**data, "listing": listing, "filters": filters}))
        if row is not None:
            flash(_("视图“%(name)s”已保存", name=row.name), "success")
            return redirect(back)
    title = _("保存为视图") + " · " + str(saved_lists.of(listing).name)
    return form.page("saved_views/form.html", title=title, back=back, conditions=conditions)


@bp.route("/<int:view_id>")
def show(view_id: int) -> Any:
    """Its list; conditions that no longer hold are named, and stand in the list's form to be put right."""
    row = queries.one(actor(), view_id)
    policy.require(actor(), saved_lists.of(row.listing).permission)
    asked, _form = saved_lists.read(row.listing, row.filters)
    if asked is None:
        flash(_("视图“%(name)s”有条件已失效，请改正后重新保存", name=row.name), "warning")
    return redirect(saved_lists.address(row.listing, row.filters))


@bp.route("/<int:view_id>/edit", methods=["GET", "POST"])
def edit(view_id: int) -> Any:
    """Rename or share."""
    row = queries.one(actor(), view_id)
    form = Form(ViewForm(), row)
    _asked, conditions = saved_lists.read(row.listing, row.filters, _names())
    if request.method == "POST" and form.submit(lambda data: saved_views.change(actor(), view_id, data)):
        flash(_("已保存"), "success")
        return redirect(url_for("saved_views.index"))
    title = _("修改视图") + " · " + row.name
    return form.page("saved_views/form.html", title=title, back=url_for("saved_views.index"), conditions=conditions)


@bp.route("/<int:view_id>/delete", methods=["POST"])
def delete(view_id: int) -> Any:
    """Give it up."""
    saved_views.delete(actor(), view_id)
    flash(_("视图已删除"), "success")
    return redirect(url_for("saved_views.index"))

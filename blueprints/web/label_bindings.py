"""赋码: a station puts codes on its cylinders on a phone, with two photos and a second person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.hazard_forms import FileForm
from blueprints.schemas import labels as schemas
from blueprints.sessions import actor
from blueprints.stored_files import handed_out
from registry import codes, policy
from registry.errors import Invalid
from registry.queries import label_bindings as queries
from registry.queries.labels import STATUSES
from registry.rules import workflow
from registry.rules.kinds import CYLINDER_KINDS, MEDIA
from registry.services import label_bindings

bp = Blueprint("label_bindings", __name__, url_prefix="/label-bindings")


class BindingForm(FileForm):
    """The form with the two photos."""

    purpose = queries.PURPOSE


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages call things by."""
    named = {"binding_states": workflow.states("label_binding"), "code_statuses": STATUSES, "grouped": codes.grouped}
    return {**named, "kinds": CYLINDER_KINDS, "media": MEDIA}


@bp.route("/")
def index() -> Any:
    """The bindings of the caller's station or area."""
    form = Form(schemas.BindingFilter(), sent=request.args)
    filters = form.load() or {}
    kept = {key: value for key, value in request.args.items() if value and key != "cursor"}
    return form.page("label_bindings/index.html", page=queries.page(actor(), filters, filters.get("cursor")), kept=kept)


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Scan the label, find the cylinder, take the photos: one question after the other."""
    policy.require(actor(), "label_binding.record")
    if request.method == "GET":
        first = {name: request.args.get(name, "") for name in ("code", "equipment")}
        return _ask(BindingForm(schemas.BindingForm(), sent={**first, "ref": str(uuid.uuid4())}))
    form = BindingForm(schemas.BindingForm())
    done = form.submit(_record)
    if not done:
        return _ask(form)
    flash(_("已记录，请另一名人员用自己的账号确认"), "success")
    return redirect(url_for("label_bindings.show", binding_id=done[0].id), 303)


def _record(data: dict[str, Any]) -> Any:
    position = None
    if data.get("latitude") is not None and data.get("longitude") is not None:
        accuracy = data.get("accuracy_m")
        position = {
            "lat": float(data["latitude"]),
            "lon": float(data["longitude"]),
            "accuracy_m": float(accuracy) if accuracy is not None else None,
        }
    kept = {name: data.get(name) for name in ("ref", "code", "equipment", "stamp_photo", "label_photo", "reason")}
    return label_bindings.record(actor(), {**kept, "position": position})


def _ask(form: FileForm) -> Any:
    """The next question: what is known so far is shown, so that it can be compared with the bottle."""
    label = _found(form, "code", lambda text: queries.label_named(actor(), text))
    cylinder = _found(form, "equipment", lambda text: queries.cylinder_named(actor(), text)) if label else None
    return form.page("label_bindings/new.html", label=label, cylinder=cylinder)


def _found(form: FileForm, name: str, look: Callable[[str], Any]) -> Any:
    text = form[name].value
    if not text:
        return None
    try:
        return look(text)
    except Invalid as error:
        if not form[name].errors:
            form[name].errors.extend(say(found) for found in error.errors.get(name, []))
        return None


@bp.route("/<int:binding_id>")
def show(binding_id: int) -> Any:
    """One binding with its photos; the second person answers here."""
    return _page(binding_id, Form(schemas.BindingSettleIn(), sent={}))


@bp.route("/<int:binding_id>/confirm", methods=["POST"])
def confirm(binding_id: int) -> Any:
    """The second person confirms."""
    row = label_bindings.confirm(actor(), binding_id)
    flash(_("编码已启用"), "success")
    return redirect(url_for("label_bindings.show", binding_id=row.id), 303)


@bp.route("/<int:binding_id>/refuse", methods=["POST"])
def refuse(binding_id: int) -> Any:
    """The second person sends it back."""
    policy.require(actor(), "label_binding.refuse")
    form = Form(schemas.BindingSettleIn())
    row = form.submit(lambda data: label_bindings.refuse(actor(), binding_id, data.get("note")))
    if row:
        flash(_("已退回，编码仍是空白码"), "success")
        return redirect(url_for("label_bindings.show", binding_id=row.id), 303)
    return _page(binding_id, form), 422


def _page(binding_id: int, form: Form) -> Any:
    row = queries.show(actor(), binding_id)
    return render_template("label_bindings/show.html", row=row, form=form, mine=queries.may_settle(actor(), row))


@bp.route("/<int:binding_id>/photos/<string:which>")
def photo(binding_id: int, which: str) -> Response:
    """A photo of a binding."""
    path, mime, name = queries.photo(actor(), binding_id, which)
    return handed_out(path, mime, name)

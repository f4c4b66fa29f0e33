"""What each indicator is, and its targets by year and area."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from blueprints.filters import say
from blueprints.forms import Form
from blueprints.schemas import indicator_targets as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.queries import areas
from registry.queries import indicator_targets as queries
from registry.rules import indicator_book
from registry.rules.indicator_book import Definition
from registry.services import indicator_targets

bp = Blueprint("indicator_targets", __name__, url_prefix="/indicator-targets")


@bp.context_processor
def words() -> dict[str, Any]:
    """The names of what a definition says."""
    return {"book": indicator_book, "comparators": queries.COMPARATORS, "area_names": areas.names()}


def _definition(key: str) -> Definition:
    found = indicator_book.definitions().get(key)
    if found is None:
        raise Missing(T("没有这个指标"))
    return found


@bp.route("/")
def index() -> Any:
    """All indicators by section, each with the targets in force."""
    policy.require(actor(), "parameter.read")
    goals = queries.in_force(clock.today())
    sections = [
        (section, list(found))
        for section, found in groupby(indicator_book.definitions().values(), key=lambda each: each.section)
    ]
    return render_template("indicator_targets/index.html", sections=sections, goals=goals)


@bp.route("/<string:key>")
def show(key: str) -> Any:
    """One definition with all its target rows."""
    definition = _definition(key)
    lines = queries.lines(actor(), key)
    return render_template("indicator_targets/show.html", definition=definition, lines=lines)


@bp.route("/<string:key>/new", methods=["GET", "POST"])
def new(key: str) -> Any:
    """Add targets for one or several years."""
    policy.require(actor(), "target.set")
    definition = _definition(key)
    form = Form(
        schemas.TargetForm(),
        {"nature": definition.nature, "comparator": ">="},
        choices={"areas": areas.choices(actor())},
    )
    if request.method == "POST" and (rows := form.submit(lambda sent: _set(definition, sent))):
        flash(_("已设定 %(count)s 个目标", count=len(rows)), "success")
        return redirect(url_for("indicator_targets.show", key=key))
    title = f"{_('设定目标')} · {say(definition)}"
    return form.page("_form_page.html", title=title, back=url_for("indicator_targets.show", key=key))


def _set(definition: Definition, sent: dict[str, Any]) -> Any:
    try:
        data = schemas.as_data(definition, sent)
    except ValidationError as error:
        raise Invalid(error.normalized_messages()) from None
    return indicator_targets.set_targets(actor(), data)


@bp.route("/<int:target_id>/withdraw", methods=["GET", "POST"])
def withdraw(target_id: int) -> Any:
    """Take back a target that is not in force yet."""
    policy.require(actor(), "target.withdraw")
    line = queries.find(actor(), target_id)
    key = line.row.key
    form = Form(schemas.WithdrawTargetIn())
    if request.method == "POST" and form.submit(lambda sent: _withdraw(target_id, sent)):
        flash(_("目标已撤销"), "success")
        return redirect(url_for("indicator_targets.show", key=key))
    title = f"{_('撤销目标')} · {say(line.definition)}"
    return form.page("_form_page.html", title=title, back=url_for("indicator_targets.show", key=key))


def _withdraw(target_id: int, sent: dict[str, Any]) -> bool:
    indicator_targets.withdraw(actor(), target_id, sent["reason"])
    return True

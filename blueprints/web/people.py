"""People: list, register, correct, roles, certificates, logins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.forms import Form
from blueprints.schemas import people as schemas
from blueprints.sessions import actor
from registry import clock, policy
from registry.actor import ROLES
from registry.errors import Invalid, Missing
from registry.queries import areas
from registry.queries import people as queries
from registry.queries import units as unit_queries
from registry.queries.second_factors import has_one
from registry.services import access_requests, account_keeping, people, second_factors

bp = Blueprint("people", __name__, url_prefix="/people")


def _choices() -> dict[str, Any]:
    allowed = people.ROLES_BY_MANAGER.get(actor().role)
    roles = [(key, label) for key, label in schemas.ROLE_CHOICES if allowed is None or key in allowed]
    return {"areas": areas.choices(actor()), "roles": roles}


def _with_unit(data: dict[str, Any]) -> dict[str, Any]:
    """The unit by what was typed; nothing typed is the own unit."""
    text = data.pop("unit", None)
    try:
        data["unit_id"] = unit_queries.find(actor(), text).id if text else actor().unit_id
    except Missing as error:
        raise Invalid.field("unit", error.detail) from None
    return data


@bp.route("/")
def index() -> Any:
    """The people the caller may know."""
    form = Form(schemas.PeopleFilter(), sent=request.args)
    page = queries.page(actor(), form.load() or {})
    return form.page("people/index.html", page=page, roles=ROLES, today=clock.today())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Register a person."""
    policy.require(actor(), "person.register")
    form = Form(schemas.NewPersonIn(), {"unit": request.args.get("unit")}, choices=_choices())
    if request.method == "POST" and (row := form.submit(lambda data: people.register(actor(), _with_unit(data)))):
        flash(_("人员已登记"), "success")
        return redirect(url_for("people.show", person_id=row.id))
    return form.page("_form_page.html", title=_("登记人员"), back=url_for("people.index"))


@bp.route("/<int:person_id>")
def show(person_id: int) -> Any:
    """One person."""
    person = queries.show(actor(), person_id)
    items = dict(schemas.ITEMS)
    return Form(schemas.PersonIn(), person).page(
        "people/show.html", person=person, roles=ROLES, items=items, today=clock.today(), factor=has_one(person_id)
    )


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
def edit(person_id: int) -> Any:
    """Correct name and phone."""
    form = Form(schemas.PersonIn(), queries.to_correct(actor(), person_id))
    return _act(form, person_id, lambda data: people.correct(actor(), person_id, data), _("更正"))


@bp.route("/<int:person_id>/roles/new", methods=["GET", "POST"])
def grant_role(person_id: int) -> Any:
    """Give a further role."""
    form = Form(schemas.RoleIn(), choices=_choices())
    return _act(form, person_id, lambda data: people.grant_role(actor(), person_id, _with_unit(data)), _("授予角色"))


@bp.route("/<int:person_id>/certificates/new", methods=["GET", "POST"])
def certificate(person_id: int) -> Any:
    """Record or renew a certificate."""
    form = Form(schemas.CertificateIn())
    return _act(form, person_id, lambda data: people.record_certificate(actor(), person_id, data), _("登记证件"))


@bp.route("/<int:person_id>/login", methods=["GET", "POST"])
def login(person_id: int) -> Any:
    """Let the person sign in, or stop it."""
    form = Form(schemas.LoginIn(), queries.show(actor(), person_id))
    return _act(form, person_id, lambda data: people.set_login(actor(), person_id, data), _("登录账号"))


@bp.route("/<int:person_id>/second-factor/reset", methods=["GET", "POST"])
def reset_factor(person_id: int) -> Any:
    """Take away the second factor of somebody who has lost it."""
    form = Form(schemas.AccountReasonIn())
    return _act(
        form, person_id, lambda data: second_factors.reset(actor(), person_id, data["reason"]), _("重置两步验证")
    )


@bp.route("/<int:person_id>/roles/<int:membership_id>/end", methods=["POST"])
def end_role(person_id: int, membership_id: int) -> Any:
    """End a role from today on."""
    account_keeping.end_role(actor(), person_id, membership_id)
    flash(_("角色已结束"), "success")
    return redirect(url_for("people.show", person_id=person_id))


@bp.route("/<int:person_id>/unlock", methods=["GET", "POST"])
def unlock(person_id: int) -> Any:
    """Forget the failures that keep the person from signing in."""
    form = Form(schemas.AccountReasonIn())
    return _act(form, person_id, lambda data: account_keeping.unlock(actor(), person_id, data["reason"]), _("解除锁定"))


@bp.route("/<int:person_id>/tokens/revoke", methods=["GET", "POST"])
def revoke_tokens(person_id: int) -> Any:
    """Revoke all tokens of the person."""
    form = Form(schemas.AccountReasonIn())
    return _act(
        form, person_id, lambda data: account_keeping.revoke_tokens(actor(), person_id, data["reason"]), _("吊销令牌")
    )


def _act(form: Form, person_id: int, verb: Any, title: str) -> Any:
    person = queries.show(actor(), person_id)
    if request.method == "POST" and (done := form.submit(verb)) is not None:
        if access_requests.waits(done):
            flash(_("已提交，等第二个人确认后生效"), "info")
        else:
            flash(_("已保存"), "success")
        return redirect(url_for("people.show", person_id=person_id))
    back = url_for("people.show", person_id=person_id)
    return form.page("_form_page.html", title=f"{title} · {person.name}", back=back)

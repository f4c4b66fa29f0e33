"""Signing in and out, choosing a role and a language, own tokens and password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.addresses import of_ours
from blueprints.boundary import halfway, public
from blueprints.forms import Form
from blueprints.schemas.account import PasswordIn, SignInForm, TokenIn
from blueprints.sessions import (
    COOKIE,
    LANGUAGE_COOKIE,
    LANGUAGES,
    actor,
    actor_so_far,
    close_session,
    here,
    open_session,
    optional_actor,
    settings,
    waiting_for,
)
from registry.actor import ROLES
from registry.errors import Missing, Unknown
from registry.queries import accounts as queries
from registry.queries.second_factors import has_one
from registry.services import accounts

bp = Blueprint("account", __name__, url_prefix="/account")


def own_address(target: str | None) -> str:
    """`target` when it is an address of this site, else the first page."""
    return of_ours(target) or url_for("home.index")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask for login and password."""
    if request.method == "GET" and (optional_actor() or waiting_for()):
        return redirect(url_for("home.index"))
    form = Form(SignInForm())
    secret = form.submit(_open) if request.method == "POST" else None
    if secret:
        return open_session(make_response(redirect(own_address(request.args.get("next")))), secret)
    return form.page(
        "account/sign_in.html",
        action=request.full_path.rstrip("?"),
        provider=url_for("provider.start", next=request.args.get("next")) if settings().oidc_issuer else None,
        provider_label=settings().oidc_label or _("统一身份认证登录"),
        local=settings().local_sign_in,
    )


def _open(data: dict[str, Any]) -> str | None:
    """The cookie's secret. A wrong password stands beside the form like any other wrong input."""
    config = settings()
    limits = accounts.Limits(config.sign_in_attempts, config.sign_in_lock_minutes)
    try:
        secret, _actor = accounts.sign_in(data["login"], data["password"], request.remote_addr or "", limits, here())
    except Unknown as error:
        raise Missing(error.detail) from None
    return secret


@bp.route("/sign-out", methods=["POST"])
@halfway
def sign_out() -> Any:
    """End the session."""
    accounts.sign_out(actor_so_far(), request.cookies.get(COOKIE, ""))
    return close_session(make_response(redirect(url_for("account.sign_in"))))


@bp.route("/language/<string:code>")
@public
def choose_language(code: str) -> Any:
    """Remember the language of this browser."""
    if code not in LANGUAGES:
        abort(404)
    response = make_response(redirect(own_address(request.args.get("next"))))
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 86400, samesite="Lax", secure=settings().secure_cookies)
    return response


@bp.route("/switch", methods=["GET", "POST"])
def switch() -> Any:
    """Choose in which of one's roles to act."""
    who = actor()
    if request.method == "POST":
        chosen = request.form.get("capacity", type=int) or 0
        secret, _chosen = accounts.act_as(who, request.cookies.get(COOKIE, ""), chosen)
        return open_session(make_response(redirect(url_for("home.index"))), secret)
    capacities = [
        {
            "value": membership.id,
            "unit_name": unit.name,
            "role_label": ROLES[membership.role],
            "area_name": None,
            "active": membership.id == who.membership_id,
        }
        for membership, unit in queries.roles_of(who.person_id or 0)
    ]
    return render_template("account/switch.html", capacities=capacities)


@bp.route("/tokens", methods=["GET", "POST"])
def tokens() -> Any:
    """Own bearer tokens; a new one is shown this once."""
    form = Form(TokenIn())
    secret = None
    if request.method == "POST":
        secret = form.submit(
            lambda data: accounts.create_token(actor(), data["name"], data["days"], data.get("code") or "")
        )
    asked = has_one(actor().person_id)
    return form.page("account/tokens.html", secret=secret, tokens=queries.tokens_of(actor()), asked=asked)


@bp.route("/tokens/<int:token_id>/revoke", methods=["POST"])
def revoke_token(token_id: int) -> Any:
    """Revoke a token of one's own."""
    accounts.revoke_token(actor(), token_id)
    flash(_("令牌已吊销"), "success")
    return redirect(url_for("account.tokens"))


@bp.route("/password", methods=["GET", "POST"])
def password() -> Any:
    """Change one's password; every session ends."""
    form = Form(PasswordIn())
    if request.method == "POST" and form.submit(_change):
        flash(_("密码已修改，请用新密码登录"), "success")
        return close_session(make_response(redirect(url_for("account.sign_in"))))
    return form.page("account/password.html")


def _change(data: dict[str, Any]) -> bool:
    accounts.change_password(actor(), data["old"], data["new"])
    return True

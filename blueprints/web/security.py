"""Own account: where one is signed in, and the second factor."""

from __future__ import annotations

import base64
import io
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import qrcode
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from qrcode.image.svg import SvgPathImage

from blueprints.boundary import halfway
from blueprints.forms import Form
from blueprints.schemas.account import CodeIn, EnrolIn
from blueprints.sessions import COOKIE, actor, actor_so_far, close_session, open_session, settings, waiting_for
from blueprints.web.account import own_address
from registry.queries import accounts as account_queries
from registry.queries import second_factors as queries
from registry.services import accounts, second_factors

bp = Blueprint("security", __name__, url_prefix="/account/security")


@bp.route("/")
def index() -> Any:
    """Where the caller is signed in, and how."""
    config = settings()
    sessions = account_queries.sessions_of(
        actor(), _cookie(), timedelta(minutes=config.session_idle_minutes), timedelta(hours=config.session_hours)
    )
    return render_template("security/index.html", sessions=sessions, factor=queries.own(actor()))


@bp.route("/sessions/<int:sign_in_id>/end", methods=["POST"])
def end(sign_in_id: int) -> Any:
    """End one session."""
    accounts.end_session(actor(), sign_in_id)
    flash(_("已退出这个登录"), "success")
    return redirect(url_for("security.index"))


@bp.route("/sessions/end", methods=["POST"])
def end_all() -> Any:
    """Sign out everywhere."""
    accounts.end_sessions(actor())
    flash(_("所有设备上的登录都已退出"), "success")
    return close_session(make_response(redirect(url_for("account.sign_in"))))


@bp.route("/code", methods=["GET", "POST"])
@halfway
def code() -> Any:
    """Prove the second factor, after the password."""
    if waiting_for() != "code":
        return redirect(url_for("home.index"))
    form = Form(CodeIn())
    if request.method == "POST":
        secret = form.submit(lambda data: second_factors.prove(actor_so_far(), _cookie(), data["code"]))
        if secret:
            return open_session(make_response(redirect(own_address(request.args.get("next")))), secret)
    return form.page("security/code.html", action=request.full_path.rstrip("?"))


@bp.route("/enrol", methods=["GET", "POST"])
@halfway
def enrol() -> Any:
    """Show a secret as a QR code; a code made from it proves that the telephone has it."""
    who = actor_so_far()
    if waiting_for() == "code":  # there is one already
        return redirect(url_for("security.code"))
    form = Form(EnrolIn())
    salt = request.form.get("salt", "")[:40] or secrets.token_urlsafe(16)
    if request.method == "POST":
        done = form.submit(lambda data: second_factors.enrol(who, _cookie(), data["salt"], data["code"]))
        if done:
            page = render_template("security/codes.html", codes=done[1], next=own_address(request.args.get("next")))
            return open_session(make_response(page), done[0])
    person_id = who.person_id or 0
    address = queries.address_of(person_id, salt, account_queries.login_of(who), _issuer())
    return form.page(
        "security/enrol.html",
        salt=salt,
        key=queries.secret_of(person_id, salt),
        picture=_picture(address),
        asked=bool(waiting_for()),
        action=request.full_path.rstrip("?"),
    )


@bp.route("/codes", methods=["GET", "POST"])
def codes() -> Any:
    """Other recovery codes."""
    form = Form(CodeIn())
    if request.method == "POST" and (made := form.submit(lambda data: second_factors.new_codes(actor(), data["code"]))):
        return render_template("security/codes.html", codes=made, next=url_for("security.index"))
    return form.page("_form_page.html", title=_("更换恢复码"), back=url_for("security.index"))


@bp.route("/remove", methods=["GET", "POST"])
def remove() -> Any:
    """Take the second factor away, to set up another telephone or none."""
    form = Form(CodeIn())
    if request.method == "POST" and form.submit(_remove):
        flash(_("两步验证已停用"), "success")
        return redirect(url_for("security.index"))
    return form.page("_form_page.html", title=_("停用两步验证"), back=url_for("security.index"))


def _remove(data: dict[str, Any]) -> bool:
    second_factors.remove(actor(), data["code"])
    return True


def _cookie() -> str:
    return request.cookies.get(COOKIE, "")


def _issuer() -> str:
    return urlsplit(settings().base_url).hostname or ""


def _picture(address: str) -> str:
    """A QR code as a data address."""
    stream = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=2).save(stream)
    return f"data:image/svg+xml;base64,{base64.b64encode(stream.getvalue()).decode()}"

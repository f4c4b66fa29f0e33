"""Signing in through the office's OpenID provider."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, session, url_for
from flask_babel import gettext as _

from blueprints.boundary import public
from blueprints.filters import say
from blueprints.notice_links import address
from blueprints.sessions import here, open_session, settings
from blueprints.web.account import own_address
from registry.errors import Unknown
from registry.outgoing.provider import Errand, ProviderError, begin, finish
from registry.services import accounts

bp = Blueprint("provider", __name__, url_prefix="/account/provider")
ERRAND = "provider"


@bp.route("/")
@public
def start() -> Any:
    """Send the browser to the provider."""
    if not settings().oidc_issuer:
        abort(404)
    try:
        target, errand = begin(settings(), address("provider.back"))
    except ProviderError as error:
        return _refused(error)
    session[ERRAND] = {**vars(errand), "next": request.args.get("next")}
    return redirect(target)


@bp.route("/back")
@public
def back() -> Any:
    """What the provider says of the browser that comes back; what was kept for it is good once."""
    kept = session.pop(ERRAND, None)
    if not settings().oidc_issuer or kept is None:
        return _again(_("登录已中断，请重新开始"))
    target = kept.pop("next")
    try:
        login = finish(
            settings(),
            address("provider.back"),
            Errand(**kept),
            request.args.get("state", ""),
            request.args.get("code", ""),
        )
        secret, _actor = accounts.let_in(login, here())
    except ProviderError as error:
        return _refused(error)
    except Unknown as error:
        return _again(say(error.detail))
    return open_session(make_response(redirect(own_address(target))), secret)


def _refused(error: ProviderError) -> Any:
    return _again(_("统一身份认证现在没有响应，请稍后再试") if error.away else _("统一身份认证没有通过，请重新登录"))


def _again(text: str) -> Any:
    flash(text, "error")
    return redirect(url_for("account.sign_in"))

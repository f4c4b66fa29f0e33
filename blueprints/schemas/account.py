"""What signing in and the account pages ask for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from blueprints.schemas.base import In
from blueprints.schemas.fields import Integer, Text


class Secret(Text):
    """A password: never trimmed, never shown again."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> object:
        return str(value)


class SignInForm(In):
    """Login and password."""

    login = Text(required=True, max=40, label=_("账号"), autocomplete="username")
    password = Secret(required=True, label=_("密码"), kind="password", autocomplete="current-password")


class TokenIn(In):
    """A new bearer token."""

    name = Text(required=True, label=_("用途"), hint=_("例如：充装软件一号秤"))
    days = Integer(min=1, max=1830, load_default=365, label=_("有效天数"))
    code = Text(max=40, label=_("验证码"), hint=_("手机验证器上的6位数字，或一个恢复码"), autocomplete="one-time-code")


class CodeIn(In):
    """A code of the second factor, or a recovery code."""

    code = Text(
        required=True,
        max=40,
        label=_("验证码"),
        hint=_("手机验证器上的6位数字，每个只能用一次；手机不在身边时填一个恢复码"),
        autocomplete="one-time-code",
    )


class EnrolIn(In):
    """What proves that the telephone has the secret made of `salt`."""

    salt = Text(required=True, max=40)
    code = Text(required=True, max=10, label=_("验证码"), hint=_("验证器显示的6位数字"), autocomplete="one-time-code")


class PasswordIn(In):
    """A change of password."""

    old = Secret(required=True, label=_("原密码"), kind="password", autocomplete="current-password")
    new = Secret(
        required=True,
        label=_("新密码"),
        kind="password",
        autocomplete="new-password",
        hint=_("至少10个字符，不能太常见"),
    )

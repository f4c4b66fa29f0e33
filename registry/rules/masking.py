"""What is left of personal data for those who do not need it (个人信息保护法 art. 6 and 51): enough to recognise, not
enough to call, to write to or to look somebody up."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "****"
# A number of the national plan for mobile phones: always somebody's own, also where a unit gave it as its line.
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_TITLES = ("先生", "女士", "小姐", "师傅", "同志", "阿姨", "大爷", "老师")


def phone(text: str | None) -> str:
    """138****5678; a short number is hidden whole. Nothing stays nothing."""
    if not text:
        return ""
    return f"{text[:3]}{HIDDEN}{text[-4:]}" if len(text) >= 8 else HIDDEN


def name(text: str | None) -> str:
    """The surname and one star: 张*; a form of address, which names nobody, stays: 张先生. Nothing stays nothing."""
    if not text:
        return ""
    if text[1:] in _TITLES:
        return text
    return f"{text[0]}*"


def number(text: str | None) -> str:
    """The last four of a certificate or identity number, which in practice are the same: ****0013."""
    if not text:
        return ""
    return f"{HIDDEN}{text[-4:]}" if len(text) >= 8 else HIDDEN


def mobiles(value: Any) -> Any:
    """A value of a form with every mobile number in it masked, also inside lists and dicts."""
    if isinstance(value, str):
        return MOBILE.sub(lambda found: phone(found.group()), value)
    if isinstance(value, dict):
        return {key: mobiles(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [mobiles(each) for each in value]
    return value

"""Personal data that an issued paper says: where it stands among the frozen facts, and the facts without it.

A paper is issued whole, because whoever acts on it has to reach people. To others it says what they may read elsewhere
too: who reported an accident stays confidential (特种设备安全监察条例 art. 9, 市场监督管理投诉举报处理暂行办法)
and a telephone is given to whoever needs it (个人信息保护法 art. 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry.rules import masking

Line = tuple[str, str]
Facts = Mapping[str, Any]

# Section and name of a fact -> what is left of it.
SAID: dict[tuple[str, str], Callable[[str | None], str]] = {
    ("accident", "reporter"): masking.name,
    ("accident", "reporter_phone"): masking.phone,
    ("hazard", "responsible_phone"): masking.phone,
    ("plan", "leader_phone"): masking.phone,
    ("contact", "phone"): masking.phone,
}
MOBILE = "mobile"  # a number in a text
# Lines of offices and units, which everybody may ring; a mobile number among them is somebody's own all the same.
LINES_OF_UNITS = frozenset({("office", "phone"), ("unit", "phone")})


def lines(facts: Facts) -> list[Line]:
    """All personal data of a paper, each datum once: (name, the whole text)."""
    said = [(name, _at(facts, section, name)) for section, name in SAID]
    found = [(name, value) for name, value in said if value]
    known = " ".join(value for _name, value in found)
    others = dict.fromkeys(one for one in _mobiles(facts) if one not in known)
    return [*found, *((MOBILE, one) for one in others)]


def masked(facts: Facts) -> dict[str, Any]:
    """The facts as somebody without a need reads them; the facts themselves stay as they are."""
    found = {name: dict(value) if isinstance(value, Mapping) else value for name, value in facts.items()}
    for (section, name), mask in SAID.items():
        value = _at(facts, section, name)
        if value:
            found[section][name] = mask(value)
    return dict(masking.mobiles(found))


def _at(facts: Facts, section: str, name: str) -> str:
    part = facts.get(section)
    value = part.get(name) if isinstance(part, Mapping) else None
    return value if isinstance(value, str) else ""


def _mobiles(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from masking.MOBILE.findall(value)
        case Mapping():
            for item in value.values():
                yield from _mobiles(item)
        case list() | tuple():
            for item in value:
                yield from _mobiles(item)

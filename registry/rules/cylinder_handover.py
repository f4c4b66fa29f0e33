"""What may be written down when a cylinder changes hands: a customer's number, never who that is (cylinders.md §5.4).

The station keeps its list of customers; here a customer is the anonymous number the station gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from registry.rules.cylinder_lifecycle import EVENTS, Event

# Who tells what happened to a cylinder: the role of a caller -> the party of `cylinder_events.csv`.
PARTIES = MappingProxyType(
    {
        "filling_manager": "station",
        "filler": "station",
        "checker": "station",
        "courier": "courier",
        "depot_keeper": "depot",
        "use_manager": "customer",
        "inspection_body": "inspection",
        "section_city": "office",
        "inspector_county": "office",
        "officer_station": "office",
    }
)
CUSTOMER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}", re.ASCII)
VALVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", re.ASCII)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)", re.ASCII)
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
PERSONAL_KEYS = frozenset(
    {
        "address",
        "customer_address",
        "customer_name",
        "customer_phone",
        "id_card",
        "id_number",
        "mobile",
        "name",
        "phone",
        "tel",
        "telephone",
        "user_name",
        "姓名",
        "客户姓名",
        "电话",
        "手机",
        "手机号",
        "地址",
        "身份证",
        "身份证号",
    }
)


def kind_of(text: str | int) -> Event | None:
    """The kind of event behind an identifier or the status number of an older system (§5.1 zj); None for neither."""
    known = EVENTS.get(str(text))
    if known is not None:
        return known
    number = str(text).strip()
    if not (number.isascii() and number.isdecimal()) or len(number) > 4:
        return None
    return next((event for event in EVENTS.values() if event.number == int(number)), None)


def may_tell(role: str, event: Event) -> bool:
    """Whether the party of a role may tell this kind of event."""
    return PARTIES.get(role) in event.by


def offered(role: str) -> list[Event]:
    """The kinds that the page for scanning offers to a role, in the order of the table."""
    return [event for event in EVENTS.values() if event.scanned and may_tell(role, event)]


def personal(data: Mapping[str, Any]) -> str | None:
    """The first key under which something personal stands; None when there is nothing."""
    for key, value in _flat(data):
        if key.strip().lower() in PERSONAL_KEYS or MOBILE.search(value) or IDENTITY.search(value):
            return key
    return None


def _flat(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every value inside with the key it stands under."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _flat(value, str(name))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _flat(value, key)
    else:
        yield key, "" if data is None else str(data)

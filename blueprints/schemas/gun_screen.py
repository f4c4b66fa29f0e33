"""What the screen at a gun is given: once with the page, and what is so now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from blueprints.filters import called
from registry import clock
from registry.queries.gun_screen import Screen
from registry.rules.fill_cycle import PostItem, post_items
from registry.rules.filling_items import CheckItem, items_for, parts


def checks(medium: str, on: date) -> dict[str, Any]:
    """The items of both checks of a medium on a day, and the parts they lie in."""
    return {
        "parts": [{"id": part.id, "name": called(part)} for part in parts(on)],
        "before": _items(items_for(medium, on)),
        "after": _items(post_items(on)),
    }


def reasons() -> list[str]:
    """Why a turn is given up, as the screen offers it."""
    return [_("气瓶有问题，不充了"), _("充装设备故障"), _("用户取回，不充了"), _("扫错了瓶")]


def now_out(screen: Screen) -> dict[str, Any]:
    """What is so now; moments with offset, values in g, kPa or °C."""
    return {
        "at": clock.now().isoformat(timespec="milliseconds"),
        "people": [
            {
                "login": person.staff.login,
                "name": person.staff.name,
                "certified": person.staff.certified,
                "present": person.present,
            }
            for person in screen.people
        ],
        "readings": [
            {"ref": row.ref, "kind": row.kind, "value": row.value, "at": row.at.isoformat(), "device": row.device}
            for row in screen.readings
        ],
        "waiting": screen.waiting,
    }


def _items(found: Iterable[CheckItem | PostItem]) -> list[dict[str, str]]:
    return [{"id": item.id, "name": called(item), "part": item.part} for item in found]

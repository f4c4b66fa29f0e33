"""Filling in forms by the names of their fields, whatever kind of control stands there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page


def fill_in(page: Page, values: Mapping[str, Any]) -> None:
    """Text and days are typed, choices taken by value or, as {"label": ...}, by what they say; files are handed in."""
    for name, value in values.items():
        _enter(page.locator(f'main [name="{name}"]:not([type=hidden])'), value)


def _enter(control: Locator, value: Any) -> None:
    kind = control.first.evaluate("it => it.tagName === 'SELECT' ? 'select' : it.type")
    if kind == "file":
        control.set_input_files(value)
    elif kind == "select":
        control.select_option(**value if isinstance(value, dict) else {"value": str(value)})
    elif kind in ("checkbox", "radio"):
        for box in control.all():
            if _wanted(box, value):
                box.check()
    else:
        control.fill(value.isoformat() if isinstance(value, date) else str(value))


def _wanted(box: Locator, value: Any) -> bool:
    """`...` takes every box, True the only one, a tuple several; else by value, or by what the box says."""
    if value is ... or value is True:
        return True
    if isinstance(value, tuple):
        return any(_wanted(box, one) for one in value)
    return box.get_attribute("value") == str(value) or value in box.locator("xpath=ancestor::label").inner_text()

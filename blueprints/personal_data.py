"""Personal data at the doors: one field for the interface, one function for pages. Both ask `queries.personal`."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from marshmallow import fields

from blueprints.sessions import actor
from registry.queries import personal

# From 0557-3021111 to 119: what a telephone can be told to ring.
_DIGITS = frozenset("0123456789-+")


class Personal(fields.Field[str]):
    """A datum of a row for the reader, masked unless it is needed; `of`: the attribute under which its row hangs.

    Rows of lists are judged by what stands on them alone (`asking` off), so that a list asks no statement a row.
    """

    def __init__(self, column: str, *, of: str = "", asking: bool = False, **more: Any) -> None:
        super().__init__(dump_only=True, allow_none=True, **more)
        self.column, self.of, self.asking = column, of, asking

    def serialize(self, _attr: str, obj: Any, _accessor: Any = None, **_more: Any) -> str | None:
        """The text, or None where there is none."""
        row = getattr(obj, self.of) if self.of else obj
        return (personal.shown(actor(), row, self.column, self.asking) or None) if row is not None else None


def of(row: Any, column: str) -> Markup | str | None:
    """A datum of a row for a page: to ring where it is a whole telephone number, else masked with a button that asks
    for the reason; None where there is none."""
    text = personal.shown(actor(), row, column)
    if not text:
        return None
    if set(text) <= _DIGITS and len(text) >= 3:
        return Markup('<a href="tel:{0}">{0}</a>').format(text)
    return with_button(row, text) if text != getattr(row, column) else text


def with_button(row: Any, text: str, label: str = "") -> Markup | str:
    """A masked text and beside it the button that leads to the whole, where the reader may ask for it."""
    found = personal.address(actor(), row)
    if found is None:
        return text
    kind, key = found
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    link = url_for("personal.show", kind=kind, key=key, back=back)
    spoken = _("显示%(text)s的完整内容，要写明原因", text=label or text)
    return Markup('{} <a class="btn btn-sm" href="{}" aria-label="{}">{}</a>').format(text, link, spoken, _("显示"))


def button(row: Any, label: str) -> Markup | str:
    """The button alone, beside a form in which several numbers are masked."""
    return with_button(row, "", label)


def certificate_number(person: Any, certificate: Any) -> str:
    """The number of one of a person's certificates for a page."""
    return personal.number(actor(), person, certificate.item, certificate.number)

"""Saved views at the border."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields, pre_dump

from blueprints import saved_lists
from blueprints.schemas.base import In, Out
from blueprints.schemas.fields import Text, Yes
from blueprints.sessions import actor

SHARED = _("同单位的人也可以打开（各人只看到自己有权看的行）")


class ViewForm(In):
    """A name, and whether the unit's people may open it."""

    name = Text(required=True, max=60, label=_("视图名称"))
    shared = Yes(label=SHARED)


class ViewIn(In):
    """The conditions of a list under a name; `filters` as they stand in the list's address."""

    listing = Text(required=True, max=40)
    name = Text(required=True, max=60)
    filters = fields.Dict(keys=fields.String(), load_default=dict)
    shared = Yes()


class ViewChangeIn(In):
    """What may be changed."""

    name = Text(max=60)
    shared = fields.Boolean()


class ViewsIn(In):
    """Of one list alone."""

    listing = Text(max=40, load_default=None)


class ViewOut(Out):
    """A view; `count` the rows that the caller sees today, null when a condition no longer holds; `url` its list."""

    id = fields.Integer()
    listing = fields.String()
    list_name = fields.String()
    name = fields.String()
    filters = fields.Dict()
    shared = fields.Boolean()
    own = fields.Boolean()
    count = fields.Integer(allow_none=True)
    url = fields.String()

    @pre_dump
    def counted(self, row: Any, **_more: Any) -> dict[str, Any]:
        """With what it comes to for this caller."""
        return {
            **{name: getattr(row, name) for name in ("id", "listing", "name", "filters", "shared")},
            "list_name": str(saved_lists.of(row.listing).name),
            "own": row.person_id == actor().person_id,
            "count": saved_lists.count(actor(), row.listing, row.filters),
            "url": saved_lists.address(row.listing, row.filters),
        }


class ViewsOut(Out):
    """Several."""

    items = fields.List(fields.Nested(ViewOut))

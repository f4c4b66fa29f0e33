"""Who may see what and do what: one table for pages, API, command line and jobs. Deny by default.

Rows come only from `get` and `scope`: what a caller may not see does not exist (Missing), what it may see but not do
is Forbidden.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, select, true

from registry.actor import Actor
from registry.db import Base, db, locked
from registry.errors import Forbidden, Missing
from registry.messages import T
from registry.permissions import (
    COUNTY_OFFICERS,
    DELIVERY,
    EVERYONE,
    MAINTENANCE,
    OFFICERS,
    PERMISSIONS,
    REGISTRARS,
    STATION,
    UNIT_MANAGERS,
)
from registry.scopes import SCOPES, contracted

__all__ = [
    "COUNTY_OFFICERS",
    "DELIVERY",
    "EVERYONE",
    "MAINTENANCE",
    "OFFICERS",
    "PERMISSIONS",
    "REGISTRARS",
    "SCOPES",
    "STATION",
    "UNIT_MANAGERS",
    "contracted",
    "get",
    "may",
    "require",
    "scope",
    "visible",
]

M = TypeVar("M", bound=Base)
Where = ColumnElement[bool]


def may(actor: Actor, permission: str) -> bool:
    """Whether the role has the permission. The system itself may do everything that has a row."""
    return permission in PERMISSIONS and (actor.role == "system" or actor.role in PERMISSIONS[permission])


def require(actor: Actor, permission: str) -> None:
    """Forbidden unless the role has the permission."""
    if not may(actor, permission):
        raise Forbidden(T("您的角色（{role}）没有这项权限", role=actor.role_label))


def scope(actor: Actor, model: type[M], *columns: Any) -> Select[Any]:
    """A select over the rows this caller may see; `columns` instead of the entity when given."""
    return select(*columns or (model,)).where(visible(actor, model))


def get(actor: Actor, model: type[M], *where: Any, lock: bool = False, options: tuple[Any, ...] = ()) -> M:
    """The one visible row that matches, locked when the caller is about to decide on it.

    Raises:
        Missing: no such row, or not for this caller to see.
    """
    statement = scope(actor, model).where(*where).options(*options)
    if lock:
        statement = locked(statement, of=model)  # not what is read beside it
    row = db.session.execute(statement.execution_options(populate_existing=lock)).scalars().first()
    if row is None:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    found: M = row
    return found


def visible(actor: Actor, model: type[Base]) -> Where:
    """The condition on a table's rows that this caller may see."""
    if actor.role == "system":
        return true()
    rule = SCOPES.get(model)
    return rule(actor) if rule else false()

"""The evidence that a code is on its cylinder: the list, one with its photos, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import codes, files, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Cylinder, LabelBinding, LabelCode
from registry.queries.paging import Page, paginate
from registry.rules import labels as rules
from registry.settings import current

PURPOSE = "label_binding"
WITH_ALL = (
    joinedload(LabelBinding.label),
    joinedload(LabelBinding.cylinder).joinedload(Cylinder.owner),
    joinedload(LabelBinding.station),
    joinedload(LabelBinding.bound_by),
    joinedload(LabelBinding.settled_by),
    joinedload(LabelBinding.stamp_photo),
    joinedload(LabelBinding.label_photo),
)
PHOTOS = {"stamp": "stamp_photo", "label": "label_photo"}


def own_code(text: str) -> str:
    """The plain form of one of our codes; Invalid when it is none or its signature is wrong."""
    scanned = codes.split(text)
    if codes.verify(scanned, current().label_keys) not in ("ok", "unsigned"):
        raise Invalid.field("code", T("这不是本系统的编码，请核对后重新输入"))
    return scanned.code


def cylinder_named(actor: Actor, text: str) -> Cylinder:
    """The cylinder of a label code, register number, own number or serial number.

    Raises:
        Invalid: none that the caller may see, or a number that several cylinders have.
    """
    scanned, typed = codes.split(text).code, text.strip()
    for where in (
        Cylinder.label_code == scanned,
        Cylinder.register_no == typed,
        Cylinder.inner_no == typed,
        Cylinder.serial_no == typed,
    ):
        statement = policy.scope(actor, Cylinder).where(where).options(joinedload(Cylinder.owner)).limit(2)
        rows: Sequence[Cylinder] = db.session.scalars(statement).all()
        if len(rows) > 1:
            raise Invalid.field("equipment", T("有几只气瓶都是这个编号，请改填标签编码或使用登记号"))
        if rows:
            return rows[0]
    raise Invalid.field("equipment", T("没有找到这只气瓶，或者不在您的管辖范围内"))


def label_named(actor: Actor, text: str) -> LabelCode:
    """The code that is about to be bound, with its batch.

    Raises:
        Invalid: no code of ours, or not issued to the caller's unit.
    """
    policy.require(actor, "label_binding.record")
    try:
        return policy.get(actor, LabelCode, LabelCode.code == own_code(text), options=(joinedload(LabelCode.batch),))
    except Missing:
        raise Invalid.field("code", T("这个编码没有发放给本单位")) from None


def page(actor: Actor, filters: Mapping[str, Any], cursor: str | None = None) -> Page:
    """Bindings by `state`, newest first."""
    policy.require(actor, "label_binding.read")
    statement = policy.scope(actor, LabelBinding).options(*WITH_ALL)
    if filters.get("state"):
        statement = statement.where(LabelBinding.state == filters["state"])
    return paginate(statement, LabelBinding.id, filters.get("limit") or 50, cursor, newest=True)


def show(actor: Actor, binding_id: int) -> LabelBinding:
    """One binding.

    Raises:
        Missing: no such binding for the caller.
    """
    policy.require(actor, "label_binding.read")
    return policy.get(actor, LabelBinding, LabelBinding.id == binding_id, options=WITH_ALL)


def may_settle(actor: Actor, row: LabelBinding) -> bool:
    """Whether the caller can be the second person."""
    mine = row.station_id == actor.unit_id and row.bound_by_id != actor.person_id
    return mine and row.state == rules.WAITING and policy.may(actor, "label_binding.confirm")


def photo(actor: Actor, binding_id: int, which: str) -> tuple[Path, str, str]:
    """Where a photo of a binding lies, its type and its name; `which` is stamp or label.

    Raises:
        Missing: the binding is not for this caller to see, or there is no such photo.
    """
    row = show(actor, binding_id)
    if which not in PHOTOS:
        raise Missing(T("没有找到这个文件"))
    kept = getattr(row, PHOTOS[which])
    return files.path_of(current().files_dir, kept.sha256), kept.mime, kept.name


def proven(label_ids: Collection[int]) -> dict[int, int]:
    """The codes that have evidence: label id to the binding that confirmed it."""
    return dict(
        db.session.execute(
            select(LabelBinding.label_id, LabelBinding.id).where(
                LabelBinding.label_id.in_(list(label_ids)), LabelBinding.state == rules.CONFIRMED
            )
        ).all()
    )


def count_waiting(actor: Actor, _day: date) -> int:
    """How many wait for the caller as the second person."""
    statement = policy.scope(actor, LabelBinding, func.count(LabelBinding.id)).where(
        LabelBinding.state == rules.WAITING,
        LabelBinding.station_id == actor.unit_id,
        LabelBinding.bound_by_id != actor.person_id,
    )
    return db.session.scalar(statement) or 0

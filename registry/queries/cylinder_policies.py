"""What a policy over cylinders must say (cylinders.md §8): its line, its unit of premium, its media."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Capacity, Policy
from registry.queries.fill_covers import FILL_LIABILITY, PER_FILL, PER_STATION
from registry.rules.cylinders import same_medium
from registry.rules.kinds import MEDIA
from registry.rules.premiums import for_term

LINES: Mapping[str, tuple[str, str]] = {
    FILL_LIABILITY: ("气瓶充装安全责任保险", "Filling liability"),
    "product": ("产品责任保险", "Product liability"),
    "employer": ("雇主责任保险", "Employer's liability"),
}
WHOLE = (PER_FILL, PER_STATION)
OWN = ("line", "unit_fen", "cover_days", "media", "deductible_fen")


def is_whole(values: Mapping[str, Any]) -> bool:
    """Whether a policy covers all fills or cylinders of its holder, so that it names none."""
    return values.get("subject") == "cylinder" and values.get("basis") in WHOLE


def check(session: Session, values: dict[str, Any]) -> None:
    """Refuse what cannot be insured so, and give a policy over cylinders its line where none is named.

    Raises:
        Invalid: words of cylinders on a policy over elevators, no premium of a fill, a holder that fills nothing, an
            unknown medium.
        Conflict: the holder's fills are insured by another policy on some of these days.
    """
    if values["subject"] != "cylinder":
        strange = [name for name in OWN if values.get(name) not in (None, [], "")]
        if strange or values.get("basis") in WHOLE:
            raise Invalid({name: [T("只用于气瓶保险")] for name in strange or ["basis"]})
        return
    values["line"] = values.get("line") or FILL_LIABILITY
    if unknown := sorted(set(values.get("media") or ()) - set(MEDIA)):
        raise Invalid.field("media", T("没有这种充装介质：{media}", media="、".join(unknown)))
    if values.get("basis") not in WHOLE:
        return
    fills = select(Capacity.id).where(Capacity.unit_id == values["holder_id"], Capacity.capacity == "filling")
    if session.execute(fills).first() is None:
        raise Invalid.field("holder_id", T("按次、按站投保的应是充装单位"))
    if values["basis"] == PER_FILL and not values.get("unit_fen"):
        raise Invalid.field("unit_fen", T("请填写每次充装的保险费"))
    if values["basis"] == PER_FILL and values["line"] != FILL_LIABILITY:
        raise Invalid.field("line", T("按次充装计费的只有充装安全责任保险"))
    _refuse_double(session, values)


def _refuse_double(session: Session, values: Mapping[str, Any]) -> None:
    """No fill pays twice."""
    if values["basis"] != PER_FILL:
        return
    others = session.scalars(
        select(Policy).where(
            Policy.holder_id == values["holder_id"],
            Policy.basis == PER_FILL,
            Policy.starts_on <= values["ends_on"],
            Policy.ends_on >= values["starts_on"],
        )
    )
    for other in others:
        ended = other.cancelled_on is not None and other.cancelled_on <= values["starts_on"]
        if not ended and _meet(values, other):
            raise Conflict(T("该单位的充装已由保单{number}按次承保，期间重叠", number=other.policy_no))


def _meet(values: Mapping[str, Any], other: Policy) -> bool:
    """Whether some medium is in both; none named, all are."""
    mine, theirs = values.get("media") or (), other.media or ()
    return not mine or not theirs or any(same_medium(a, b, values["starts_on"]) for a in mine for b in theirs)


def premium(values: Mapping[str, Any], items: int) -> int | None:
    """The premium in fen from that of its unit; paid by the fill, nothing beforehand. None where no unit says it."""
    if values.get("subject") != "cylinder":
        return None
    if values.get("basis") == PER_FILL:
        return 0
    if values.get("unit_fen") is None:
        return None
    year = for_term(values["unit_fen"], values["starts_on"], values["ends_on"])
    return year if values.get("basis") == PER_STATION else year * items

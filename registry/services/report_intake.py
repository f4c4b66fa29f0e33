"""What receiving a report from anybody needs, whatever it is about: no flood, no address kept, pictures without where.

Parts of the calling verbs.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry import clock, photos
from registry.counters import upsert
from registry.errors import Invalid, TooMany
from registry.messages import T
from registry.models import RateWindow
from registry.queries import parameters
from registry.settings import current

KEPT_WINDOWS = timedelta(days=2)


def refuse_flood(
    session: Session, subjects: Sequence[tuple[str, str]], now: datetime, text: Callable[[int], T]
) -> None:
    """Count a report against each (subject, key of the parameter with its limit an hour); a refused one is not counted.

    Raises:
        TooMany: one of them has had its limit; `text` says so, given the minutes to wait.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    session.execute(delete(RateWindow).where(RateWindow.hour < hour - KEPT_WINDOWS))
    most = parameters.values(tuple(key for _subject, key in subjects), clock.day_of(now))
    wait = ceil((hour + timedelta(hours=1) - now).total_seconds())
    for subject, key in subjects:
        if _count(session, subject, hour) > most[key]:
            raise TooMany(text(ceil(wait / 60)), retry_after=wait)


def _count(session: Session, subject: str, hour: datetime) -> int:
    """One more in this hour; other workers wait for this transaction, so that two never both are the last."""
    return int(
        session.execute(
            upsert(session, RateWindow)
            .values(subject=subject, hour=hour, count=1)
            .on_conflict_do_update(
                index_elements=[RateWindow.subject, RateWindow.hour], set_={"count": RateWindow.count + 1}
            )
            .returning(RateWindow.count)
        ).scalar_one()
    )


def source_of(address: str, now: datetime) -> str:
    """A keyed digest of an address (of its /64 with IPv6), another one every day."""
    try:
        known = ipaddress.ip_address(address)
        text = str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
    except ValueError:
        text = address
    return hmac.new(current().secret_key, f"{clock.day_of(now)} {text}".encode(), hashlib.sha256).hexdigest()[:32]


def picture(content: bytes | None) -> bytes | None:
    """The picture as it is kept: drawn anew, without where and with what it was taken.

    Raises:
        Invalid: a picture we cannot keep.
    """
    if not content:
        return None
    try:
        return photos.redrawn(content)
    except photos.PhotoError as error:
        texts = {"size": T("照片太大，请缩小后再传"), "format": T("请上传 JPG、PNG 或 WebP 格式的照片")}
        raise Invalid.field("photo", texts[str(error)]) from None

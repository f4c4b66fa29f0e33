"""Notices: of what somebody is told (`notice_kinds.csv`), and when a message may go out. Moments are local."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from registry.rules import tables

PAGE, EMAIL, WEBHOOK = "page", "email", "webhook"
CHANNELS = (PAGE, EMAIL, WEBHOOK)
SENT_OUT = (EMAIL, WEBHOOK)
FLAVOURS = ("wecom", "dingtalk", "json")
DIGEST_HOUR = 8
MINUTES_OF_A_DAY = 24 * 60
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
TOO_OLD = timedelta(days=2)  # what could not be sent so long after it was made is told on the page alone

# Telephone numbers and identity numbers that people wrote into a title.
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8})(?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of notice. It is made from an `act` of the trail (with one of `verbs` as its verb or kind, where given),
    `days` before a last day (negative: after it), or from a clock where it has neither. `subject` is the table it is
    about, `side` the column that names the only unit that is told. Told is who has one of `roles`, has `permission` and
    sees the subject. Urgent ones do not wait for the digest."""

    key: str
    act: str
    verbs: frozenset[str]
    days: int | None
    subject: str
    side: str
    permission: str
    roles: frozenset[str]
    urgent: bool
    zh: str
    en: str
    title_zh: str
    title_en: str

    def means(self, act: str, data: Mapping[str, Any]) -> bool:
        """Whether an entry of the trail is of this kind."""
        if not self.act or act != self.act:
            return False
        return not self.verbs or data.get("verb", data.get("kind")) in self.verbs

    def text(self, language: str, what: str, day: date | None) -> str:
        """The title in `zh` or `en`."""
        template = self.title_en if language == "en" else self.title_zh
        return template.format(what=what, day=day.isoformat() if day else "")


@cache
def kinds(on: date) -> dict[str, Kind]:
    """All kinds of notices on a day, by key."""
    return {row["key"]: _kind(row) for row in tables.rows("notice_kinds", on)}


def _kind(row: tables.Row) -> Kind:
    return Kind(
        key=row["key"],
        act=row["act"],
        verbs=frozenset(row["verbs"].split()),
        days=int(row["days"]) if row["days"] else None,
        subject=row["subject"],
        side=row["side"],
        permission=row["permission"],
        roles=frozenset(row["roles"].split()),
        urgent=row["urgent"] == "1",
        zh=row["name_zh"],
        en=row["name_en"],
        title_zh=row["zh"],
        title_en=row["en"],
    )


def meant(act: str, data: Mapping[str, Any], among: Iterable[Kind]) -> list[Kind]:
    """The kinds that an entry of the trail is of."""
    return [kind for kind in among if kind.means(act, data)]


def without_personal(text: str) -> str:
    """A title without telephone and identity numbers."""
    return _PERSONAL.sub("***", text)


def quiet_until(now: datetime, start: int | None, end: int | None) -> datetime | None:
    """When the quiet hours that hold at a moment end; None when none hold. `start` and `end` are minutes of the day:
    quiet is `start <= minute < end`, over midnight when `end` is not after `start`; equal bounds are no quiet hours."""
    if start is None or end is None or start == end:
        return None
    minute = now.hour * 60 + now.minute
    over_midnight = end < start
    holds = (minute >= start or minute < end) if over_midnight else start <= minute < end
    if not holds:
        return None
    day = now.date() + timedelta(days=1 if over_midnight and minute >= start else 0)
    return datetime.combine(day, time(end // 60, end % 60), now.tzinfo)


def digest_moment(now: datetime, hour: int) -> datetime:
    """The last moment at or before `now` at which a person's digest was due: what was made before it goes into it."""
    today = datetime.combine(now.date(), time(hour), now.tzinfo)
    return today if now >= today else today - timedelta(days=1)


def pause(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed: four times as long each time; None when it is given up."""
    return None if attempts >= MOST_ATTEMPTS else FIRST_PAUSE * 4 ** (attempts - 1)


def minutes(text: str) -> int:
    """The minute of the day of `22:30`.

    Raises:
        ValueError: no time of day.
    """
    found = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", text.strip())
    if found is None:
        raise ValueError(text)
    return int(found[1]) * 60 + int(found[2])


def clock_time(minute: int | None) -> str:
    """`22:30` of a minute of the day; empty where there is none."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"

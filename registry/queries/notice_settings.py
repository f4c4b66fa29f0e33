"""By which channels people are told, and what they switched off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from registry.db import among, db
from registry.models import NoticeSetting, NoticeSwitch
from registry.rules.notices import EMAIL, PAGE, SENT_OUT
from registry.settings import current


def switched_off(people: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """Person -> the (kind, channel) that he switched off."""
    statement = select(NoticeSwitch.person_id, NoticeSwitch.kind, NoticeSwitch.channel).where(
        among(NoticeSwitch.person_id, sorted(people)), NoticeSwitch.is_on.is_(False)
    )
    found: dict[int, set[tuple[str, str]]] = {}
    for person_id, kind, channel in db.session.execute(statement):
        found.setdefault(person_id, set()).add((kind, channel))
    return found


def ways(people: Iterable[int]) -> dict[int, set[str]]:
    """Person -> the channels there are for him, for those with settings; everybody has the page."""
    statement = select(NoticeSetting).where(among(NoticeSetting.person_id, sorted(people)))
    return {
        row.person_id: {PAGE, *(channel for channel in SENT_OUT if since(row, channel))}
        for row in db.session.scalars(statement)
    }


def since(setting: NoticeSetting, channel: str) -> datetime | None:
    """Since when a channel of a person is there; None when it is not. Without a mail server there is no mail."""
    if channel == EMAIL:
        return setting.email_since if setting.email and current().smtp_host else None
    return setting.hook_since if setting.hook_url else None

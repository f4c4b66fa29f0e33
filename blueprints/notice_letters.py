"""The words of messages: an urgent notice by itself, the rest as one digest grouped by kind, with counts and links.

No names of people and no telephone numbers: the title says what it is about, the link opens it for who may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from blueprints.filters import called
from blueprints.notice_links import address
from blueprints.sessions import language, speaking
from registry import clock
from registry.rules.notices import EMAIL, Kind, kinds
from registry.services.notice_sending import Message

MOST_OF_A_KIND = 10


def written(message: Message) -> tuple[str, str]:
    """(title, text) in the language of the person: plain text for mail, markdown for groups."""
    with speaking(message.language):
        known = kinds(clock.today())
        lines = [line for line in message.lines if line.kind in known]
        if message.digest:
            return _("特种设备安全登记：%(count)s 条新通知", count=len(lines)), _digest(message.channel, lines, known)
        (line,) = lines
        title = known[line.kind].text(language(), line.label, line.day)
        link = _linked(message.channel, _("请登录查看："), address("notices.show", notice_id=line.id))
        return title, f"{title}\n\n{link}" if message.channel == EMAIL else link


def _digest(channel: str, lines: Sequence[Any], known: dict[str, Kind]) -> str:
    groups: dict[str, list[Any]] = {}
    for line in lines:
        groups.setdefault(line.kind, []).append(line)
    parts: list[str] = []
    for key, group in groups.items():
        head = _("%(kind)s：%(count)s 条", kind=called(known[key]), count=len(group))
        parts.append(head if channel == EMAIL else f"**{head}**")
        for line in group[:MOST_OF_A_KIND]:
            title = known[key].text(language(), line.label, line.day)
            where = address("notices.show", notice_id=line.id)
            parts.append(f"- {title}\n  {where}" if channel == EMAIL else f"> [{_plain(title)}]({where})")
        if len(group) > MOST_OF_A_KIND:
            parts.append(_("……另有 %(count)s 条", count=len(group) - MOST_OF_A_KIND))
        parts.append("")
    parts.append(_linked(channel, _("全部通知："), address("notices.index")))
    parts.append(_linked(channel, _("通知设置："), address("notices.settings")))
    return "\n".join(parts)


def _linked(channel: str, words: str, where: str) -> str:
    return f"{words}{where}" if channel == EMAIL else f"[{words.strip('：: ')}]({where})"


def _plain(title: str) -> str:
    """A title that does not end the link of markdown."""
    return title.replace("[", "（").replace("]", "）").replace("\n", " ")

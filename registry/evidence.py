"""The evidence of a visit as it is kept: pictures read, content digested, answers made compact and whole again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from registry.rules.limits import edition
from registry.rules.maintenance import Answer, Item, annex_items, cycles
from registry.rules.verdict import Finding, Verdict

LARGEST_PICTURE = 2 * 1024 * 1024
_SIGNATURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class PictureError(ValueError):
    """Not a picture we keep; the argument is `format` or `size`."""


def mime_of(content: bytes) -> str:
    """The type of a picture by its first bytes: what a caller says of it is not believed.

    Raises:
        PictureError: neither JPEG, PNG nor WebP, or larger than 2 MB.
    """
    if len(content) > LARGEST_PICTURE:
        raise PictureError("size")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for start, mime in _SIGNATURES:
        if content.startswith(start):
            return mime
    raise PictureError("format")


def from_data_url(text: str) -> bytes:
    """The content of a `data:image/...;base64,...` address.

    Raises:
        PictureError: not such an address, not a picture, or larger than 2 MB.
    """
    head, comma, body = text.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise PictureError("format")
    if len(body) > LARGEST_PICTURE * 4 // 3 + 4:
        raise PictureError("size")
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("format") from None
    mime_of(content)
    return content


def digest_of(content: Any) -> str:
    """SHA-256 in hex over the canonical JSON of what was sent; what is absent and what is null are the same."""
    text = json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _canonical(item) for key, item in value.items() if item is not None}
        case list() | tuple():
            return [_canonical(item) for item in value]
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case float():
            return repr(value)
        case _:
            return value


def findings_of(verdict: Verdict) -> list[dict[str, str]]:
    """Findings as a visit keeps them: rule, severity, text in both languages, basis."""
    return [
        {"rule": f.rule, "severity": f.severity, "text": f.text, "text_en": f.text_en, "basis": f.basis}
        for f in verdict.findings
    ]


def finding_from(kept: Mapping[str, str]) -> Finding:
    """A kept finding as the rules know it."""
    return Finding(kept["rule"], kept["severity"], kept["text"], kept.get("text_en", ""), kept.get("basis", ""))


def compact(
    annex: str | None,
    cycle: str,
    on: date,
    items: Sequence[Item],
    given: Iterable[Mapping[str, Any]],
    maker_items: int | None = None,
) -> dict[str, Any]:
    """Answers as a visit keeps them: only what differs from a plain `normal` (elevators.md §10).

    `given`: `{item, result, value?, note?, photo?: {file, sha256}}`. Kept is `{table, annex, cycle, on, count, normal,
    others: [...], unanswered: [codes]}`: with the table's version every answer can be shown again. `maker_items` is
    the number of the maker's list where the items are not those of an annex.
    """
    answers = [{key: value for key, value in answer.items() if value not in (None, "")} for answer in given]
    asked = {item.code for item in items}
    times = Counter(answer["item"] for answer in answers)
    others = [a for a in answers if times[a["item"]] > 1 or a["item"] not in asked or not _is_plain(a)]
    return {
        "table": max((row["since"] for row in edition("maintenance_items", on)), default=""),
        "annex": annex,
        "cycle": cycle,
        "on": on.isoformat(),
        "count": len(items),
        "normal": len(answers) - len(others),
        "others": [_plain(answer) for answer in others],
        "unanswered": [item.code for item in items if item.code not in times],
        **({} if maker_items is None else {"maker_items": maker_items}),
    }


def _is_plain(answer: Mapping[str, Any]) -> bool:
    return set(answer) == {"item", "result"} and answer["result"] == "normal"


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: f"{value.normalize():f}" if isinstance(value, Decimal) else value for key, value in answer.items()}


def all_normal(annex: str, cycle: str, on: date) -> dict[str, Any]:
    """What `compact` keeps of a visit at which every item was normal, for bulk records."""
    count = len(items_of({"annex": annex, "cycle": cycle, "on": on.isoformat()}))
    table = max(row["since"] for row in edition("maintenance_items", on))
    return {
        "table": table,
        "annex": annex,
        "cycle": cycle,
        "on": on.isoformat(),
        "count": count,
        "normal": count,
        "others": [],
        "unanswered": [],
    }


def items_of(kept: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items of the annex that were asked, by the table of that day."""
    if not kept.get("annex"):
        return ()
    on = date.fromisoformat(kept["on"])
    ranks = cycles(on)
    rank = ranks[kept["cycle"]].rank
    return tuple(item for item in annex_items(kept["annex"], on) if ranks[item.cycle].rank <= rank)


def answers_of(kept: Mapping[str, Any], asked: Sequence[Item] | None = None) -> list[Answer]:
    """Every answer of a visit again, in the order of the table, then what was not asked.

    `asked`: the items where they are not those of an annex (`queries.maker_items.asked_of`).
    """
    others = [_answer(answer) for answer in kept.get("others", ())]
    different = {answer.item for answer in others} | set(kept.get("unanswered", ()))
    items = items_of(kept) if asked is None else asked
    normal = [Answer(item.code, "normal") for item in items if item.code not in different]
    order = {item.code: place for place, item in enumerate(items)}
    return sorted(normal + others, key=lambda answer: order.get(answer.item, len(order)))


def _answer(kept: Mapping[str, Any]) -> Answer:
    value = kept.get("value")
    return Answer(
        item=kept["item"],
        result=kept["result"],
        value=None if value is None else Decimal(str(value)),
        note=kept.get("note", ""),
        photo=bool(kept.get("photo")),
    )

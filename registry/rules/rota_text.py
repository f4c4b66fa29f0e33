"""A weekly rota as people write it: a line is days, times and perhaps who, such as `周一至周五 20:00-08:00 马超`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.rules.duty import DAY_MINUTES, clock_text, minutes

DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_ZH, EVERY_EN = "每天", "Daily"
_WHOLE = {"每天": range(7), "每日": range(7), "全天": range(7), "daily": range(7), "周末": (5, 6), "weekend": (5, 6)}
_NAMES = {
    **{name: day for day, name in enumerate(DAYS_ZH)},
    **{f"星期{name[1]}": day for day, name in enumerate(DAYS_ZH)},
    **{name.lower(): day for day, name in enumerate(DAYS_EN)},
    "周天": 6,
    "星期天": 6,
}
_LINE = re.compile(r"(.+?)\s*([0-9]{1,2}:[0-9]{2})\s*(?:-|~|至|到|—|–)+\s*([0-9]{1,2}:[0-9]{2})\s*(.*)")


class RotaError(ValueError):
    """A line that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(zh)
        self.line, self.zh, self.en = line, zh, en


@dataclass(frozen=True, slots=True)
class Written:
    """One shift of a written rota; `person` as it was written, empty for nobody in particular."""

    weekday: int
    begins: int
    ends: int
    person: str = ""


def parse(text: str) -> list[Written]:
    """The shifts of a written rota; lines are separated by line ends or semicolons.

    Raises:
        RotaError: a line without days or times.
    """
    found: list[Written] = []
    lines = [line for line in re.split(r"[\n;；]+", text) if line.strip()]
    for number, line in enumerate(lines, 1):
        found += _line(number, unicodedata.normalize("NFKC", line).strip())
    return found


def _line(number: int, line: str) -> list[Written]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise RotaError(
            number,
            f"第{number}行应形如“周一至周五 08:00-20:00 姓名”",
            f"Line {number} should look like “Mon-Fri 08:00-20:00 name”",
        )
    days = _days(match[1])
    if days is None:
        raise RotaError(number, f"第{number}行的“{match[1]}”不是星期", f"“{match[1]}” in line {number} is no weekday")
    try:
        begins, ends = minutes(match[2]), minutes(match[3])
    except ValueError:
        begins = ends = DAY_MINUTES
    if begins == DAY_MINUTES or ends == begins == 0:
        ends = DAY_MINUTES if begins == 0 else 0
    if begins == DAY_MINUTES or ends == 0:
        raise RotaError(number, f"第{number}行的时间不对", f"The times of line {number} are wrong")
    return [Written(day, begins, ends, match[4].strip()) for day in days]


def _days(text: str) -> list[int] | None:
    found: list[int] = []
    for part in re.split(r"[、,/和及\s]+", text.strip().lower()):
        if part in _WHOLE:
            found += _WHOLE[part]
            continue
        first, _, last = re.sub(r"至|到|~|—|–", "-", part).partition("-")
        begin, end = _NAMES.get(first), _NAMES.get(last or first)
        if begin is None or end is None:
            return None
        found += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return sorted(set(found))


def written(shifts: Iterable[Written], english: bool = False) -> str:
    """A rota as `parse` reads it: shifts alike but for the day stand on one line."""
    days: dict[tuple[int, int, str], list[int]] = {}
    for each in shifts:
        days.setdefault((each.begins, each.ends, each.person), []).append(each.weekday)
    lines = [
        f"{_spoken(sorted(set(those)), english)} {clock_text(begins)}-{clock_text(ends)} {person}".rstrip()
        for (begins, ends, person), those in sorted(days.items(), key=lambda pair: (min(pair[1]), pair[0]))
    ]
    return "\n".join(lines)


def _spoken(days: Sequence[int], english: bool) -> str:
    names = DAYS_EN if english else DAYS_ZH
    if len(days) == 7:
        return EVERY_EN if english else EVERY_ZH
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0]]}{'-' if english else '至'}{names[days[-1]]}"
    return ("," if english else "、").join(names[day] for day in days)


def resolved(shifts: Iterable[Written], people: Mapping[str, int]) -> tuple[list[dict[str, int | None]], list[str]]:
    """Shifts with the ids of people by name, and the names that nobody has."""
    lines: list[dict[str, int | None]] = []
    unknown: dict[str, None] = {}
    for each in shifts:
        if each.person and each.person not in people:
            unknown[each.person] = None
        lines.append(
            {
                "weekday": each.weekday,
                "begins": each.begins,
                "ends": each.ends,
                "person_id": people.get(each.person),
            }
        )
    return lines, list(unknown)

"""Finding the heading row, and one name per column: titles above it, merged and two-storey headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from registry.exchange.convert import cell_text
from registry.exchange.text import clean, fold_heading

Merge = tuple[tuple[int, int], tuple[int, int]]
SEARCHED = 30  # rows from the top in which headings may stand
_LABELLED = re.compile(r"[:：]\s*\S")  # 填报单位：某某公司


def find_heading_row(rows: Sequence[tuple[int, list[Any]]], known: Collection[str] = ()) -> int | None:
    """The row (as numbered in `rows`) that holds the headings, None when no row looks like one.

    `known` are folded headings one expects: a row with two or more of them wins. Otherwise it is the
    first row of texts, all different, that is about as wide as the rows below it.
    """
    filled = [(number, [cell for cell in map(_heading_text, cells) if cell], cells) for number, cells in rows]
    filled = [row for row in filled if row[1]]
    if known:
        hits = [(sum(fold_heading(text) in known for text in texts), number) for number, texts, _ in filled]
        best = max(hits, key=lambda hit: (hit[0], -hit[1]), default=(0, 0))
        if best[0] >= min(2, len(known)):
            return best[1]
    usual = max((len(texts) for _, texts, _ in filled), default=0)
    for number, texts, cells in filled:
        if any(map(_LABELLED.search, texts)):
            continue
        wide = len(texts) >= max(1, round(usual * 0.6)) and (len(texts) > 1 or usual == 1)
        if wide and len(set(texts)) >= 0.6 * len(texts) and _all_texts(cells):
            return number
    return None


def _heading_text(cell: Any) -> str:
    return " ".join(cell_text(cell).split())


def _all_texts(cells: list[Any]) -> bool:
    filled = [clean(cell) if isinstance(cell, str) else cell for cell in cells]
    filled = [cell for cell in filled if cell not in ("", None)]
    texts = [cell for cell in filled if isinstance(cell, str) and not _looks_like_a_value(cell)]
    return len(texts) >= 0.8 * len(filled)


def _looks_like_a_value(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "").replace("/", "").isdecimal()


def name_columns(
    rows: Sequence[tuple[int, list[Any]]], heading_row: int, merges: Sequence[Merge]
) -> tuple[tuple[str, ...], int]:
    """One name per column, "" for a column without heading, and the last row that belongs to the headings.

    A heading merged over several columns is the storey above the headings below it: those keep their own
    name where it is unique and take the upper one in front where it is not. The second of two equal
    headings becomes `名称 (2)`.
    """
    by_number = dict(rows)
    if _storey_above(heading_row, merges, len(by_number[heading_row])):
        heading_row -= 1
    first = list(map(_heading_text, by_number.get(heading_row, [])))
    first, last = _spread(first, heading_row, merges, by_number)
    if last == heading_row:
        return _distinct(first), last
    second = list(map(_heading_text, by_number.get(last, [])))
    width = max(len(first), len(second))
    first += [""] * (width - len(first))
    second += [""] * (width - len(second))
    leaves = Counter(low or high for high, low in zip(first, second, strict=True))
    names = []
    for high, low in zip(first, second, strict=True):
        leaf = low or high
        names.append(f"{high}/{low}" if low and high and high != low and leaves[leaf] > 1 else leaf)
    return _distinct(names), last


def _storey_above(heading_row: int, merges: Sequence[Merge], width: int) -> bool:
    """Whether the row above belongs to the headings: it reaches down into them, or groups some of them."""
    return any(
        top == heading_row - 1 and (bottom == heading_row or (bottom == top and 0 < right - left < 0.8 * width - 1))
        for (top, left), (bottom, right) in merges
    )


def _spread(
    names: list[str], heading_row: int, merges: Sequence[Merge], by_number: dict[int, list[Any]]
) -> tuple[list[str], int]:
    """Write merged headings over all their columns; the last heading row is where the merges end."""
    last = heading_row
    for (top, left), (bottom, right) in merges:
        if top != heading_row or right > left + 500:
            continue
        if left < right and bottom == top and _all_texts(by_number.get(top + 1, [1])):
            last = max(last, top + 1)
        last = max(last, min(bottom, heading_row + 1))
        names += [""] * (right + 1 - len(names))
        names[left : right + 1] = [names[left]] * (right + 1 - left)
    return names, last


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    taken: set[str] = set()
    distinct = []
    for name in names:
        unique, count = name, 1
        while unique and unique in taken:
            count += 1
            unique = f"{name} ({count})"
        taken.add(unique)
        distinct.append(unique)
    return tuple(distinct)

"""Amounts of money in Chinese capitals (大写), as papers write them beside the figure."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def yuan_in_words(yuan: int) -> str:
    """伍万元整 for 50000; whole yuan below a trillion.

    Raises:
        ValueError: negative, or too large.
    """
    if not 0 <= yuan < 10**12:
        raise ValueError(yuan)
    if yuan == 0:
        return "零元整"
    words, gap = "", False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = yuan // 10 ** (4 * group) % 10_000
        if not part:
            gap = bool(words)
            continue
        if words and (gap or part < 1000):
            words += DIGITS[0]
        words += _part(part) + GROUPS[group]
        gap = False
    return f"{words}元整"


def _part(part: int) -> str:
    """Up to four digits; several noughts in a row are said once, those at the end not at all."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words

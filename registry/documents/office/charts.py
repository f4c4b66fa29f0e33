"""Bar charts as pictures for papers: lying bars with their names and numbers, drawn once from frozen facts."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from registry.labels.fonts import FONT_PATH

WIDTH = 1560  # pixels of 156 mm: ten a millimetre
BAR, GAP, TOP, MARGIN = 44, 22, 84, 24
NAMES, NUMBERS = 470, 190  # room for names at the left and numbers at the right
TEXT, TITLE = 34, 38
BLUE, INK, GREY = "1F5FA8", "222222", "B8C0C8"


def bars(chart: Mapping[str, Any]) -> bytes:
    """A PNG of `{"chart": title, "bars": [[name, number or None, colour?], ...]}`."""
    lines: Sequence[Sequence[Any]] = chart["bars"]
    picture = Image.new("RGB", (WIDTH, TOP + len(lines) * (BAR + GAP) + MARGIN), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((WIDTH / 2, MARGIN), chart["chart"], font=_font(TITLE), fill=f"#{INK}", anchor="ma")
    most = max([float(line[1] or 0) for line in lines] + [0.0]) or 1.0
    room = WIDTH - NAMES - NUMBERS
    for place, (name, number, *colour) in enumerate(lines):
        top = TOP + place * (BAR + GAP)
        middle = top + BAR / 2
        pen.text((NAMES - 20, middle), _short(name), font=_font(TEXT), fill=f"#{INK}", anchor="rm")
        length = round(float(number or 0) / most * room)
        pen.rectangle((NAMES, top, NAMES + max(length, 2), top + BAR), fill=f"#{colour[0] if colour else BLUE}")
        said = "—" if number is None else f"{number:,.2f}" if isinstance(number, float) else f"{number:,}"
        pen.text((NAMES + length + 16, middle), said, font=_font(TEXT), fill=f"#{INK}", anchor="lm")
    pen.line((NAMES, TOP - 8, NAMES, picture.height - MARGIN), fill=f"#{GREY}", width=3)
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(254, 254), optimize=True)
    return out.getvalue()


def _short(name: str) -> str:
    """A name as long as its room; the rest is left out."""
    while _font(TEXT).getlength(name) > NAMES - 40:
        name = name[:-2] + "…"
    return name


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size)

"""Small pictures for demo evidence: drawn, never photographs of anybody."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo


@lru_cache(maxsize=256)
def photo(about: str) -> bytes:
    """A PNG that stands for a photograph: coloured blocks that differ with what it is about."""
    rng = Random(about)
    picture = Image.new("RGB", (320, 240), tuple(rng.randrange(60, 200) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        left, top = rng.randrange(260), rng.randrange(180)
        colour = tuple(rng.randrange(30, 230) for _ in range(3))
        draw.rectangle((left, top, left + rng.randrange(20, 90), top + rng.randrange(20, 80)), fill=colour)
    return _png(picture, about)


@lru_cache(maxsize=256)
def signature(name: str) -> bytes:
    """A PNG that stands for a signature: one winding line."""
    rng = Random(name)
    picture = Image.new("L", (300, 120), 255)
    points = [(20 + place * 20, rng.randrange(25, 95)) for place in range(13)]
    ImageDraw.Draw(picture).line(points, fill=30, width=3, joint="curve")
    return _png(picture, name)


def _png(picture: Image.Image, about: str) -> bytes:
    notes = PngInfo()
    notes.add_itxt("Title", about)  # so that two pictures are never the same bytes
    stream = BytesIO()
    picture.save(stream, "PNG", pnginfo=notes)
    return stream.getvalue()

"""Photographs that strangers send, drawn anew: nothing but the picture is kept (no place, no device, no name)."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

LARGEST_BYTES = 15 * 1024 * 1024
# A plain JPEG is decoded in the size that is wanted. Whatever else has to be unpacked whole, four bytes a pixel and
# WebP three times over, however little the file weighs.
LARGEST_PIXELS = 60_000_000
LARGEST_WHOLE = {"JPEG": 24_000_000, "PNG": 24_000_000, "WEBP": 8_000_000}
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")
MIME = "image/jpeg"
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises over files that are cut off, damaged on purpose or not what they say.
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)


class PhotoError(ValueError):
    """Not a photograph we keep; the argument is `format` or `size`."""


def redrawn(content: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 pixels a side, upright, without EXIF or any other note.

    Raises:
        PhotoError: neither JPEG, PNG nor WebP, damaged, above 15 MB or more pixels than any photograph has.
    """
    if len(content) > LARGEST_BYTES:
        raise PhotoError("size")
    target = io.BytesIO()
    upright(content, LONGEST_SIDE).save(target, "JPEG", quality=80, optimize=True)
    return target.getvalue()


def upright(content: bytes, longest: int) -> Image.Image:
    """The picture as its camera was held, on white, at most so many pixels a side, with nothing else of the file.

    Raises:
        PhotoError: not a picture of ours, damaged, or more pixels than any photograph has.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as sent:
            if too_large(sent):
                raise PhotoError("size")
            sent.draft("RGB", (longest, longest))  # a JPEG is decoded no larger than needed
            turn = _turn(sent)
            sent.thumbnail((longest, longest))
            colours = sent.convert("RGBA" if sent.has_transparency_data else "RGB")
    except PhotoError:
        raise
    except Image.DecompressionBombError:
        raise PhotoError("size") from None
    except UNREADABLE:
        raise PhotoError("format") from None
    plain = Image.new("RGB", colours.size, "white")
    plain.paste(colours, mask=colours if colours.mode == "RGBA" else None)
    return plain if turn is None else plain.transpose(turn)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """How a picture has to be turned to stand upright, by the notes of its camera."""
    try:
        said: Any = picture.getexif().get(ExifTags.Base.Orientation)
        return TURNS.get(said)
    except Exception:  # the reader of these notes raises nearly anything; damaged ones say nothing
        return None


def too_large(picture: Image.Image) -> bool:
    """Whether unpacking an opened picture would cost more memory than any photograph is worth."""
    plain = picture.format == "JPEG" and not picture.info.get("progressive")
    return picture.width * picture.height > (LARGEST_PIXELS if plain else LARGEST_WHOLE[picture.format or "PNG"])

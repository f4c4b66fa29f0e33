"""Photographs that strangers send, drawn anew: nothing but the picture is kept (no place, no device, no name)."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 15 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")
MIME = "image/jpeg"


class PhotoError(ValueError):
    """Not a photograph we keep; the argument is `format` or `size`."""


def redrawn(content: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 pixels a side, upright, without EXIF or any other note.

    Raises:
        PhotoError: neither JPEG, PNG nor WebP, damaged, above 15 MB or 60 megapixels.
    """
    if len(content) > LARGEST_BYTES:
        raise PhotoError("size")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as sent:
            if sent.width * sent.height > LARGEST_PIXELS:
                raise PhotoError("size")
            sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
            upright = ImageOps.exif_transpose(sent)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise PhotoError("format") from None
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=80, optimize=True)
    return target.getvalue()

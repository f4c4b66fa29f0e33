"""The one text font of labels: read once, asked for widths and for what it can draw."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_PATH = Path(__file__).resolve().parents[2] / "static/dist/fonts/NotoSansSC-Regular.ttf"
MISSING = "〓"  # what Chinese and Japanese compositors set for a character they have no type for
_CAPITAL_HEIGHT = 0.733  # of the em, used when the font does not tell its own


class Font:
    """An open TrueType font registered with reportlab under `name`."""

    def __init__(self, path: Path) -> None:
        self.name = "label-" + hashlib.sha256(str(path).encode()).hexdigest()[:12]
        self.typeface = TTFont(self.name, str(path), asciiReadable=0, shapable=False)
        pdfmetrics.registerFont(self.typeface)
        face = self.typeface.face
        self._widths = _Widths(face.charWidths, face.defaultWidth)
        self.drawn = frozenset(map(chr, face.charToGlyph))
        self.capital_height = (getattr(face, "capHeight", 0) or 1000 * _CAPITAL_HEIGHT) / 1000

    def width(self, text: str) -> float:
        """The width of `text` in ems."""
        return sum(map(self._widths.__getitem__, text)) / 1000


class _Widths(dict[str, float]):
    """Width of a character in thousandths of the em."""

    def __init__(self, widths: Mapping[int, float], default: float) -> None:
        super().__init__((chr(code), width) for code, width in widths.items())
        self._default = default

    def __missing__(self, character: str) -> float:
        return self._default


def font(path: Path | None = None) -> Font:
    """The font at `path`, by default the one the asset build installs; FileNotFoundError without it."""
    path = path or FONT_PATH
    if not path.is_file():
        raise FileNotFoundError(f"label font is missing, build the assets first: {path}")
    return _font(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _font(path: Path, _changed: int) -> Font:
    return Font(path)


def printable(text: str, typeface: Font) -> str:
    """`text` with white space as single blanks and every character the font lacks replaced.

    A missing character is set in its compatibility form when the font has that (㎏ as kg), and as 〓
    otherwise: an empty box or a gap would pass for a misprint, a wrong character for the truth.
    """
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    if typeface.drawn.issuperset(clean):
        return clean
    return "".join(_drawable(character, typeface) for character in clean)


def missing_characters(texts: Iterable[str], font_path: Path | None = None) -> tuple[str, ...]:
    """The characters that would be printed as 〓, each once, in order of appearance."""
    typeface = font(font_path)
    lost = (
        character
        for text in texts
        for character in unicodedata.normalize("NFC", text)
        if character != MISSING and _drawable(character, typeface) == MISSING and not character.isspace()
    )
    return tuple(dict.fromkeys(lost))


def _drawable(character: str, typeface: Font) -> str:
    if character in typeface.drawn:
        return character
    if unicodedata.category(character) in ("Cf", "Cc", "Mn"):
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return plain if typeface.drawn.issuperset(plain) else MISSING

"""Cleaning of what people type into cells and headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

# Excel shows none of these, so nobody can find them in the sheet: they only break comparisons.
_INVISIBLE = dict.fromkeys([*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFEFF, 0x200B, 0x200C])
_INVISIBLE |= dict.fromkeys([0x200D, 0x200E, 0x200F, 0x2060])
_SPACES = {0xA0: " ", 0x3000: " ", 0x2007: " ", 0x202F: " "}
_CLEANING = _INVISIBLE | _SPACES
_BRACKETS = re.compile(r"[(\[【〔<{].*?[)\]】〕>}]")
_NOISE = re.compile(r"[\W_]+")
_UNIT = re.compile(r"[(\[【]\s*([^()\[\]【】]{1,12}?)\s*[)\]】]\s*\*?\s*$")


def clean(text: str) -> str:
    """The text without invisible characters and outer spaces; line breaks become `\\n`."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(_CLEANING).replace("\r\n", "\n").replace("\r", "\n").strip()


def is_filled(cells: Sequence[Any]) -> bool:
    """Whether one of the cells shows something; mostly the first one tells."""
    for cell in cells:
        if cell.__class__ is not str:
            if cell is not None:
                return True
        elif cell and ((cell.isprintable() and not cell.isspace()) or clean(cell)):
            return True
    return False


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as their usual form (NFKC), cleaned."""
    if text.isascii():
        return clean(text)
    return clean(unicodedata.normalize("NFKC", clean(text)))


def fold(text: str) -> str:
    """For comparing values: narrow, without case and inner spaces."""
    return "".join(narrow(text).casefold().split())


def fold_heading(text: str, keep_brackets: bool = False) -> str:
    """For comparing headings: without case, spaces, marks and (unless kept) remarks in brackets."""
    text = narrow(text).casefold()
    if not keep_brackets:
        text = _BRACKETS.sub("", text) or text
    return _NOISE.sub("", text)


def unit_of(heading: str) -> str:
    """The unit in brackets at the end of a heading: `额定载重量（kg）` -> `kg`; empty when there is none."""
    found = _UNIT.search(narrow(heading))
    return found.group(1).strip() if found else ""


def column_letters(index: int) -> str:
    """The letters Excel shows above a column, counted from 0: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The reverse of `column_letters`."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1

"""Label codes: made at random, checked by two digits, signed for the QR text.

A code is sixteen characters of Crockford's base 32 (no I, L, O, U): ``SZ``, three of the issuer's block,
eight random, one key version, two check digits. The QR text is ``HTTPS://HOST/Q/<code>.<mac>``, where the
mac is 80 bits of HMAC-SHA-256 under the key of that version. A good mac proves "issued by us", never
"not copied".
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "SZ"
LENGTH = 16
MAC_LENGTH = 16
MAC_BYTES = 10

Keys = Mapping[str, bytes]
"""Key version (one character of the alphabet) to secret."""

Outcome = Literal["ok", "unreadable", "bad_check", "bad_mac", "unsigned"]

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PLACES = {character: f"{value:02d}" for character, value in _VALUES.items()}
_CHARACTER_OF_BYTE = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
_CODE = re.compile(rf"{PREFIX}[{ALPHABET}]{{12}}[0-9]{{2}}")
_LOOK_ALIKES = str.maketrans("OIL", "011")
# What a scanner gun leaves behind when a Chinese input method is switched on.
_IME_PUNCTUATION = str.maketrans("。、", "./")
_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan or a typed line holds: a code in plain form and its mac, if it carried one.

    `code` may be anything, also empty: `verify` says what it is worth.
    """

    code: str
    mac: str | None = None


def new_code(block: str = "000", *, version: str) -> str:
    """A fresh random code of `block` (three characters) to be signed with the key `version` (one)."""
    if len(block) != 3 or not _is_plain(block):
        raise ValueError(f"block must be three characters of {ALPHABET}: {block!r}")
    if len(version) != 1 or not _is_plain(version):
        raise ValueError(f"key version must be one character of {ALPHABET}: {version!r}")
    # Five bits of each byte: all 32 characters are equally likely.
    body = PREFIX + block + secrets.token_bytes(8).translate(_CHARACTER_OF_BYTE).decode("ascii") + version
    return body + _check_digits(body)


def normalise(text: str) -> str:
    """The plain form of what was typed or printed: upper case, no group marks, look-alikes as digits.

    Full-width letters and digits of Chinese input methods count as their plain counterparts.
    """
    if text.isascii() and text.isalnum():  # as nearly all come: nothing to be left out
        return text.upper().translate(_LOOK_ALIKES)
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = (c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf", "Cc"))
    return "".join(kept).translate(_LOOK_ALIKES)


def is_code(code: str) -> bool:
    """Whether `code` (plain form) has the shape of one of our codes; its check digits may be wrong."""
    return _CODE.fullmatch(code) is not None


def check(code: str) -> bool:
    """Whether `code` (plain form) has our shape and its check digits are right."""
    return is_code(code) and hmac.compare_digest(_check_digits(code[:-2]), code[-2:])


def key_version(code: str) -> str:
    """The character of a code that names its key."""
    return code[-3]


def mac(code: str, keys: Keys) -> str:
    """The sixteen characters that sign `code`; KeyError when its key version is not among `keys`."""
    digest = hmac.digest(keys[key_version(code)], code.encode("ascii"), "sha256")
    number = int.from_bytes(digest[:MAC_BYTES], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(MAC_BYTES * 8 - 5, -1, -5))


@lru_cache(maxsize=4096)  # asked several times on the way of one scan or fill
def split(text: str) -> Scanned:
    """Take a bare code, `code.mac` or a whole label URL apart; never fails.

    The host is not looked at: labels outlive host names, and the mac tells whose they are.
    """
    code, dot, signature = text.partition(".")
    if text.isascii() and code.isalnum() and signature.isalnum() is bool(dot) and len(text) <= _LONGEST_TEXT:
        return Scanned(normalise(code), normalise(signature) or None)  # as a scanner reads nearly all of them
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).translate(_IME_PUNCTUATION).strip().upper()
    path = re.split(r"[?#]", plain, maxsplit=1)[0].rstrip("/")
    before, slash, last = path.rpartition("/")
    if slash and before.rpartition("/")[2] != "Q":
        return Scanned("")
    code, _, signature = last.partition(".")
    return Scanned(normalise(code), normalise(signature) or None)


def verify(scanned: Scanned, keys: Keys) -> Outcome:
    """What a scan is worth.

    `unreadable`: not one of our codes; `bad_check`: mistyped; `bad_mac`: not issued by us, or its key is
    gone; `unsigned`: a good code that carried no mac; `ok`: issued by us.
    """
    if not is_code(scanned.code):
        return "unreadable"
    if not check(scanned.code):
        return "bad_check"
    if scanned.mac is None:
        return "unsigned"
    if key_version(scanned.code) not in keys:
        return "bad_mac"
    expected = mac(scanned.code, keys)
    # As bytes: compare_digest refuses text outside ASCII, and a scan may hold anything.
    return "ok" if hmac.compare_digest(expected.encode(), scanned.mac.encode()) else "bad_mac"


def qr_url(base_url: str, code: str, keys: Keys) -> str:
    """The text of a code's QR symbol, in upper case so that it fits the alphanumeric mode.

    ValueError when `base_url` is more than scheme, host and port: a path in upper case would be another
    path, and ten thousand labels would lead nowhere.
    """
    parts = urlsplit(base_url)
    plain_host = parts.netloc and parts.netloc.isascii() and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not plain_host:
        raise ValueError(f"base URL of labels must be http(s)://host[:port]: {base_url!r}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"base URL of labels must not have a path: {base_url!r}")
    return f"{parts.scheme}://{parts.netloc}/Q/{code}.{mac(code, keys)}".upper()


def grouped(code: str) -> str:
    """The code as people read it: groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _is_plain(text: str) -> bool:
    return all(character in _VALUES for character in text)


def _check_digits(body: str) -> str:
    """ISO 7064 MOD 97-10 over the characters' values 00..31, two digits each.

    Every character takes two places, unlike in an IBAN, where letters take two and digits one: so any
    single wrong character and any swap of neighbours is caught, without exception.
    """
    number = int("".join(map(_PLACES.__getitem__, body)))
    return f"{98 - number * 100 % 97:02d}"

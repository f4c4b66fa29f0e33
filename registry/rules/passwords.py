"""Which passwords are refused (GB/T 22239-2019 8.1.4.1 a): too short, common, or the login again."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

SHORTEST = 10
FEWEST_CHARACTERS = 5


@cache
def common() -> frozenset[str]:
    """Passwords that are tried first, as far as they are long enough, plainly written."""
    text = files(__package__).joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(_plain(line) for line in text.splitlines() if line)


def problem(password: str, login: str) -> str:
    """`short`, `login`, `common`, or empty where nothing is wrong."""
    plain = _plain(password)
    if len(password) < SHORTEST:
        return "short"
    if login and plain in {_plain(login) * times for times in (1, 2, 3)}:
        return "login"
    if len(set(plain)) < FEWEST_CHARACTERS or plain in common():
        return "common"
    return ""


def _plain(text: str) -> str:
    """Small letters without signs, `@` and `$` as what they stand for: P@$sword-2024 is password2024."""
    return re.sub(r"[\W_]", "", text.casefold().replace("@", "a").replace("$", "s"))

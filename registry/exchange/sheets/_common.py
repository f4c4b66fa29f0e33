"""What the registers' sheets share: names in two languages, identifiers, and a register bound to who imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from registry.actor import Actor
from registry.exchange.columns import Sheet
from registry.exchange.importing import Existing, Refusal, Values
from registry.exchange.mapping import Profile
from registry.messages import T
from registry.queries import areas
from registry.rules.identifiers import IdentifierError, normalise


class Bilingual(T):
    """A text of the rules, which carry their own English: the Chinese, with both as `zh` and `en`."""

    zh: str
    en: str

    def __new__(cls, zh: str, en: str) -> Bilingual:
        text = cast("Bilingual", super().__new__(cls, zh))
        text.zh, text.en = zh, en
        return text

    def __reduce__(self) -> tuple[type[Bilingual], tuple[str, str]]:
        return Bilingual, (self.zh, self.en)


@dataclass(slots=True)
class Bound:
    """A register's sheet for one import by one caller.

    `save` writes a batch and returns what it refused; `forget` is called when what it wrote was rolled back;
    `announce` are sentences about what else comes into the registry with the rows. `in_parts`: rows of a large file
    may be written some at a time, since a row that is there already is recognised by its own values.
    """

    sheet: Sheet
    existing: Existing
    save: Callable[[Sequence[Values]], list[Refusal]]
    forget: Callable[[], None] = lambda: None
    announce: Callable[[], list[T]] = list
    in_parts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register that spreadsheets may fill. `permission` is asked beside `import.check`."""

    sheet: Sheet
    permission: str
    bind: Callable[[Actor, Profile], Bound]


def named(things: Mapping[str, Any]) -> dict[str, Bilingual]:
    """Id -> name of kinds, media or statuses of the rules (objects with `zh` and `en`, or pairs of both)."""
    pairs = {key: thing if isinstance(thing, tuple) else (thing.zh, thing.en) for key, thing in things.items()}
    return {key: Bilingual(zh, en) for key, (zh, en) in pairs.items()}


def identifier(check: Callable[[str], str]) -> Callable[[str], str | None]:
    """The check of a column from a checker of the rules."""

    def judge(text: str) -> str | None:
        try:
            check(text)
        except IdentifierError as error:
            return Bilingual(error.zh, error.en)
        return None

    return judge


def tidy(row: Values, names: Sequence[str]) -> None:
    """Write codes of a row as they are stored: half-width, upper case, without blanks."""
    for name in names:
        if row.get(name):
            row[name] = normalise(row[name])


def area_choices() -> Mapping[str, str]:
    """Code -> name of every area, the city too."""
    return areas.names()

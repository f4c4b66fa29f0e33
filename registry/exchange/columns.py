"""What a spreadsheet of ours is made of: columns, and the sheet that holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["text", "integer", "decimal", "date", "month", "moment", "choice", "bool"]
KINDS: tuple[Kind, ...] = ("text", "integer", "decimal", "date", "month", "moment", "choice", "bool")
Choices = Mapping[str, str] | Callable[[], Mapping[str, str]]
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Values are `str` (text, choice), `int`, `Decimal`, `date` (date; month: the first day of it),
    an aware `datetime` in UTC (moment; cells show Asia/Shanghai) or `bool`. Missing is always `None`.

    `choices` maps our value to its Chinese label (or is called once per import for that mapping).
    `aliases` are headings under which others keep the same thing. `units` maps a spelling of a unit to
    its factor into ours: with `{"kg": 1, "t": 1000}` a cell `1.5t` and a heading `载重（t）` are understood.
    `spellings` are what others write for a choice, in any kind of their sheet, and what it means of ours ("" for
    nothing). `outside` names what a foreign value of a choice may be that is none of ours, with the reason: a profile
    maps to the name, and the row is refused with the reason. `places` rounds a decimal. `check` gets the value and
    returns the reason against it, or None.
    """

    name: str
    heading: str
    heading_en: str = ""
    kind: Kind = "text"
    required: bool = False
    choices: Choices | None = None
    spellings: Mapping[str, str] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    units: Mapping[str, Decimal | int] = field(default_factory=dict)
    width: int = 0
    note: str = ""
    example: Any = None
    max_length: int | None = None
    min: Any = None
    max: Any = None
    places: int | None = None
    check: Callable[[Any], str | None] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r} of column {self.name}")
        if (self.kind == "choice") != (self.choices is not None):
            raise ValueError(f"column {self.name}: choices belong to kind choice, and only there")

    def options(self) -> dict[str, str]:
        """Value -> Chinese label, empty unless the kind is choice."""
        if self.choices is None:
            return {}
        return dict(self.choices() if callable(self.choices) else self.choices)

    def title(self, language: str = "zh", say: Say = str) -> str:
        """The heading to write into a file."""
        if language == "en" and self.heading_en:
            return self.heading_en
        return say(self.heading)


@dataclass(frozen=True, slots=True)
class Problems:
    """Why `Sheet.validate` refuses a row: column name -> reason; "" for the row as a whole."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One register as a spreadsheet.

    `key` names the columns that identify a row; they must be filled in every row. `validate` judges a row
    whose cells are good each by itself (every mapped column is a key of the dict, None where missing): it
    returns the row to save, with further keys if it likes, or `Problems`. `holder` names the column that says whose a
    row is: two rows with one key and different holders are told apart from a mere repetition.
    """

    name: str
    heading: str
    columns: Sequence[Column]
    key: tuple[str, ...]
    heading_en: str = ""
    validate: Callable[[dict[str, Any]], dict[str, Any] | Problems] | None = None
    holder: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"sheet {self.name}: a column name occurs twice")
        if not self.key or not set(self.key) <= set(names):
            raise ValueError(f"sheet {self.name}: the key must name columns of it")

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that every row must fill: the required ones and those of the key."""
        return tuple(c.name for c in self.columns if c.required or c.name in self.key)

    def title(self, language: str = "zh", say: Say = str) -> str:
        """The name of the register to write into a file."""
        return self.heading_en if language == "en" and self.heading_en else say(self.heading)

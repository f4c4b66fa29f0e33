"""Spreadsheets at the border: the upload, the name of a mapping, and the mapping itself as its page sends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema

from blueprints.filters import say
from blueprints.schemas.base import In
from blueprints.schemas.fields import Choice, Text, Upload
from registry.exchange.columns import Column, Sheet
from registry.exchange.conversions import CONVERSIONS
from registry.exchange.mapping import Profile

_ = lazy_gettext

UNMAPPED, MISSING = "?", "-"
FOREIGN_MEASURES = ("feet_inches_to_metres", "pounds_to_kg", "feet_per_minute_to_metres_per_second")
DATE_STYLES = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y")


class UploadIn(In):
    """A file for a register."""

    register = Choice("registers", required=True, label=_("导入到"))
    file = Upload(
        required=True,
        accept=".xlsx,.csv,.tsv,.txt",
        label=_("表格文件"),
        hint=_(".xlsx 或 .csv；有合并表头、说明行也可以"),
    )


class ProfileIn(In):
    """The name under which a mapping is kept."""

    name = Text(required=True, max=40, label=_("方案名称"))


class ProfileChoice(Schema):
    """Which mapping to look at."""

    profile = Text(max=40)


@dataclass(frozen=True)
class ColumnField:
    """How one column of ours is filled: the controls of the matching page."""

    column: Column
    required: bool
    heading: str
    constant: str
    conversion: str
    conversions: list[tuple[str, str]]
    constants: list[tuple[str, str]]
    is_lenient: bool

    @property
    def is_used(self) -> bool:
        return bool(self.heading or self.constant)


def column_fields(sheet: Sheet, profile: Profile) -> list[ColumnField]:
    """The controls of every column, the compulsory and the matched ones first."""
    fields = [
        ColumnField(
            column=column,
            required=column.name in sheet.required,
            heading=profile.columns.get(column.name, ""),
            constant=str(profile.constants.get(column.name, "")),
            conversion=profile.conversions.get(column.name, ""),
            conversions=_conversions(column, profile.conversions.get(column.name, "")),
            constants=[(value, say(label)) for value, label in column.options().items()],
            is_lenient=column.name in profile.lenient,
        )
        for column in sheet.columns
    ]
    return sorted(fields, key=lambda field: (not field.required, not field.is_used))


def _conversions(column: Column, current: str) -> list[tuple[str, str]]:
    """The conversions that make sense for a kind of column, and the one in use."""
    offered: list[tuple[str, str]] = []
    if column.kind in ("integer", "decimal"):
        offered = [(name, say(CONVERSIONS[name])) for name in FOREIGN_MEASURES]
    elif column.kind in ("date", "month"):
        offered = [(f"{column.kind}:{style}", style) for style in DATE_STYLES]
    if current and current not in dict(offered):
        name, _colon, argument = current.partition(":")
        offered.insert(0, (current, f"{say(CONVERSIONS.get(name, name))} {argument}".strip()))
    return offered


def read_columns(sent: Mapping[str, Any], sheet: Sheet, profile: Profile) -> Profile:
    """The mapping as the matching page sent it; values mapped before stay for the columns that stay."""
    columns, constants, conversions, lenient = {}, {}, {}, []
    for column in sheet.columns:
        heading = sent.get(f"heading-{column.name}", "")
        constant = sent.get(f"constant-{column.name}", "").strip()
        if heading:
            columns[column.name] = heading
        elif constant:
            constants[column.name] = constant
        if heading and sent.get(f"conversion-{column.name}"):
            conversions[column.name] = sent[f"conversion-{column.name}"]
        if heading and sent.get(f"lenient-{column.name}"):
            lenient.append(column.name)
    return replace(
        profile,
        columns=columns,
        constants=constants,
        conversions=conversions,
        lenient=lenient,
        values={name: pairs for name, pairs in profile.values.items() if name in columns},
        empty={name: words for name, words in profile.empty.items() if name == "*" or name in columns},
        clear_blanks=bool(sent.get("clear-blanks")),
    )


@dataclass(frozen=True)
class ValueField:
    """What a foreign value is of ours: `chosen` is one of `UNMAPPED`, `MISSING`, or our value."""

    theirs: str
    count: int
    chosen: str


@dataclass(frozen=True)
class ValueGroup:
    """The foreign values of one choice column."""

    column: Column
    heading: str
    options: list[tuple[str, str]]
    fields: list[ValueField]


def value_groups(
    sheet: Sheet, profile: Profile, foreign: Mapping[str, Sequence[tuple[str, int, str]]]
) -> Iterator[ValueGroup]:
    """The controls of the page where foreign values are matched."""
    for name, found in foreign.items():
        column = sheet.column(name)
        mapped = profile.values.get(name, {})
        options = [(value, say(label)) for value, label in column.options().items()]
        refusals = [(key, gettext("不导入：%(reason)s", reason=say(reason))) for key, reason in column.outside.items()]
        ends = [(MISSING, gettext("留空")), (UNMAPPED, gettext("没有对应，退回这些行"))]
        yield ValueGroup(
            column,
            profile.columns[name],
            options + refusals + ends,
            [
                ValueField(theirs, count, MISSING if mapped.get(theirs) == "" else guessed or UNMAPPED)
                for theirs, count, guessed in found
            ],
        )


def read_values(sent: Any, sheet: Sheet, profile: Profile) -> Profile:
    """The mapping with the values as their page sent them."""
    values = {name: dict(pairs) for name, pairs in profile.values.items()}
    for column in sheet.columns:
        known = {*column.options(), *column.outside, MISSING}
        for theirs, ours in zip(
            sent.getlist(f"theirs-{column.name}"), sent.getlist(f"ours-{column.name}"), strict=False
        ):
            pairs = values.setdefault(column.name, {})
            pairs.pop(theirs, None)
            if ours in known:
                pairs[theirs] = "" if ours == MISSING else ours
    return replace(profile, values={name: pairs for name, pairs in values.items() if pairs})

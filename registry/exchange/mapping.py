"""Which heading of a foreign sheet feeds which column of ours, and how its values are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from registry.exchange.columns import Column, Sheet
from registry.exchange.conversions import conversion
from registry.exchange.convert import cell_text, parser
from registry.exchange.reading import Table
from registry.exchange.text import fold, fold_heading, unit_of
from registry.exchange.values import BadValue
from registry.messages import T

_LIKE_ENOUGH = 0.84
# What may be added to a heading or left out of it without changing what it means.
_FILLERS = frozenset(
    {
        *("名称", "名", "编号", "号码", "号", "代码", "日期", "时间", "信息", "情况", "设备", "电梯", "气瓶", "单位"),
        *("具体", "所在", "当前", "所属", "详细", "number", "no", "name", "date", "code", "equipment", "the", "of"),
    }
)
# Headings and values that differ in one of these mean different things, however alike they look.
_OPPOSITES = (
    *(("上", "下"), ("前", "后"), ("起", "止"), ("始", "终"), ("新", "旧"), ("内", "外"), ("高", "低")),
    *(("last", "next"), ("start", "end"), ("first", "last"), ("max", "min"), ("最大", "最小")),
    *(("不", ""), ("未", ""), ("非", ""), ("无", ""), ("停", "")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one kind of foreign sheet is read. Saved under its name; `to_dict` and `from_dict` are JSON.

    - `columns` our column -> their heading (one heading may feed several columns)
    - `values` our column -> {their value: ours}; "" as ours means missing
    - `constants` our column -> the value of every row, for columns their sheet lacks
    - `conversions` our column -> a conversion, see `conversions.conversion`
    - `empty` our column, or "*" for all -> their spellings of nothing ("N/A", "0 inches")
    - `lenient` columns whose unreadable values become missing, with a warning, instead of refusing the row
    - `clear_blanks` whether an empty cell empties the field of a known row; else it leaves it as it is
    """

    name: str = ""
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    conversions: Mapping[str, str] = field(default_factory=dict)
    empty: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lenient: Sequence[str] = ()
    clear_blanks: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists for JSON."""
        return {
            "name": self.name,
            "columns": dict(self.columns),
            "values": {column: dict(pairs) for column, pairs in self.values.items()},
            "constants": dict(self.constants),
            "conversions": dict(self.conversions),
            "empty": {column: list(words) for column, words in self.empty.items()},
            "lenient": list(self.lenient),
            "clear_blanks": self.clear_blanks,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Profile:
        """The reverse of `to_dict`; ValueError when the data has another shape."""
        known = set(cls.__slots__)
        if "columns" not in data or not set(data) <= known:
            raise ValueError(f"not a profile: {sorted(set(data) ^ known)}")
        for name in known - {"name", "lenient", "clear_blanks"}:
            if not isinstance(data.get(name, {}), Mapping):
                raise ValueError(f"profile: {name} is not a table")
        return cls(**data)

    def faults(self, sheet: Sheet, headings: Sequence[str]) -> list[T]:
        """Sentences about what keeps this profile from reading a sheet with these headings."""
        return list(_faults(self, sheet, headings))


def _faults(profile: Profile, sheet: Sheet, headings: Sequence[str]) -> Iterator[T]:
    columns = {column.name: column for column in sheet.columns}
    mentioned = (profile.columns, profile.values, profile.constants, profile.conversions, profile.lenient)
    for name in sorted({name for part in mentioned for name in part} | set(profile.empty) - {"*"}):
        if name not in columns:
            yield T("没有“{column}”这一列", column=name)
    for name, heading in profile.columns.items():
        if heading not in headings and name in columns:
            label = columns[name].heading
            yield T("表格里没有“{heading}”这个表头（对应{column}）", heading=heading, column=label)
    for name in sheet.required:
        if name not in profile.columns and name not in profile.constants:
            yield T("缺少必填列：{column}", column=columns[name].heading)
    for spec in profile.conversions.values():
        try:
            conversion(spec)
        except ValueError:
            yield T("看不懂的换算：{spec}", spec=spec)
    for name in profile.constants.keys() & columns.keys():
        try:
            parser(columns[name])(profile.constants[name])
        except BadValue as bad:
            yield T("{column}的固定值不对：{reason}", column=columns[name].heading, reason=bad.reason)


def known_headings(sheet: Sheet) -> frozenset[str]:
    """Every folded heading that means one of the columns, for `read_table(known=...)`."""
    return frozenset(folded for column in sheet.columns for folded in _names(column))


def _names(column: Column) -> list[str]:
    """Folded spellings of a column's heading, the best first."""
    spelled = (column.heading, column.heading_en, *column.aliases, column.name)
    names = [fold_heading(text, keep_brackets=True) for text in spelled if text]
    names += [fold_heading(text) for text in spelled if text]
    return list(dict.fromkeys(filter(None, names)))


def guess(headings: Sequence[str], sheet: Sheet) -> dict[str, str]:
    """Our column -> the heading that most likely feeds it; each heading is used once."""
    pairs = []
    for order, column in enumerate(sheet.columns):
        names = _names(column)
        for heading in filter(None, headings):
            if score := _likeness(heading, names):
                pairs.append((-score, order, column.name, heading))
    found: dict[str, str] = {}
    used: set[str] = set()
    for _, _, name, heading in sorted(pairs):
        if name not in found and heading not in used:
            found[name] = heading
            used.add(heading)
    return {column.name: found[column.name] for column in sheet.columns if column.name in found}


def _likeness(heading: str, names: Sequence[str]) -> float:
    full, bare = fold_heading(heading, keep_brackets=True), fold_heading(heading)
    if full in names:
        return 3.0 - names.index(full) / 100
    if bare in names:
        return 2.0 - names.index(bare) / 100
    best = max((_resemblance(bare, name) for name in names), default=0.0)
    return best if best >= _LIKE_ENOUGH else 0.0


def _resemblance(one: str, other: str) -> float:
    if _opposed(one, other):
        return 0.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 1 and shorter in longer and longer.replace(shorter, "", 1) in _FILLERS:
        return 0.99
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _opposed(one: str, other: str) -> bool:
    """Whether one says a word and the other its opposite, or leaves a "not" out."""
    for word, opposite in _OPPOSITES:
        if (word in one) != (word in other) and (not opposite or (opposite in one) != (opposite in other)):
            return True
    return False


def propose(headings: Sequence[str], sheet: Sheet, name: str = "") -> Profile:
    """A profile as first guess: headings, and factors where a heading names another unit than ours.

    Foreign values are never mapped by guess alone: see `foreign_values`.
    """
    columns = guess(headings, sheet)
    conversions = {}
    for column in sheet.columns:
        factor = _unit_factor(column, columns.get(column.name, ""))
        if factor not in (None, 1):
            conversions[column.name] = f"factor:{factor}"
    return Profile(name=name, columns=columns, conversions=conversions)


def _unit_factor(column: Column, heading: str) -> Any:
    units = {fold(unit): factor for unit, factor in column.units.items()}
    return units.get(fold(unit_of(heading)))


def foreign_values(
    table: Table, sheet: Sheet, profile: Profile, limit: int = 200
) -> dict[str, list[tuple[str, int, str]]]:
    """Choice column -> values of the sheet that are none of ours: (value, how often, our guess or "").

    The most frequent first, at most `limit` for each column; those the profile maps already are included
    with what they are mapped to.
    """
    columns = [c for c in sheet.columns if c.kind == "choice" and profile.columns.get(c.name) in table.headings]
    places = [table.column(profile.columns[column.name]) for column in columns]
    counters: list[Counter[str]] = [Counter() for _ in columns]
    for _, values in table:
        for place, counter in zip(places, counters, strict=True):
            if place < len(values):
                counter[cell_text(values[place])] += 1
    found = {}
    for column, counter in zip(columns, counters, strict=True):
        mapped = profile.values.get(column.name, {})
        options = column.options()
        ours = {fold(text) for pair in (*options.items(), column.spellings) for text in pair}
        foreign = [(v, n) for v, n in counter.most_common() if v and (v in mapped or fold(v) not in ours)]
        found[column.name] = [(v, n, mapped.get(v) or _nearest(v, options)) for v, n in foreign[:limit]]
    return {name: values for name, values in found.items() if values}


def _nearest(value: str, options: Mapping[str, str]) -> str:
    spellings = {fold(label): ours for ours, label in options.items()} | {fold(ours): ours for ours in options}
    folded = fold(value)
    candidates = [spelled for spelled in spellings if not _opposed(spelled, folded)]
    inside = [spelled for spelled in candidates if len(spelled) > 1 and (spelled in folded or folded in spelled)]
    near = sorted(inside, key=len, reverse=True)[:1] or get_close_matches(folded, candidates, 1, 0.75)
    return spellings[near[0]] if near else ""

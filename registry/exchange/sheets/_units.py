"""Units as a list names them: by credit code or by name, known or to be registered with the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.actor import Actor
from registry.exchange.importing import Refusal, Values
from registry.messages import T
from registry.queries import unit_names
from registry.rules.identifiers import normalise
from registry.services import units_bulk

SHOWN = 20


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that nobody has registered yet: it comes into being with the first row that names it."""

    name: str
    credit_code: str | None


class UnitFinder:
    """Finds the units that rows name; those nobody knows are registered with the rows when that is wanted.

    A credit code decides. A name must be exactly one registered unit's (blanks and the width of brackets do not
    matter): a name that several units bear is refused, since only the code can tell them apart.
    """

    def __init__(self, actor: Actor, capacity: str | None = None) -> None:
        self.actor, self.capacity = actor, capacity
        self.wanted: dict[NewUnit, int] = {}
        self._made: dict[NewUnit, int] = {}
        self._look()

    def _look(self) -> None:
        self.by_code: dict[str, int] = {}
        self.by_name: dict[str, set[int]] = {}
        for number, name, code in unit_names.all_of(self.actor, self.capacity):
            self.by_name.setdefault(normalise(name), set()).add(number)
            if code:
                self.by_code[code] = number

    def known(self, text: str) -> int | T:
        """The unit of a credit code or a name, or why there is none."""
        plain = normalise(text)
        if plain in self.by_code:
            return self.by_code[plain]
        numbers = self.by_name.get(plain, set())
        if len(numbers) > 1:
            return T("有{count}个单位叫这个名称，请填写统一社会信用代码", count=len(numbers))
        return next(iter(numbers)) if numbers else T("没有登记过这个单位，请先登记，或核对全称")

    def find(self, name: str | None, code: str | None) -> int | NewUnit | T:
        """The unit of a row that gives a name, a code or both; one to be registered when nobody knows it."""
        if code and code in self.by_code:
            return self.by_code[code]
        if code and not name:
            return T("没有登记过这个统一社会信用代码，请同时填写单位名称")
        found = self.known(name or "")
        if isinstance(found, int) and not code:
            return found
        if len(self.by_name.get(normalise(name or ""), ())) > 1 and not code:
            return found
        return NewUnit(name or "", code)

    def want(self, unit: NewUnit) -> None:
        """Note that a good row needs a new unit."""
        self.wanted[unit] = self.wanted.get(unit, 0) + 1

    def settle(self, rows: Sequence[Values], column: str, capacity: str) -> tuple[list[Values], list[Refusal]]:
        """The rows with ids in place of new units, which are registered first; refused are those that may not be.

        A new unit lies where the first row that names it lies.
        """
        places: dict[NewUnit, str] = {}
        for row in rows:
            unit = row.get(column)
            if isinstance(unit, NewUnit) and unit not in self._made:
                places.setdefault(unit, row.get("area_code") or "")
        refused = self._register(places, capacity)
        settled = []
        refusals = []
        for index, row in enumerate(rows):
            unit = row.get(column)
            if isinstance(unit, NewUnit):
                if unit in refused:
                    refusals.append(Refusal(index, refused[unit], "use_unit"))
                row = {**row, column: self._made.get(unit)}
            settled.append(row)
        return settled, refusals

    def _register(self, places: Mapping[NewUnit, str], capacity: str) -> dict[NewUnit, T]:
        if not places:
            return {}
        # Somebody may have registered one of them since the rows were judged.
        self._look()
        for unit in places:
            found = self.find(unit.name, unit.credit_code)
            if isinstance(found, int):
                self._made[unit] = found
        new = [unit for unit in places if unit not in self._made]
        counts = units_bulk.bulk_register(
            self.actor,
            [
                {
                    "name": unit.name,
                    "credit_code": unit.credit_code,
                    "area_code": places[unit] or None,
                    "capacity": capacity,
                    "source": "import",
                }
                for unit in new
            ],
        )
        for unit, number in zip(new, counts.ids, strict=True):
            if number is not None:
                self._made[unit] = number
        return {new[refusal.index]: refusal.reason for refusal in counts.refused}

    def forget(self) -> None:
        """What was registered was rolled back."""
        self._made.clear()

    def announce(self) -> list[T]:
        """How many units come with the rows, and which."""
        if not self.wanted:
            return []
        names = "、".join(unit.name for unit in list(self.wanted)[:SHOWN])
        if len(self.wanted) > SHOWN:
            return [T("将一并登记{count}个新单位：{names}等", count=len(self.wanted), names=names)]
        return [T("将一并登记{count}个新单位：{names}", count=len(self.wanted), names=names)]

"""The ledger of elevators: one row an elevator, with its latest inspection and its maintenance contract.

A row is known by its 设备代码; a list of another register, which has none, by its name and number there (`source`,
`foreign_no`). A use unit that nobody has registered yet is registered with the row; a maintenance company is not, since
it needs its licence first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from registry.actor import Actor
from registry.exchange.columns import Problems, Sheet
from registry.exchange.importing import Key, Refusal, Values
from registry.exchange.mapping import Profile
from registry.exchange.sheets._common import Bound, Register, tidy
from registry.exchange.sheets._elevator_columns import COLUMNS as COLUMNS
from registry.exchange.sheets._elevator_columns import OTHER_INSPECTION
from registry.exchange.sheets._units import NewUnit, UnitFinder
from registry.messages import T
from registry.queries import elevator_checks, elevator_imports
from registry.queries.elevator_values import parameters_of
from registry.rules import identifiers
from registry.services import elevators_bulk

BY_DEVICE = ("device_code",)
BY_SOURCE = ("source", "foreign_no")
CODES = ("device_code", "use_cert_no", "register_code", "rescue_code")
UNIT_COLUMNS = ("use_unit", "use_unit_code", "owner_unit", "company")
# A list of mixed kinds has one column of speeds and one of heights; what they mean, the kind says.
COUNTERPARTS = {"rated_speed_mps": "nominal_speed_mps", "travel_m": "rise_m"}

SHEET = Sheet(name="elevators", heading=T("电梯"), heading_en="Elevators", key=BY_DEVICE, columns=COLUMNS)


def bind(actor: Actor, profile: Profile) -> Bound:
    """The sheet for one import; lists without device codes are known by their source and number there."""
    return _Import(actor, profile).bound()


class _Import:
    def __init__(self, actor: Actor, profile: Profile) -> None:
        self.actor = actor
        foreign = "device_code" not in profile.columns and "foreign_no" in profile.columns
        self.key = BY_SOURCE if foreign else BY_DEVICE
        self.use_units = UnitFinder(actor)
        self.companies = UnitFinder(actor, "maintenance")

    def bound(self) -> Bound:
        return Bound(
            sheet=replace(SHEET, key=self.key, validate=self.validate),
            existing=self.existing,
            save=self.save,
            forget=self.use_units.forget,
            announce=self.use_units.announce,
        )

    def existing(self, keys: list[Key]) -> dict[Key, dict[str, Any]]:
        return elevator_imports.existing(self.actor, self.key, keys)

    def validate(self, row: Values) -> Values | Problems:
        values = {name: value for name, value in row.items() if name not in UNIT_COLUMNS}
        tidy(values, CODES)
        _speak_of_kind(values)
        _settle_inspection(values)
        wrong = {name: texts[0] for name, texts in elevator_checks.of_values(values).items()}
        unit = self._units(row, values, wrong)
        if wrong:
            return Problems({self._column_of(name, row): reason for name, reason in wrong.items()})
        if isinstance(unit, NewUnit):
            self.use_units.want(unit)
        return values

    def _units(self, row: Values, values: Values, wrong: dict[str, T]) -> Any:
        """Put the units of a row into its values; what is wrong with them into `wrong`."""
        unit = None
        if row.get("use_unit") or row.get("use_unit_code"):
            code = identifiers.normalise(row["use_unit_code"]) if row.get("use_unit_code") else None
            unit = self.use_units.find(row.get("use_unit"), code)
            if isinstance(unit, T):
                wrong["use_unit" if row.get("use_unit") else "use_unit_code"] = unit
            values["use_unit_id"] = unit
        for name, finder, target in (
            ("owner_unit", self.use_units, "owner_unit_id"),
            ("company", self.companies, "company_id"),
        ):
            if row.get(name):
                found = finder.known(row[name])
                if isinstance(found, T):
                    wrong[name] = found
                values[target] = found
        return unit

    @staticmethod
    def _column_of(name: str, row: Values) -> str:
        """The column of the sheet that holds what is wrong."""
        return next((ours for ours, theirs in COUNTERPARTS.items() if theirs == name and row.get(ours)), name)

    def save(self, rows: Sequence[Values]) -> list[Refusal]:
        settled, refusals = self.use_units.settle(rows, "use_unit_id", "use")
        refused = {refusal.index for refusal in refusals}
        places = [index for index in range(len(settled)) if index not in refused]
        counts = elevators_bulk.bulk_register(self.actor, [settled[index] for index in places])
        return refusals + [Refusal(places[r.index], r.reason, r.column) for r in counts.refused]


def _speak_of_kind(values: Values) -> None:
    """Speed and height under the names that the kind gives them; a load where the kind has one."""
    own = {parameter.name for parameter in parameters_of(values["kind"])}
    for name, counterpart in COUNTERPARTS.items():
        if counterpart in own and name not in own:
            value = values.pop(name, None)
            if value is not None and values.get(counterpart) is None:
                values[counterpart] = value
    if own and "rated_load_kg" not in own:
        values.pop("rated_load_kg", None)


def _settle_inspection(values: Values) -> None:
    """Keep a validity apart from a visit that did not give it.

    Where the last inspection came after the end of the validity, or was no inspection of ours, the validity stands
    by itself: nobody stated on which day the inspection behind it took place. The later day goes into the remarks.
    """
    if values.get("inspection_conclusion") == "fail":
        values.pop("inspection_valid_until", None)
    done, until = values.get("inspection_done_on"), values.get("inspection_valid_until")
    other = values.get("inspection_kind") == OTHER_INSPECTION
    if other:
        values.pop("inspection_kind")
    if done and (other or (until and until < done)):
        values.pop("inspection_done_on")
        values.pop("inspection_kind", None)
        if not values.get("remarks"):
            values["remarks"] = f"最近一次检查：{done.isoformat()}（未由此取得检验有效期）"


REGISTER = Register(sheet=SHEET, permission="elevator.import", bind=bind)

"""Registering many cylinders at once, for imports and seeds: Core batches, every row with its trail entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import OFFICE_ROLES, Actor
from registry.bulk import insert_rows, take_ids
from registry.db import Base, transaction
from registry.messages import T
from registry.models import Cylinder, CylinderStatus, LabelCode, Unit
from registry.queries import cylinders as queries
from registry.queries.cylinder_terms import Terms, chosen
from registry.queries.cylinder_values import (
    MARKS,
    STATION_FIELDS,
    carried_fill_g,
    computed_fill_g,
    kept_dates,
    normalised,
    problems,
)
from registry.queries.cylinders import Existing, Key
from registry.rules.cylinder_lifecycle import INITIAL_STATUSES, LIVE, STATUSES, Move, moves_from
from registry.rules.kinds import CYLINDER_KINDS
from registry.services.labels import fresh_codes

BATCH = 5000
REQUIRED = ("kind", "medium", "maker", "maker_code", "serial_no", "made_on")
BLANK: dict[str, Any] = dict.fromkeys(MARKS) | {"high_purity": False, "taxi": False}
Errors = dict[str, list[T]]
Entry = tuple[int | None, Mapping[str, Any]]
Entries = dict[str, list[Entry]]


@dataclass
class Counts:
    """What became of the rows; `refused` holds (position from 0, field -> sentences)."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, Errors]] = field(default_factory=list)


def bulk_register(
    actor: Actor, rows: Iterable[Mapping[str, Any]], progress: Callable[[int], None] | None = None
) -> Counts:
    """Put many cylinders on file, or bring those on file up to date, in one transaction.

    A row holds marks as `services.cylinders.register` takes them, and optionally `owner_id` (a station's own when
    left out), `status`, `since` (first day of the status; else `registered_on`, else today), `custody`, `source`,
    `last_filled_at`. A cylinder is recognised by (maker_code, serial_no, made_on). What a row leaves out or gives as
    None stays as it is; the owner of a cylinder on file is never changed here; its status only by a legal move. A
    stated next inspection later than the computed one does not refuse the row: the computed day is kept.

    `progress` is called with the number of rows done after each batch. Refused rows are told, the others written.
    """
    policy.require(actor, "cylinder.import")
    counts = Counts()
    given = list(rows)
    with transaction() as session:
        batch = _Batch(actor, session, clock.today(), _owners(actor, session, given), counts)
        for start in range(0, len(given), BATCH):
            part = given[start : start + BATCH]
            for act, entries in batch.write(start, part).items():
                audit.record_many(actor, act, "cylinder", entries)
            if progress:
                progress(start + len(part))
    return counts


def _owners(actor: Actor, session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[int, Unit]:
    """The units named as owners that this caller may register for."""
    ids = {row.get("owner_id") or actor.unit_id for row in rows}
    if actor.role not in OFFICE_ROLES:
        ids &= {actor.unit_id}
    statement = policy.scope(actor, Unit).where(Unit.id.in_(ids)).options(selectinload(Unit.capacities))
    if actor.areas:
        statement = statement.where(Unit.area_code.in_(actor.areas))
    return {unit.id: unit for unit in session.scalars(statement)}


class _Batch:
    """The writing of up to a few thousand rows at a time; what was seen before is remembered across batches."""

    def __init__(self, actor: Actor, session: Session, today: date, owners: dict[int, Unit], counts: Counts) -> None:
        self.actor, self.session, self.today = actor, session, today
        self.terms = chosen(today)
        self.owners, self.counts = owners, counts
        self.is_office = actor.role in OFFICE_ROLES
        self.seen: set[Key] = set()
        self.numbers: set[str] = set()
        self.owner_of = cache(self._owner)

    def write(self, start: int, rows: Sequence[Mapping[str, Any]]) -> Entries:
        """Judge and write some rows; returns what the trail has to say about them."""
        marks = [normalised(row) for row in rows]
        keys = [(m.get("maker_code"), m.get("serial_no"), m.get("made_on")) for m in marks]
        on_file = queries.existing(self.actor, [key for key in keys if None not in key])  # type: ignore[misc]
        taken = queries.taken_register_numbers(m["register_no"] for m in marks if m.get("register_no"))
        fresh: list[dict[str, Any]] = []
        changes: list[_Change] = []
        for place, (row, values, key) in enumerate(zip(rows, marks, keys, strict=True), start):
            known = on_file.get(key)  # type: ignore[arg-type]
            errors = self._wrong(values, key, known, taken)
            if not errors and known is None:
                errors = self._new(row, values, fresh)
            elif not errors and known is not None:
                errors = self._again(row, values, known, changes)
            if errors:
                self.counts.refused.append((place, errors))
        return {"cylinder.registered": self._insert(fresh), **self._update(changes)}

    def _wrong(self, values: dict[str, Any], key: Any, known: Existing | None, taken: dict[str, int]) -> Errors:
        missing = [name for name in REQUIRED if values.get(name) in (None, "")]
        if missing:
            return {name: [T("请填写这一项")] for name in missing}
        if key in self.seen:
            return {"serial_no": [T("表内重复：同一制造单位、出厂编号和制造年月出现多次")]}
        self.seen.add(key)
        if known is not None and not known.visible:
            return {"serial_no": [T("同一制造单位、出厂编号和制造年月的气瓶已由其他单位登记")]}
        number = values.get("register_no")
        holder = taken.get(number) if number else None
        if number and (number in self.numbers or holder not in (None, known.id if known else None)):
            return {"register_no": [T("使用登记号 {number} 已被另一只气瓶使用", number=number)]}
        if number:
            self.numbers.add(number)
        return {}

    def _owner(self, owner_id: int, kind: str) -> tuple[int, str] | T:
        """Id and area of the owner to be, or why it cannot be one."""
        unit = self.owners.get(owner_id)
        if unit is None:
            return T("没有这个产权单位，或者不由您登记")
        if unit.area_code is None:
            return T("该单位还没有所属辖区，请先补全单位信息")
        problem = queries.station_problem(unit) if CYLINDER_KINDS[kind].station_registered else None
        return problem or (unit.id, unit.area_code)

    def _new(self, row: Mapping[str, Any], values: dict[str, Any], fresh: list[dict[str, Any]]) -> Errors:
        full: dict[str, Any] = {**BLANK, **values}
        errors: Errors = problems(full, self.today, self.terms, stated_date=False)
        if errors:
            return errors
        owner = self.owner_of(row.get("owner_id") or self.actor.unit_id or 0, values["kind"])
        if isinstance(owner, T):
            return {"owner_id": [owner]}
        status = row.get("status") or ("in_use" if full["register_no"] else "draft")
        if status not in STATUSES or (status not in INITIAL_STATUSES and not self.is_office):
            return {"status": [T("不能以这个状态登记")]}
        if full["permitted_fill_g"] is None:
            full["permitted_fill_g"] = computed_fill_g(full, self.today)
        kept = kept_dates(full, self.today, self.terms)
        owner_id, area_code = owner
        full |= {
            "owner_id": owner_id,
            "area_code": area_code,
            "status": status,
            "since": row.get("since") or full["registered_on"] or self.today,
            "custody": row.get("custody") or "empty_in_station",
            "source": row.get("source"),
            "last_filled_at": row.get("last_filled_at"),
            "next_inspection_on": kept.next_inspection_on,
            "service_end_on": kept.service_end_on,
            "version": 1,
        }
        fresh.append(full)
        return {}

    def _again(self, row: Mapping[str, Any], values: dict[str, Any], known: Existing, changes: list[_Change]) -> Errors:
        if row.get("owner_id") not in (None, known.owner_id):
            return {"owner_id": [T("气瓶属于其他单位，请办理过户")]}
        stated = {n: v for n, v in values.items() if v is not None and (n in row or known.values[n] is None)}
        after = {**known.values, **stated}
        different = {name for name in stated if stated[name] != known.values[name]}
        if different - STATION_FIELDS and not self.is_office and known.status != "draft":
            return {name: [T("已登记气瓶的这一项由登记机关更正")] for name in sorted(different - STATION_FIELDS)}
        if different and known.status not in LIVE:
            return {"status": [T("“{status}”的气瓶不能再更正", status=STATUSES[known.status].zh)]}
        after["permitted_fill_g"] = carried_fill_g(known.values, after, self.today)
        errors: Errors = problems(after, self.today, self.terms, stated_date=False) if different else {}
        if errors:
            return errors
        move = self._move(known.status, row.get("status"))
        if isinstance(move, T):
            return {"status": [move]}
        if not different and move is None:
            self.counts.unchanged += 1
            return {}
        changes.append(_Change(known, after, different, move, row.get("since") or self.today, row.get("source")))
        return {}

    def _move(self, status: str, wanted: str | None) -> Move | T | None:
        """The move to a wanted status; None when it has it; a sentence when there is no such move for the caller."""
        if wanted in (None, status):
            return None
        sides = ("any", "office") if self.is_office else ("any",)
        found = next((m for m in moves_from(status) if m.target == wanted and m.by in sides), None)
        if found is None or found.voids_code:
            return T("状态不能由“{old}”改为导入的状态，请逐只办理", old=STATUSES[status].zh)
        return found

    def _insert(self, fresh: list[dict[str, Any]]) -> list[Entry]:
        if not fresh:
            return []
        table = _table(Cylinder)
        ids = take_ids(self.session, table, len(fresh))
        begun = [row.pop("since") for row in fresh]
        for row_id, code, row in zip(ids, fresh_codes(len(fresh)), fresh, strict=True):
            row["id"], row["label_code"] = row_id, code
        insert_rows(self.session, table, fresh)
        periods = [
            {"cylinder_id": row["id"], "status": row["status"], "since": since, "reason": "", "document": ""}
            for row, since in zip(fresh, begun, strict=True)
        ]
        insert_rows(self.session, _table(CylinderStatus), periods)
        insert_rows(self.session, _table(LabelCode), [self._label(row, row["id"]) for row in fresh])
        self.counts.new += len(fresh)
        return [(row["id"], _declared(row)) for row in fresh]

    def _label(self, row: Mapping[str, Any], cylinder_id: int) -> dict[str, Any]:
        live = row["status"] in LIVE
        return {
            "code": row["label_code"],
            "scheme": "own",
            "status": "active" if live else "void",
            "elevator_id": None,
            "cylinder_id": cylinder_id,
            "issued_to_id": None,
            "issued_on": self.today,
            "bound_on": self.today,
            "ended_on": None if live else self.today,
            "reason": "",
            "prints": 0,
        }

    def _update(self, changes: Sequence[_Change]) -> Entries:
        if not changes:
            return {}
        self.session.execute(update(Cylinder), [change.row(self.today, self.terms) for change in changes])
        self.counts.changed += len(changes)
        corrected: list[Entry] = [
            (c.known.id, {"changes": c.diff(), "source": c.source}) for c in changes if c.different
        ]
        moved = self._periods([change for change in changes if change.move])
        return {"cylinder.corrected": corrected, "cylinder.status_changed": moved}

    def _periods(self, moved: Sequence[_Change]) -> list[Entry]:
        if not moved:
            return []
        ids = [change.known.id for change in moved]
        begun = select(CylinderStatus).where(CylinderStatus.cylinder_id.in_(ids), CylinderStatus.until.is_(None))
        open_periods = {period.cylinder_id: period for period in self.session.scalars(begun)}
        entries: list[Entry] = []
        for change in moved:
            period = open_periods.get(change.known.id)
            since = max(change.since, period.since) if period else change.since
            if period:
                period.until = since
            target = change.target
            self.session.add(CylinderStatus(cylinder_id=change.known.id, status=target, since=since))
            entries.append((change.known.id, {"from": change.known.status, "to": target, "since": since}))
        self.session.flush()
        return entries


@dataclass(frozen=True)
class _Change:
    """What a row changes of a cylinder on file."""

    known: Existing
    after: dict[str, Any]
    different: set[str]
    move: Move | None
    since: date
    source: str | None

    @property
    def target(self) -> str:
        return self.move.target if self.move else self.known.status

    def row(self, today: date, terms: Terms) -> dict[str, Any]:
        """The new values by primary key; every row has the same columns, so that one statement writes them all."""
        kept = kept_dates(self.after, today, terms)
        kept_days = {"next_inspection_on": kept.next_inspection_on, "service_end_on": kept.service_end_on}
        own = {"id": self.known.id, "status": self.target, "version": self.known.version + 1}
        return {**self.after, **kept_days, **own}

    def diff(self) -> dict[str, list[Any]]:
        """Field -> [before, after]."""
        return {name: [self.known.values[name], self.after[name]] for name in sorted(self.different)}


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _declared(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("label_code", "kind", "medium", "owner_id", "source")}

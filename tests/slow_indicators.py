"""The indicators once more, slowly: plain Python over dumped records, sharing no code with the product.

`Records` reads each table as it lies in the database; `figure(records, key, area, day)` walks over every row and gives
(counted, population) as the law and the definitions say, without any of the product's shortcuts.
"""

from __future__ import annotations

import calendar
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import MetaData, select

TABLES = (
    "area",
    "area_left",
    "elevator",
    "elevator_status",
    "visit",
    "visit_gap",
    "policy",
    "policy_item",
    "rescue_enrolment",
    "inspection",
    "inspection_order",
    "inspection_order_item",
    "cylinder",
    "cylinder_status",
    "cylinder_left",
    "label_code",
    "filling",
    "fill_clip",
    "hazard",
    "hazard_step",
    "unit",
)
IN_USE = {"in_use", "temporarily_stopped"}  # TSG 08: a stop of less than a year is still in use
BOTTLES_IN_USE = {"in_use", "inspection"}  # the register's own table: one at its inspection is in use
NO_CODE_IN_THE_CAR = {"escalator", "moving_walk", "dumbwaiter"}  # elevators.md §6.4
WINDOW, EVERY, FILLS, COVER = 30, 15, 30, 90


class Records:
    """All rows by table, and the rows of each elevator, cylinder, fill and hazard."""

    def __init__(self, connection: Any, city: str, today: date) -> None:
        metadata = MetaData()
        metadata.reflect(connection, only=TABLES)
        self.city, self.today = city, today
        self.rows = {
            name: [dict(row) for row in connection.execute(select(metadata.tables[name])).mappings()] for name in TABLES
        }
        self.of: dict[tuple[str, str], dict[int, list[dict[str, Any]]]] = {}
        for table, column in (
            ("elevator_status", "elevator_id"),
            ("visit", "elevator_id"),
            ("visit_gap", "visit_id"),
            ("policy_item", "elevator_id"),
            ("policy_item", "cylinder_id"),
            ("rescue_enrolment", "elevator_id"),
            ("inspection", "elevator_id"),
            ("inspection_order_item", "order_id"),
            ("cylinder_status", "cylinder_id"),
            ("cylinder_left", "cylinder_id"),
            ("area_left", "cylinder_id"),
            ("area_left", "elevator_id"),
            ("label_code", "cylinder_id"),
            ("filling", "cylinder_id"),
            ("fill_clip", "filling_id"),
            ("hazard_step", "hazard_id"),
        ):
            groups = defaultdict(list)
            for row in self.rows[table]:
                groups[row[column]].append(row)
            self.of[table, column] = groups
        self.policies = {row["id"]: row for row in self.rows["policy"]}
        self.parents = {row["code"]: row["parent_code"] for row in self.rows["area"]}
        self.station_area = {row["id"]: row["area_code"] for row in self.rows["unit"]}


def figure(records: Records, key: str, area: str, day: date) -> tuple[int, int]:
    """(counted, population) of an indicator in an area at the end of a day."""
    table, in_population, is_counted = RULES[key]
    counted = population = 0
    for row in records.rows[table]:
        place = records.station_area[row["station_id"]] if table == "filling" else _area(records, table, row, day)
        if area not in (records.city, place) or not in_population(records, row, day):
            continue
        population += 1
        counted += bool(is_counted(records, row, day))
    return counted, population


def _area(records: Records, table: str, row: dict[str, Any], day: date) -> str:
    """Where it was at the end of the day: the first area that it left later, else where it is."""
    left = records.of.get(("area_left", f"{table}_id"), {}).get(row["id"], [])
    later = sorted((each["left_on"], each["id"], each["area_code"]) for each in left if each["left_on"] > day)
    return later[0][2] if later else row["area_code"]


def _holds(row: dict[str, Any], day: date) -> bool:
    return row["since"] <= day and (row["until"] is None or day < row["until"])


def _elevator_in_use(records: Records, row: dict[str, Any], day: date) -> bool:
    periods = records.of["elevator_status", "elevator_id"][row["id"]]
    return any(_holds(period, day) and period["status"] in IN_USE for period in periods)


def _with_a_car(records: Records, row: dict[str, Any], day: date) -> bool:
    return row["kind"] not in NO_CODE_IN_THE_CAR and _elevator_in_use(records, row, day)


def _held_back(records: Records, visit: dict[str, Any], day: date) -> bool:
    return any(_holds(gap, day) for gap in records.of["visit_gap", "visit_id"][visit["id"]])


def _paperless(records: Records, row: dict[str, Any], day: date) -> bool:
    for visit in records.of["visit", "elevator_id"][row["id"]]:
        age = (day - visit["done_on"]).days
        if not 0 <= age < WINDOW or visit["counts_from"] is None or visit["counts_from"] > day:
            continue
        if visit["counts_until"] is not None and visit["counts_until"] <= day:
            continue
        if not _held_back(records, visit, day):
            return True
    return False


def _maintained(records: Records, row: dict[str, Any], day: date) -> bool:
    for visit in records.of["visit", "elevator_id"][row["id"]]:
        valid = visit["invalid_from"] is None or visit["invalid_from"] > day
        if 0 <= (day - visit["done_on"]).days <= EVERY and valid and not _held_back(records, visit, day):
            return True
    return False


def _policy_runs(policy: dict[str, Any], day: date) -> bool:
    cancelled = policy["cancelled_on"] is not None and policy["cancelled_on"] <= day
    return policy["starts_on"] <= day <= policy["ends_on"] and not cancelled


def _elevator_insured(records: Records, row: dict[str, Any], day: date) -> bool:
    items = records.of["policy_item", "elevator_id"][row["id"]]
    return any(_holds(item, day) and _policy_runs(records.policies[item["policy_id"]], day) for item in items)


def _enrolled(records: Records, row: dict[str, Any], day: date) -> bool:
    for code in records.of["rescue_enrolment", "elevator_id"][row["id"]]:
        seen = code["plate_verified_on"]
        if _holds(code, day) and seen is not None and seen <= day:
            return True
    return False


def _inspected(records: Records, row: dict[str, Any], day: date) -> bool:
    stands = [
        record
        for record in records.of["inspection", "elevator_id"][row["id"]]
        if (record["done_on"] is None or record["done_on"] <= day)
        and (record["replaced_on"] is None or record["replaced_on"] > day)
    ]
    failures = [record["done_on"] for record in stands if record["conclusion"] == "fail" and record["done_on"]]
    for record in stands:
        if record["conclusion"] == "fail" or record["valid_until"] is None:
            continue
        overtaken = record["done_on"] is not None and any(failed > record["done_on"] for failed in failures)
        if not overtaken and _moved(records, row, record["valid_until"], day) >= day:
            return True
    return False


def _moved(records: Records, elevator: dict[str, Any], due: date, day: date) -> date:
    """The last day of validity, as the newest order of the province that reaches it has moved it."""
    for order in sorted(records.rows["inspection_order"], key=lambda each: (each["since"], each["id"]), reverse=True):
        if not _holds(order, day) or not _reaches(records, order, elevator):
            continue
        first = (order["due_from"].year, order["due_from"].month)
        last = (order["due_to"].year, order["due_to"].month)
        if first <= (due.year, due.month) <= last:
            months = due.year * 12 + due.month - 1 + order["shift_months"]
            year, month = divmod(months, 12)
            return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return due


def _reaches(records: Records, order: dict[str, Any], elevator: dict[str, Any]) -> bool:
    named = records.of["inspection_order_item", "order_id"][order["id"]]
    if named:
        return any(item["elevator_id"] == elevator["id"] for item in named)
    if order["area_code"] is None:
        return True
    for code in (elevator["area_code"], elevator["division_code"]):
        while code is not None:
            if code == order["area_code"]:
                return True
            code = records.parents.get(code)
    return False


def _cylinder_in_use(records: Records, row: dict[str, Any], day: date) -> bool:
    periods = records.of["cylinder_status", "cylinder_id"][row["id"]]
    return any(_holds(period, day) and period["status"] in BOTTLES_IN_USE for period in periods)


def _coded(records: Records, row: dict[str, Any], day: date) -> bool:
    for code in records.of["label_code", "cylinder_id"][row["id"]]:
        bound, ended = code["bound_on"], code["ended_on"]
        if bound is not None and bound <= day and (ended is None or ended > day):
            return True
    return False


def _answers_for_fills(policy: dict[str, Any]) -> bool:
    return policy["line"] in (None, "fill_liability")


def _media(policy: dict[str, Any]) -> list[str]:
    found = policy["media"]
    return (json.loads(found) if isinstance(found, str) else found) or []


def _cylinder_insured(records: Records, row: dict[str, Any], day: date) -> bool:
    for item in records.of["policy_item", "cylinder_id"][row["id"]]:
        policy = records.policies[item["policy_id"]]
        named = policy["subject"] == "cylinder" and _answers_for_fills(policy)
        if named and _holds(item, day) and _policy_runs(policy, day):
            return True
    for policy in records.policies.values():
        if policy["subject"] != "cylinder" or not _answers_for_fills(policy):
            continue
        if policy["basis"] == "per_station_year":
            if policy["holder_id"] == _owner(records, row, day) and _policy_runs(policy, day):
                return True
        elif policy["basis"] == "per_fill" and _covered_by_last_fill(records, row, policy, day):
            return True
    return False


def _owner(records: Records, row: dict[str, Any], day: date) -> int:
    """Whose it was at the end of the day: of those who gave it away later the first, else who has it."""
    left = sorted(records.of["cylinder_left", "cylinder_id"][row["id"]], key=lambda each: (each["at"], each["id"]))
    later = (each["unit_id"] for each in left if _city_day(each["at"]) > day)
    return next(later, row["owner_id"])


def _city_day(moment: Any) -> date:
    """The day in the city of a moment that is stored in UTC, with its zone or without."""
    plain = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return ((plain if plain.tzinfo else plain.replace(tzinfo=UTC)).astimezone(UTC) + timedelta(hours=8)).date()


def _covered_by_last_fill(records: Records, row: dict[str, Any], policy: dict[str, Any], day: date) -> bool:
    fills = [fill for fill in records.of["filling", "cylinder_id"][row["id"]] if fill["filled_on"] <= day]
    if not fills:
        return False
    newest = max(fill["ended_at"] for fill in fills)
    for fill in fills:
        if fill["ended_at"] != newest or fill["station_id"] != policy["holder_id"]:
            continue
        begun = policy["starts_on"] <= fill["filled_on"] <= policy["ends_on"] and (
            policy["cancelled_on"] is None or fill["filled_on"] < policy["cancelled_on"]
        )
        media = _media(policy)
        days = policy["cover_days"] or COVER
        if begun and (not media or fill["medium"] in media) and (day - fill["filled_on"]).days < days:
            return True
    return False


def _recent_fill(records: Records, row: dict[str, Any], day: date) -> bool:
    return 0 <= (day - row["filled_on"]).days < FILLS


def _filmed(records: Records, row: dict[str, Any], day: date) -> bool:
    clips = [clip for clip in records.of["fill_clip", "filling_id"][row["id"]] if clip["counts"]]
    if not clips:
        return row["clip"] is not None
    return any(_holds(clip, day) for clip in clips)


def _steps(records: Records, row: dict[str, Any], day: date) -> list[dict[str, Any]]:
    steps = records.of["hazard_step", "hazard_id"][row["id"]]
    return sorted((step for step in steps if step["done_on"] <= day), key=lambda step: step["id"])


def _hazard_due(records: Records, row: dict[str, Any], day: date) -> bool:
    steps = _steps(records, row, day)
    if not row["is_major"] or row["listed_on"] is None or row["listed_on"] > day or not steps:
        return False
    due = steps[-1]["due_on"]
    return due is not None and date(day.year, 1, 1) <= due <= day


def _closed_in_time(records: Records, row: dict[str, Any], day: date) -> bool:
    steps = _steps(records, row, day)
    closed = [step["done_on"] for step in steps if step["verb"] == "close"]
    return steps[-1]["target"] == "CLOSED" and bool(closed) and max(closed) <= steps[-1]["due_on"]


RULES = {
    "paperless_maintenance": ("elevator", _elevator_in_use, _paperless),
    "liability_insurance": ("elevator", _elevator_in_use, _elevator_insured),
    "rescue_platform": ("elevator", _with_a_car, _enrolled),
    "inspection_in_date": ("elevator", _elevator_in_use, _inspected),
    "maintenance_on_time": ("elevator", _elevator_in_use, _maintained),
    "cylinder_traceability": ("cylinder", _cylinder_in_use, _coded),
    "cylinder_insurance": ("cylinder", _cylinder_in_use, _cylinder_insured),
    "sunshine_filling": ("filling", _recent_fill, _filmed),
    "major_hazards_closed_on_time": ("hazard", _hazard_due, _closed_in_time),
}

"""What a filling is judged by: one field per condition of the decision table, None = not known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(slots=True)  # nobody changes it; to freeze it would take three times as long at each gun
class FillingFacts:
    """The facts of one filling, or of one release after it. A field left None is not known, never false.

    - `code_status`: ok, unreadable, bad_check, bad_mac, unknown, void, replaced.
    - `life_status`: the register status; only `in_use` may be filled. `scrap_trigger`: any condition of
      forced scrapping on record.
    - `last_inspection_passed`, `last_inspected_on`: a cylinder not yet inspected has passed its
      manufacturing inspection in the month it was made. `last_filled_on`: for one never filled, the day
      it was put into service or made.
    - `service_end`: with the extension of a passed assessment; `made`: a day of the month of manufacture.
    - Media are ids of the table `medium_groups`; `station_media` may hold the family id `lpg`.
    - Masses in kg, pressures in MPa, litres, °C. `target_total_kg` and `reweigh_net_kg` are the total
      contents, residue included.
    - `failed_check_items`, `invalid_staff`: names to show; empty when there are none.
    - `first_fill`: never filled before; `serial_matches`: None when the stamp was not read.
    """

    # the code and the cylinder
    code_status: str | None = None
    life_status: str | None = None
    scrap_trigger: bool | None = None
    next_due: date | None = None
    last_inspection_passed: bool | None = None
    last_inspected_on: date | None = None
    last_filled_on: date | None = None
    interval_years: int | None = None
    service_end: date | None = None
    service_life_years: int | None = None
    made: date | None = None
    assessment_passed: bool | None = None
    kind: str | None = None
    medium: str | None = None
    is_vehicle: bool | None = None
    volume_l: Decimal | None = None
    working_pressure_mpa: Decimal | None = None
    porosity: Decimal | None = None
    tare_kg: Decimal | None = None
    nominal_fill_kg: Decimal | None = None
    electronic_mark: bool | None = None
    purchased_on: date | None = None
    filler_mark_embossed: bool | None = None
    refurbished: bool | None = None
    threaded_shield: bool | None = None
    dual_valve: bool | None = None
    # the owner and the station
    owner_is_station: bool | None = None
    entrusted: bool | None = None
    alliance_valid: bool | None = None
    owner_station_closed: bool | None = None
    station_licence_valid_until: date | None = None
    station_media: Collection[str] | None = None
    station_suspended: bool | None = None
    gun_medium: str | None = None
    camera_offline_minutes: Decimal | None = None
    insurance_pilot: bool | None = None
    insurance_valid: bool | None = None
    daily_check_open: bool | None = None
    red_order_open: bool | None = None
    clock_skew_seconds: Decimal | None = None
    offline_cache_hours: Decimal | None = None
    # the people and the check before filling
    failed_check_items: Collection[str] | None = None
    precheck_done: bool | None = None
    precheck_age_minutes: Decimal | None = None
    precheck_here: bool | None = None
    invalid_staff: Collection[str] | None = None
    filler: str | None = None
    checker: str | None = None
    certified_present: int | None = None
    # traces of copied codes and swapped cylinders
    custody_status: str | None = None
    return_scanned: bool | None = None
    seen_elsewhere: bool | None = None
    elsewhere_place: str | None = None
    first_fill: bool | None = None
    first_after_inspection: bool | None = None
    hours_since_last_fill: Decimal | None = None
    serial_matches: bool | None = None
    gross_before_kg: Decimal | None = None
    # contents and the set amount
    residual_pressure: bool | None = None
    contents_known: bool | None = None
    purged: bool | None = None
    residual_kg: Decimal | None = None
    temperature_c: Decimal | None = None
    target_total_kg: Decimal | None = None
    target_pressure_mpa: Decimal | None = None
    gas_batch_tested: bool | None = None
    dme_percent: Decimal | None = None
    passengers_aboard: bool | None = None
    plate_matches: bool | None = None
    # after filling
    postcheck_done: bool | None = None
    hours_since_filling: Decimal | None = None
    reweigh_net_kg: Decimal | None = None
    leak_found: bool | None = None
    labels_printed: bool | None = None

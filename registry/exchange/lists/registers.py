"""The registers as lists: with the columns of their sheets, so that what was exported can be imported again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from registry import clock
from registry.actor import OFFICE_ROLES, ROLES, Actor
from registry.exchange.lists._listing import Listing, Row, column
from registry.exchange.sheets import cylinders as cylinder_sheet
from registry.exchange.sheets import elevators as elevator_sheet
from registry.exchange.sheets import people as people_sheet
from registry.exchange.sheets import units as unit_sheet
from registry.messages import T
from registry.queries import cylinders, elevator_imports, elevators, inspections, people, personal, unit_names, units
from registry.queries.paging import LARGEST
from registry.rules import masking
from registry.rules.kinds import MEDIA

ELEVATOR_COLUMNS = (column("label_code", T("标签码"), "Label code"), *elevator_sheet.COLUMNS)
CYLINDER_COLUMNS = (
    column("label_code", T("标签码"), "Label code"),
    *cylinder_sheet.COLUMNS,
    column("next_inspection_on", T("应检日期"), "Inspection due", kind="date"),
    column("service_end_on", T("使用年限届满"), "End of service life", kind="date"),
    column("last_filled_at", T("最近充装"), "Last filled", kind="moment"),
)


def _elevator_rows(actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    present = elevator_imports.present_values(items)
    ids = {values[name] for values in present.values() for name in ("use_unit_id", "owner_unit_id", "company_id")} - {
        None
    }
    known = unit_names.by_id(ids)
    reports = inspections.reports_seen(actor, [item.id for item in items])
    for item in items:
        values = present[item.id]
        if values.get("inspection_report_no") not in reports:  # another body's report is not this one's business
            values = {**values, "inspection_report_no": None}
        use, owner, company = (
            known.get(values[name], (None, None)) for name in ("use_unit_id", "owner_unit_id", "company_id")
        )
        yield {
            **values,
            "label_code": item.label_code,
            "use_unit": use[0],
            "use_unit_code": use[1],
            "owner_unit": owner[0],
            "company": company[0],
        }


def _cylinder_rows(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    for item in items:
        values = {one.name: getattr(item, one.name, None) for one in CYLINDER_COLUMNS}
        for name, kept in cylinder_sheet.THOUSANDTHS.items():
            thousandths = getattr(item, kept)
            values[name] = None if thousandths is None else Decimal(thousandths) / 1000
        yield {**values, "owner": item.owner.name}


def _unit_rows(actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    in_office = actor.role in OFFICE_ROLES
    for item in items:
        own = in_office or item.id == actor.unit_id
        unit = {name: getattr(item, name) for name in ("credit_code", "name", "area_code", "address")}
        unit["legal_person"] = item.legal_person if own else None
        unit["phone"] = item.phone if own else masking.phone(item.phone) or None
        for licence in item.capacities or [None]:
            yield {
                **unit,
                "capacity": licence.capacity if licence else None,
                "licence_no": licence.licence_no if licence else None,
                "licence_until": licence.licence_until if licence else None,
                "suspended_since": licence.suspended_since if licence else None,
                "media": "、".join(MEDIA[key].zh if key in MEDIA else key for key in (licence.media or []))
                if licence
                else None,
            }


def _people_rows(actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    """Masked for everybody, also of the own people: what has left is out of our hands."""
    for row in _whole_people(actor, items):
        yield {**row, "phone": masking.phone(row["phone"]) or None, "number": _certificate(row) or None}


def _certificate(row: Row) -> str:
    number: str = row["number"] or ""
    return number if row["item"] == personal.ENFORCEMENT else masking.number(number)


def _whole_people(_actor: Actor, items: Sequence[Any]) -> Iterator[Row]:
    today = clock.today()
    for item in items:
        roles = [row for row in item.memberships if row.since <= today and (row.until is None or row.until > today)]
        for role in roles or [None]:
            for certificate in item.certificates or [None]:
                yield {
                    "name": item.name,
                    "phone": item.phone,
                    "unit": role.unit.name if role else None,
                    "role": role.role if role else None,
                    "item": certificate.item if certificate else people_sheet.NONE,
                    "number": certificate.number if certificate else None,
                    "issued_on": certificate.issued_on if certificate else None,
                    "expires_on": certificate.expires_on if certificate else None,
                }


ELEVATORS = Listing(
    heading=T("电梯"),
    heading_en="Elevators",
    permission="elevator.read",
    columns=ELEVATOR_COLUMNS,
    page=lambda actor, filters, cursor: elevators.page(actor, filters, LARGEST, cursor),
    rows=_elevator_rows,
)

CYLINDERS = Listing(
    heading=T("气瓶"),
    heading_en="Cylinders",
    permission="cylinder.read",
    columns=CYLINDER_COLUMNS,
    page=lambda actor, filters, cursor: cylinders.listing(actor, filters, LARGEST, cursor),
    rows=_cylinder_rows,
)

UNITS = Listing(
    heading=T("单位"),
    heading_en="Units",
    permission="unit.read",
    columns=unit_sheet.SHEET.columns,
    page=lambda actor, filters, cursor: units.page(actor, {**filters, "cursor": cursor}),
    rows=_unit_rows,
)

PEOPLE = Listing(
    heading=T("人员"),
    heading_en="People",
    permission="person.read",
    columns=tuple(replace(one, choices=ROLES) if one.name == "role" else one for one in people_sheet.SHEET.columns),
    page=lambda actor, filters, cursor: people.page(actor, {**filters, "cursor": cursor}),
    rows=_people_rows,
    whole=_whole_people,
)

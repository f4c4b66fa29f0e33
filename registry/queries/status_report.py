"""The safety-status report (特种设备安全状况分析) of a quarter or a year, of the city or a county: what its page and
paper say, every figure from records (hazards.md §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.models import (
    Accident,
    Area,
    Certificate,
    Cylinder,
    Directive,
    Elevator,
    ElevatorRisk,
    FaultReport,
    Filling,
    Hazard,
    Inspection,
    Membership,
    SupervisionCheck,
    SupervisionDevice,
    Unit,
)
from registry.models.units import Capacity
from registry.queries import risk_levels, status_figures, status_parts
from registry.queries.hazard_months import Period
from registry.queries.indicator_definitions import cylinders_in_use, elevators_in_use
from registry.queries.status_figures import Figure
from registry.rules import accident_case, accidents, comparisons, tables
from registry.rules import status_report as rules
from registry.rules.kinds import CYLINDER_KINDS, ELEVATOR_KINDS
from registry.settings import current

TOP = 10
COUNTY_COLUMNS = ("inspection_rate", "maintenance_rate", "entrapment_rate", "hazard_fix", "insured_rate")
CAPACITIES = {
    "use": ("使用单位", "use units"),
    "maintenance": ("维保单位", "maintenance companies"),
    "filling": ("充装单位", "filling stations"),
    "inspection": ("检验机构", "inspection bodies"),
    "regulator": ("监管机构", "offices"),
}
INSPECTIONS = {
    "supervision_inspection": ("监督检验", "supervision inspections"),
    "periodic_inspection": ("定期检验", "periodic inspections"),
    "self_test": ("自行检测", "self-tests"),
}


@dataclass(frozen=True)
class Count:
    """One line of a list of numbers; `before` the same of the year before where it is compared."""

    key: str
    zh: str
    en: str
    number: int
    before: int | None = None

    @property
    def change(self) -> comparisons.Change | None:
        return None if self.before is None else comparisons.change_of_count(self.before, self.number)


@dataclass(frozen=True)
class CountyLine:
    """One county in the table: elevators in use, accidents and deaths, then the indicators of `COUNTY_COLUMNS`."""

    area: Area
    elevators: int
    accidents: int
    deaths: int
    figures: list[Figure]


@dataclass(frozen=True)
class Report:
    """All that the page and the paper say."""

    area: Area
    period: Period
    year: int
    quarter: int | None
    denominator: int
    elevators: list[Count]
    cylinders: list[Count]
    units: list[Count]
    people: list[Count]
    casualties: list[Count]
    by_link: list[Count]
    by_cause: list[Count]
    by_grade: list[Count]
    accidents: Sequence[Accident]
    work: list[Count]
    inspections: list[Count]
    colours: list[Count]
    hazards: list[Count]
    figures: list[Figure]
    counties: list[CountyLine]
    ages: list[Count]
    companies: list[tuple[str, int, int]]
    stations: list[tuple[str, int]]
    before: dict[str, Figure] = field(default_factory=dict)


def report(actor: Actor, year: int, quarter: int | None, area: str | None = None) -> Report:
    """The report of a period.

    Raises:
        Missing: no such area for this caller.
    """
    policy.require(actor, "status_report.read")
    period = Period(*rules.period(year, quarter))
    period = Period(period.since, min(period.until, clock.today()))
    code = place_of(actor, area)
    where = _Where(actor, period, code)
    row = policy.get(actor, Area, Area.code == code)
    return Report(
        area=row,
        period=period,
        year=year,
        quarter=quarter,
        denominator=status_figures.choice(period),
        elevators=where.kinds(Elevator, Elevator.kind, ELEVATOR_KINDS, elevators_in_use(period.until)),
        cylinders=where.kinds(Cylinder, Cylinder.kind, CYLINDER_KINDS, cylinders_in_use(period.until)),
        units=where.units(),
        people=where.people(),
        casualties=where.casualties(),
        by_link=where.of_accidents(Accident.link, accident_case.names("accident_links", clock.today())),
        by_cause=where.of_accidents(Accident.cause_class, accident_case.names("accident_causes", clock.today())),
        by_grade=where.of_accidents(Accident.grade, accidents.GRADE_NAMES),
        accidents=where.accidents(),
        work=where.work(),
        inspections=where.inspections(),
        colours=where.colours(),
        hazards=where.hazards(),
        figures=status_figures.of(actor, period, code),
        counties=_counties(actor, period) if code == current().city_code else [],
        ages=where.ages(),
        companies=where.companies(),
        stations=where.stations(),
        before={f.definition.key: f for f in status_figures.of(actor, period.year_ago, code)},
    )


def place_of(actor: Actor, area: str | None) -> str:
    """The area a report is of: the one asked for, else the caller's county, else the city."""
    return area or (actor.areas[0] if actor.areas else current().city_code)


@dataclass(frozen=True)
class _Where:
    """The questions that are asked of one area and period."""

    actor: Actor
    period: Period
    code: str

    def inside(self, column: Any) -> tuple[Any, ...]:
        return () if self.code == current().city_code else (column == self.code,)

    def kinds(self, model: Any, column: Any, names: Mapping[str, Any], where: Any) -> list[Count]:
        rows = db.session.execute(
            policy.scope(self.actor, model, column, func.count())
            .where(where, *self.inside(model.area_code))
            .group_by(column)
        )
        found: dict[str, int] = dict(rows.all())
        return [Count(key, kind.zh, kind.en, found[key]) for key, kind in names.items() if found.get(key)]

    def units(self) -> list[Count]:
        rows = db.session.execute(
            select(Capacity.capacity, func.count(Unit.id.distinct()))
            .join(Unit, Unit.id == Capacity.unit_id)
            .where(policy.visible(self.actor, Unit), *self.inside(Unit.area_code))
            .group_by(Capacity.capacity)
        )
        found: dict[str, int] = dict(rows.all())
        return [Count(key, *names, found.get(key, 0)) for key, names in CAPACITIES.items()]

    def people(self) -> list[Count]:
        on = self.period.until
        statement = (
            select(Certificate.item, func.count(Certificate.person_id.distinct()))
            .join(Membership, Membership.person_id == Certificate.person_id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(policy.visible(self.actor, Certificate), Certificate.expires_on >= on, *self.inside(Unit.area_code))
            .group_by(Certificate.item)
            .order_by(Certificate.item)
        )
        return [Count(item, item, item, number) for item, number in db.session.execute(statement)]

    def casualties(self) -> list[Count]:
        now, ago = (self._casualties(period) for period in (self.period, self.period.year_ago))
        names = (
            ("accidents", "事故起数", "accidents"),
            ("deaths", "死亡人数", "deaths"),
            ("injured", "受伤人数", "injured"),
        )
        return [Count(key, zh, en, now[place], ago[place]) for place, (key, zh, en) in enumerate(names)]

    def _casualties(self, period: Period) -> tuple[int, int, int]:
        row = db.session.execute(
            policy.scope(
                self.actor,
                Accident,
                func.count(),
                func.coalesce(func.sum(Accident.deaths), 0),
                func.coalesce(func.sum(Accident.serious_injuries + Accident.minor_injuries), 0),
            ).where(*status_parts.happened(period), *self.inside(Accident.area_code))
        ).one()
        return int(row[0]), int(row[1]), int(row[2])

    def of_accidents(self, column: Any, names: Mapping[str, tuple[str, str]]) -> list[Count]:
        rows = db.session.execute(
            policy.scope(self.actor, Accident, column, func.count())
            .where(*status_parts.happened(self.period), *self.inside(Accident.area_code))
            .group_by(column)
        )
        found: dict[str, int] = dict(rows.all())
        return [Count(key, *pair, found[key]) for key, pair in names.items() if found.get(key)]

    def accidents(self) -> Sequence[Accident]:
        return db.session.scalars(
            policy.scope(self.actor, Accident)
            .where(*status_parts.happened(self.period), *self.inside(Accident.area_code))
            .order_by(Accident.happened_at)
            .limit(200)
        ).all()

    def work(self) -> list[Count]:
        between = (self.period.since, self.period.until)
        checks = (
            SupervisionCheck.recorded_at.is_not(None),
            SupervisionCheck.recorded_at >= clock.start_of(between[0]),
            SupervisionCheck.recorded_at < clock.start_of(date.fromordinal(between[1].toordinal() + 1)),
            *self.inside(SupervisionCheck.area_code),
        )
        scoped = policy.visible(self.actor, SupervisionCheck)
        units, every = db.session.execute(
            select(func.count(SupervisionCheck.unit_id.distinct()), func.count()).where(scoped, *checks)
        ).one()
        devices = db.session.scalar(
            select(func.count(SupervisionDevice.elevator_id.distinct()))
            .join(SupervisionCheck, SupervisionCheck.id == SupervisionDevice.check_id)
            .where(scoped, *checks)
        )
        directives = db.session.scalar(
            policy.scope(self.actor, Directive, func.count()).where(
                Directive.issued_on.between(*between), *self.inside(Directive.area_code)
            )
        )
        return [
            Count("checks", "监督检查次数", "supervision inspections", every),
            Count("units", "检查单位数", "units inspected", units),
            Count("devices", "抽查设备台数", "devices inspected", devices or 0),
            Count("directives", "下达监察指令书", "directives issued", directives or 0),
        ]

    def inspections(self) -> list[Count]:
        rows = db.session.execute(
            policy.scope(self.actor, Inspection, Inspection.kind, Inspection.conclusion, func.count())
            .join(Elevator, Elevator.id == Inspection.elevator_id)
            .where(
                Inspection.done_on.between(self.period.since, self.period.until),
                Inspection.replaced_on.is_(None),
                *self.inside(Elevator.area_code),
            )
            .group_by(Inspection.kind, Inspection.conclusion)
        ).all()
        found = [
            Count(key, *names, sum(number for kind, _c, number in rows if kind == key))
            for key, names in INSPECTIONS.items()
        ]
        failed = sum(number for _kind, conclusion, number in rows if conclusion == "fail")
        return [*found, Count("failed", "其中不合格", "of these failed", failed)]

    def colours(self) -> list[Count]:
        rows = db.session.execute(
            policy.scope(self.actor, ElevatorRisk, ElevatorRisk.level, func.count())
            .join(Elevator, Elevator.id == ElevatorRisk.elevator_id)
            .where(risk_levels.in_force(self.period.until), *self.inside(Elevator.area_code))
            .group_by(ElevatorRisk.level)
        )
        found: dict[str, int] = dict(rows.all())
        names = {"red": ("红色", "red"), "orange": ("橙色", "orange"), "yellow": ("黄色", "yellow")}
        names["blue"] = ("蓝色", "blue")
        return [Count(key, *pair, found.get(key, 0)) for key, pair in names.items()]

    def hazards(self) -> list[Count]:
        between = (self.period.since, self.period.until)
        where = self.inside(Hazard.area_code)

        def number(*conditions: Any) -> int:
            return db.session.scalar(policy.scope(self.actor, Hazard, func.count()).where(*conditions, *where)) or 0

        listed = (Hazard.is_major, Hazard.state != "VOID")
        return [
            Count("found", "发现隐患", "hazards found", number(Hazard.found_on.between(*between))),
            Count("listed", "列入重大隐患清单", "listed as major", number(*listed, Hazard.listed_on.between(*between))),
            Count(
                "closed", "重大隐患销号", "major hazards closed", number(*listed, Hazard.closed_on.between(*between))
            ),
            Count("open", "期末重大隐患存量", "open at the end", number(*listed, *status_parts.still_open(between[1]))),
        ]

    def ages(self) -> list[Count]:
        rows = db.session.execute(
            policy.scope(self.actor, Elevator, func.coalesce(Elevator.made_on, Elevator.in_use_since)).where(
                elevators_in_use(self.period.until), *self.inside(Elevator.area_code)
            )
        )
        on = self.period.until
        years = [on.year - day.year - ((on.month, on.day) < (day.month, day.day)) for (day,) in rows if day]
        return [
            Count(
                band["band"],
                band["zh"],
                band["en"],
                sum(1 for age in years if int(band["from_years"]) <= age < int(band["below_years"] or 999)),
            )
            for band in tables.rows("elevator_age_bands", clock.today())
        ]

    def companies(self) -> list[tuple[str, int, int]]:
        """Maintenance companies with the most entrapments: (name, entrapments, faults)."""
        entrapments = func.sum(case((FaultReport.kind == "entrapment", 1), else_=0))
        rows = db.session.execute(
            policy.scope(self.actor, FaultReport, Unit.name, entrapments, func.count())
            .select_from(FaultReport)
            .join(Unit, Unit.id == FaultReport.company_id)
            .join(Elevator, Elevator.id == FaultReport.elevator_id)
            .where(
                FaultReport.reported_on.between(self.period.since, self.period.until),
                FaultReport.state != "dismissed",
                *self.inside(Elevator.area_code),
            )
            .group_by(Unit.id, Unit.name)
            .order_by(entrapments.desc(), Unit.id)
            .limit(TOP)
        )
        return [(name, int(trapped or 0), every - int(trapped or 0)) for name, trapped, every in rows]

    def stations(self) -> list[tuple[str, int]]:
        """Filling stations by the fills of the period."""
        rows = db.session.execute(
            policy.scope(self.actor, Filling, Unit.name, func.count())
            .select_from(Filling)
            .join(Unit, Unit.id == Filling.station_id)
            .where(
                Filling.filled_on.between(self.period.since, self.period.until),
                *self.inside(Unit.area_code),
            )
            .group_by(Unit.id, Unit.name)
            .order_by(func.count().desc(), Unit.id)
            .limit(TOP)
        )
        return [(name, number) for name, number in rows]


def _counties(actor: Actor, period: Period) -> list[CountyLine]:
    columns = [status_figures.by_area(actor, key, period) for key in COUNTY_COLUMNS]
    running = status_figures.counted(actor, status_parts.stock(period.until, status_figures.IN_USE))
    accidents_by = status_figures.counted(actor, status_parts.accidents_in(period))
    deaths = status_figures.by_area(actor, "death_rate", period)
    areas = db.session.scalars(policy.scope(actor, Area).where(Area.level != "city").order_by(Area.position)).all()
    found = []
    for area in areas:
        none = [
            by.get(area.code) or Figure(by[current().city_code].definition, area.code, Decimal(0), Decimal(0))
            for by in columns
        ]
        found.append(
            CountyLine(
                area,
                int(running.get(area.code, 0)),
                int(accidents_by.get(area.code, 0)),
                int(deaths[area.code].numerator) if area.code in deaths else 0,
                none,
            )
        )
    return found

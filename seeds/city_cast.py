"""Who lives in a seeded city: use units, maintenance companies, filling stations, insurers, inspection bodies.

Everybody follows from the plan alone, so that each step of the seeding knows them without asking another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from registry.rules.identifiers import complete_credit_code
from seeds import city_names as names
from seeds.city_names import PLACES, Place, Town
from seeds.city_rows import Plan, shares

SINCE = date(2012, 1, 1)
TYPES = (
    ("residential", 0.62),
    ("office", 0.09),
    ("factory", 0.09),
    ("mall", 0.06),
    ("hotel", 0.05),
    ("school", 0.04),
    ("hospital", 0.03),
    ("transport", 0.01),
    ("culture_sport", 0.01),
)
LPG, INDUSTRIAL, VEHICLE = "lpg", "industrial", "vehicle"
MEDIA_OF_TRADE: dict[str, tuple[str, ...]] = {
    LPG: ("lpg",),
    INDUSTRIAL: ("oxygen", "nitrogen", "argon", "carbon_dioxide", "acetylene"),
    VEHICLE: ("natural_gas",),
}


@dataclass(frozen=True)
class CityUnit:
    """A unit of the city. `trade` says more than its capacity: the type of place it runs, or what a station fills."""

    credit_code: str
    name: str
    capacity: str
    trade: str
    place: Place
    town: Town
    address: str
    lat: float
    lon: float
    licence_no: str | None
    licence_until: date | None
    size: int
    "Elevators used or maintained, or cylinders owned."
    staff: tuple[tuple[str, str, str], ...]
    "(role, name, certificate items separated by blanks)"

    @property
    def media(self) -> list[str] | None:
        """What a filling station may fill."""
        return list(MEDIA_OF_TRADE[self.trade]) if self.capacity == "filling" else None


class _Maker:
    """Makes units one after another; names and credit codes are used once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.taken: set[str] = set()

    def unit(
        self,
        letter: str,
        number: int,
        place: Place,
        capacity: str,
        trade: str,
        tail: str,
        size: int,
        staff: tuple[tuple[str, str], ...],
        licence: str | None = None,
    ) -> CityUnit:
        rng = self.plan.random("unit", letter, number)
        town = names.town(rng, place)
        lat, lon = names.spot(rng, town)
        until = date(self.plan.on.year + rng.choice((1, 2, 3, 3)), 12, 31)
        return CityUnit(
            credit_code=complete_credit_code(f"91{place.division}{self.plan.seed % 1000:03d}{letter}{number:05d}"),
            name=names.firm(rng, place, self.taken, tail),
            capacity=capacity,
            trade=trade,
            place=place,
            town=town,
            address=names.street(rng, place, town),
            lat=lat,
            lon=lon,
            licence_no=f"{licence}-{until.year}" if licence else None,
            licence_until=until if licence else None,
            size=size,
            staff=tuple((role, names.person(rng), items) for role, items in staff),
        )


def _placed(rng: Random, number: int, by_people: bool = False) -> list[Place]:
    weights = [place.people if by_people else place.elevators for place in PLACES]
    return [place for place, count in zip(PLACES, shares(rng, number, weights), strict=True) for _ in range(count)]


def _sizes(rng: Random, total: int, number: int, alpha: float) -> list[int]:
    """A few large ones and many small ones; nobody has nothing."""
    weights = [min(rng.paretovariate(alpha), 25.0) for _ in range(number)]
    extra = shares(rng, max(total - number, 0), weights)
    return [size + 1 for size in extra]


@lru_cache(maxsize=4)
def use_units(plan: Plan) -> tuple[CityUnit, ...]:
    """About one for twelve elevators; together they use all of them."""
    rng, maker = plan.random("use units"), _Maker(plan)
    number = max(plan.elevators // 12, 1)
    sizes = _sizes(rng, plan.elevators, number, 1.5)
    found = []
    for n, (place, size) in enumerate(zip(_placed(rng, number), sizes, strict=True)):
        trade = rng.choices([t for t, _ in TYPES], [w for _, w in TYPES])[0]
        tail = "物业服务有限公司" if trade == "residential" else rng.choice(names.SPECIAL[trade])
        found.append(maker.unit("A", n, place, "use", trade, tail, size, (("use_manager", "A"),)))
    return tuple(found)


@lru_cache(maxsize=4)
def companies(plan: Plan) -> tuple[CityUnit, ...]:
    """Maintenance companies; one technician looks after some 34 elevators, and they go in pairs."""
    rng, maker = plan.random("companies"), _Maker(plan)
    number = min(max(round(plan.elevators / 1000), 4), 25)
    found = []
    for n, (place, size) in enumerate(zip(_placed(rng, number), _sizes(rng, plan.elevators, number, 2.2), strict=True)):
        pairs = max(round(size / 68), 1)
        staff = (("maintenance_manager", "T"), *((("technician", "T"),) * (2 * pairs)))
        tail = rng.choice(("电梯工程有限公司", "电梯维保有限公司", "机电设备有限公司", "电梯服务有限公司"))
        licence = f"TS3334{plan.seed % 10}{n:02d}"
        found.append(maker.unit("B", n, place, "maintenance", "maintenance", tail, size, staff, licence))
    return tuple(found)


@lru_cache(maxsize=4)
def stations(plan: Plan) -> tuple[CityUnit, ...]:
    """Filling stations by trade; together they own all cylinders."""
    rng, maker = plan.random("stations"), _Maker(plan)
    number = min(max(round(plan.cylinders / 1000), 4), 100)
    counts = dict(zip((LPG, INDUSTRIAL, VEHICLE), shares(rng, number, (0.52, 0.33, 0.15)), strict=True))
    counts = {trade: max(count, 1) for trade, count in counts.items()}
    totals = dict(zip((LPG, INDUSTRIAL, VEHICLE), shares(rng, plan.cylinders, (0.83, 0.145, 0.025)), strict=True))
    tails = {LPG: "液化气充装站", INDUSTRIAL: "工业气体有限公司", VEHICLE: "压缩天然气加气站"}
    found: list[CityUnit] = []
    for trade, count in counts.items():
        sizes = _sizes(rng, totals[trade], count, 2.0)
        for place, size in zip(_placed(rng, count, by_people=True), sizes, strict=True):
            n = len(found)
            pairs = max(round(size / 1500), 1)
            staff = (("filling_manager", "A P"), *((("filler", "P"), ("checker", "P")) * pairs))
            found.append(
                maker.unit("C", n, place, "filling", trade, tails[trade], size, staff, f"TS4234{plan.seed % 10}{n:02d}")
            )
    return tuple(found)


@lru_cache(maxsize=4)
def others(plan: Plan) -> tuple[CityUnit, ...]:
    """Insurers and an inspection body."""
    maker, city = _Maker(plan), PLACES[0]
    insurers = ("财产保险股份有限公司宿州中心支公司", "财产保险有限公司宿州支公司", "保险股份有限公司宿州分公司")
    found = [
        maker.unit("D", n, city, "insurer", "insurer", tail, 0, (("insurer", ""),)) for n, tail in enumerate(insurers)
    ]
    tail = "特种设备检测有限公司"
    found.append(maker.unit("E", 0, city, "inspection", "inspection", tail, 0, (("inspection_body", ""),)))
    return tuple(found)


@lru_cache(maxsize=4)
def bureaus(plan: Plan) -> tuple[CityUnit, ...]:
    """The office in charge of each area, with the people that the workflow of hazards needs."""
    maker = _Maker(plan)
    staff = (
        *((("inspector_county", "A0"),) * 2),
        ("officer_station", "A0"),
        *((("leader_county", ""),) * 2),
    )
    return tuple(
        replace(
            maker.unit("F", n, place, "regulator", "regulator", "", 0, staff),
            name=f"{place.short}市场监管局特种设备股" + (f"（{plan.seed}）" if plan.seed != 1 else ""),
        )
        for n, place in enumerate(PLACES)
    )


def everybody(plan: Plan) -> tuple[CityUnit, ...]:
    """All units of the city."""
    return (*use_units(plan), *companies(plan), *stations(plan), *others(plan), *bureaus(plan))


@lru_cache(maxsize=4)
def contracts(plan: Plan) -> tuple[int, ...]:
    """For each use unit the place of its maintenance company in `companies`: near ones first, until they are full."""
    rng, firms = plan.random("contracts"), companies(plan)
    room = [float(firm.size) for firm in firms]
    found = []
    for unit in use_units(plan):
        weights = [
            max(left, 0.5) * (6.0 if firm.place.division == unit.place.division else 1.0)
            for firm, left in zip(firms, room, strict=True)
        ]
        chosen = rng.choices(range(len(firms)), weights)[0]
        room[chosen] -= unit.size
        found.append(chosen)
    return tuple(found)


def paperless_since(plan: Plan, number: int) -> date | None:
    """The day on which a use unit and its company began to work without paper; None when they have not yet.

    From under a half of all a year ago to a good four fifths today; some companies lead, some lag.
    """
    company = contracts(plan)[number]
    lag = plan.random("company lag", company).uniform(-0.12, 0.12)
    place = min(max((number * 0.6180339887 + plan.seed * 0.37) % 1.0 + lag, 0.0), 1.0)
    if place <= 0.46:
        return SINCE
    if place > 0.83:
        return None
    return plan.on - timedelta(days=round(365 * (0.83 - place) / (0.83 - 0.46)))

"""The named people and units that demo, tests and screenshots share. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from registry import clock
from registry.actor import Actor
from registry.db import db, transaction
from registry.models import Capacity, Certificate, GasBatch, Membership, Parameter, Person, Unit
from registry.queries.accounts import actor_of
from registry.rules.identifiers import complete_credit_code
from registry.services.accounts import HASHER

PASSWORD = "demo-suzhou-2026"
SINCE = date(2021, 1, 1)


@dataclass(frozen=True)
class CastUnit:
    """An invented unit: `key` names it in tests; capacities as `capacity:licence:media`."""

    key: str
    name: str
    area: str
    capacities: tuple[str, ...]
    place: tuple[float, float] = (33.6468, 116.9641)
    address: str = ""


@dataclass(frozen=True)
class CastPerson:
    """An invented person: login (also the key), name, unit, role, and certificates as `item`."""

    login: str
    name: str
    unit: str
    role: str
    area: str | None = None
    certificates: tuple[str, ...] = ()


UNITS = (
    CastUnit("city", "宿州市市场监督管理局", "341300", ("regulator",)),
    CastUnit("safety", "宿州市安全生产委员会办公室", "341300", ("regulator",)),
    CastUnit("yongqiao", "埇桥区市场监督管理局", "341302", ("regulator",)),
    CastUnit("sanliwan", "埇桥区三里湾市场监督管理所", "341302", ("regulator",)),
    CastUnit("dangshan", "砀山县市场监督管理局", "341321", ("regulator",), (34.4425, 116.3670)),
    CastUnit(
        "property", "宿州汇源物业服务有限公司", "341302", ("use", "owner"), (33.6402, 116.9780), "埇桥区汴河中路88号"
    ),
    CastUnit(
        "property2", "砀山梨花物业服务有限公司", "341321", ("use", "owner"), (34.4430, 116.3512), "砀山县人民路16号"
    ),
    CastUnit(
        "company",
        "安徽迅安电梯工程有限公司",
        "341302",
        ("maintenance:TS3334A01-2028", "self_testing:TS7634A01-2028"),
        (33.6531, 116.9522),
    ),
    CastUnit("company2", "宿州诚达电梯维保有限公司", "341321", ("maintenance:TS3334B02-2027",), (34.4395, 116.3601)),
    CastUnit(
        "station",
        "宿州皖北液化气充装站",
        "341302",
        ("filling:TS4234001-2028:lpg",),
        (33.6102, 117.0123),
        "埇桥区淮河路东段",
    ),
    CastUnit(
        "station2",
        "灵璧鑫源气体有限公司",
        "341323",
        ("filling:TS4234002-2027:oxygen,nitrogen,argon,carbon_dioxide,acetylene",),
        (33.5403, 117.5580),
        "灵璧县经济开发区",
    ),
    CastUnit("inspection", "宿州市特种设备检验中心", "341302", ("inspection",)),
    CastUnit("insurer", "江淮财产保险股份有限公司宿州中心支公司", "341302", ("insurer",)),
    CastUnit("desk", "宿州市96366电梯应急处置中心", "341300", ("rescue_station",)),
    CastUnit(
        "depot",
        "埇桥区西关瓶装气配送站",
        "341302",
        ("depot",),
        (33.6512, 116.9455),
        "埇桥区西关大街12号",
    ),
)

PEOPLE = (
    CastPerson("admin", "系统管理员", "city", "admin"),
    CastPerson("auditor", "审计管理员", "city", "auditor"),
    CastPerson("section", "王建国", "city", "section_city"),
    CastPerson("leader", "陈立新", "city", "leader_city"),
    CastPerson("safety", "安委办值班员", "safety", "safety_office"),
    CastPerson("county", "李明", "yongqiao", "inspector_county", "341302", ("A0",)),
    CastPerson("county2", "赵倩", "yongqiao", "inspector_county", "341302", ("A0",)),
    CastPerson("county-leader", "周卫东", "yongqiao", "leader_county", "341302"),
    CastPerson("county-leader2", "吴海燕", "yongqiao", "leader_county", "341302"),
    CastPerson("officer", "孙磊", "sanliwan", "officer_station", "341302", ("A0",)),
    CastPerson("dangshan", "刘洋", "dangshan", "inspector_county", "341321", ("A0",)),
    CastPerson("property", "张敏", "property", "use_manager", None, ("A",)),
    CastPerson("property2", "郭峰", "property2", "use_manager", None, ("A",)),
    CastPerson("company", "何志强", "company", "maintenance_manager", None, ("T",)),
    CastPerson("tech1", "马超", "company", "technician", None, ("T",)),
    CastPerson("tech2", "朱军", "company", "technician", None, ("T",)),
    CastPerson("company2", "林涛", "company2", "maintenance_manager", None, ("T",)),
    CastPerson("filling", "徐丽", "station", "filling_manager", None, ("A", "P")),
    CastPerson("filler", "高飞", "station", "filler", None, ("P",)),
    CastPerson("checker", "罗英", "station", "checker", None, ("P",)),
    CastPerson("filling2", "梁勇", "station2", "filling_manager", None, ("A", "P")),
    CastPerson("inspector", "宋杰", "inspection", "inspection_body"),
    CastPerson("insurer", "唐静", "insurer", "insurer"),
    CastPerson("desk", "韩雪", "desk", "rescue_desk"),
    CastPerson("property-head", "程国栋", "property", "use_manager"),
    CastPerson("property-director", "沈洁", "property", "use_manager"),
    CastPerson("property-officer", "丁浩", "property", "use_manager"),
    CastPerson("courier", "冯小军", "station", "courier"),
    CastPerson("depot", "蒋琴", "depot", "depot_keeper"),
    CastPerson("filler2", "邵兵", "station2", "filler", None, ("P",)),
    CastPerson("checker2", "孟洁", "station2", "checker", None, ("P",)),
    CastPerson("desk2", "邓凯", "desk", "rescue_desk"),
    CastPerson("security", "安全管理员", "city", "security_admin"),
)


def build() -> None:
    """Add the cast to an empty registry."""
    today = clock.today()
    password_hash = HASHER.hash(PASSWORD)
    with transaction() as session:
        # So that a demo is signed in to by a password alone.
        session.add(Parameter(key="access.second_factor", value="0", since=SINCE, basis="演示", certainty="G"))
        units = {}
        for number, cast in enumerate(UNITS):
            unit = Unit(
                name=cast.name,
                credit_code=complete_credit_code(f"91341300MA2C{number:04d}0"),
                area_code=cast.area,
                address=cast.address,
                phone=f"0557-30{number:05d}",
                lat=cast.place[0],
                lon=cast.place[1],
                created_on=SINCE,
            )
            session.add(unit)
            session.flush()
            units[cast.key] = unit.id
            session.add_all(_capacity(unit.id, text) for text in cast.capacities)
            if cast.key == "depot":
                session.flush()
                session.execute(update(Capacity).where(Capacity.unit_id == unit.id).values(station_id=units["station"]))
            if cast.key == "station":
                session.add(_tested_gas(unit.id, SINCE))
        for number, cast_person in enumerate(PEOPLE):
            person = Person(
                name=cast_person.name,
                phone=f"139557{number:05d}",
                login=cast_person.login,
                password_hash=password_hash,
                created_on=SINCE,
            )
            session.add(person)
            session.flush()
            session.add(
                Membership(
                    person_id=person.id,
                    unit_id=units[cast_person.unit],
                    role=cast_person.role,
                    area_code=cast_person.area,
                    since=SINCE,
                )
            )
            session.add_all(
                Certificate(
                    person_id=person.id,
                    item=item,
                    number=f"3413{number:04d}{item}",
                    issued_on=SINCE,
                    expires_on=today + timedelta(days=900),
                )
                for item in cast_person.certificates
            )


def _tested_gas(station_id: int, since: date) -> GasBatch:
    """The gas the cast's LPG station fills from: tested, free of DME."""
    return GasBatch(
        ref="cast-lpg",
        station_id=station_id,
        medium="lpg",
        supplier="安庆石化销售有限公司",
        delivery_note="AQ-0001",
        mass_g=24_500_000,
        since=since,
        tested_on=since,
        dme_ppm=0,
        report_no="QJ-0001",
    )


def _capacity(unit_id: int, text: str) -> Capacity:
    capacity, _, rest = text.partition(":")
    licence, _, media = rest.partition(":")
    return Capacity(
        unit_id=unit_id,
        capacity=capacity,
        licence_no=licence or None,
        licence_until=date(int(licence[-4:]), 12, 31) if licence else None,
        media=media.split(",") if media else None,
        since=SINCE,
    )


def actor(login: str) -> Actor:
    """The actor of one of the cast, for tests and seeds that work below the doors."""
    row = db.session.execute(
        select(Membership, Person, Unit)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Person.login == login)
    ).one()
    membership, person, unit = row
    return actor_of(membership, person, unit)


def unit(key: str) -> Unit:
    """One of the cast's units."""
    name = next(cast.name for cast in UNITS if cast.key == key)
    return db.session.scalars(select(Unit).where(Unit.name == name)).one()


def person(login: str) -> Person:
    """One of the cast's people."""
    return db.session.scalars(select(Person).where(Person.login == login)).one()

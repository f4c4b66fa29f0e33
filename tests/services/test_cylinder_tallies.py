"""The kept counts of cylinders: after whatever was written they say what the records say, on every day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.sql import visitors

from registry import clock
from registry.actor import SYSTEM
from registry.db import Base, db, transaction
from registry.errors import Forbidden, RegistryError
from registry.models import (
    Area,
    AreaLeft,
    Cylinder,
    CylinderLeft,
    CylinderStatus,
    CylinderTally,
    CylinderTouch,
    Filling,
    LabelCode,
    Parameter,
    Policy,
    PolicyItem,
    Unit,
)
from registry.queries import cylinder_tallies as kept
from registry.queries import indicators
from registry.queries.indicator_definitions import INDICATORS
from registry.services import cylinder_tallies, cylinders, indicator_counts, labels
from seeds import cast, city, past
from tests import cylinder_factory

SIZE = {"elevators": 20, "cylinders": 90, "days": 40, "seed": 3}
COPIES, APART = 8, 4 * kept.BLOCK  # so that there are blocks enough to keep, on whatever ids the city has
WRITES, DAYS = 60, (1, 2, 9, 30, 75, 200, 500, 1000)
OF_A_CYLINDER: dict[type[Base], tuple[str, ...]] = {
    Cylinder: ("serial_no", "label_code"),
    LabelCode: ("code",),
    CylinderStatus: (),
    PolicyItem: (),
}


@pytest.fixture
def town(app) -> date:
    """A small city whose cylinders lie in many blocks; today."""
    plan = city.plan_for(**SIZE)
    city.build(plan)
    with transaction() as session:
        for number in range(1, COPIES):
            for model, names in OF_A_CYLINDER.items():
                session.execute(_copy(model, names, number))
        example = session.scalars(select(Policy).where(Policy.subject == "cylinder").order_by(Policy.id)).first()
        for place, basis in enumerate(("per_fill", "per_station_year")):
            session.add(_policy(example, f"QP-{place}", basis, plan.on - timedelta(days=60)))
    return plan.on


def _copy(model: type[Base], names: tuple[str, ...], number: int) -> Any:
    """The rows of block 0 once more, some blocks further on."""
    of = model.id if model is Cylinder else model.cylinder_id
    values = []
    for column in model.__table__.columns:
        if column.name in ("id", "cylinder_id"):
            values.append(column + number * APART)
        elif column.name in names:
            values.append(column + f"-{number}")
        else:
            values.append(column)
    return insert(model.__table__).from_select(
        [column.name for column in model.__table__.columns], select(*values).where(of.is_not(None), of < APART)
    )


def _policy(example: Policy | None, number: str, basis: str, since: date) -> Policy:
    left_out = {"id", "policy_no", "ref", "ref_digest", "renews_id"}
    values = {c.key: getattr(example, c.key) for c in Policy.__table__.columns if c.key not in left_out}
    dated = {"starts_on": since, "ends_on": since + timedelta(days=90), "cancelled_on": None, "line": None}
    return Policy(**values | dated | {"policy_no": number, "basis": basis, "media": None})


def keep(*days: date) -> None:
    for day in days:
        cylinder_tallies.keep(SYSTEM, day)


def told(on: date) -> Any:
    """What the pages say of cylinders."""
    return [indicators.table(SYSTEM, one.key, on) for one in kept.OVER_CYLINDERS]


def fresh(on: date, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same with every record read."""
    with monkeypatch.context() as patch:
        patch.setattr(kept, "counts", lambda _actor, _on: None)
        return told(on)


def holding(on: date) -> int:
    """How many blocks' counts of a day hold."""
    blocks = kept.all_blocks()
    return len(blocks) - len(kept.stale_blocks(on, blocks))


class Writer:
    """Somebody who writes whatever moves the figures of cylinders: by the verbs, and as rows where records are loaded
    and corrected in other ways."""

    def __init__(self, on: date, seed: int) -> None:
        self.on, self.rng, self.section = on, Random(seed), cast.actor("section")
        self.done: Counter[str] = Counter()
        self.ways: list[Callable[[], None]] = [
            self.move, self.label, self.register, self.end_policy, self.new_policy, self.policy_item, self.fill,
            self.correct_fill, self.transfer, self.medium, self.cover_days, self.drop, self.change_policy,
        ]  # fmt: skip

    def ago(self, most: int) -> date:
        return self.on - timedelta(days=self.rng.randrange(most))

    def any(self, column: Any, *where: Any) -> Any:
        found = list(db.session.scalars(select(column).where(*where).order_by(column)))
        return self.rng.choice(found) if found else None

    def write(self) -> str:
        way = self.rng.choice(self.ways)
        before = db.session.scalar(select(func.sum(CylinderTouch.times)))
        try:
            way()
        except RegistryError:
            db.session.rollback()
            return ""
        finally:
            db.session.expunge_all()
        self.done[way.__name__] += db.session.scalar(select(func.sum(CylinderTouch.times))) != before
        return way.__name__

    def move(self) -> None:
        bottle = db.session.get_one(Cylinder, self.any(Cylinder.id, Cylinder.status.in_(("in_use", "suspended"))))
        verb = "suspend" if bottle.status == "in_use" else "resume"
        cylinders.change_status(self.section, bottle.handle, verb, {"since": self.ago(300), "reason": "瓶阀更换"})

    def label(self) -> None:
        code = self.any(LabelCode.code, LabelCode.status == "active", LabelCode.cylinder_id.is_not(None))
        with past.at(past.moment(self.ago(150))):
            (labels.void if self.rng.random() < 0.5 else labels.replace)(self.section, code, "破损")

    def register(self) -> None:
        made = self.ago(1500)
        owner = self.any(Unit.id, Unit.id.in_(select(Cylinder.owner_id)))
        cylinder_factory.cylinder("section", owner_id=owner, made_on=made, registered_on=made + timedelta(days=20))

    def end_policy(self) -> None:
        with transaction() as session:
            policy = session.get_one(Policy, self.any(Policy.id, Policy.subject == "cylinder"))
            policy.cancelled_on = None if policy.cancelled_on else self.ago(200)

    def change_policy(self) -> None:
        with transaction() as session:
            policy = session.get_one(Policy, self.any(Policy.id, Policy.subject == "cylinder"))
            match self.rng.randrange(4):
                case 0:
                    policy.ends_on = self.ago(100) + timedelta(days=60)
                case 1:
                    policy.starts_on = self.ago(400)
                case 2:
                    policy.media = ["lpg"] if policy.media is None else None
                case _:
                    policy.line = "fill_liability" if policy.line != "fill_liability" else "employer_liability"

    def new_policy(self) -> None:
        with transaction() as session:
            example = session.get_one(Policy, self.any(Policy.id, Policy.subject == "cylinder"))
            number = f"QN-{self.rng.randrange(10**9)}"
            session.add(_policy(example, number, self.rng.choice(("per_fill", "per_station_year")), self.ago(300)))

    def policy_item(self) -> None:
        with transaction() as session:
            if self.rng.random() < 0.5:
                item = session.get_one(PolicyItem, self.any(PolicyItem.id, PolicyItem.cylinder_id.is_not(None)))
                item.until = None if item.until else max(item.since, self.ago(200))
            else:
                policy = self.any(Policy.id, Policy.subject == "cylinder")
                session.add(PolicyItem(policy_id=policy, cylinder_id=self.any(Cylinder.id), since=self.ago(200)))

    def fill(self) -> None:
        """One that comes late."""
        columns = [column for column in Filling.__table__.columns if column.name not in ("id", "ref")]
        with transaction() as session:
            row = session.execute(select(*columns).where(Filling.id == self.any(Filling.id))).one()._asdict()
            later = timedelta(days=self.rng.randrange(-20, 20))
            row |= {"cylinder_id": self.any(Cylinder.id), "filled_on": row["filled_on"] + later}
            row |= {"started_at": row["started_at"] + later, "ended_at": row["ended_at"] + later}
            session.execute(insert(Filling.__table__).values(**row, ref=f"late-{self.rng.randrange(10**12)}"))

    def correct_fill(self) -> None:
        with transaction() as session:
            fill = session.get_one(Filling, self.any(Filling.id))
            fill.filled_on -= timedelta(days=self.rng.randrange(1, 9))
            fill.ended_at -= timedelta(days=9)

    def transfer(self) -> None:
        bottle = self.any(Cylinder.id, Cylinder.status == "in_use")
        with past.at(past.moment(self.ago(3))), transaction() as session:
            row = session.get_one(Cylinder, bottle, options=[selectinload(Cylinder.statuses)])
            owner = session.get_one(Unit, self.any(Unit.id, Unit.id.in_(select(Cylinder.owner_id))))
            cylinders.write_over(SYSTEM, row, owner, clock.today(), "", "过户协议")

    def medium(self) -> None:
        with transaction() as session:
            bottle = session.get_one(Cylinder, self.any(Cylinder.id))
            bottle.medium = "oxygen" if bottle.medium == "lpg" else "lpg"

    def cover_days(self) -> None:
        since = self.ago(300)
        if self.any(Parameter.id, Parameter.key == kept.COVER_DAYS, Parameter.since == since) is None:
            with transaction() as session:
                session.add(Parameter(key=kept.COVER_DAYS, value=str(self.rng.randrange(5, 60)), since=since))

    def drop(self) -> None:
        """A loading that is taken back: rows are deleted, of one kind of table or another."""
        model = self.rng.choice((PolicyItem, LabelCode, CylinderStatus))
        where = [model.cylinder_id.is_not(None)]
        if model is LabelCode:
            where.append(LabelCode.scheme != "own")
        if model is CylinderStatus:
            where.append(CylinderStatus.until.is_not(None))
        with transaction() as session:
            session.execute(delete(model).where(model.id == self.any(model.id, *where)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_write_the_kept_count_is_the_fresh_one(town, monkeypatch, seed) -> None:
    writer, days = Writer(town, seed), [town - timedelta(days=ago) for ago in DAYS]
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    keep(*days)
    used = partly = 0
    for number in range(WRITES):
        wrote = writer.write()
        for day in writer.rng.sample(days, 3):
            assert told(day) == fresh(day, monkeypatch), (number, wrote, day)
            used += kept.counts(SYSTEM, day) is not None
            partly += 0 < holding(day) < len(kept.all_blocks())
        if number % 7 == 6:
            cylinder_tallies.fold(SYSTEM)
        if number % 5 == 4:
            keep(*writer.rng.sample(days, 4))
    for day in days:
        assert told(day) == fresh(day, monkeypatch)
    # It says something only where kept counts were used, also beside counted ones, and where much was written.
    assert used > WRITES
    assert partly > 10
    assert len([name for name in writer.done if writer.done[name]]) > 8


@pytest.mark.parametrize("when", ["touches", "rules_of", "counted", "stale_blocks"])
def test_a_write_while_it_is_counted_is_not_lost(town, monkeypatch, when) -> None:
    """Wherever another transaction commits between the reads, the count made of them does not hold afterwards."""
    day = town - timedelta(days=50)
    real: Callable[..., Any] = getattr(kept, when)
    bottle = _of_block_zero()

    def interrupted(*args: Any) -> Any:
        found = real(*args)
        _scrap(bottle, day - timedelta(days=5))
        monkeypatch.setattr(kept, when, real)
        return found

    monkeypatch.setattr(kept, when, interrupted)
    keep(day)
    assert holding(day) == len(kept.all_blocks()) - 1
    assert told(day) == fresh(day, monkeypatch)
    keep(day)
    assert holding(day) == len(kept.all_blocks())
    assert told(day) == fresh(day, monkeypatch)


def _of_block_zero() -> int:
    return db.session.scalar(
        select(Cylinder.id)
        .join(CylinderStatus)
        .where(CylinderStatus.until.is_(None), CylinderStatus.status == "in_use")
        .where(CylinderStatus.since < clock.today() - timedelta(days=100))
        .order_by(Cylinder.id)
        .limit(1)
    )


def _scrap(bottle: int, since: date) -> None:
    with transaction() as session:
        row = session.get_one(Cylinder, bottle)
        period = session.scalars(select(CylinderStatus).where(CylinderStatus.cylinder_id == bottle)).all()[-1]
        period.until = since
        session.add(CylinderStatus(cylinder_id=bottle, status="suspended", since=since, reason="", document=""))
        row.status = "suspended"


def test_only_the_block_and_the_days_that_may_differ_are_counted_again(town) -> None:
    days = [town - timedelta(days=ago) for ago in (5, 20, 60)]
    keep(*days)
    whole = len(kept.all_blocks())
    _scrap(_of_block_zero(), town - timedelta(days=20))
    assert [holding(day) for day in days] == [whole - 1, whole - 1, whole]
    assert town - timedelta(days=1) in kept.stale_days(kept.all_blocks())
    assert set(days) - set(kept.stale_days(kept.all_blocks())) == {days[2]}
    assert cylinder_tallies.keep(SYSTEM, days[0]) == 1


def test_a_turn_at_the_gun_leaves_past_days_alone(town) -> None:
    """What happens today is the most that is written: it must not cost a count of the days before."""
    day = town - timedelta(days=1)
    keep(day)
    with transaction() as session:
        row = session.get_one(Cylinder, _of_block_zero())
        row.custody, row.last_filled_at, row.version = "filled_in_station", clock.now(), row.version + 1
        row = session.scalars(select(Filling).order_by(Filling.id)).first()
        row.clip = "录像机2"
    bottle = db.session.get_one(Cylinder, _of_block_zero())
    cylinders.change_status(cast.actor("section"), bottle.handle, "suspend", {"reason": "瓶阀更换"})
    assert holding(day) == len(kept.all_blocks())


def test_touches_are_put_together_and_kept_days_do_not_notice(town, monkeypatch) -> None:
    days = [town - timedelta(days=ago) for ago in (1, 40, kept.DAYS)]
    keep(*days)
    whole = len(kept.all_blocks())
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    before = {day: kept.touches(day) for day in days}
    assert cylinder_tallies.fold(SYSTEM)
    assert {day: kept.touches(day) for day in days} == before
    assert [holding(day) for day in days] == [whole] * len(days)
    oldest = kept.first_day() - timedelta(days=kept.FOLDED_DAYS)
    assert db.session.scalar(select(func.min(CylinderTouch.since))) == oldest
    assert db.session.scalar(select(func.count()).where(CylinderTouch.number != 0)) == 0
    assert cylinder_tallies.fold(SYSTEM) == 0


def test_days_go_when_they_are_too_old(town, monkeypatch) -> None:
    day = kept.first_day()
    keep(day)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(cylinder_tallies, "LOOSE", 1)
    cylinder_tallies.fold(SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(CylinderTally)) == 0
    assert kept.counts(SYSTEM, day) is None
    assert cylinder_tallies.keep(SYSTEM, day) == 0


def test_a_worker_keeps_month_ends_first_and_then_the_newest(town, monkeypatch) -> None:
    kept_days: list[date] = []
    monkeypatch.setattr(cylinder_tallies, "keep", lambda _actor, day: kept_days.append(day))
    assert cylinder_tallies.keep_some(SYSTEM, 60) == kept.DAYS
    assert kept_days[0].day > (kept_days[0] + timedelta(days=1)).day == 1
    ends = [day for day in kept_days if (day + timedelta(days=1)).day == 1]
    rest = [day for day in kept_days if day not in set(ends)]
    assert kept_days == ends + rest
    assert ends == sorted(ends, reverse=True)
    assert rest == sorted(rest, reverse=True)
    assert {*kept_days} == {town - timedelta(days=ago) for ago in range(1, kept.DAYS + 1)}


def test_a_worker_stops_when_its_time_is_over(town) -> None:
    assert cylinder_tallies.keep_some(SYSTEM, 0) == 0
    assert cylinder_tallies.keep_some(SYSTEM, 0.1) >= 1


def test_the_minute_of_the_worker_keeps_past_days_too(town, monkeypatch) -> None:
    monkeypatch.setattr(cylinder_tallies, "SECONDS", 0.1)
    assert indicator_counts.keep_when_due()
    assert db.session.scalar(select(func.count()).select_from(CylinderTally))


def test_the_board_of_a_past_day_is_what_the_records_say(town) -> None:
    day = town - timedelta(days=3)
    keep(day)
    counts = {
        key: {area: (figure.numerator, figure.denominator) for area, figure in rows.items() if figure.denominator}
        for key, rows in indicators.board(SYSTEM, day).by_area.items()
    }
    said = indicators.count_all(SYSTEM, day)
    assert {key: {a: c for a, c in rows.items() if a != "341300"} for key, rows in counts.items()} == said
    assert said["cylinder_traceability"]


def test_few_cylinders_are_walked_over(app) -> None:
    cylinder_factory.cylinder()
    assert cylinder_tallies.keep_some(SYSTEM, 1) == 0
    assert kept.counts(SYSTEM, clock.today() - timedelta(days=3)) is None


@pytest.mark.parametrize("login", ["county", "filling", "insurer"])
def test_who_sees_a_part_is_counted_for(town, login) -> None:
    day = town - timedelta(days=3)
    keep(day)
    assert kept.counts(SYSTEM, day) is not None
    assert kept.counts(cast.actor("section"), day) is not None
    assert kept.counts(cast.actor(login), day) is None


@pytest.mark.parametrize("ago", [0, -5])
def test_today_and_what_comes_are_not_kept(town, ago) -> None:
    day = town - timedelta(days=ago)
    assert cylinder_tallies.keep(SYSTEM, day) == 0
    assert kept.counts(SYSTEM, day) is None


def test_another_version_of_the_product_counts_anew(town, monkeypatch) -> None:
    day = town - timedelta(days=3)
    keep(day)
    monkeypatch.setattr(kept, "_source", lambda: "another")
    assert holding(day) == 0
    keep(day)
    assert holding(day) == len(kept.all_blocks())


def test_nobody_but_the_registry_itself_keeps_them(app) -> None:
    for verb in (cylinder_tallies.keep_some, cylinder_tallies.fold):
        with pytest.raises(Forbidden):
            verb(cast.actor("section"))
    with pytest.raises(Forbidden):
        cylinder_tallies.keep(cast.actor("section"), clock.today() - timedelta(days=1))


def _late_fill(on: date) -> None:
    columns = [column for column in Filling.__table__.columns if column.name not in ("id", "ref")]
    row = db.session.execute(select(*columns).order_by(Filling.id).limit(1)).one()._asdict()
    row |= {"cylinder_id": _of_block_zero(), "filled_on": on, "ref": "late"}
    db.session.execute(insert(Filling.__table__).values(**row))


def _fill(**values: Any) -> Callable[[date], None]:
    """A fill of the day is corrected."""

    def write(on: date) -> None:
        first = select(func.min(Filling.id)).where(Filling.filled_on == on).scalar_subquery()
        found = {name: value(on) for name, value in values.items()}
        db.session.execute(update(Filling).where(Filling.id == first).values(**found))

    return write


def _brought_forward(on: date) -> None:
    later = select(func.min(Filling.id)).where(Filling.filled_on > on).scalar_subquery()
    db.session.execute(update(Filling).where(Filling.id == later).values(filled_on=on))


def _deleted_fill(on: date) -> None:
    first = select(func.min(Filling.id)).where(Filling.filled_on == on).scalar_subquery()
    db.session.execute(delete(Filling).where(Filling.id == first))


def _new(model: type[Base], **values: Any) -> Callable[[date], None]:
    def write(on: date) -> None:
        found = {name: value(on) if callable(value) else value for name, value in values.items()}
        db.session.add(model(cylinder_id=_of_block_zero(), **found))

    return write


def _some_unit(_on: date) -> int:
    return db.session.scalars(select(func.min(Unit.id))).one()


def _same(on: date) -> date:
    return on


SINGLE: dict[str, Callable[[date], None]] = {
    "late fill": _late_fill,
    "fill on an earlier day": _brought_forward,
    "fill of another medium": _fill(medium=lambda _on: "oxygen"),
    "fill of another station": _fill(station_id=_some_unit),
    "fill deleted": _deleted_fill,
    "came from another area": _new(AreaLeft, area_code="341302", left_on=_same),
    "came from another station": _new(CylinderLeft, unit_id=_some_unit, at=lambda on: past.moment(on, 12)),
    "item": _new(PolicyItem, policy_id=lambda _on: _a_policy(), since=_same),
    "status": _new(CylinderStatus, status="in_use", since=_same, reason="", document=""),
    "code": _new(LabelCode, code="M-1", scheme="maker", status="active", issued_on=_same, bound_on=_same),
}


def _a_policy() -> int:
    return db.session.scalars(select(func.min(Policy.id)).where(Policy.subject == "cylinder")).one()


@pytest.mark.parametrize("change", SINGLE)
def test_a_change_touches_from_its_day_on(town, change) -> None:
    """Also where no policy of the day makes the change count."""
    on = db.session.scalars(select(func.max(Filling.filled_on)).where(Filling.filled_on < town - timedelta(20))).one()
    before = [kept.touches(day) for day in (on - timedelta(days=1), on)]
    with transaction() as session:
        SINGLE[change](on)
        session.flush()
    after = [kept.touches(day) for day in (on - timedelta(days=1), on)]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_another_medium_touches_all_days(town) -> None:
    before = kept.touches(date(2020, 1, 1))
    with transaction() as session:
        session.get_one(Cylinder, _of_block_zero()).medium = "oxygen"
    assert kept.touches(date(2020, 1, 1)) != before


def test_every_table_that_a_count_reads_touches(town) -> None:
    """A condition that comes to read another table needs triggers on it: add them, then its name here."""
    day = town - timedelta(days=30)
    with transaction() as session:
        area = session.scalar(select(Area.code).where(Area.code != "341300").order_by(Area.code).limit(1))
        bottle = session.get_one(Cylinder, _of_block_zero())
        session.add(AreaLeft(cylinder_id=bottle.id, area_code=area, left_on=town))
        session.add(CylinderLeft(unit_id=bottle.owner_id, cylinder_id=bottle.id, at=clock.now()))
    read: set[str] = set()
    for one in kept.OVER_CYLINDERS:
        parts = one.population(day), one.counted(day, {}), one.area(day)
        for part in visitors.iterate(select(*(literal(1) if part is None else part for part in parts))):
            if part.__visit_name__ == "table":
                read.add(part.name)
    assert read == {
        "area_left", "cylinder", "cylinder_left", "cylinder_status", "filling", "label_code", "policy", "policy_item",
    }  # fmt: skip
    assert {one.population for one in kept.OVER_CYLINDERS} == {INDICATORS["cylinder_traceability"].population}
    assert {one.area for one in kept.OVER_CYLINDERS} == {INDICATORS["cylinder_traceability"].area}


def test_spans_join_blocks_side_by_side() -> None:
    size = kept.BLOCK
    assert kept.spans([0, 1, 5, 6, 9], [1, 5, 9]) == [(size, 6 * size - 1), (9 * size, 10 * size - 1)]
    assert kept.spans([0, 1], []) == []

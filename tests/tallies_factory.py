"""A small city whose cylinders lie in many blocks, and somebody who writes whatever moves their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import selectinload

from registry import clock
from registry.actor import SYSTEM, Actor
from registry.db import Base, db, transaction
from registry.errors import RegistryError
from registry.models import (
    Cylinder,
    CylinderStatus,
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
from registry.services import cylinder_tallies, cylinders, labels
from seeds import cast, city, past
from tests import cylinder_factory

SIZE = {"elevators": 20, "cylinders": 90, "days": 40, "seed": 3}
COPIES, APART = 8, 4 * kept.BLOCK  # so that there are blocks enough to keep, on whatever ids the city has
OF_A_CYLINDER: dict[type[Base], tuple[str, ...]] = {
    Cylinder: ("serial_no", "label_code"),
    LabelCode: ("code",),
    CylinderStatus: (),
    PolicyItem: (),
}


def town() -> date:
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


def told(on: date, actor: Actor = SYSTEM) -> Any:
    """What the pages say of cylinders."""
    return [indicators.table(actor, one.key, on) for one in kept.OVER_CYLINDERS]


def fresh(on: date, monkeypatch: pytest.MonkeyPatch, actor: Actor = SYSTEM) -> Any:
    """The same with every record read."""
    with monkeypatch.context() as patch:
        patch.setattr(kept, "counts", lambda _actor, _on: None)
        return told(on, actor)


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


def of_block_zero() -> int:
    return db.session.scalar(
        select(Cylinder.id)
        .join(CylinderStatus)
        .where(CylinderStatus.until.is_(None), CylinderStatus.status == "in_use")
        .where(CylinderStatus.since < clock.today() - timedelta(days=100))
        .order_by(Cylinder.id)
        .limit(1)
    )


def scrap(bottle: int, since: date) -> None:
    with transaction() as session:
        row = session.get_one(Cylinder, bottle)
        period = session.scalars(select(CylinderStatus).where(CylinderStatus.cylinder_id == bottle)).all()[-1]
        period.until = since
        session.add(CylinderStatus(cylinder_id=bottle, status="suspended", since=since, reason="", document=""))
        row.status = "suspended"

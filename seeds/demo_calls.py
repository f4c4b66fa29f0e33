"""A year of emergency calls in the demo city, plausible by the published figures (elevators.md §6.5); some run now.

Everything is made through the verbs; the desk enters what the units say on the telephone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.db import db
from registry.models import Call, Elevator
from registry.queries import calls as queries
from registry.services import calls
from seeds import cast, past

MOST = 80
PER_LIFT_AND_YEAR = 0.06
LIFTED = ("traction_passenger", "hydraulic_passenger", "traction_freight")
# Hours of the day, the peaks at 8-10, 14-16 and 18-20; months, July and August the worst.
HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 10, 9, 6, 6, 6, 6, 8, 8, 6, 7, 11, 10, 7, 5, 3, 2)
MONTHS = (8, 7, 8, 8, 8, 9, 14, 13, 9, 8, 8, 8)
CAUSES = (
    ("misuse_debris", 25),
    ("misuse_other", 22),
    ("misuse_rough_moving", 3),
    ("misuse_overload", 2),
    ("misuse_holding", 1),
    ("equipment_door", 13),
    ("equipment_control", 9),
    ("equipment_electrical", 4),
    ("equipment_traction", 1),
    ("external_power_cut", 9),
    ("external_self_recovered", 8),
    ("external_water", 3),
)
KINDS = (("entrapment", 57), ("fault", 24), ("consult", 15), ("complaint", 4))
NOTES = {"consult": "询问电梯检验是否到期，已答复", "complaint": "反映电梯经常停用，已告知使用单位并答复"}
SLOW = 0.03  # of the arrivals, over half an hour


def build() -> None:
    """A year of calls, then those that run now."""
    chance = random.Random(11)
    lifts = db.session.scalars(
        select(Elevator)
        .where(
            Elevator.status == "in_use",
            Elevator.use_unit_id.is_not(None),
            Elevator.source != "cast",
            Elevator.kind.in_(LIFTED),
        )
        .order_by(Elevator.id)
    ).all()
    if not lifts:
        return
    repeat = lifts[len(lifts) // 3]
    for received in sorted(_moments(chance, min(MOST, round(len(lifts) * PER_LIFT_AND_YEAR) + 6))):
        # A fifth of the elevators has half of the entrapments, and one of them more than anybody likes.
        lift = repeat if chance.random() < 0.05 else _one_of(chance, lifts)
        _past(chance, lift, received)
    for days in (200, 90, 20):
        _entrapment(chance, repeat, past.moment(clock.today() - timedelta(days=days), 18, 25))
    _running(lifts)


def _one_of(chance: random.Random, lifts: Sequence[Elevator]) -> Elevator:
    often = [lift for lift in lifts[::5] if lift.place_type == "residential"] or lifts
    return chance.choice(often if chance.random() < 0.5 else lifts)


def _moments(chance: random.Random, count: int) -> list[datetime]:
    today = clock.today()
    days = [today - timedelta(days=back) for back in range(2, 365)]
    weights = [MONTHS[day.month - 1] for day in days]
    chosen = chance.choices(days, weights, k=count)
    return [past.moment(day, chance.choices(range(24), HOURS)[0], chance.randrange(60)) for day in chosen]


def _past(chance: random.Random, lift: Elevator, received: datetime) -> None:
    (kind,) = chance.choices([name for name, _ in KINDS], [share for _, share in KINDS])
    if kind == "entrapment":
        _entrapment(chance, lift, received)
    elif kind == "fault":
        row = _taken(received, lift, kind="fault", note="电梯停在一层不动，门打不开")
        minutes = _come(row, received, chance.uniform(1, 3), chance.uniform(15, 45))
        _end(chance, row, received, minutes + chance.uniform(20, 90))
    else:
        row = _taken(received, lift, kind=kind, trapped=None)
        _move(row, received, 3, "close", note=NOTES[kind])


def _entrapment(chance: random.Random, lift: Elevator, received: datetime) -> None:
    some = {"vulnerable": [chance.choice(("elderly", "child"))]} if chance.random() < 0.2 else {}
    row = _taken(received, lift, trapped=chance.choices((1, 2, 3, 4), (55, 30, 10, 5))[0], **some)
    took = chance.uniform(31, 42) if chance.random() < SLOW else min(28.0, exp(chance.gauss(2.33, 0.42)))
    minutes = _come(row, received, chance.uniform(0.3, 1.5), took)
    minutes += chance.uniform(1, 6)
    _move(row, received, minutes, "release", result="rescued")
    _end(chance, row, received, minutes + chance.uniform(10, 120))


def _come(row: Call, received: datetime, answered: float, arrived: float) -> float:
    """The company answers, sets out and arrives; the minutes after the call at which it did."""
    one = next((each for each in row.dispatches if each.role == "maintenance"), None)
    if one is None:
        _move(row, received, 1, "hand_over", service="119")
        one = next(each for each in queries.by_no(cast.actor("desk"), row.no).dispatches if each.role == "119")
        answered, arrived = answered + 1, arrived + 2
    _move(row, received, answered, "answer", dispatch=one.id, eta_minutes=round(arrived))
    _move(row, received, answered + 1, "depart", dispatch=one.id)
    _move(row, received, arrived, "arrive", dispatch=one.id)
    return arrived


def _end(chance: random.Random, row: Call, received: datetime, minutes: float) -> None:
    (cause,) = chance.choices([name for name, _ in CAUSES], [share for _, share in CAUSES])
    _move(row, received, minutes, "repair", cause=cause)
    satisfaction = chance.choices(("satisfied", "fair", "dissatisfied", "unreached"), (75, 12, 3, 10))[0]
    _move(row, received, minutes + 60, "call_back", satisfaction=satisfaction)
    _move(row, received, minutes + 61, "close")


def _taken(received: datetime, lift: Elevator | None, **said: Any) -> Call:
    data = {
        "source": "phone_96366",
        "kind": "entrapment",
        "caller": "乘客",
        "caller_phone": "13905570101",
        "elevator": lift.label_code if lift else None,
        **said,
    }
    with past.at(received):
        return calls.take(cast.actor("desk"), {key: value for key, value in data.items() if value is not None})


def _move(row: Call, received: datetime, minutes: float, verb: str, **data: Any) -> None:
    with past.at(received + timedelta(minutes=minutes)):
        calls.move(cast.actor("desk"), row.no, verb, data)


def _running(lifts: Sequence[Elevator]) -> None:
    """What a desk has before it: each stage once, one of them the cast's own, one an exercise."""
    now = clock.now()
    one, two, three, four, five, six = (lifts[(n * 37) % len(lifts)] for n in range(1, 7))
    own = db.session.scalars(
        select(Elevator)
        .where(Elevator.source == "cast", Elevator.use_unit_id == cast.unit("property").id)
        .order_by(Elevator.id)
    ).first()

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    done = _taken(ago(75), one, trapped=1)
    minutes = _come(done, ago(75), 1, 9)
    _move(done, ago(75), minutes + 3, "release", result="rescued")
    fixed = _taken(ago(180), two, trapped=2, vulnerable=["child"])
    minutes = _come(fixed, ago(180), 1, 12)
    _move(fixed, ago(180), minutes + 2, "release", result="rescued")
    _move(fixed, ago(180), 70, "repair", cause="misuse_debris")
    there = _taken(ago(16), three, trapped=3, vulnerable=["elderly"])
    _come(there, ago(16), 1, 13)
    _taken(ago(4), four, trapped=1, note="轿厢停在7楼，照明正常")
    _taken(ago(2), None, trapped=2, place="南关街道一小区，说不清几号楼")
    exercise = _taken(ago(8), five, trapped=1, drill=True, caller="演练")
    _come(exercise, ago(8), 1, 7)
    _taken(ago(25), six, kind="complaint", trapped=None, note="电梯每周都停两三次")
    if own is not None:
        _taken(ago(0.5), own, trapped=2, vulnerable=["pregnant"], note="停在3楼和4楼之间")

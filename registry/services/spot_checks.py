"""An office draws fills of a station and looks at their video (cylinders.md §7)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session, joinedload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.db import transaction
from registry.errors import Conflict, Invalid
from registry.messages import T
from registry.models import Capacity, Filling, SpotCheck, SpotCheckItem, Unit
from registry.queries import spot_checks as queries
from registry.rules import spot_checks as rules
from registry.rules.cylinder_anomalies import SPOT_CHECK, Hit
from registry.services import cylinder_anomaly_finding, fill_clips
from registry.services.cylinder_anomaly_finding import Found


def draw(actor: Actor, data: Mapping[str, Any]) -> SpotCheck:
    """Draw fills: `{station_id, first_on, last_on, size}`. The seed is the registry's, so that nobody can choose it.

    Raises:
        Invalid: no station of the caller's area, a period that makes no sense, or no fills in it.
    """
    policy.require(actor, "spot_check.draw")
    first, last, today = data["first_on"], data["last_on"], clock.today()
    if last < first or last > today:
        raise Invalid.field("last_on", T("应在开始日期和今天之间"))
    if not 1 <= data["size"] <= rules.MOST:
        raise Invalid.field("size", T("抽取1到{most}条", most=rules.MOST))
    with transaction() as session:
        station = _station(actor, session, data["station_id"])
        now, table = clock.now(), rules.weights(today)
        pool = queries.pool(station.id, first, last, now, table)
        if not pool:
            raise Invalid.field("first_on", T("该单位在这段时间没有充装记录"))
        seed = secrets.token_hex(16)
        row = SpotCheck(
            station_id=station.id,
            office_id=actor.unit_id,
            drawn_by_id=actor.person_id,
            drawn_at=now,
            drawn_on=today,
            first_on=first,
            last_on=last,
            size=data["size"],
            seed=seed,
            weights=dict(table),
            pool_size=len(pool),
            pool_digest=rules.digest(pool),
        )
        session.add(row)
        session.flush()
        for place, each in enumerate(rules.draw(seed, pool, row.size), 1):
            item = SpotCheckItem(check_id=row.id, place=place, filling_id=each.id, weight=each.weight, answers={})
            _enter(item, rules.OPEN)
            session.add(item)
        audit.record(
            actor,
            "spot_check.drawn",
            row,
            station_id=row.station_id,
            first_on=first,
            last_on=last,
            size=row.size,
            seed=seed,
            pool_size=row.pool_size,
            pool_digest=row.pool_digest,
        )
        return row


def judge(actor: Actor, check_id: int, place: int, verb: str, data: Mapping[str, Any]) -> SpotCheckItem:
    """Say what the video of a drawn fill shows: one move of `spot_check_moves`, with `{answers?: {item: yes | no |
    unseen}, note?}`. Not in order opens an anomaly that the station explains; a missing clip un-counts the fill.

    Raises:
        Missing: no such fill for the caller. Conflict: looked at before, and not for a missing clip.
        Invalid: an item not answered, answers that say otherwise than the verdict, or nothing said of what is wrong.
    """
    policy.require(actor, "spot_check.judge")
    note = str(data.get("note") or "").strip()[:200]
    with transaction():
        row = policy.get(
            actor,
            SpotCheckItem,
            SpotCheckItem.check_id == check_id,
            SpotCheckItem.place == place,
            lock=True,
            options=(
                joinedload(SpotCheckItem.check, innerjoin=True),
                joinedload(SpotCheckItem.filling, innerjoin=True),
            ),
        )
        move = rules.find_move(rules.WORKFLOW, row.state, verb)
        if move is None:
            state = rules.states(rules.WORKFLOW)[row.state]
            raise Conflict(T("这一条现在是“{state}”，不能再这样记录", state=state.zh))
        answers = _answers(move, data.get("answers") or {})
        if "note" in move.needs and not note:
            raise Invalid.field("note", T("请写明哪里不合格"))
        before = row.state
        _enter(row, move.target)
        row.answers, row.note = answers, note
        row.judged_at, row.judged_by_id = clock.now(), actor.person_id
        row.version += 1
        if move.target == rules.NOT_OK:
            row.anomaly_id = _anomaly(row, note)
        if move.target == rules.CLIP_MISSING:
            fill_clips.lose(actor, policy.get(actor, Filling, Filling.id == row.filling_id, lock=True))
        audit.record(
            actor,
            "spot_check.judged",
            row,
            **{"check_id": row.check_id, "filling_id": row.filling_id, "from": before, "to": row.state},
            anomaly_id=row.anomaly_id,
        )
        return row


def _enter(row: SpotCheckItem, state: str) -> None:
    """The only place that sets the state."""
    row.state = state


def _answers(move: Any, given: Mapping[str, str]) -> dict[str, str]:
    if "answers" not in move.needs:
        return {}
    items = [item.id for item in rules.items(clock.today())]
    if any(given.get(name) not in rules.ANSWERS for name in items) or set(given) - set(items):
        raise Invalid.field("answers", T("请逐项回答"))
    answers = {name: given[name] for name in items}
    if rules.verdict(answers) != move.target:
        wrong = T("有“否”的，应记为不合格") if move.target == rules.OK else T("没有一项为“否”，不能记为不合格")
        raise Invalid.field("answers", wrong)
    return answers


def _anomaly(row: SpotCheckItem, note: str) -> int:
    evidence = {"check": row.check_id, "place": row.place, "note": note}
    hit = Hit(*SPOT_CHECK, f"{row.check_id}/{row.place}", evidence)
    fill = row.filling
    return cylinder_anomaly_finding.noted(Found(hit, fill.station_id, fill.cylinder_id, filling=fill.id))


def _station(actor: Actor, session: Session, unit_id: int) -> Unit:
    statement = (
        policy.scope(actor, Unit)
        .join(Capacity, Capacity.unit_id == Unit.id)
        .where(Unit.id == unit_id, Capacity.capacity == "filling")
    )
    if actor.areas:
        statement = statement.where(Unit.area_code.in_(actor.areas))
    found: Unit | None = session.scalars(statement).first()
    if found is None:
        raise Invalid.field("station_id", T("该单位不是充装单位，或者不在您的辖区"))
    return found

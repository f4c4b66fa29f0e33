"""Emergency calls: taken in, dispatched at once, moved through their table (elevators.md §6).

Nothing in these verbs calls the network: a call goes on when the map, the mail or somebody's phone does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from registry import audit, clock, policy
from registry.actor import Actor
from registry.counters import next_number
from registry.db import transaction
from registry.errors import Conflict, Invalid, Missing
from registry.messages import Spoken, T
from registry.models import Area, Call, CallCaller, CallDispatch, CallDrill, CallStep, Elevator
from registry.permissions import DESK
from registry.queries import call_facts
from registry.queries import calls as queries
from registry.replays import OTHER_CONTENT, digest, sent_before
from registry.rules import calls as rules
from registry.rules.workflow import Move
from registry.services import call_dispatching, call_moves
from registry.services.call_moves import Making

Data = Mapping[str, Any]
KIND = "JY"
# A phone's clock may run ahead of ours by this much.
AHEAD = timedelta(minutes=2)
# What a phone kept for longer is entered by the time it came.
LATEST = timedelta(hours=24)
LOADED = (
    selectinload(Call.dispatches).joinedload(CallDispatch.unit),
    selectinload(Call.dispatches).joinedload(CallDispatch.person),
)

REFUSALS: dict[str, T] = {
    "no_dispatch": T("咨询、投诉和误报不派遣救援；有人被困或设备故障的，先补充警情改正类型"),
    "not_tied": T("还没有确定电梯"),
    "not_asked": T("没有派遣给您的单位"),
    "withdrawn": T("这次派遣已经撤回，不必前往"),
    "declined": T("这次派遣已经答复不能前往"),
    "arrived": T("已经到场"),
    "answered": T("已经接单"),
    "departed": T("已经出发"),
    "nobody_trapped": T("这起警情不是困人，请登记修复"),
    "not_there": T("登记到场以后才能登记解救"),
    "not_released": T("先登记解救，再登记修复"),
    "not_ended": T("还没有解救、修复和回访，不能办结"),
    "no_pass_on": T("困人不能转为乘客报修"),
    "merged": T("这起警情已并入另一起，请到那一起办理"),
}


def take(actor: Actor, data: Data) -> Call:
    """Take in a call: `source, kind, received_at?, caller?, caller_phone?, elevator?` (label or rescue code), `place?,
    position?, area?, trapped?, vulnerable?, injured?, note?, drill?, scenario?, plan_id?, another?, roles?`.

    With its elevator, people trapped or a fault are dispatched to its maintenance company and its use unit (or to those
    of `roles`) at once. `another`: it is known that this is not the call of the elevator that runs already.

    Raises:
        Invalid: an unknown elevator, a moment to come, or nothing that says where or who.
        Conflict: a call of this elevator runs already; nobody is sent twice.
    """
    policy.require(actor, "call.take")
    with transaction() as session:
        now = clock.now()
        received = data.get("received_at") or now
        elevator = queries.elevator_of(actor, data["elevator"]) if data.get("elevator") else None
        _enough(data, elevator, received, now)
        if data.get("area") and session.get(Area, data["area"]) is None:
            raise Invalid.field("area", T("没有这个辖区"))
        if elevator is not None and not data.get("another"):
            _not_running(session, elevator, data)
        position = data.get("position") or {}
        row = Call(
            no=_no(session, clock.day_of(received).year),
            source=data["source"],
            kind=data["kind"],
            drill=bool(data.get("drill")),
            received_at=received,
            received_on=clock.day_of(received),
            taken_at=now,
            caller=data.get("caller") or "",
            caller_phone=data.get("caller_phone") or None,
            elevator_id=elevator.id if elevator else None,
            area_code=elevator.area_code if elevator else data.get("area"),
            place=data.get("place") or (elevator.address if elevator else ""),
            lat=position.get("lat"),
            lon=position.get("lon"),
            note=data.get("note") or "",
            trapped=data.get("trapped"),
            vulnerable=list(data.get("vulnerable") or []),
            injured=data.get("injured") or 0,
            state=rules.FIRST_STATE,
            level=0,
            version=1,
            dispatches=[],
        )
        session.add(row)
        session.flush()
        if row.drill:
            session.add(_exercise(row, data))
        call_dispatching.first_level(row, now, data.get("roles"))
        settle(row)
        session.add(_step(actor, row, "take", "", received, {"kind": row.kind}, {}))
        audit.record(
            actor,
            "call.taken",
            row,
            no=row.no,
            kind=row.kind,
            source=row.source,
            elevator_id=row.elevator_id,
            drill=row.drill,
        )
        return row


def take_once(actor: Actor, ref: str, data: Data) -> tuple[Call, bool]:
    """Like `take`, for programs and desks that send again when no answer came: (call, whether it was there already).

    Raises:
        Conflict: the same `ref` came with other content.
    """
    policy.require(actor, "call.take")
    content = digest(data)
    try:
        with transaction():
            known = sent_before(actor, Call, ref, content)
            if known is not None:
                return known, True
            row = take(actor, data)
            row.ref, row.ref_digest = ref, content
            return row, False
    except IntegrityError:
        # The same ref arrived twice at the same moment and the other one won.
        with transaction():
            known = sent_before(actor, Call, ref, content)
        if known is None:
            raise
        return known, True


def move(actor: Actor, no: str, verb: str, data: Data, version: int | None = None) -> tuple[Call, bool]:
    """Make one of the moves of `call_moves`: `ref?, done_at?, phone_at?, note?, dispatch?` (the number of the dispatch
    it is about, for the desk), and what the move needs by name. Returns the call, and whether this `ref` came before.

    `phone_at`: when a phone says it happened. What cannot be is kept in the log and the registry's own time holds, so
    that what a rescuer did is never refused for his clock.

    Raises:
        Conflict: not legal now, made before, or somebody else was faster: the text says what he did.
        Invalid: what the move needs is missing, or an impossible moment.
    """
    if verb not in rules.VERBS:
        raise Missing(T("没有这个办理步骤"))
    policy.require(actor, f"call.{verb}")
    ref, content = data.get("ref"), digest({**data, "call": no, "verb": verb})
    with transaction() as session:
        row = policy.get(actor, Call, Call.no == no, lock=True, options=LOADED)
        if _sent(session, row, ref, content):
            return row, True
        if version is not None and version != row.version:
            raise Conflict(_overtaken(session, row))
        found = rules.find_move(row.state, verb, clock.today())
        if found is None:
            raise Conflict(_overtaken(session, row, stands=True))
        one = _dispatch(actor, row, found, data)
        at, doubted = _moment(row, one, data)
        making = Making(actor, session, row, found, data, one, at)
        _check(making)
        before = row.state
        kept = call_moves.apply(making) | ({"phone_at": doubted.isoformat()} if doubted else {})
        row.version += 1
        session.flush()
        settle(row)
        if verb == "merge":
            _merged(making, kept["into"])
        step = _step(actor, row, verb, before, making.at, kept, data)
        step.dispatch_id = making.dispatch.id if making.dispatch else None
        step.ref, step.ref_digest = ref, content if ref else None
        session.add(step)
        audit.record(
            actor,
            "call.moved",
            row,
            **{"from": before, "to": row.state},
            no=row.no,
            verb=verb,
            elevator_id=row.elevator_id,
            dispatch_id=step.dispatch_id,
            done_at=making.at,
        )
        return row, False


def blacken(actor: Actor, before: datetime) -> int:
    """Forget who called: the phones and names of calls closed before a moment, by the night; how many there were."""
    policy.require(actor, "call.blacken")
    with transaction() as session:
        rows = session.scalars(
            policy.scope(actor, Call)
            .where(Call.closed_at < before, Call.phone_blackened_on.is_(None))
            .order_by(Call.id)
        ).all()
        for row in rows:
            row.caller, row.caller_phone, row.phone_blackened_on = "", None, clock.today()
        forgotten = CallCaller.call_id.in_([row.id for row in rows])
        for other in session.scalars(select(CallCaller).where(forgotten).order_by(CallCaller.id)):
            other.caller, other.caller_phone = "", None
        if rows:
            audit.record(actor, "call.phones_blackened", None, count=len(rows), before=before)
        return len(rows)


def _merged(making: Making, no: str) -> None:
    """The log and the state of the call into which another was merged."""
    into = queries.lockable(making.actor, no)
    before, into.version = into.state, into.version + 1
    settle(into)
    kept = {"merged": making.call.no}
    making.session.add(_step(making.actor, into, "join", before, making.at, kept, {}))
    audit.record(
        making.actor,
        "call.moved",
        into,
        **{"from": before, "to": into.state},
        no=into.no,
        verb="join",
        elevator_id=into.elevator_id,
        dispatch_id=None,
        done_at=making.at,
    )


def settle(row: Call) -> None:
    """The one place where a call's state, level and first moments are set, from its marks and its dispatches."""
    facts = call_facts.facts(row)
    able = [one for one in facts.asked if one.rescues]
    row.state, row.level = rules.state_of(facts), rules.level_of(facts)
    row.dispatched_at = min((one.dispatched_at for one in facts.asked), default=None)
    row.accepted_at = min((one.answered_at for one in able if one.open and one.answered_at), default=None)
    row.arrived_at = min((one.arrived_at for one in able if one.arrived_at), default=None)


def _exercise(row: Call, data: Data) -> CallDrill:
    scenario = (data.get("scenario") or row.note or T("演练"))[:200]
    return CallDrill(
        call_id=row.id, scenario=scenario, plan_id=data.get("plan_id"), went_well="", to_mend="", mended_note=""
    )


def _enough(data: Data, elevator: Elevator | None, received: datetime, now: datetime) -> None:
    wrong: dict[str, list[T]] = {}
    if received > now + AHEAD:
        wrong["received_at"] = [T("不能晚于现在")]
    if elevator is None and not any(data.get(name) for name in ("place", "position", "caller_phone")):
        wrong["place"] = [T("请填写电梯、地点、位置或者回拨电话")]
    if wrong:
        raise Invalid(wrong)


def _not_running(session: Session, elevator: Elevator, data: Data) -> None:
    """Refuse a second call of the same kind of urgency: its caller joins the first."""
    if not rules.kinds()[data["kind"]].dispatched:
        return
    urgent = [kind.id for kind in rules.kinds().values() if kind.dispatched]
    no = session.scalars(
        select(Call.no)
        .where(
            Call.elevator_id == elevator.id,
            Call.state.in_(rules.RUNNING_STATES),
            Call.kind.in_(urgent),
            Call.drill.is_(bool(data.get("drill"))),
        )
        .order_by(Call.id)
        .limit(1)
    ).first()
    if no is not None:
        raise Conflict(T("这台电梯正在救援：{no}。是同一件事的，请加入这起警情；不是的，请选择另立一起", no=no))


def _dispatch(actor: Actor, row: Call, found: Move, data: Data) -> CallDispatch | None:
    """The dispatch a move is about: the one the desk names; of a responder, his own unit's latest."""
    if actor.role in DESK:
        number = data.get("dispatch")
        one = next((each for each in row.dispatches if each.id == number), None)
        if one is None and (number or found.verb in (*rules.OF_DISPATCH, "withdraw")):
            raise Invalid.field("dispatch", T("请选择是哪一个救援单位"))
        return one
    own = [each for each in row.dispatches if each.unit_id is not None and each.unit_id == actor.unit_id]
    return own[-1] if own else None


def _moment(row: Call, one: CallDispatch | None, data: Data) -> tuple[datetime, datetime | None]:
    """When a move happened, and what a phone said of it that cannot be believed."""
    now, said = clock.now(), data.get("phone_at")
    if data.get("done_at") or said is None:
        return data.get("done_at") or now, None
    first = max(filter(None, (row.received_at, one.dispatched_at if one else None)))
    if first <= said <= now + AHEAD and now - said <= LATEST:
        return min(said, now), None
    return now, said


def _check(making: Making) -> None:
    row, found, at = making.call, making.found, making.at
    wrong: dict[str, list[T]] = {
        name: [T("办理这一项必须填写")] for name in found.needs if name != "dispatch" and not _given(making, name)
    }
    if at > clock.now() + AHEAD:
        wrong["done_at"] = [T("不能晚于现在")]
    elif at < row.received_at:
        wrong["done_at"] = [T("不能早于接警时间")]
    elif found.verb in rules.OF_DISPATCH and making.dispatch and at < making.dispatch.dispatched_at:
        wrong["done_at"] = [T("不能早于派遣时间")]
    if wrong:
        raise Invalid(wrong)
    own = call_facts.asked(making.dispatch) if making.dispatch else None
    reason = rules.refusal(call_facts.facts(row), found.verb, own, making.actor.role in DESK)
    if reason == "not_asked" and making.dispatch is None:
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    if reason is not None:
        raise Conflict(_said(making, reason))


def _given(making: Making, name: str) -> bool:
    """Whether what a move needs came with it, or is known."""
    also = {"responders": making.data.get("units"), "cause": making.call.cause}
    return any(value not in (None, "", []) for value in (making.data.get(name), also.get(name)))


def _said(making: Making, reason: str) -> T:
    """Why not, and who was faster where that is a colleague."""
    one = making.dispatch
    if one is None or one.person is None:
        return REFUSALS[reason]
    name = one.person.name
    faster = {
        "answered": T("{name}已经接单", name=name),
        "departed": T("{name}已经出发", name=name),
        "arrived": T("{name}已经到场", name=name),
    }
    return faster.get(reason, REFUSALS[reason])


def _overtaken(session: Session, row: Call, stands: bool = False) -> T:
    """What somebody else did in the meantime; `stands`: that it does not go from where the call stands now."""
    last = session.scalars(
        select(CallStep)
        .where(CallStep.call_id == row.id)
        .options(selectinload(CallStep.person))
        .order_by(CallStep.id.desc())
        .limit(1)
    ).one()
    made = next((found for found in rules.MOVES if found.verb == last.verb), None)
    said = {
        "step": Spoken(made.zh, made.en) if made else T("接警"),
        "at": f"{last.at.astimezone(clock.CITY_ZONE):%H:%M:%S}",
        "who": last.person.name if last.person else T("系统"),
    }
    if not stands:
        return T("这起警情刚被办理过：{who}在{at}办理了“{step}”。请看最新情况后再办", **said)
    state = rules.STATES[row.state]
    return T("现在的状态是“{state}”，不能这样办理：{who}在{at}办理了“{step}”", state=Spoken(state.zh, state.en), **said)


def _sent(session: Session, row: Call, ref: str | None, content: str) -> bool:
    """Whether a move with this `ref` was made before."""
    known = session.scalar(select(CallStep).where(CallStep.ref == ref)) if ref else None
    if known is None:
        return False
    if known.ref_digest != content or known.call_id != row.id:
        raise Conflict(OTHER_CONTENT)
    return True


def _no(session: Session, year: int) -> str:
    """JY-2026-000001: gap-free in the year."""
    return f"{KIND}-{year}-{next_number(session, KIND, '', year):06d}"


def _step(
    actor: Actor, row: Call, verb: str, source: str, done_at: datetime, kept: dict[str, Any], data: Data
) -> CallStep:
    return CallStep(
        call_id=row.id,
        verb=verb,
        source=source,
        target=row.state,
        at=clock.now(),
        done_at=done_at,
        note=(data.get("note") or "").strip(),
        data=kept,
        person_id=actor.person_id,
        unit_id=actor.unit_id,
    )

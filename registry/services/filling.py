"""Recording fills: judged again where they are recorded, kept once, refusals kept too.

One fill and a batch go the same way: what is known is read for all of them at once, each is judged for itself, and
what may be kept is written at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry import audit, clock, codes, policy
from registry.actor import Actor
from registry.db import db, transaction
from registry.errors import Conflict, Invalid, Refused, RegistryError
from registry.messages import T
from registry.models import Filling, FillRefusal
from registry.queries import (
    fill_reading,
    filling_judging,
    filling_staff,
    gun_facts,
    gun_judging,
    gun_reading,
)
from registry.queries.fill_reading import Earlier
from registry.queries.filling_facts import Found, Wanted, wanted
from registry.queries.filling_staff import Staff
from registry.queries.gun_judging import AtGun
from registry.queries.gun_reading import Yard
from registry.replays import digest
from registry.rules import filling_items
from registry.rules.filling_facts import FillingFacts
from registry.rules.verdict import Verdict
from registry.services import fill_cycles, fill_rows, fill_writing, hold_releases, offline, readings
from registry.services.fill_rows import Fill, Passed

LEAD = timedelta(minutes=10)
LONGEST_BATCH = 1000
# On SQLite other stations' scans wait while a batch is written: not longer than this many rows take. On PostgreSQL
# nobody but the same cylinder does.
ROWS_A_TRANSACTION = {"sqlite": 100, "postgresql": 500}
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fill on record, its columns by name; `replay` when it had been recorded before under the same ref."""

    row: Mapping[str, Any]
    verdict: Verdict
    replay: bool = False

    @property
    def filling(self) -> Filling:
        """The fill as an object, made when asked for: a batch is answered without."""
        return Filling(**self.row)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row of a batch: what was recorded, or why not."""

    ref: str
    recorded: Recorded | None = None
    error: RegistryError | None = None


def record(actor: Actor, data: dict[str, Any]) -> Recorded:
    """Record a fill: `{ref, code, gun, medium?, checks?, purged?, passengers_aboard?, plate?, gross_before_g?,
    gross_after_g?, pressure_kpa?, temperature_c?, started_at, ended_at?, filler, checker, clip?, reading_before?,
    reading_after?, device_now?, offline?, snapshot_hours?}`.

    `checks` answers the items before filling (ok | not_ok | n_a), `filler` and `checker` are logins of the station.
    Where the cylinder was checked before as a turn of its own, that check counts and `checks` may be left out; else
    the turn begins with the fill. `device_now` is the sender's clock at sending (R39).

    Raises:
        Refused: a rule says no; the refusal is on record, and repeats get the same answer.
        Conflict: the same ref with other content, or another turn of the cylinder is going on.
        Invalid: times or weights that cannot be, no medium, neither weight nor pressure.
    """
    policy.require(actor, "filling.record")
    outcome = _settled(actor, [data])[0]
    if outcome.recorded is None:
        raise outcome.error or RegistryError()
    return outcome.recorded


def record_batch(actor: Actor, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """Record up to 1,000 fills, each for itself: a bad row never loses a good one. Answers in the order sent."""
    policy.require(actor, "filling.record")
    if len(rows) > LONGEST_BATCH:
        raise Invalid.field("fillings", T("一次最多{count}条", count=LONGEST_BATCH))
    outcomes: dict[int, Outcome] = {}
    for part in _parts(rows):
        outcomes.update(zip(part, _settled(actor, [rows[index] for index in part]), strict=True))
    return [outcomes[index] for index in range(len(rows))]


def _parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[int]]:
    """The rows as they go into one transaction each, by index. What concerns a cylinder or a ref that is there already
    waits for the next: it has to be judged with the first on record."""
    names = [(codes.split(row["code"]).code, str(row["ref"])) for row in rows]
    waiting, most = list(range(len(rows))), ROWS_A_TRANSACTION[db.engine.dialect.name]
    while waiting:
        part: list[int] = []
        later: list[int] = []
        taken: set[str] = set()
        for index in waiting:
            goes = len(part) < most and taken.isdisjoint(names[index])
            (part if goes else later).append(index)
            taken.update(names[index])
        yield part
        waiting = later


def _settled(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """What came of fills of different cylinders, in one transaction."""
    try:
        with transaction() as session:
            return _settle(actor, session, rows)
    except IntegrityError:
        # The same ref arrived twice at the same moment: by now the other one is there to be found.
        with transaction() as session:
            return _settle(actor, session, rows)


def _settle(actor: Actor, session: Session, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    asked = [wanted(row["code"]) for row in rows]
    gun_reading.lock(asked)
    outcomes: dict[int, Outcome] = {}

    def each(items: Mapping[int, Any], step: Callable[[int, Any], B]) -> dict[int, B]:
        """One step for all that nothing came of yet; what stops one stops no other."""
        done = {}
        for index, item in items.items():
            try:
                done[index] = step(index, item)
            except RegistryError as error:
                outcomes[index] = Outcome(rows[index]["ref"], error=error)
        return done

    seen = fill_reading.earlier(actor.unit_id, {str(row["ref"]) for row in rows})
    known = each(dict(enumerate(rows)), lambda _, row: _first(row, seen.get(str(row["ref"]))))
    outcomes.update({index: Outcome(rows[index]["ref"], again) for index, again in known.items() if again is not None})
    new = {index: rows[index] for index, again in known.items() if again is None}
    fills = each(new, lambda _, row: _read(actor, row))
    yards: dict[tuple[str, date], Yard] = {}
    places = each(fills, lambda _, fill: _place(actor, fill, yards))
    stood = _stand(actor, {index: fills[index] for index in places}, places, asked)
    staff = _staff(actor, [fills[index] for index in stood])
    passed = each(stood, lambda index, stands: _judge(actor, fills[index], stands, staff))
    kept = _keep(actor, session, each(passed, lambda _, one: _use_up(one)))
    outcomes.update({index: Outcome(rows[index]["ref"], recorded) for index, recorded in kept.items()})
    return [outcomes[index] for index in range(len(rows))]


def _first(row: Mapping[str, Any], before: Earlier | None) -> Recorded | None:
    """What came of the same ref before; None when it is the first time."""
    if before is None:
        return None
    if before.ref_digest != _digest(row):
        raise Conflict(T("这个 ref 已用于另一条内容不同的记录"))
    kept = before.row()
    verdict = filling_judging.restored(kept.findings)
    if isinstance(kept, FillRefusal):
        raise Refused(verdict)
    return Recorded({name: getattr(kept, name) for name in fill_writing.COLUMNS}, verdict, replay=True)


def _digest(data: Mapping[str, Any]) -> str:
    """Without the sender's clock: who sends again does so later."""
    return digest({name: value for name, value in data.items() if name != "device_now"})


def _read(actor: Actor, data: Mapping[str, Any]) -> Fill:
    now = clock.now()
    sent_digest = _digest(data)
    ended_at = data.get("ended_at") or now
    if ended_at > now + LEAD:
        raise Invalid.field("ended_at", T("时间不能晚于现在"))
    if data["started_at"] > ended_at:
        raise Invalid.field("ended_at", T("结束时间不能早于开始时间"))
    measured = _measured(actor, data)
    data = {**data, **{name: found.value for name, found in measured.items()}}
    before, after = data.get("gross_before_g"), data.get("gross_after_g")
    if after is None and data.get("pressure_kpa") is None:
        raise Invalid.field("gross_after_g", T("请填写充装后总重或者充装压力"))
    if before is not None and after is not None and after < before:
        raise Invalid.field("gross_after_g", T("充装后总重不能小于充装前总重"))
    used = tuple(found.reading_id for found in measured.values())
    return Fill(data, sent_digest, clock.day_of(ended_at), ended_at, used)


def _measured(actor: Actor, data: Mapping[str, Any]) -> dict[str, readings.Measured]:
    """What the station's devices measured and signed, in place of what was typed."""
    found: dict[str, readings.Measured] = {}
    if data.get("reading_before"):
        found["gross_before_g"] = readings.look(actor, data, "gross_before_g", "gross_g", "reading_before")
    if data.get("reading_after"):
        by_pressure = data.get("pressure_kpa") is not None
        field, kind = ("pressure_kpa", "pressure_kpa") if by_pressure else ("gross_after_g", "gross_g")
        found[field] = readings.look(actor, data, field, kind, "reading_after")
    return found


def _place(actor: Actor, fill: Fill, yards: dict[tuple[str, date], Yard]) -> tuple[Yard, str]:
    """The station on the day with the gun, and the medium."""
    key = (fill.data["gun"], fill.on)
    if key not in yards:
        yards[key] = gun_reading.yard(actor.unit_id, *key)
    medium = filling_judging.gun_medium(yards[key].place, fill.data.get("medium"), fill.on)
    if medium is None:
        raise Invalid.field("medium", T("这支枪没有登记，请注明充装介质"))
    return yards[key], medium


def _stand(
    actor: Actor, fills: Mapping[int, Fill], places: Mapping[int, tuple[Yard, str]], asked: Sequence[Wanted]
) -> dict[int, AtGun]:
    """What stood at the guns when the fills ended."""
    if not fills:
        return {}
    first = min(fill.ended_at for fill in fills.values())
    since = min(gun_facts.elsewhere_since(yard.values, fills[index].ended_at) for index, (yard, _) in places.items())
    latest = max(fill.on for fill in fills.values())
    found, signed_on = gun_reading.standing([asked[index] for index in fills], actor.unit_id, first, since, latest)
    return {
        index: gun_judging.standing(
            one, places[index][0], signed_on, fill.data["gun"], places[index][1], fill.ended_at, of_the_past=True
        )
        for (index, fill), one in zip(fills.items(), found, strict=True)
    }


def _staff(actor: Actor, fills: Sequence[Fill]) -> dict[date, Mapping[str, Staff]]:
    """The people who are named, by day."""
    named: dict[date, set[str]] = {}
    for fill in fills:
        named.setdefault(fill.on, set()).update((fill.data["filler"], fill.data["checker"]))
    return {on: filling_staff.of_station(actor.unit_id, on, sorted(logins)) for on, logins in named.items()}


def _judge(actor: Actor, fill: Fill, stands: AtGun, staff: Mapping[date, Mapping[str, Staff]]) -> Passed:
    """All rules over what is known with the fill; a refusal is kept, and raised."""
    row, turn = stands.found.cylinder, stands.turn
    if row is not None and turn is not None and not stands.is_open_here:
        fill_cycles.end_stale(actor, row, fill.data["started_at"])
    facts = _with_the_fill(stands, fill, staff[fill.on])
    judged = filling_judging.at_gun(facts, fill.on, stands.yard.values, stands.released, filled=True)
    checks = fill.data.get("checks") or (turn.checks if stands.is_open_here and turn else None)
    verdict = judged.verdict + Verdict.of(filling_items.unanswered(checks, facts.medium, fill.on))
    if not verdict.allowed:
        _refuse(actor, fill, stands.found, verdict)
        raise Refused(verdict)
    return Passed(fill, stands, staff[fill.on], checks or {}, verdict)


def _use_up(passed: Passed) -> Passed:
    """The readings that the fill names, now that it will be kept."""
    for reading_id in passed.fill.used:
        readings.use_up(reading_id)
    return passed


def _with_the_fill(stands: AtGun, fill: Fill, staff: Mapping[str, Staff]) -> FillingFacts:
    """The register's facts with those of this fill."""
    data, known = fill.data, stands.known
    tare = known.get("tare_kg")
    before, after = _thousandth(data.get("gross_before_g")), _thousandth(data.get("gross_after_g"))
    before = known.get("gross_before_kg") if before is None else before
    logins = dict.fromkeys((data["filler"], data["checker"]))
    return stands.facts(
        **_check_of(stands, fill),
        **_clock_of(data),
        invalid_staff=tuple(
            staff[login].name if login in staff else login
            for login in logins
            if login not in staff or not staff[login].certified
        ),
        filler=data["filler"],
        checker=data["checker"],
        gross_before_kg=before,
        residual_kg=None if before is None or tare is None else max(before - tare, Decimal(0)),
        target_total_kg=None if after is None or tare is None else after - tare,
        target_pressure_mpa=_thousandth(data.get("pressure_kpa")),
        temperature_c=_exact(data.get("temperature_c")),
    )


def _check_of(stands: AtGun, fill: Fill) -> dict[str, Any]:
    """The check before filling: a turn's own, or the one that came with the fill."""
    data, row = fill.data, stands.found.cylinder
    if row is None or not data.get("checks"):
        return {}
    seen = gun_facts.of_checks(data["checks"], fill_cycles.observed(row, data), fill.on)
    if stands.is_open_here:
        return {name: value for name, value in seen.items() if value is not None}
    return {**seen, "precheck_done": True, "precheck_here": True, "precheck_age_minutes": Decimal(0)}


def _clock_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """How far the sender's clock is off, and how old the list was that it judged by without a network."""
    if data.get("device_now") is None:
        return {}
    skew = Decimal(int((data["device_now"] - clock.now()).total_seconds()))
    return {"clock_skew_seconds": skew, "offline_cache_hours": Decimal(data.get("snapshot_hours") or 0)}


def _exact(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _thousandth(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-3)


def _refuse(actor: Actor, fill: Fill, found: Found, verdict: Verdict) -> None:
    row = FillRefusal(
        ref=fill.data["ref"],
        ref_digest=fill.digest,
        station_id=actor.unit_id,
        cylinder_id=found.cylinder.id if found.cylinder else None,
        person_id=actor.person_id,
        at=clock.now(),
        asked={key: value if isinstance(value, int | dict) else str(value) for key, value in fill.data.items()},
        findings=filling_judging.kept(verdict.findings),
    )
    db.session.add(row)
    hit = [finding.rule for finding in verdict.findings]
    audit.record(actor, "filling.refused", row, cylinder_id=row.cylinder_id, findings=hit)
    if fill.data.get("offline"):
        offline.note(actor, row, found.code or found.text, fill.ended_at)


def _keep(actor: Actor, session: Session, passed: Mapping[int, Passed]) -> dict[int, Recorded]:
    """The fills with their turns, and what they change on the cylinders."""
    if not passed:
        return {}
    scanned, now = fill_rows.scanned(actor, passed.values()), clock.now()
    rows = {index: fill_rows.filling(actor, one, scanned(one), now) for index, one in passed.items()}
    fill_writing.keep(actor, session, list(rows.values()))
    open_turns = {index: fill_rows.turn_filled(one, rows[index]) for index, one in passed.items()}
    begun = [fill_rows.turn_begun(passed[index], rows[index]) for index, turn in open_turns.items() if turn is None]
    fill_writing.keep_turns(session, begun, [turn for turn in open_turns.values() if turn is not None])
    session.expire_all()  # rows were written past it
    for index, one in passed.items():
        if one.stands.released:
            hold_releases.use_up(rows[index]["cylinder_id"], rows[index]["station_id"], now)
    return {index: Recorded(rows[index], one.verdict) for index, one in passed.items()}

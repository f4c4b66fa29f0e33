"""The elevator that somebody on the telephone means, from one line of typing: under 100 ms among 25,000.

Nothing is kept in memory. A number is looked up in unique indexes together with the hundred-odd numbers one step away
from it; words are looked for in one walk over the register; a position in the index over latitudes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from registry import clock, codes, places, policy
from registry.actor import Actor
from registry.db import db
from registry.messages import T
from registry.models import Contract, Elevator, LabelCode, RescueEnrolment, Unit
from registry.queries import areas
from registry.queries.periods import holds
from registry.queries.responder_index import metres
from registry.rules import misheard
from registry.rules.misheard import Slip, Word
from registry.rules.nearest import Nearest, Place, Point

EXACT, OTHER_CODE, FORMER, NEIGHBOUR, WORDS, PART, NEARBY = range(7)
MOST_ROWS = 1_000
MOST_WORDS = 6
RINGS_M = (300, 2_000, 20_000)
METRES_A_DEGREE = 110_574
FAR = 10**9
Names = Mapping[str, areas.AreaName]


@dataclass
class Candidate:
    """An elevator that may be meant, and why. `exact`: it carries the code that was typed; `distance_m`: from the
    caller's position, None without one; `company`: who maintains it today, with `phone`."""

    elevator_id: int
    label_code: str
    rescue_code: str | None
    address: str
    name: str
    inner_no: str
    kind: str
    status: str
    area: areas.AreaName | None
    areas: tuple[str, ...]
    place: Place | None
    use_unit: str
    exact: bool = False
    distance_m: int | None = None
    company: str = ""
    phone: str = ""
    why: list[T] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A row of the register, how it was found, and how well."""

    kind: int
    cost: int
    why: T


COLUMNS = (
    Elevator.id,
    Elevator.label_code,
    Elevator.rescue_code,
    Elevator.address,
    Elevator.name,
    Elevator.inner_no,
    Elevator.kind,
    Elevator.status,
    Elevator.area_code,
    Elevator.division_code,
    Elevator.lat,
    Elevator.lon,
    Unit.name.label("use_unit"),
)


def find(actor: Actor, text: str, position: Mapping[str, Any] | None = None, limit: int = 10) -> list[Candidate]:
    """What one line may mean: a rescue code, any other code, words of address, estate, building or unit in any order;
    with the caller's `position` (`lat`, `lon`) also what stands there. The likeliest first.

    Exact codes come first, then former codes, codes misheard by one digit (those that sound alike first, near ones
    before far ones), places that have all the words, places that lack some, and at last what is near.
    """
    policy.require(actor, "rescue.find")
    heard = misheard.words(text)[:MOST_WORDS]
    here = (float(position["lat"]), float(position["lon"])) if position else None
    names = areas.names()
    hits: dict[int, _Hit] = {}
    rows: dict[int, Any] = {}
    numbers = _numbers(text, heard)
    for number in numbers:
        _keep(hits, rows, _by_number(actor, number))
    if not numbers:
        _keep(hits, rows, _by_other_code(actor, text))
    rest = [word for word in heard if word.text not in numbers]
    sure = any(hit.kind == OTHER_CODE for hit in hits.values())
    if rest and not sure and misheard.spoken_digits(text) is None:
        _by_words(actor, rest, hits, rows, bool(numbers), names)
    if here and len(hits) < limit:
        _keep(hits, rows, _near(actor, here, limit))
    found = _ranked(hits, rows, rest if numbers else [], here, names)[:limit]
    _complete(found, hits, here)
    return found


def _numbers(text: str, heard: Sequence[Word]) -> list[str]:
    """The digits that may be a rescue code: the whole line, or a word of it."""
    whole = misheard.spoken_digits(text)
    if whole is not None:
        return [whole]
    return [word.text for word in heard if word.text.isdecimal() and len(word.text) >= misheard.SHORTEST]


def _keep(hits: dict[int, _Hit], rows: dict[int, Any], found: Iterable[tuple[Any, _Hit]]) -> None:
    for row, hit in found:
        known = hits.get(row.id)
        if known is None or (hit.kind, hit.cost) < (known.kind, known.cost):
            hits[row.id], rows[row.id] = hit, row


def _asked(actor: Actor) -> Select[Any]:
    return policy.scope(actor, Elevator, *COLUMNS).outerjoin(Unit, Unit.id == Elevator.use_unit_id)


def _by_number(actor: Actor, number: str) -> Iterable[tuple[Any, _Hit]]:
    """Elevators whose rescue code is the number, was it, or is one step away; or that have it as another number."""
    near = misheard.neighbours(number)
    wanted = _asked(actor).where(Elevator.rescue_code.in_([number, *near]))
    for row in db.session.execute(wanted):
        if row.rescue_code == number:
            yield row, _Hit(EXACT, 0, T("识别码：{code}", code=number))
        else:
            yield row, _Hit(NEIGHBOUR, near[row.rescue_code].cost, _slip(near[row.rescue_code], row.rescue_code))
    former = select(RescueEnrolment.elevator_id).where(
        RescueEnrolment.code == number, RescueEnrolment.until.is_not(None)
    )
    for row in db.session.execute(_asked(actor).where(Elevator.id.in_(former))):
        yield row, _Hit(FORMER, 0, T("原识别码：{code}", code=number))
    yield from _by_other_code(actor, number)


def _slip(slip: Slip, code: str) -> T:
    match slip.kind:
        case "sounds_alike":
            return T("编号读音相近：{code}", code=code)
        case "swapped":
            return T("编号相邻两位颠倒：{code}", code=code)
        case "missing":
            return T("编号少报一位：{code}", code=code)
        case "extra":
            return T("编号多报一位：{code}", code=code)
        case _:
            return T("编号相差一位：{code}", code=code)


def _by_other_code(actor: Actor, text: str) -> Iterable[tuple[Any, _Hit]]:
    """Elevators that carry the text as label, registration or maker's number, or whose certificate ends with it."""
    same = misheard.plain(text).upper().replace(" ", "")
    if len(same) < misheard.SHORTEST or not any(char.isdecimal() for char in same):
        return
    code = codes.split(same).code
    labelled = select(LabelCode.elevator_id).where(LabelCode.code == code, LabelCode.elevator_id.is_not(None))
    ways: list[ColumnElement[bool]] = [
        Elevator.label_code == code,
        Elevator.id.in_(labelled),
        Elevator.device_code == same,
        Elevator.register_code == same,
        Elevator.use_cert_no == same,
    ]
    for row in db.session.execute(_asked(actor).where(or_(*ways)).limit(20)):
        yield row, _Hit(OTHER_CODE, 0, T("编号：{code}", code=same))


def _by_words(
    actor: Actor, heard: Sequence[Word], hits: dict[int, _Hit], rows: dict[int, Any], narrow: bool, names: Names
) -> None:
    """Elevators that have all the words; when there are none, those that have most of them."""
    ordered = sorted(heard, key=lambda word: (word.number, -len(word.text)))
    found = [_has(word, names) for word in ordered]
    all_of = db.session.execute(_asked(actor).where(*found).limit(MOST_ROWS)).all()
    if all_of:
        _keep(hits, rows, ((row, _worded(row, ordered, WORDS)) for row in all_of))
        return
    if len(ordered) < 2 or narrow:
        return
    telling = [word for word in ordered if not word.number] or ordered
    score: Any = sum(case((_has(word, names), 1), else_=0) for word in telling)
    enough = score >= (len(telling) + 1) // 2
    best = _asked(actor).where(enough).order_by(score.desc(), Elevator.id).limit(MOST_ROWS)
    _keep(hits, rows, ((row, _worded(row, ordered, PART)) for row in db.session.execute(best)))


def _has(word: Word, names: Names) -> ColumnElement[bool]:
    """Whether a word is in address, name or number of an elevator, in the name of its unit, or names its area."""
    either = [_holds(text, way) for text in (Elevator.address, Elevator.name, Elevator.inner_no) for way in word.ways]
    if not word.number:
        of_units = select(Unit.id).where(_holds(Unit.name, word.text))
        either.append(Elevator.use_unit_id.in_(of_units))
        if inside := _areas(word.text, names):
            either.append(or_(Elevator.area_code.in_(inside), Elevator.division_code.in_(inside)))
    return or_(*either)


def _holds(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a column holds a text; letters in any case. LIKE takes three times as long."""
    position = func.instr if db.engine.dialect.name == "sqlite" else func.strpos
    if any(char.isascii() and char.isalpha() for char in text):
        return position(func.upper(column), text.upper()) > 0
    return position(column, text) > 0


def _areas(text: str, names: Names) -> list[str]:
    return [code for code, name in names.items() if len(text) > 1 and name.zh.startswith(text)]


def _text_of(row: Any, area: str = "") -> str:
    return " ".join(filter(None, (row.address, row.name, row.inner_no, row.use_unit, area)))


def _worded(row: Any, heard: Sequence[Word], kind: int) -> _Hit:
    """How many of the words a row has as whole numbers; the rest are its cost."""
    text = _text_of(row)
    got = [word.text for word in heard if word.stands_in(text)]
    shown = "、".join(got) or "、".join(word.text for word in heard)
    return _Hit(kind, len(heard) - len(got), T("地址相符：{words}", words=shown))


def _near(actor: Actor, here: Place, limit: int) -> Iterable[tuple[Any, _Hit]]:
    """The nearest elevators to a position, in the smallest ring that has enough of them."""
    found: Sequence[Any] = ()
    for ring in RINGS_M:
        found = db.session.execute(_asked(actor).where(*_around(here, ring)).limit(MOST_ROWS)).all()
        if len(found) >= limit:
            break
    by_id = {row.id: row for row in found}
    nearest = Nearest((Point(row.id, row.lat, row.lon) for row in found), metres)
    for each in nearest.find(*here, limit):
        yield by_id[each.key], _Hit(NEARBY, each.metres, T("距报警人{metres}米", metres=each.metres))


def _around(here: Place, ring_m: int) -> tuple[ColumnElement[bool], ...]:
    lat = ring_m / METRES_A_DEGREE
    lon = lat / max(cos(radians(here[0])), 0.01)
    return Elevator.lat.between(here[0] - lat, here[0] + lat), Elevator.lon.between(here[1] - lon, here[1] + lon)


def _ranked(
    hits: Mapping[int, _Hit], rows: Mapping[int, Any], rest: Sequence[Word], here: Place | None, names: Names
) -> list[Candidate]:
    """The likeliest first. Beside a number the other words tell its neighbours apart."""
    found = []
    for key, hit in hits.items():
        one = _candidate(rows[key], hit, names)
        text = _text_of(rows[key], one.area or "")
        lacking = sum(not word.stands_in(text) for word in rest)
        found.append(((hit.kind, lacking, hit.cost, _roughly(here, one.place), key), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _complete(found: Sequence[Candidate], hits: Mapping[int, _Hit], here: Place | None) -> None:
    """Who maintains them, and how far they are from the caller."""
    companies = _companies([one.elevator_id for one in found])
    for one in found:
        one.company, one.phone = companies.get(one.elevator_id, ("", ""))
        if here and one.place:
            one.distance_m = places.distance_m(here, one.place)
            if hits[one.elevator_id].kind != NEARBY:
                one.why.append(T("距报警人{metres}米", metres=one.distance_m))


def _roughly(here: Place | None, place: Place | None) -> int:
    """Metres for ordering, good enough within a city; what has no place comes last."""
    if here is None:
        return 0
    if place is None:
        return FAR
    north = (place[0] - here[0]) * METRES_A_DEGREE
    east = (place[1] - here[1]) * METRES_A_DEGREE * cos(radians(here[0]))
    return round(hypot(north, east))


def _candidate(row: Any, hit: _Hit, names: Names) -> Candidate:
    return Candidate(
        row.id,
        row.label_code,
        row.rescue_code,
        row.address,
        row.name,
        row.inner_no or "",
        row.kind,
        row.status,
        names.get(row.area_code),
        tuple(dict.fromkeys(code for code in (row.area_code, row.division_code) if code)),
        None if row.lat is None or row.lon is None else (row.lat, row.lon),
        row.use_unit or "",
        exact=hit.kind == EXACT,
        why=[hit.why],
    )


def _companies(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    statement = (
        select(Contract.elevator_id, Unit.name, Unit.phone)
        .join(Unit, Unit.id == Contract.company_id)
        .where(Contract.elevator_id.in_(ids), holds(Contract, clock.today()))
        .order_by(Contract.since)
    )
    return {elevator_id: (name, phone) for elevator_id, name, phone in db.session.execute(statement)}

"""The list a station works by without a network: its own, entrusted and allied cylinders, whole or what changed.

Lines of JSON: a head, definitions (`type`, `life`), one array a label code, `gone` codes, and a last line with the
signature over every byte before it. docs/offline.md describes each. Cylinders of allied stations are not in the
caller's scope, and still are what the station is asked about at its guns: the alliance is asked instead.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from registry import clock, policy
from registry.actor import Actor
from registry.db import db
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import (
    Alliance,
    Capacity,
    Certificate,
    Cylinder,
    CylinderLeft,
    GasBatch,
    Gun,
    LabelCode,
    Membership,
    Person,
    Policy,
    PolicyItem,
    SnapshotKey,
    Unit,
)
from registry.queries import fill_covers, filling_table, gun_facts
from registry.queries.snapshot_rows import CODE_STATES, COLUMNS, RowWriter, day, line
from registry.rules import cylinders as cylinder_rules
from registry.settings import current

FORMAT = "registry-snapshot-1"
VALID = timedelta(hours=24)
# A transaction that began before the list was made may be written after it: so much is told twice.
OVERLAP = timedelta(minutes=10)
LONGEST = timedelta(days=30)
CHUNK = 2000
PAGE = "page"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose cylinders are in the list: the station's own, or of a unit it fills for, by medium."""

    id: int
    own: bool
    closed_since: date | None
    entrusted: tuple[str, ...] = ()
    allied: tuple[str, ...] = ()

    def holds(self, medium: str, on: date) -> bool:
        """Whether a cylinder of this medium is in the list."""
        return self.own or any(cylinder_rules.same_medium(medium, m, on) for m in (*self.entrusted, *self.allied))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list about to be written: its head, and what the rows are selected by."""

    head: dict[str, Any]
    owners: dict[int, Owner]
    since: datetime | None
    on: date
    key: bytes
    insured: dict[int, date]

    def lines(self) -> Iterator[bytes]:
        """All lines, many at a time; the last one signs the bytes before it."""
        signature = hmac.new(self.key, digestmod=hashlib.sha256)
        counts = {"rows": 0, "gone": 0}
        unsigned = self._unsigned(counts)
        while piece := b"".join(islice(unsigned, CHUNK)):
            signature.update(piece)
            yield piece
        yield line({"end": True, **counts, "signature": signature.hexdigest()})

    def _unsigned(self, counts: dict[str, int]) -> Iterator[bytes]:
        yield line(self.head)
        writer = RowWriter(self.on, self.insured)
        for row in self._rows():
            owner = self.owners.get(row.owner_id)
            if owner is None or not owner.holds(row.medium, self.on):
                continue
            yield from writer.lines(row)
            counts["rows"] += 1
        for code in self._gone():
            counts["gone"] += 1
            yield line({"gone": code})

    def _rows(self) -> Iterator[Any]:
        statement = (
            select(*COLUMNS)
            .join(LabelCode, LabelCode.cylinder_id == Cylinder.id)
            .where(Cylinder.owner_id.in_(self.owners), LabelCode.status.in_(CODE_STATES))
        )
        if self.since is not None:
            statement = statement.where(Cylinder.id.in_(self._changed(self.since)))
        yield from db.session.execute(statement.execution_options(yield_per=CHUNK))

    def _changed(self, since: datetime) -> Any:
        """Ids by index: cylinders that were written to, and those that a label was bound to or taken from."""
        written = select(Cylinder.id).where(Cylinder.owner_id.in_(self.owners), Cylinder.changed_at >= since)
        labelled = select(LabelCode.cylinder_id).where(
            LabelCode.changed_at >= since, LabelCode.cylinder_id.is_not(None)
        )
        return written.union(labelled)

    def _gone(self) -> Iterator[str]:
        if self.since is None:
            return
        left = select(CylinderLeft.cylinder_id).where(
            CylinderLeft.unit_id.in_(self.owners), CylinderLeft.at >= self.since
        )
        statement = (
            select(LabelCode.code)
            .join(Cylinder, Cylinder.id == LabelCode.cylinder_id)
            .where(Cylinder.id.in_(left), Cylinder.owner_id.not_in(self.owners))
        )
        yield from db.session.scalars(statement.order_by(LabelCode.code))


def make(actor: Actor, unit_id: int, since: str | None = None, *, audience: str = "") -> Snapshot:
    """The list of a station, whole or, with the `version` of an earlier one, what changed since. Where an alliance or
    the rules changed, or the earlier one is too old, it is whole again (`full`).

    `audience` picks another key than the station's own, for its browsers.

    Raises:
        Missing: not the caller's station. Forbidden: neither of a station nor an auditor. Invalid: no such version.
    """
    policy.require(actor, "snapshot.fetch")
    licence = db.session.scalar(
        policy.scope(actor, Capacity).where(Capacity.unit_id == unit_id, Capacity.capacity == "filling")
    )
    if licence is None or (actor.role != "auditor" and unit_id != actor.unit_id):
        raise Missing(T("没有找到，或者不在您的管辖范围内"))
    now = clock.now()
    on = clock.day_of(now)
    owners = owners_of(unit_id, on)
    rules = filling_table.of_day(on)
    station = _station(unit_id, licence, on)
    stamp = _stamp(owners, rules["edition"], station)
    after = _after(since, stamp, now)
    head = {
        "format": FORMAT,
        "station": station,
        "owners": [_owner(owner) for owner in owners.values()],
        "issued_at": now.isoformat(timespec="seconds"),
        "valid_until": (now + VALID).isoformat(timespec="seconds"),
        "version": f"{int(now.timestamp())}.{stamp}",
        "since": since if after else None,
        "full": after is None,
        "rules": rules,
    }
    insured = _insured(owners, on) if station["insurance"]["pilot"] else {}
    return Snapshot(head, owners, after, on, key_of(unit_id, audience), insured)


def make_for_page(actor: Actor, since: str | None = None) -> Snapshot:
    """The list of the caller's own station for its page in a browser.

    Raises:
        Missing: the caller is of no station. Forbidden, Invalid: as `make`.
    """
    return make(actor, actor.unit_id or 0, since, audience=PAGE)


def page_key(actor: Actor) -> bytes:
    """The key of the lists that the caller's browser fetches. Not the one of the station's own programs: what a browser
    could give away opens nothing else.

    Raises:
        Missing: the caller is of no station. Forbidden: neither of a station nor an auditor.
    """
    policy.require(actor, "snapshot.fetch")
    if actor.unit_id is None:
        raise Missing(T("您不属于任何单位"))
    return key_of(actor.unit_id, PAGE)


def key_of(station_id: int, audience: str = "") -> bytes:
    """The key a station's lists are signed with, derived so that it need not be kept."""
    version = db.session.scalar(select(SnapshotKey.version).where(SnapshotKey.station_id == station_id)) or 1
    text = f"snapshot:{station_id}:{version}:{audience}"
    return hmac.new(current().secret_key, text.encode(), hashlib.sha256).digest()


def owners_of(unit_id: int, on: date) -> dict[int, Owner]:
    """Whose cylinders a station may fill on a day."""
    pairs = or_(Alliance.member_a_id == unit_id, Alliance.member_b_id == unit_id)
    runs = and_(Alliance.since <= on, or_(Alliance.until.is_(None), Alliance.until > on))
    media: dict[int, dict[bool, list[str]]] = {unit_id: {}}
    for row in db.session.scalars(select(Alliance).where(pairs, runs)):
        other = row.member_b_id if row.member_a_id == unit_id else row.member_a_id
        media.setdefault(other, {}).setdefault(bool(row.entrusted), []).extend(row.media or ())
    statement = select(Capacity.unit_id, Capacity.suspended_since).where(
        Capacity.unit_id.in_(media), Capacity.capacity == "filling"
    )
    closed: dict[int, date | None] = dict(db.session.execute(statement).all())
    return {
        owner: Owner(
            owner,
            owner == unit_id,
            closed.get(owner),
            tuple(sorted(by.get(True, ()))),
            tuple(sorted(by.get(False, ()))),
        )
        for owner, by in sorted(media.items())
    }


def _owner(owner: Owner) -> dict[str, Any]:
    return {
        "id": owner.id,
        "own": owner.own,
        "entrusted": owner.entrusted,
        "allied": owner.allied,
        "closed_since": day(owner.closed_since),
    }


def _station(unit_id: int, licence: Capacity, on: date) -> dict[str, Any]:
    guns = db.session.execute(select(Gun.number, Gun.medium).where(Gun.station_id == unit_id).order_by(Gun.number))
    name = db.session.scalar(select(Unit.name).where(Unit.id == unit_id))
    values = gun_facts.parameters_of(on)
    return {
        "id": unit_id,
        "name": name,
        "licence_until": day(licence.licence_until),
        "media": list(licence.media) if licence.media else None,
        "suspended_since": day(licence.suspended_since),
        "guns": [list(gun) for gun in guns],
        "gas": _gas(unit_id, on),
        "staff": _staff(unit_id, on),
        "insurance": {"pilot": bool(values["filling.insurance_pilot"]), **_whole_insurance(unit_id, on)},
    }


def _gas(unit_id: int, on: date) -> list[dict[str, Any]]:
    """The gas that is filled from, the latest first."""
    rows = db.session.scalars(
        select(GasBatch)
        .where(GasBatch.station_id == unit_id, GasBatch.since <= on, or_(GasBatch.until.is_(None), GasBatch.until > on))
        .order_by(GasBatch.since.desc(), GasBatch.id.desc())
        .limit(50)
    )
    return [
        {
            "medium": row.medium,
            "since": day(row.since),
            "until": day(row.until),
            "tested": row.tested_on is not None and row.dme_ppm is not None,
            "dme_ppm": row.dme_ppm,
        }
        for row in rows
    ]


def _staff(unit_id: int, on: date) -> list[dict[str, Any]]:
    """Logins with the last day of the 气瓶充装 certificate; no names."""
    rows = db.session.execute(
        select(Person.login, func.max(Certificate.expires_on))
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(
            Certificate,
            and_(
                Certificate.person_id == Person.id,
                Certificate.item.startswith("P", autoescape=True),
                or_(Certificate.issued_on.is_(None), Certificate.issued_on <= on),
            ),
        )
        .where(
            Membership.unit_id == unit_id,
            Membership.role.in_(policy.STATION),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until > on),
            Person.login.is_not(None),
            Person.disabled.is_(False),
        )
        .group_by(Person.login)
        .order_by(Person.login)
    )
    return [{"login": login, "certified_until": day(until)} for login, until in rows]


def _runs(on: date) -> ColumnElement[bool]:
    return and_(
        Policy.subject == "cylinder",
        Policy.starts_on <= on,
        Policy.ends_on >= on,
        or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > on),
        fill_covers.liability(),
    )


def _whole_insurance(unit_id: int, on: date) -> dict[str, Any]:
    """`until`: last day of a policy over whatever the station fills; `media`: those over some gases, with theirs."""
    found = fill_covers.whole(unit_id, on)
    return {
        "until": day(max((until for media, until in found if not media), default=None)),
        "media": [[list(media), day(until)] for media, until in found if media],
    }


def _insured(owners: Sequence[int] | dict[int, Owner], on: date) -> dict[int, date]:
    """The last day each single cylinder is insured."""
    rows = db.session.execute(
        select(PolicyItem.cylinder_id, func.max(Policy.ends_on))
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            _runs(on),
            PolicyItem.since <= on,
            or_(PolicyItem.until.is_(None), PolicyItem.until > on),
            exists().where(Cylinder.id == PolicyItem.cylinder_id, Cylinder.owner_id.in_(owners)),
        )
        .group_by(PolicyItem.cylinder_id)
    )
    return {cylinder_id: ends_on for cylinder_id, ends_on in rows if cylinder_id is not None}


def _stamp(owners: dict[int, Owner], edition: str, station: dict[str, Any]) -> str:
    """Changes with whatever changes rows that nobody wrote to: whose cylinders, the rules, insurance."""
    said = [_owner(owner) for owner in owners.values()], edition
    text = json.dumps([said, _policies(owners) if station["insurance"]["pilot"] else None], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _policies(owners: dict[int, Owner]) -> list[Any]:
    held = select(Policy.id).where(Policy.subject == "cylinder", Policy.holder_id.in_(owners))
    items = select(func.count(), func.max(PolicyItem.id), func.max(PolicyItem.until)).where(
        PolicyItem.policy_id.in_(held)
    )
    cancelled = select(func.count()).where(Policy.id.in_(held), Policy.cancelled_on.is_not(None))
    return [*db.session.execute(items).one(), db.session.scalar(cancelled)]


def _after(since: str | None, stamp: str, now: datetime) -> datetime | None:
    """The moment from which changes are told; None where the list has to be whole."""
    if not since:
        return None
    seconds, _, before = since.partition(".")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12 and before):
        raise Invalid.field("since", T("没有这个版本，请取一次完整清单"))
    if before != stamp:
        return None
    at = datetime.fromtimestamp(int(seconds), UTC)
    return None if at > now or now - at > LONGEST else at - OVERLAP

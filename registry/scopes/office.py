"""People, indicators, notices and what belongs to the registry itself."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select, true

from registry.actor import COUNTY_ROLES, Actor
from registry.db import Base
from registry.models import (
    AccessRequest,
    Area,
    Capacity,
    Certificate,
    ImportBatch,
    ImportProfile,
    IndicatorAlert,
    IndicatorSnapshot,
    Job,
    Membership,
    Notice,
    NoticeDelivery,
    NoticeSetting,
    NoticeSwitch,
    Person,
    SavedView,
    Seal,
    StoredFile,
    TrailEntry,
    Unit,
    Upload,
)
from registry.permissions import PERMISSIONS
from registry.scopes.common import Where, everything, of_unit


def _indicator_snapshots(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return IndicatorSnapshot.area_code.in_(actor.areas) if actor.role in COUNTY_ROLES else false()


def _indicator_alerts(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return IndicatorAlert.area_code.in_(actor.areas) if actor.role in COUNTY_ROLES else false()


def _saved_views(actor: Actor) -> Where:
    """One's own at this unit, and what its people share."""
    own = or_(SavedView.person_id == actor.person_id, SavedView.shared.is_(True))
    return and_(SavedView.unit_id == actor.unit_id, own)


def _people(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    members = select(Membership.person_id)
    if actor.role in COUNTY_ROLES:
        units = select(Unit.id).where(Unit.area_code.in_(actor.areas))
        return or_(Person.id == actor.person_id, Person.id.in_(members.where(Membership.unit_id.in_(units))))
    return Person.id.in_(members.where(Membership.unit_id == actor.unit_id))


def _certificates(actor: Actor) -> Where:
    return Certificate.person_id.in_(select(Person.id).where(_people(actor)))


def _notices(actor: Actor) -> Where:
    """A person's own, made for the role in which he acts now."""
    return and_(Notice.person_id == actor.person_id, Notice.membership_id == actor.membership_id)


def _notice_deliveries(actor: Actor) -> Where:
    """One's own; the heads of an office or unit what went to its people, the city's office everything."""
    if actor.role in ("section_city", "auditor", "admin"):
        return true()
    own = NoticeDelivery.person_id == actor.person_id
    if actor.role in PERMISSIONS["notice.read_log"]:
        return or_(own, NoticeDelivery.unit_id == actor.unit_id)
    return own


def _trail(actor: Actor) -> Where:
    return true() if actor.role in PERMISSIONS["trail.read"] else false()


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    AccessRequest: lambda actor: true() if actor.role in PERMISSIONS["access_request.decide"] else false(),
    Area: everything,
    Capacity: everything,
    Certificate: _certificates,
    ImportBatch: of_unit(ImportBatch.unit_id),
    ImportProfile: everything,
    IndicatorAlert: _indicator_alerts,
    IndicatorSnapshot: _indicator_snapshots,
    Job: lambda actor: true() if actor.role in ("admin", "auditor") else Job.person_id == actor.person_id,
    Membership: lambda actor: Membership.person_id.in_(select(Person.id).where(_people(actor))),
    Notice: _notices,
    NoticeDelivery: _notice_deliveries,
    NoticeSetting: lambda actor: NoticeSetting.person_id == actor.person_id,
    NoticeSwitch: lambda actor: NoticeSwitch.person_id == actor.person_id,
    Person: _people,
    SavedView: _saved_views,
    Seal: everything,
    StoredFile: of_unit(StoredFile.unit_id),
    TrailEntry: _trail,
    Unit: everything,
    Upload: lambda actor: and_(Upload.person_id == actor.person_id, Upload.unit_id == actor.unit_id),
}

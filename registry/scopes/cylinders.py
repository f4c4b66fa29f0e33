"""Cylinders, stations, fills and labels."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select, true

from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    Alliance,
    Capacity,
    Cylinder,
    CylinderAnomaly,
    CylinderInspection,
    CylinderPurchase,
    CylinderRegistration,
    CylinderReport,
    CylinderTransfer,
    Device,
    FillClip,
    FillCycle,
    Filling,
    FillRefusal,
    GasBatch,
    Gun,
    HoldRelease,
    InspectionBatch,
    LabelBatch,
    LabelBinding,
    LabelCode,
    OfflineDisagreement,
    PolicyItem,
    ScaleStrokes,
    Scan,
    ScrapBatch,
    SpotCheck,
    SpotCheckItem,
    StaffPresence,
    StationRisk,
    UnknownCode,
)
from registry.permissions import DELIVERY, STATION
from registry.scopes.common import Where, insured, of_unit
from registry.scopes.elevators import of_elevators


def cylinders(actor: Actor) -> Where:
    if actor.sees_city or actor.role == "inspection_body":
        return true()
    if actor.role in COUNTY_ROLES:
        return Cylinder.area_code.in_(actor.areas)
    if actor.role in STATION:
        return Cylinder.owner_id == actor.unit_id
    if actor.role in DELIVERY:
        served = select(Capacity.station_id).where(Capacity.unit_id == actor.unit_id, Capacity.capacity == "depot")
        return or_(Cylinder.owner_id == actor.unit_id, Cylinder.owner_id.in_(served))
    if actor.role == "insurer":
        return Cylinder.id.in_(insured(actor, PolicyItem.cylinder_id))
    return false()


def _spot_check_items(actor: Actor) -> Where:
    return SpotCheckItem.check_id.in_(select(SpotCheck.id).where(of_unit(SpotCheck.station_id)(actor)))


def _cylinder_inspections(actor: Actor) -> Where:
    """An inspection body sees what it recorded itself; others what concerns the cylinders they see."""
    if actor.sees_city:
        return true()
    if actor.role == "inspection_body":
        return CylinderInspection.body_id == actor.unit_id
    return CylinderInspection.cylinder_id.in_(select(Cylinder.id).where(cylinders(actor)))


def _inspection_batches(actor: Actor) -> Where:
    if actor.role == "inspection_body":
        return InspectionBatch.body_id == actor.unit_id
    return of_unit(InspectionBatch.station_id)(actor)


def _scrap_batches(actor: Actor) -> Where:
    if actor.role == "inspection_body":
        return ScrapBatch.handler_id == actor.unit_id
    return of_unit(ScrapBatch.station_id)(actor)


def _cylinder_transfers(actor: Actor) -> Where:
    """Both sides of a transfer, and the offices of either."""
    return or_(of_unit(CylinderTransfer.giver_id)(actor), of_unit(CylinderTransfer.receiver_id)(actor))


def _cylinder_reports(actor: Actor) -> Where:
    """Reports of the county; a station sees one on its cylinders from when it was passed on."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return CylinderReport.area_code.in_(actor.areas)
    return and_(CylinderReport.station_id == actor.unit_id, CylinderReport.passed_at.is_not(None))


def _labels(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return or_(
        and_(LabelCode.elevator_id.is_not(None), of_elevators(actor, LabelCode.elevator_id)),
        LabelCode.cylinder_id.in_(select(Cylinder.id).where(cylinders(actor))),
        of_unit(LabelCode.issued_to_id)(actor),
    )


def _alliances(actor: Actor) -> Where:
    if actor.role in OFFICE_ROLES:
        return true()
    return or_(Alliance.member_a_id == actor.unit_id, Alliance.member_b_id == actor.unit_id)


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Alliance: _alliances,
    Cylinder: cylinders,
    CylinderAnomaly: of_unit(CylinderAnomaly.station_id),
    CylinderInspection: _cylinder_inspections,
    CylinderPurchase: of_unit(CylinderPurchase.station_id),
    CylinderRegistration: of_unit(CylinderRegistration.unit_id),
    CylinderReport: _cylinder_reports,
    CylinderTransfer: _cylinder_transfers,
    Device: of_unit(Device.station_id),
    FillClip: of_unit(FillClip.station_id),
    FillCycle: of_unit(FillCycle.station_id),
    Filling: of_unit(Filling.station_id),
    FillRefusal: of_unit(FillRefusal.station_id),
    GasBatch: of_unit(GasBatch.station_id),
    Gun: of_unit(Gun.station_id),
    HoldRelease: of_unit(HoldRelease.station_id),
    InspectionBatch: _inspection_batches,
    LabelBatch: of_unit(LabelBatch.station_id),
    LabelBinding: of_unit(LabelBinding.station_id),
    LabelCode: _labels,
    OfflineDisagreement: of_unit(OfflineDisagreement.station_id),
    ScaleStrokes: of_unit(ScaleStrokes.station_id),
    Scan: of_unit(Scan.unit_id),
    ScrapBatch: _scrap_batches,
    SpotCheck: of_unit(SpotCheck.station_id),
    SpotCheckItem: _spot_check_items,
    StaffPresence: of_unit(StaffPresence.station_id),
    StationRisk: of_unit(StationRisk.station_id),
    UnknownCode: of_unit(UnknownCode.unit_id),
}

"""Which rows of each table a caller may see: one condition a table, asked by `registry/policy.py` alone.

A table without a row in SCOPES is seen by nobody but the system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from registry import clock
from registry.actor import COUNTY_ROLES, OFFICE_ROLES, Actor
from registry.db import Base
from registry.models import (
    AccessRequest,
    Accident,
    Alliance,
    Area,
    Assessment,
    Assignment,
    Call,
    CallCaller,
    CallDispatch,
    CallDrill,
    Campaign,
    CampaignSelfCheck,
    Capacity,
    CasePaper,
    Certificate,
    Claim,
    Contract,
    CreditGrade,
    Cylinder,
    CylinderAnomaly,
    CylinderInspection,
    CylinderPurchase,
    CylinderRegistration,
    CylinderReport,
    CylinderTransfer,
    Device,
    Directive,
    Drill,
    Elevator,
    ElevatorRisk,
    ElevatorUse,
    EmergencyPlan,
    Endorsement,
    EnforcementCase,
    FaultReport,
    FillClip,
    FillCycle,
    Filling,
    FillRefusal,
    FillSettlement,
    FollowUp,
    GasBatch,
    GuardedAcceptance,
    GuardedDevice,
    GuardedEvent,
    GuardedEventStep,
    GuardedPlace,
    GuardedRound,
    GuardedShift,
    Gun,
    Hazard,
    HazardStep,
    HoldRelease,
    ImportBatch,
    ImportProfile,
    IndicatorAlert,
    IndicatorSnapshot,
    Inspection,
    InspectionBatch,
    InspectionOrder,
    IotPeriod,
    Job,
    KeyUnit,
    LabelBatch,
    LabelBinding,
    LabelCode,
    MaintenanceState,
    MakerItems,
    Membership,
    Notice,
    NoticeDelivery,
    NoticeSetting,
    NoticeSwitch,
    OfflineDisagreement,
    Paper,
    PaperTemplate,
    PartTest,
    Person,
    PlateCheck,
    Policy,
    PolicyItem,
    PolicyShare,
    QualityCheck,
    Registration,
    RenewalProject,
    RescueCodeRange,
    Responder,
    ResponderArea,
    SafetyAppointment,
    SafetyCharge,
    SafetyPaper,
    SafetyPart,
    SafetyProblem,
    SafetyRecord,
    SafetyRisk,
    SafetyTraining,
    SavedView,
    ScaleStrokes,
    Scan,
    ScrapBatch,
    Seal,
    Sealing,
    SelfCheck,
    SpotCheck,
    SpotCheckItem,
    StaffPresence,
    StationRisk,
    StopOrder,
    StoredFile,
    SupervisionCheck,
    SupervisionDraw,
    SupervisionPlan,
    TrailEntry,
    Unit,
    UnknownCode,
    Upload,
    Visit,
    VisitAnomaly,
    VisitJoin,
)
from registry.permissions import DELIVERY, MAINTENANCE, PERMISSIONS, STATION
from registry.settings import current

Where = ColumnElement[bool]


def _elevators(actor: Actor) -> Where:
    if actor.sees_city or actor.role == "inspection_body":
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Elevator.area_code.in_(actor.areas), Elevator.division_code.in_(actor.areas))
    if actor.role == "use_manager":
        return or_(Elevator.use_unit_id == actor.unit_id, Elevator.owner_unit_id == actor.unit_id)
    if actor.role in MAINTENANCE:
        return Elevator.id.in_(contracted(actor))
    if actor.role == "insurer":
        return Elevator.id.in_(_insured(actor, PolicyItem.elevator_id))
    return false()


def _indicator_snapshots(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return IndicatorSnapshot.area_code.in_(actor.areas) if actor.role in COUNTY_ROLES else false()


def _indicator_alerts(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return IndicatorAlert.area_code.in_(actor.areas) if actor.role in COUNTY_ROLES else false()


def contracted(actor: Actor) -> Select[Any]:
    """Ids of the elevators that the caller's company maintains today."""
    today = clock.today()
    return select(Contract.elevator_id).where(
        Contract.company_id == actor.unit_id,
        Contract.since <= today,
        or_(Contract.until.is_(None), Contract.until > today),
    )


def _insured(actor: Actor, column: Any) -> Select[Any]:
    """Ids of what the insurer answers for today or later; what it answered for before is no longer its business."""
    today = clock.today()
    return (
        select(column)
        .join(Policy, Policy.id == PolicyItem.policy_id)
        .where(
            _insures(actor),
            column.is_not(None),
            or_(PolicyItem.until.is_(None), PolicyItem.until > today),
            Policy.ends_on >= today,
            or_(Policy.cancelled_on.is_(None), Policy.cancelled_on > today),
        )
    )


def _insures(actor: Actor) -> Where:
    """Policies that the caller's unit leads or has a share in."""
    shared = select(PolicyShare.policy_id).where(PolicyShare.insurer_id == actor.unit_id)
    return or_(Policy.insurer_id == actor.unit_id, Policy.id.in_(shared))


def _of_elevators(actor: Actor, column: InstrumentedAttribute[Any]) -> Where:
    if actor.sees_city:
        return true()
    return column.in_(select(Elevator.id).where(_elevators(actor)))


def _fault_reports(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return FaultReport.company_id == actor.unit_id
    if actor.role == "use_manager":
        return FaultReport.use_unit_id == actor.unit_id
    return _of_elevators(actor, FaultReport.elevator_id) if actor.role in OFFICE_ROLES else false()


def _calls(actor: Actor) -> Where:
    """Offices by area and elevator; everybody else the calls he was asked to come to."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Call.area_code.in_(actor.areas), _of_elevators(actor, Call.elevator_id))
    return Call.id.in_(select(CallDispatch.call_id).where(CallDispatch.unit_id == actor.unit_id))


def _contracts(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return Contract.company_id == actor.unit_id
    return _of_elevators(actor, Contract.elevator_id)


def _assignments(actor: Actor) -> Where:
    """Who goes where is the company's own affair."""
    return Assignment.company_id == actor.unit_id


def _maker_items(actor: Actor) -> Where:
    """Lists of models that hold for everybody or were entered by the caller's unit, and those of visible elevators."""
    if actor.role in OFFICE_ROLES:
        return true()
    of_models = and_(
        MakerItems.elevator_id.is_(None), or_(MakerItems.unit_id.is_(None), MakerItems.unit_id == actor.unit_id)
    )
    return or_(of_models, _of_elevators(actor, MakerItems.elevator_id))


def _inspections(actor: Actor) -> Where:
    """An inspection body sees what it recorded itself; others what concerns the elevators they see."""
    if actor.role == "inspection_body":
        return Inspection.body_id == actor.unit_id
    return _of_elevators(actor, Inspection.elevator_id)


def _self_checks(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return SelfCheck.company_id == actor.unit_id
    return _of_elevators(actor, SelfCheck.elevator_id)


def _visits(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return Visit.company_id == actor.unit_id
    return _of_elevators(actor, Visit.elevator_id)


def _visit_joins(actor: Actor) -> Where:
    if actor.role in MAINTENANCE:
        return VisitJoin.company_id == actor.unit_id
    return _of_elevators(actor, VisitJoin.elevator_id)


def _visit_anomalies(actor: Actor) -> Where:
    """What is held against a company is for its manager and the offices, not for workers or use units."""
    if actor.role == "maintenance_manager":
        return VisitAnomaly.company_id == actor.unit_id
    if actor.role in COUNTY_ROLES:
        return _of_elevators(actor, VisitAnomaly.elevator_id)
    return true() if actor.sees_city else false()


def _cylinders(actor: Actor) -> Where:
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
        return Cylinder.id.in_(_insured(actor, PolicyItem.cylinder_id))
    return false()


def _of_unit(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    """Own rows; offices see those of the units in their areas."""

    def rule(actor: Actor) -> Where:
        if actor.sees_city:
            return true()
        if actor.role in COUNTY_ROLES:
            return column.in_(select(Unit.id).where(Unit.area_code.in_(actor.areas)))
        return column == actor.unit_id

    return rule


def _spot_check_items(actor: Actor) -> Where:
    return SpotCheckItem.check_id.in_(select(SpotCheck.id).where(_of_unit(SpotCheck.station_id)(actor)))


def _cylinder_inspections(actor: Actor) -> Where:
    """An inspection body sees what it recorded itself; others what concerns the cylinders they see."""
    if actor.sees_city:
        return true()
    if actor.role == "inspection_body":
        return CylinderInspection.body_id == actor.unit_id
    return CylinderInspection.cylinder_id.in_(select(Cylinder.id).where(_cylinders(actor)))


def _inspection_batches(actor: Actor) -> Where:
    if actor.role == "inspection_body":
        return InspectionBatch.body_id == actor.unit_id
    return _of_unit(InspectionBatch.station_id)(actor)


def _scrap_batches(actor: Actor) -> Where:
    if actor.role == "inspection_body":
        return ScrapBatch.handler_id == actor.unit_id
    return _of_unit(ScrapBatch.station_id)(actor)


def _cylinder_transfers(actor: Actor) -> Where:
    """Both sides of a transfer, and the offices of either."""
    return or_(_of_unit(CylinderTransfer.giver_id)(actor), _of_unit(CylinderTransfer.receiver_id)(actor))


def _hazards(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Hazard.area_code.in_(actor.areas)
    own_steps = select(HazardStep.hazard_id).where(HazardStep.unit_id == actor.unit_id)
    own = or_(Hazard.unit_id == actor.unit_id, Hazard.id.in_(own_steps))
    if actor.role in MAINTENANCE:  # whoever maintains the elevator helps to rectify it
        return or_(own, Hazard.elevator_id.in_(contracted(actor)))
    return own


def _supervision_checks(actor: Actor) -> Where:
    """Offices: those of their areas and their own. A unit sees the checks of itself from when they were recorded."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(SupervisionCheck.area_code.in_(actor.areas), SupervisionCheck.office_id == actor.unit_id)
    return and_(SupervisionCheck.unit_id == actor.unit_id, SupervisionCheck.recorded_at.is_not(None))


def _supervision_plans(actor: Actor) -> Where:
    """Plans and draws are the offices': a county sees its area's, its own and those of the whole city."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        whole_city = select(Area.code).where(Area.parent_code.is_(None))
        return or_(
            SupervisionPlan.area_code.in_(actor.areas),
            SupervisionPlan.area_code.in_(whole_city),
            SupervisionPlan.office_id == actor.unit_id,
        )
    return false()


def _key_units(actor: Actor) -> Where:
    """Which units are watched most is for the offices."""
    return _of_unit(KeyUnit.unit_id)(actor) if actor.role in OFFICE_ROLES else false()


def _accidents(actor: Actor) -> Where:
    """Those of the areas; a unit sees those at its place, of what it maintains, and those it answers for."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Accident.area_code.in_(actor.areas)
    return or_(
        Accident.unit_id == actor.unit_id,
        Accident.company_id == actor.unit_id,
        Accident.responsible_id == actor.unit_id,
    )


def _papers(actor: Actor) -> Where:
    """The offices' papers: those of their areas and their own; a unit sees what is addressed to it, a paper of a case
    from when it was served."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Paper.area_code.in_(actor.areas), Paper.issuer_id == actor.unit_id)
    waiting = select(CasePaper.paper_id).where(CasePaper.served_on.is_(None))
    return and_(Paper.unit_id == actor.unit_id, Paper.id.not_in(waiting))


def _directives(actor: Actor) -> Where:
    """The offices' directives in their areas; a unit those addressed to it."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Directive.area_code.in_(actor.areas), Directive.issuer_id == actor.unit_id)
    return Directive.unit_id == actor.unit_id


def _sealings(actor: Actor) -> Where:
    """The offices' sealings in their areas; a unit those at its own place, once they are carried out."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(Sealing.area_code.in_(actor.areas), Sealing.issuer_id == actor.unit_id)
    return and_(Sealing.unit_id == actor.unit_id, Sealing.sealed_on.is_not(None))


def _cases(actor: Actor) -> Where:
    """The offices' cases in their areas; the party its own, once it was told."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return EnforcementCase.area_code.in_(actor.areas)
    return and_(EnforcementCase.unit_id == actor.unit_id, EnforcementCase.told_on.is_not(None))


def _campaigns(actor: Actor) -> Where:
    """A county sees its own campaigns and those of the city."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return Campaign.area_code.in_((*actor.areas, current().city_code))
    return false()


def _campaign_checks(actor: Actor) -> Where:
    """Offices by area; a unit its own orders alone."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return CampaignSelfCheck.area_code.in_(actor.areas)
    return CampaignSelfCheck.unit_id == actor.unit_id


def _saved_views(actor: Actor) -> Where:
    """One's own at this unit, and what its people share."""
    own = or_(SavedView.person_id == actor.person_id, SavedView.shared.is_(True))
    return and_(SavedView.unit_id == actor.unit_id, own)


def _guarded_places(actor: Actor) -> Where:
    """Offices: those of their own events and in their areas; a unit those where its people walk or stand, and where its
    equipment is guarded."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        own = select(GuardedEvent.id).where(GuardedEvent.area_code.in_(actor.areas))
        return or_(GuardedPlace.area_code.in_(actor.areas), GuardedPlace.event_id.in_(own))
    return or_(
        GuardedPlace.id.in_(select(GuardedRound.place_id).where(_guarded_rounds(actor))),
        GuardedPlace.id.in_(select(GuardedShift.place_id).where(_guarded_shifts(actor))),
        GuardedPlace.id.in_(select(GuardedDevice.place_id).where(_guarded_equipment(actor))),
    )


def _announced(column: InstrumentedAttribute[Any]) -> Where:
    """A unit is told of an event when it is ready; what is only planned is the office's own."""
    return column.in_(select(GuardedEvent.id).where(GuardedEvent.state != "planned"))


def _guarded_equipment(actor: Actor) -> Where:
    """What is guarded of a unit's own: its elevators, or the unit itself."""
    of_elevators = GuardedDevice.elevator_id.in_(select(Elevator.id).where(_elevators(actor)))
    return and_(or_(of_elevators, GuardedDevice.unit_id == actor.unit_id), _announced(GuardedDevice.event_id))


def _guarded_events(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    there = GuardedEvent.id.in_(select(GuardedPlace.event_id).where(_guarded_places(actor)))
    if actor.role in COUNTY_ROLES:
        return or_(GuardedEvent.area_code.in_(actor.areas), there)
    return there


def _at_guarded_places(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    return lambda actor: column.in_(select(GuardedPlace.id).where(_guarded_places(actor)))


def _guarded_devices(actor: Actor) -> Where:
    """A unit sees its own equipment alone."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedDevice.place_id)(actor)
    return _guarded_equipment(actor)


def _guarded_rounds(actor: Actor) -> Where:
    """A unit sees the rounds of its own people and those where its equipment is guarded."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedRound.place_id)(actor)
    where_own = select(GuardedDevice.place_id).where(_guarded_equipment(actor))
    own = or_(GuardedRound.unit_id == actor.unit_id, GuardedRound.place_id.in_(where_own))
    return and_(own, _announced(GuardedRound.event_id))


def _guarded_shifts(actor: Actor) -> Where:
    """A unit sees its own people alone."""
    if actor.role in OFFICE_ROLES:
        return _at_guarded_places(GuardedShift.place_id)(actor)
    return and_(GuardedShift.unit_id == actor.unit_id, _announced(GuardedShift.event_id))


def _guarded_acceptances(actor: Actor) -> Where:
    return GuardedAcceptance.device_id.in_(select(GuardedDevice.id).where(_guarded_devices(actor)))


def _guarded_steps(actor: Actor) -> Where:
    """The ledger is the offices'."""
    if actor.role not in OFFICE_ROLES:
        return false()
    return GuardedEventStep.event_id.in_(select(GuardedEvent.id).where(_guarded_events(actor)))


def _registrations(actor: Actor) -> Where:
    """Offices by elevator; a use unit its own applications and those that make it the user."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return _of_elevators(actor, Registration.elevator_id)
    if actor.role == "use_manager":
        return or_(Registration.unit_id == actor.unit_id, Registration.new_unit_id == actor.unit_id)
    return false()


def _policies(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        covered = select(PolicyItem.policy_id)
        return or_(
            Policy.holder_id.in_(select(Unit.id).where(Unit.area_code.in_(actor.areas))),
            Policy.id.in_(covered.join(Elevator, Elevator.id == PolicyItem.elevator_id).where(_elevators(actor))),
            Policy.id.in_(covered.join(Cylinder, Cylinder.id == PolicyItem.cylinder_id).where(_cylinders(actor))),
        )
    return or_(_insures(actor), Policy.holder_id == actor.unit_id)


def _of_policy(column: InstrumentedAttribute[Any]) -> Callable[[Actor], Where]:
    return lambda actor: column.in_(select(Policy.id).where(_policies(actor)))


def _claims(actor: Actor) -> Where:
    """Of the policies one sees; a county sees of them what happened to its own equipment."""
    seen = _of_policy(Claim.policy_id)(actor)
    if actor.role not in COUNTY_ROLES:
        return seen
    return or_(
        Claim.elevator_id.in_(select(Elevator.id).where(_elevators(actor))),
        Claim.cylinder_id.in_(select(Cylinder.id).where(_cylinders(actor))),
    )


def _cylinder_reports(actor: Actor) -> Where:
    """Reports of the county; a station sees one on its cylinders from when it was passed on."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return CylinderReport.area_code.in_(actor.areas)
    return and_(CylinderReport.station_id == actor.unit_id, CylinderReport.passed_at.is_not(None))


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


def _labels(actor: Actor) -> Where:
    if actor.sees_city:
        return true()
    return or_(
        and_(LabelCode.elevator_id.is_not(None), _of_elevators(actor, LabelCode.elevator_id)),
        LabelCode.cylinder_id.in_(select(Cylinder.id).where(_cylinders(actor))),
        _of_unit(LabelCode.issued_to_id)(actor),
    )


def _alliances(actor: Actor) -> Where:
    if actor.role in OFFICE_ROLES:
        return true()
    return or_(Alliance.member_a_id == actor.unit_id, Alliance.member_b_id == actor.unit_id)


def _responders(actor: Actor) -> Where:
    """A county sees who serves one of its areas, or the whole city, and the teams of its own units."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        serving = select(ResponderArea.responder_id).where(
            ResponderArea.area_code.in_((*actor.areas, current().city_code))
        )
        return or_(Responder.id.in_(serving), _of_unit(Responder.unit_id)(actor))
    return Responder.unit_id == actor.unit_id


def _emergency_plans(actor: Actor) -> Where:
    """Offices: those of their areas and their own; a unit its own."""
    if actor.sees_city:
        return true()
    if actor.role in COUNTY_ROLES:
        return or_(EmergencyPlan.area_code.in_(actor.areas), EmergencyPlan.unit_id == actor.unit_id)
    return EmergencyPlan.unit_id == actor.unit_id


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


def _everything(_actor: Actor) -> Where:
    return true()


def _trail(actor: Actor) -> Where:
    return true() if actor.role in PERMISSIONS["trail.read"] else false()


SCOPES: dict[type[Base], Callable[[Actor], Where]] = {
    Accident: _accidents,
    Alliance: _alliances,
    AccessRequest: lambda actor: true() if actor.role in PERMISSIONS["access_request.decide"] else false(),
    Area: _everything,
    Assessment: lambda actor: _of_elevators(actor, Assessment.elevator_id),
    Call: _calls,
    CallDrill: lambda actor: CallDrill.call_id.in_(select(Call.id).where(_calls(actor))),
    CallCaller: lambda actor: CallCaller.call_id.in_(select(Call.id).where(_calls(actor))),
    CallDispatch: lambda actor: CallDispatch.call_id.in_(select(Call.id).where(_calls(actor))),
    Campaign: _campaigns,
    CampaignSelfCheck: _campaign_checks,
    Capacity: _everything,
    Certificate: _certificates,
    Claim: _claims,
    Assignment: _assignments,
    Contract: _contracts,
    CreditGrade: _everything,
    IotPeriod: lambda actor: _of_elevators(actor, IotPeriod.elevator_id),
    MaintenanceState: lambda actor: _of_elevators(actor, MaintenanceState.elevator_id),
    MakerItems: _maker_items,
    Cylinder: _cylinders,
    CylinderReport: _cylinder_reports,
    CylinderAnomaly: _of_unit(CylinderAnomaly.station_id),
    CylinderInspection: _cylinder_inspections,
    CylinderPurchase: _of_unit(CylinderPurchase.station_id),
    Device: _of_unit(Device.station_id),
    Directive: _directives,
    Drill: _of_unit(Drill.company_id),
    Elevator: _elevators,
    EnforcementCase: _cases,
    EmergencyPlan: _emergency_plans,
    Endorsement: _of_policy(Endorsement.policy_id),
    ElevatorRisk: lambda actor: _of_elevators(actor, ElevatorRisk.elevator_id),
    ElevatorUse: lambda actor: _of_elevators(actor, ElevatorUse.elevator_id),
    FaultReport: _fault_reports,
    FillClip: _of_unit(FillClip.station_id),
    FillCycle: _of_unit(FillCycle.station_id),
    Filling: _of_unit(Filling.station_id),
    FillRefusal: _of_unit(FillRefusal.station_id),
    FillSettlement: _of_policy(FillSettlement.policy_id),
    GasBatch: _of_unit(GasBatch.station_id),
    GuardedAcceptance: _guarded_acceptances,
    GuardedDevice: _guarded_devices,
    GuardedEvent: _guarded_events,
    GuardedEventStep: _guarded_steps,
    GuardedPlace: _guarded_places,
    GuardedRound: _guarded_rounds,
    GuardedShift: _guarded_shifts,
    Gun: _of_unit(Gun.station_id),
    Hazard: _hazards,
    HoldRelease: _of_unit(HoldRelease.station_id),
    ImportBatch: _of_unit(ImportBatch.unit_id),
    ImportProfile: _everything,
    IndicatorAlert: _indicator_alerts,
    IndicatorSnapshot: _indicator_snapshots,
    Inspection: _inspections,
    InspectionBatch: _inspection_batches,
    InspectionOrder: _everything,
    Job: lambda actor: true() if actor.role in ("admin", "auditor") else Job.person_id == actor.person_id,
    KeyUnit: _key_units,
    LabelBatch: _of_unit(LabelBatch.station_id),
    LabelBinding: _of_unit(LabelBinding.station_id),
    LabelCode: _labels,
    Membership: lambda actor: Membership.person_id.in_(select(Person.id).where(_people(actor))),
    Notice: _notices,
    NoticeDelivery: _notice_deliveries,
    NoticeSetting: lambda actor: NoticeSetting.person_id == actor.person_id,
    NoticeSwitch: lambda actor: NoticeSwitch.person_id == actor.person_id,
    Paper: _papers,
    PaperTemplate: _everything,
    PartTest: lambda actor: _of_elevators(actor, PartTest.elevator_id),
    Person: _people,
    Policy: _policies,
    PolicyItem: _of_policy(PolicyItem.policy_id),
    PolicyShare: _of_policy(PolicyShare.policy_id),
    PlateCheck: lambda actor: _of_elevators(actor, PlateCheck.elevator_id),
    RescueCodeRange: _everything,
    Responder: _responders,
    RenewalProject: lambda actor: _of_elevators(actor, RenewalProject.elevator_id),
    Registration: _registrations,
    SafetyAppointment: _of_unit(SafetyAppointment.unit_id),
    SafetyCharge: _of_unit(SafetyCharge.unit_id),
    SafetyPaper: _of_unit(SafetyPaper.unit_id),
    SafetyPart: lambda actor: _of_elevators(actor, SafetyPart.elevator_id),
    SafetyProblem: _of_unit(SafetyProblem.unit_id),
    SafetyRecord: _of_unit(SafetyRecord.unit_id),
    SafetyRisk: _of_unit(SafetyRisk.unit_id),
    SafetyTraining: _of_unit(SafetyTraining.unit_id),
    OfflineDisagreement: _of_unit(OfflineDisagreement.station_id),
    ScaleStrokes: _of_unit(ScaleStrokes.station_id),
    Scan: _of_unit(Scan.unit_id),
    CylinderRegistration: _of_unit(CylinderRegistration.unit_id),
    CylinderTransfer: _cylinder_transfers,
    ScrapBatch: _scrap_batches,
    Seal: _everything,
    Sealing: _sealings,
    QualityCheck: _of_unit(QualityCheck.company_id),
    SelfCheck: _self_checks,
    FollowUp: _of_unit(FollowUp.unit_id),
    SavedView: _saved_views,
    SpotCheck: _of_unit(SpotCheck.station_id),
    SpotCheckItem: _spot_check_items,
    StaffPresence: _of_unit(StaffPresence.station_id),
    StationRisk: _of_unit(StationRisk.station_id),
    StopOrder: _of_unit(StopOrder.station_id),
    StoredFile: _of_unit(StoredFile.unit_id),
    SupervisionCheck: _supervision_checks,
    SupervisionDraw: lambda actor: SupervisionDraw.plan_id.in_(
        select(SupervisionPlan.id).where(_supervision_plans(actor))
    ),
    SupervisionPlan: _supervision_plans,
    TrailEntry: _trail,
    UnknownCode: _of_unit(UnknownCode.unit_id),
    Unit: _everything,
    Upload: lambda actor: and_(Upload.person_id == actor.person_id, Upload.unit_id == actor.unit_id),
    Visit: _visits,
    VisitAnomaly: _visit_anomalies,
    VisitJoin: _visit_joins,
}

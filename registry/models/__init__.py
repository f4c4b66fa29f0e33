"""The tables. They hold no rules; rules get plain values from them."""

from registry.models.access import AccessRequest, KnownDevice, RecoveryCode, SecondFactor
from registry.models.accidents import Accident, AccidentGrading, AccidentStep
from registry.models.anomalies import AnomalyStep, VisitAnomaly, VisitGap, VisitPicture
from registry.models.areas import Area, AreaLeft
from registry.models.beats import Beat
from registry.models.calls import Call, CallCaller, CallDispatch, CallDrill, CallStep
from registry.models.campaigns import Campaign, CampaignLink, CampaignSelfCheck
from registry.models.case_hearings import CaseDiscussion, CaseHearing, CasePaper, CaseStatement
from registry.models.cases import CaseClock, CaseStep, EnforcementCase
from registry.models.company_records import Drill, QualityCheck
from registry.models.cylinder_anomalies import CylinderAnomaly, CylinderAnomalyStep
from registry.models.cylinder_batches import (
    CylinderPurchase,
    InspectionBatch,
    InspectionBatchItem,
    ScrapBatch,
    ScrapItem,
)
from registry.models.cylinder_registrations import (
    CertifiedCylinder,
    CylinderCertificate,
    CylinderRegistration,
    CylinderRegistrationItem,
)
from registry.models.cylinder_reports import CylinderReport, CylinderReportStep
from registry.models.cylinder_transfers import CylinderTransfer, CylinderTransferItem
from registry.models.cylinders import Cylinder, CylinderEvent, CylinderInspection, CylinderStatus
from registry.models.directives import Directive, DirectiveInspector, DirectiveItem, DirectiveStep
from registry.models.elevators import Contract, Elevator, ElevatorStatus, Inspection, RescueEnrolment
from registry.models.fault_reports import FaultReport, FaultReportStep, RateWindow
from registry.models.fill_cycles import (
    Device,
    DeviceOutage,
    FillCycle,
    GasBatch,
    GunUnlock,
    HoldRelease,
    Reading,
    StaffPresence,
)
from registry.models.fillings import Alliance, Filling, FillRefusal, Gun, Scan
from registry.models.follow_ups import FollowUp, FollowUpItem
from registry.models.guarded_events import (
    GuardedAcceptance,
    GuardedDevice,
    GuardedEvent,
    GuardedEventStep,
    GuardedPlace,
    GuardedRound,
    GuardedShift,
)
from registry.models.hazards import Counter, Hazard, HazardStep
from registry.models.indicators import CylinderTally, CylinderTouch, IndicatorAlert, IndicatorCount, IndicatorSnapshot
from registry.models.inspections import InspectionOrder, InspectionOrderItem, PartTest, SelfCheck
from registry.models.jobs import OPEN_JOBS, Job
from registry.models.labels import LabelBatch, LabelBinding, LabelCode, UnknownCode
from registry.models.last_writes import LastWrite
from registry.models.maintenance import Assignment, CreditGrade, IotPeriod, MaintenanceState, MakerItems
from registry.models.notices import (
    Notice,
    NoticeDelivery,
    NoticeDeliveryItem,
    NoticePosition,
    NoticeSetting,
    NoticeSwitch,
)
from registry.models.office import Holiday, ImportBatch, ImportProfile, IndicatorTarget, Parameter, StoredFile
from registry.models.offline import CylinderLeft, OfflineDisagreement, SnapshotKey
from registry.models.old_elevators import Assessment, RenewalProject, RenewalStep
from registry.models.papers import CircularItem, Paper, PaperFile, PaperTemplate, PaperWithdrawal
from registry.models.people import ApiToken, Certificate, Membership, Person, SignIn, SignInFailure
from registry.models.policies import Claim, Endorsement, FillSettlement, Policy, PolicyItem, PolicyShare
from registry.models.registrations import ElevatorUse, Registration, RegistrationStep, SafetyPart
from registry.models.rescue import PlateCheck, RescueCodeRange
from registry.models.responders import (
    DutyException,
    DutyShift,
    EmergencyPlan,
    PlanDrill,
    RegisterStamp,
    Responder,
    ResponderArea,
    ResponderMember,
    ResponderStatus,
)
from registry.models.risk import ElevatorRisk, StationRisk
from registry.models.safety import (
    SafetyAppointment,
    SafetyCharge,
    SafetyPaper,
    SafetyProblem,
    SafetyRecord,
    SafetyRisk,
    SafetyTraining,
)
from registry.models.saved_views import SavedView
from registry.models.sealings import Sealing, SealingItem, SealingStep
from registry.models.seals import Seal
from registry.models.stations import StopOrder
from registry.models.sunshine import FillClip, ScaleStrokes, SpotCheck, SpotCheckItem
from registry.models.supervision_checks import (
    KeyUnit,
    SupervisionAnswer,
    SupervisionCheck,
    SupervisionDevice,
    SupervisionDraw,
    SupervisionInspector,
    SupervisionPlan,
    SupervisionStep,
)
from registry.models.trail import TrailEntry
from registry.models.units import CAPACITIES, Capacity, Unit
from registry.models.uploads import Upload
from registry.models.visits import Visit, VisitJoin, VisitWorker

__all__ = [
    "CAPACITIES",
    "OPEN_JOBS",
    "AccessRequest",
    "Accident",
    "AccidentGrading",
    "AccidentStep",
    "Alliance",
    "AnomalyStep",
    "ApiToken",
    "Area",
    "AreaLeft",
    "Assessment",
    "Assignment",
    "Beat",
    "Call",
    "CallCaller",
    "CallDispatch",
    "CallDrill",
    "CallStep",
    "Campaign",
    "CampaignLink",
    "CampaignSelfCheck",
    "Capacity",
    "CaseClock",
    "CaseDiscussion",
    "CaseHearing",
    "CasePaper",
    "CaseStatement",
    "CaseStep",
    "Certificate",
    "CertifiedCylinder",
    "CircularItem",
    "Claim",
    "Contract",
    "Counter",
    "CreditGrade",
    "Cylinder",
    "CylinderAnomaly",
    "CylinderAnomalyStep",
    "CylinderCertificate",
    "CylinderEvent",
    "CylinderInspection",
    "CylinderLeft",
    "CylinderPurchase",
    "CylinderRegistration",
    "CylinderRegistrationItem",
    "CylinderReport",
    "CylinderReportStep",
    "CylinderStatus",
    "CylinderTally",
    "CylinderTouch",
    "CylinderTransfer",
    "CylinderTransferItem",
    "Device",
    "DeviceOutage",
    "Directive",
    "DirectiveInspector",
    "DirectiveItem",
    "DirectiveStep",
    "Drill",
    "DutyException",
    "DutyShift",
    "Elevator",
    "ElevatorRisk",
    "ElevatorStatus",
    "ElevatorUse",
    "EmergencyPlan",
    "Endorsement",
    "EnforcementCase",
    "FaultReport",
    "FaultReportStep",
    "FillClip",
    "FillCycle",
    "FillRefusal",
    "FillSettlement",
    "Filling",
    "FollowUp",
    "FollowUpItem",
    "GasBatch",
    "GuardedAcceptance",
    "GuardedDevice",
    "GuardedEvent",
    "GuardedEventStep",
    "GuardedPlace",
    "GuardedRound",
    "GuardedShift",
    "Gun",
    "GunUnlock",
    "Hazard",
    "HazardStep",
    "HoldRelease",
    "Holiday",
    "ImportBatch",
    "ImportProfile",
    "IndicatorAlert",
    "IndicatorCount",
    "IndicatorSnapshot",
    "IndicatorTarget",
    "Inspection",
    "InspectionBatch",
    "InspectionBatchItem",
    "InspectionOrder",
    "InspectionOrderItem",
    "IotPeriod",
    "Job",
    "KeyUnit",
    "KnownDevice",
    "LabelBatch",
    "LabelBinding",
    "LabelCode",
    "LastWrite",
    "MaintenanceState",
    "MakerItems",
    "Membership",
    "Notice",
    "NoticeDelivery",
    "NoticeDeliveryItem",
    "NoticePosition",
    "NoticeSetting",
    "NoticeSwitch",
    "OfflineDisagreement",
    "Paper",
    "PaperFile",
    "PaperTemplate",
    "PaperWithdrawal",
    "Parameter",
    "PartTest",
    "Person",
    "PlanDrill",
    "PlateCheck",
    "Policy",
    "PolicyItem",
    "PolicyShare",
    "QualityCheck",
    "RateWindow",
    "Reading",
    "RecoveryCode",
    "RegisterStamp",
    "Registration",
    "RegistrationStep",
    "RenewalProject",
    "RenewalStep",
    "RescueCodeRange",
    "RescueEnrolment",
    "Responder",
    "ResponderArea",
    "ResponderMember",
    "ResponderStatus",
    "SafetyAppointment",
    "SafetyCharge",
    "SafetyPaper",
    "SafetyPart",
    "SafetyProblem",
    "SafetyRecord",
    "SafetyRisk",
    "SafetyTraining",
    "SavedView",
    "ScaleStrokes",
    "Scan",
    "ScrapBatch",
    "ScrapItem",
    "Seal",
    "Sealing",
    "SealingItem",
    "SealingStep",
    "SecondFactor",
    "SelfCheck",
    "SignIn",
    "SignInFailure",
    "SnapshotKey",
    "SpotCheck",
    "SpotCheckItem",
    "StaffPresence",
    "StationRisk",
    "StopOrder",
    "StoredFile",
    "SupervisionAnswer",
    "SupervisionCheck",
    "SupervisionDevice",
    "SupervisionDraw",
    "SupervisionInspector",
    "SupervisionPlan",
    "SupervisionStep",
    "TrailEntry",
    "Unit",
    "UnknownCode",
    "Upload",
    "Visit",
    "VisitAnomaly",
    "VisitGap",
    "VisitJoin",
    "VisitPicture",
    "VisitWorker",
]

"""The tables. They hold no rules; rules get plain values from them."""

from registry.models.areas import Area
from registry.models.cylinders import Cylinder, CylinderEvent, CylinderInspection, CylinderStatus
from registry.models.elevators import Contract, Elevator, ElevatorStatus, Inspection, RescueEnrolment
from registry.models.fillings import Alliance, Filling, FillRefusal, Gun, Scan
from registry.models.hazards import Counter, Hazard, HazardStep
from registry.models.labels import LabelCode
from registry.models.office import Holiday, ImportBatch, ImportProfile, IndicatorTarget, Parameter, StoredFile
from registry.models.people import ApiToken, Certificate, Membership, Person, SignIn, SignInFailure
from registry.models.policies import Claim, Policy, PolicyItem
from registry.models.trail import TrailEntry
from registry.models.units import CAPACITIES, Capacity, Unit
from registry.models.visits import Visit, VisitWorker

__all__ = [
    "CAPACITIES",
    "Alliance",
    "ApiToken",
    "Area",
    "Capacity",
    "Certificate",
    "Claim",
    "Contract",
    "Counter",
    "Cylinder",
    "CylinderEvent",
    "CylinderInspection",
    "CylinderStatus",
    "Elevator",
    "ElevatorStatus",
    "FillRefusal",
    "Filling",
    "Gun",
    "Hazard",
    "HazardStep",
    "Holiday",
    "ImportBatch",
    "ImportProfile",
    "IndicatorTarget",
    "Inspection",
    "LabelCode",
    "Membership",
    "Parameter",
    "Person",
    "Policy",
    "PolicyItem",
    "RescueEnrolment",
    "Scan",
    "SignIn",
    "SignInFailure",
    "StoredFile",
    "TrailEntry",
    "Unit",
    "Visit",
    "VisitWorker",
]

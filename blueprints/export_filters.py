"""What each list may be narrowed by when it leaves as a spreadsheet: the filters of its page."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema

from blueprints.schemas.anomalies import AnomalyFilter
from blueprints.schemas.base import PageIn
from blueprints.schemas.campaigns import CampaignFilter
from blueprints.schemas.cases import CaseFilter
from blueprints.schemas.cylinder_batches import CylinderDueFilter, PeriodIn
from blueprints.schemas.cylinder_reports import CylinderReportFilter
from blueprints.schemas.cylinders import CylinderFilter
from blueprints.schemas.directives import DirectiveFilter
from blueprints.schemas.elevators import ElevatorQuery
from blueprints.schemas.fault_reports import ReportFilter
from blueprints.schemas.filling import FillingFilter
from blueprints.schemas.gun import HoldFilter, PresenceFilter
from blueprints.schemas.hazards import HazardFilter
from blueprints.schemas.inspections import DueFilter, InspectionFilter
from blueprints.schemas.maintenance import ContractFilter, DueQuery, UncontractedFilter
from blueprints.schemas.office import TrailFilter
from blueprints.schemas.old_elevators import AgesIn, AssessmentFilter, RankFilter, UnknownFilter
from blueprints.schemas.people import PeopleFilter
from blueprints.schemas.policies import EndingFilter, PolicyFilter, UninsuredFilter
from blueprints.schemas.renewals import RenewalFilter
from blueprints.schemas.responders import ResponderFilter
from blueprints.schemas.safety import SafetyFilter
from blueprints.schemas.sealings import SealingFilter
from blueprints.schemas.stations import AllianceFilter
from blueprints.schemas.sunshine import MonthFilter, SpotCheckFilter
from blueprints.schemas.timeline import TimelineExport
from blueprints.schemas.units import UnitFilter
from blueprints.schemas.visits import VisitFilter

FILTERS: Mapping[str, type[Schema]] = {
    "elevators": ElevatorQuery,
    "cylinders": CylinderFilter,
    "responders": ResponderFilter,
    "units": UnitFilter,
    "people": PeopleFilter,
    "visits": VisitFilter,
    "due": DueQuery,
    "contracts": ContractFilter,
    "uncontracted": UncontractedFilter,
    "fillings": FillingFilter,
    "hazards": HazardFilter,
    "policies": PolicyFilter,
    "insured": PolicyFilter,
    "policy-renewals": EndingFilter,
    "uninsured": UninsuredFilter,
    "inspection_due": DueFilter,
    "inspections": InspectionFilter,
    "anomalies": AnomalyFilter,
    "trail": TrailFilter,
    "old-elevators": RankFilter,
    "elevator-ages": AgesIn,
    "elevators-unknown-age": UnknownFilter,
    "assessments": AssessmentFilter,
    "renewals": RenewalFilter,
    "cylinder-reports": CylinderReportFilter,
    "cylinder-timeline": TimelineExport,
    "fault-reports": ReportFilter,
    "directives": DirectiveFilter,
    "sealings": SealingFilter,
    "cases": CaseFilter,
    "campaigns": CampaignFilter,
    "cylinder-due": CylinderDueFilter,
    "cylinder-balance": PeriodIn,
    "hold-releases": HoldFilter,
    "stations": PageIn,
    "alliances": AllianceFilter,
    "devices": PageIn,
    "gas-batches": PageIn,
    "presences": PresenceFilter,
    "sunshine": MonthFilter,
    "spot-checks": SpotCheckFilter,
    "safety-rates": SafetyFilter,
    "safety-gaps": SafetyFilter,
    "safety-records": SafetyFilter,
}

"""What each list that can be saved may be narrowed by: the filters of its page."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema

from blueprints.schemas import labels
from blueprints.schemas.accidents import AccidentFilter
from blueprints.schemas.anomalies import AnomalyFilter
from blueprints.schemas.calls import CallFilter
from blueprints.schemas.campaign_checks import CampaignCheckFilter
from blueprints.schemas.campaigns import CampaignFilter
from blueprints.schemas.cases import CaseFilter
from blueprints.schemas.cylinder_anomalies import CylinderAnomalyFilter
from blueprints.schemas.cylinder_batches import BatchFilter, CylinderDueFilter, ScrapFilter
from blueprints.schemas.cylinder_registrations import CylinderRegistrationFilter
from blueprints.schemas.cylinder_reports import CylinderReportFilter
from blueprints.schemas.cylinder_transfers import TransferFilter
from blueprints.schemas.cylinders import CylinderFilter
from blueprints.schemas.directives import DirectiveFilter
from blueprints.schemas.elevators import ElevatorFilter
from blueprints.schemas.fault_reports import ReportFilter
from blueprints.schemas.filling import FillingFilter
from blueprints.schemas.follow_ups import FollowUpFilter
from blueprints.schemas.gun import HoldFilter, TurnFilter
from blueprints.schemas.hazards import HazardFilter
from blueprints.schemas.indicators import BehindIn
from blueprints.schemas.inspections import DueFilter, InspectionFilter, PartFilter
from blueprints.schemas.maintenance import ContractFilter, MakerItemsFilter, UncontractedFilter
from blueprints.schemas.office import TrailFilter
from blueprints.schemas.offline import DisagreementFilter
from blueprints.schemas.old_elevators import AssessmentFilter, RankFilter, UnknownFilter
from blueprints.schemas.papers import PaperFilter
from blueprints.schemas.people import PeopleFilter
from blueprints.schemas.policies import EndingFilter, PolicyFilter, UninsuredFilter
from blueprints.schemas.registrations import RegistrationFilter
from blueprints.schemas.renewals import RenewalFilter
from blueprints.schemas.risks import RiskFilter
from blueprints.schemas.sealings import SealingFilter
from blueprints.schemas.sunshine import SpotCheckFilter
from blueprints.schemas.supervision import CheckFilter, PlanFilter
from blueprints.schemas.units import UnitFilter
from blueprints.schemas.visits import VisitFilter

SCHEMAS: Mapping[str, type[Schema]] = {
    "elevators.index": ElevatorFilter,
    "registrations.index": RegistrationFilter,
    "visits.index": VisitFilter,
    "contracts.index": ContractFilter,
    "contracts.missing": UncontractedFilter,
    "anomalies.index": AnomalyFilter,
    "maker_items.index": MakerItemsFilter,
    "inspection_due.index": DueFilter,
    "inspections.index": InspectionFilter,
    "part_tests.index": PartFilter,
    "calls.index": CallFilter,
    "fault_reports.index": ReportFilter,
    "old_elevators.index": RankFilter,
    "old_elevators.unknown": UnknownFilter,
    "old_elevators.assessment_list": AssessmentFilter,
    "renewals.index": RenewalFilter,
    "risks.index": RiskFilter,
    "risks.stations": RiskFilter,
    "cylinders.index": CylinderFilter,
    "cylinder_due.index": CylinderDueFilter,
    "cylinder_anomalies.index": CylinderAnomalyFilter,
    "cylinder_registrations.index": CylinderRegistrationFilter,
    "cylinder_transfers.index": TransferFilter,
    "cylinder_reports.index": CylinderReportFilter,
    "inspection_batches.index": BatchFilter,
    "scrap_batches.index": ScrapFilter,
    "label_batches.index": labels.BatchFilter,
    "label_bindings.index": labels.BindingFilter,
    "unknown_codes.index": labels.UnknownFilter,
    "filling.index": FillingFilter,
    "turns.everything": TurnFilter,
    "holds.index": HoldFilter,
    "offline_disagreements.index": DisagreementFilter,
    "spot_checks.index": SpotCheckFilter,
    "hazards.index": HazardFilter,
    "supervision.index": CheckFilter,
    "supervision_plans.index": PlanFilter,
    "directives.index": DirectiveFilter,
    "sealings.index": SealingFilter,
    "cases.index": CaseFilter,
    "accidents.index": AccidentFilter,
    "campaigns.index": CampaignFilter,
    "campaign_checks.index": CampaignCheckFilter,
    "papers.index": PaperFilter,
    "policies.index": PolicyFilter,
    "policy_lists.ending": EndingFilter,
    "policy_lists.uninsured": UninsuredFilter,
    "units.index": UnitFilter,
    "people.index": PeopleFilter,
    "trail.index": TrailFilter,
    "indicators.show": BehindIn,
    "follow_ups.index": FollowUpFilter,
}

"""Lists out as .xlsx: the address of a list with the same conditions behind it.

`/exports/elevators.xlsx?area=341302` is what `/elevators/?area=341302` shows, all of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, send_file
from marshmallow import Schema

from blueprints.filters import say
from blueprints.forms import Form, flatten
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
from blueprints.schemas.indicators import BehindIn
from blueprints.schemas.inspections import DueFilter, InspectionFilter
from blueprints.schemas.maintenance import ContractFilter, DueQuery, UncontractedFilter
from blueprints.schemas.office import TrailFilter
from blueprints.schemas.old_elevators import AgesIn, AssessmentFilter, RankFilter, UnknownFilter
from blueprints.schemas.people import PeopleFilter
from blueprints.schemas.policies import EndingFilter, PolicyFilter, UninsuredFilter
from blueprints.schemas.renewals import RenewalFilter
from blueprints.schemas.safety import SafetyFilter
from blueprints.schemas.sealings import SealingFilter
from blueprints.schemas.stations import AllianceFilter
from blueprints.schemas.sunshine import MonthFilter, SpotCheckFilter
from blueprints.schemas.timeline import TimelineExport
from blueprints.schemas.units import UnitFilter
from blueprints.schemas.visits import VisitFilter
from blueprints.sessions import actor, language
from registry import clock
from registry.errors import Invalid
from registry.exchange import lists

bp = Blueprint("exports", __name__, url_prefix="/exports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILTERS: Mapping[str, type[Schema]] = {
    "elevators": ElevatorQuery,
    "cylinders": CylinderFilter,
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


@bp.route("/<string:name>.xlsx")
def download(name: str) -> Any:
    """A whole list, under the conditions of its page."""
    return _workbook(lists.find(name), FILTERS[name]())


@bp.route("/indicators/<string:key>.xlsx")
def behind(key: str) -> Any:
    """What an indicator does not count, with the reasons; `on` and `area` as on its page."""
    return _workbook(lists.behind(key), BehindIn())


def _workbook(listing: lists.Listing, schema: Schema) -> Any:
    form = Form(schema, sent=request.args)
    filters = form.load()
    if filters is None:
        wrong = {field.name: field.errors for field in form.fields if field.errors}
        raise Invalid(wrong, "；".join(map(str, flatten(wrong))))
    title = listing.heading_en if language() == "en" else say(listing.heading)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - sent after this function has returned
    lists.write(target, listing, actor(), filters, language(), say)
    target.seek(0)
    name = f"{title.replace('/', ' ')}-{clock.today().isoformat()}.xlsx"
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=name)

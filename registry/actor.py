"""Who acts: a person in one role at one unit, as plain values that outlive the session that read them."""

from __future__ import annotations

from dataclasses import dataclass

from registry.messages import T

ROLES: dict[str, T] = {
    "admin": T("系统管理员"),
    "security_admin": T("安全管理员"),
    "auditor": T("审计管理员"),
    "section_city": T("市局特设科"),
    "leader_city": T("市局分管领导"),
    "safety_office": T("安委办"),
    "inspector_county": T("县区局监察员"),
    "leader_county": T("县区局分管领导"),
    "officer_station": T("市场监管所人员"),
    "use_manager": T("使用单位安全管理员"),
    "maintenance_manager": T("维保单位负责人"),
    "technician": T("维保人员"),
    "filling_manager": T("充装单位负责人"),
    "filler": T("充装员"),
    "checker": T("充装检查员"),
    "courier": T("配送员"),
    "depot_keeper": T("配送站管理员"),
    "inspection_body": T("检验机构"),
    "insurer": T("保险机构"),
    "rescue_desk": T("96366坐席"),
    "system": T("系统"),
}

CITY_ROLES = frozenset({"section_city", "leader_city", "safety_office", "auditor", "admin", "rescue_desk", "system"})
COUNTY_ROLES = frozenset({"inspector_county", "leader_county", "officer_station"})
OFFICE_ROLES = CITY_ROLES | COUNTY_ROLES
# The three who keep the registry itself, and watch each other (GB/T 22239-2019 8.1.5).
ADMINISTRATORS = frozenset({"admin", "security_admin", "auditor"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller. `areas` are the area codes an office role is confined to; empty means the whole city."""

    person_id: int | None
    name: str
    role: str
    unit_id: int | None = None
    unit_name: str = ""
    areas: tuple[str, ...] = ()
    membership_id: int | None = None
    language: str = "zh"
    request_id: str = ""

    @property
    def role_label(self) -> str:
        return ROLES[self.role]

    @property
    def sees_city(self) -> bool:
        """Whether rows of every area are visible."""
        return self.role in CITY_ROLES or self.role == "security_admin"


SYSTEM = Actor(person_id=None, name="system", role="system")

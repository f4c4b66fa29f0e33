"""Directives, sealings and cases for tests, made through the verbs by the people of the cast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from registry import clock
from registry.models import Directive, Elevator, EnforcementCase, Sealing
from registry.services import cases, directives, files, sealings
from seeds import cast

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa35\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)


def stored(login: str, name: str = "report.pdf", purpose: str = "directive") -> int:
    """A stored file of one of the cast."""
    return files.store(cast.actor(login), name, "application/pdf", b"%PDF-" + name.encode(), purpose).id


def order(*logins: str, **changes: Any) -> dict[str, Any]:
    """What is entered for a directive to the cast's property company; the people who inspect sign."""
    people = logins or ("county", "county2")
    return {
        "ref": str(uuid4()),
        "unit": cast.unit("property").credit_code,
        "problems": "1号梯未在检验合格有效期届满前一个月申报定期检验，仍在使用",
        "broken_rule": "《特种设备安全法》第四十条",
        "order_basis": "《特种设备安全法》第六十二条",
        "measures": "立即停止使用，申报定期检验",
        "due_on": clock.today() + timedelta(days=15),
        "unit_signer": "张敏",
        "inspectors": [{"person": cast.person(login).id, "signature": PNG} for login in people],
        **changes,
    }


def issued(login: str = "county", **changes: Any) -> Directive:
    """A directive, taken on the spot unless said otherwise."""
    return directives.issue(cast.actor(login), order(**changes))[0]


def refused(**changes: Any) -> Directive:
    """A directive that the unit would not sign for."""
    more = {"unit_signer": None, "refusal": "负责人拒绝签字，社区网格员在场", "refusal_files": [stored("county")]}
    return issued(**more, **changes)


def reported(row: Directive) -> Directive:
    """The rectification report of the unit."""
    given = {"note": "已停用并申报检验", "files": [stored("property")]}
    return directives.move(cast.actor("property"), row.id, "report", given)


def recheck(verb: str, **changes: Any) -> dict[str, Any]:
    """What is entered for a recheck on site."""
    return {
        "method": "site",
        "rechecked_on": clock.today(),
        "second": cast.person("county2").id,
        "note": "现场查看，已停用，检验报告合格" if verb == "pass_recheck" else "仍在使用",
        **changes,
    }


def sealing_data(lift: Elevator | None, **changes: Any) -> dict[str, Any]:
    """What is entered for the sealing of an elevator."""
    return {
        "ref": str(uuid4()),
        "kind": "seal",
        "ground": "severe_hazard",
        "facts": "定期检验结论为不合格，仍在使用",
        "place": "翠湖花园1号楼1单元",
        "elevators": [lift.label_code] if lift else [],
        "term_days": 30,
        "evidence": [stored("county", "report.pdf")],
        **changes,
    }


def sealing(lift: Elevator | None, login: str = "county", **changes: Any) -> Sealing:
    """A sealing as it is proposed, or in an emergency carried out."""
    return sealings.propose(cast.actor(login), sealing_data(lift, **changes))[0]


def case_data(**changes: Any) -> dict[str, Any]:
    """What is entered for a clue against the cast's property company."""
    return {
        "ref": str(uuid4()),
        "title": "使用检验不合格的电梯",
        "facts": "定期检验不合格后继续使用",
        "finding": "lift_pi_failed",
        "acted_on": clock.today() - timedelta(days=10),
        "unit": cast.unit("property").credit_code,
        **changes,
    }


def clue(login: str = "county", **changes: Any) -> EnforcementCase:
    """A clue taken up."""
    return cases.open_case(cast.actor(login), case_data(**changes))[0]


def step(row: EnforcementCase, login: str, verb: str, **data: Any) -> EnforcementCase:
    """One move of a case."""
    return cases.move(cast.actor(login), row.id, verb, data)


def told(fine_yuan: int = 50_000, **changes: Any) -> EnforcementCase:
    """A case whose notice was made, but not served."""
    row = clue(**changes)
    step(row, "county-leader", "file", note="立案")
    step(row, "county", "submit_review", note="调查终结报告")
    return step(row, "county-leader", "notify", fine_yuan=fine_yuan, measures="责令停止使用")


def served(row: EnforcementCase, verb: str = "serve_notice", **changes: Any) -> EnforcementCase:
    """The notice or the decision handed to the party."""
    given = {"delivery": "direct", "served_on": clock.today(), "receiver": "张敏", **changes}
    return step(row, "county", verb, **given)


def notified(**changes: Any) -> EnforcementCase:
    """A case whose party was told of a fine of 50,000 yuan."""
    return served(told(**changes))


def discussed(row: EnforcementCase, about: str = "penalty", **changes: Any) -> EnforcementCase:
    """What the heads agreed on together."""
    given = {
        "about": about,
        "discussed_on": clock.today(),
        "attendees": ["赵主任", "钱副局长", "孙科长"],
        "agreed": True,
    }
    return step(row, "county-leader", "discuss", **{**given, "note": "同意", **changes})

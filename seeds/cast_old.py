"""Old elevators of the cast: one replaced by a new lift, one under renewal, assessments, and what riders reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from registry import clock
from registry.models import Elevator
from registry.rules.dates import add_months
from registry.services import assessments, contracts, elevators, fault_reports, renewals
from seeds import cast, past, pictures

Find = Callable[[str], Elevator]
REPLACED = ("lake-4-old", "lake-4-new")
SUBSIDY_FEN = 15_000_000
ESTATE = "埇桥区汴河中路88号翠湖花园"
# key, elevator, kind, days ago, text, moves as (hours later, who, verb, note)
REPORTS: tuple[tuple[str, str, str, int, str, tuple[tuple[int, str, str, str], ...]], ...] = (
    (
        "1", "lake-2-1", "entrapment", 140, "3个人困在12楼，大约20分钟", (
            (1, "company", "take", ""), (2, "company", "close", "人员已安全救出，更换门锁触点，试运行正常"),
        ),
    ),
    (
        "2", "lake-2-1", "entrapment", 40, "早上困了十分钟，自己开门了", (
            (2, "company", "take", ""), (20, "company", "close", "门机皮带松弛，已调整"),
        ),
    ),
    (
        "3", "lake-1-1", "noise", 6, "下行到3楼有摩擦声", (
            (3, "company", "take", ""), (5, "company", "answer", "已安排明天上午检查导靴"),
        ),
    ),
    ("4", "lake-2-2", "levelling", 3, "1楼停下来高出一截，老人差点绊倒", ()),
    ("5", "lake-3-1", "light", 0, "轿厢里灯一闪一闪", ()),
    ("6", "pear-1", "door", 1, "门关到一半又打开，要按好几次", ((4, "company2", "take", ""),)),
)  # fmt: skip


def old(elevator: Find, product: Mapping[str, Any]) -> None:
    """Assess, renew and replace. `elevator(key)` finds one of the cast, `product` are the data of a passenger lift."""
    today = clock.today()
    _assess(elevator("lake-2-1"), today - timedelta(days=75))
    _under_renewal(elevator("lake-2-1"), today - timedelta(days=60))
    _replaced(product, today)


def _assess(row: Elevator, day: date) -> None:
    with past.at(past.moment(day)):
        first = assessments.record(
            cast.actor("inspector"),
            row.id,
            {
                "assessed_on": day,
                "conclusion": "alter",
                "report_no": f"AQPG{day.year}-0031",
                "score": 61,
                "grade": "三级",
                "measures": "更换门锁装置和层门滑块；加装轿厢意外移动保护装置",
            },
        )
    with past.at(past.moment(day + timedelta(days=6))):
        assessments.correct(cast.actor("inspector"), first.id, {"conclusion": "renew"}, "复核后结论改为更新")


def _under_renewal(row: Elevator, day: date) -> None:
    project = _apply(row, day, 21_000_000, "第二批", 4_000_000)
    _move(project, "section", "approve", day + timedelta(days=20), f"宿市监特设〔{day.year}〕18号")


def _replaced(product: Mapping[str, Any], today: date) -> None:
    """A lift of more than twenty years that was taken away, and the one that hangs in its shaft now."""
    registrar = cast.actor("county")
    applied = today - timedelta(days=240)
    with past.at(past.moment(applied - timedelta(days=30))):
        before = _register(product, "lake-4-old", 9091, add_months(today.replace(day=10), -12 * 22))
    project = _apply(before, applied, 23_500_000, "第一批", 6_000_000)
    _move(project, "section", "approve", applied + timedelta(days=15), f"宿市监特设〔{applied.year}〕6号")
    _move(project, "property", "start", applied + timedelta(days=60), f"施工告知{applied.year}-0207")
    gone = applied + timedelta(days=62)
    with past.at(past.moment(gone)):
        elevators.change_status(registrar, before.id, "scrap", gone, "更新改造", "停用报废注销登记表0016")
    _move(project, "county", "accept", applied + timedelta(days=150), f"AHJ{applied.year}-0077")
    new = applied + timedelta(days=160)
    with past.at(past.moment(new)):
        after = _register(product, "lake-4-new", 9092, new - timedelta(days=10))
        contracts.sign(registrar, after.id, {"company_id": cast.unit("company").id, "since": new, "number": "WB-GX-1"})
    _move(project, "county", "register", new + timedelta(days=1), "使用登记证", after.label_code)


def _register(product: Mapping[str, Any], key: str, number: int, installed: date) -> Elevator:
    registered, unit = installed + timedelta(days=10), cast.unit("property").id
    return elevators.register(
        cast.actor("county"),
        {
            **product,
            "kind": "traction_passenger",
            "name": "4号楼1单元",
            "inner_no": key,
            "source": "cast",
            "address": f"{ESTATE}4号楼1单元",
            "place_type": "residential",
            "area_code": "341302",
            "use_unit_id": unit,
            "owner_unit_id": unit,
            "use_cert_no": f"梯11皖LZ{number}({registered:%y})",
            "device_code": f"311010901{installed.year}Z{number % 1000:03d}",
            "factory_no": f"ZC{number:05d}",
            "manufacturer": "江南电梯有限公司",
            "made_on": installed - timedelta(days=90),
            "installation_inspected_on": installed,
            "registered_on": registered,
            "in_use_since": registered,
            "status": "in_use",
        },
    )


def _apply(row: Elevator, day: date, cost_fen: int, batch: str, fund_fen: int) -> str:
    with past.at(past.moment(day)):
        return renewals.apply(
            cast.actor("property"),
            {
                "elevator": row.label_code,
                "year": day.year,
                "batch": batch,
                "cost_fen": cost_fen,
                "bond_fen": SUBSIDY_FEN,
                "maintenance_fund_fen": fund_fen,
                "owners_fen": cost_fen - SUBSIDY_FEN - fund_fen,
                "document": "业主大会决议",
            },
        ).no


def _move(no: str, who: str, verb: str, day: date, document: str, new: str | None = None) -> None:
    with past.at(past.moment(day, 15)):
        renewals.move(cast.actor(who), no, verb, {"done_on": day, "document": document, "new_elevator": new})


def reports(elevator: Find) -> None:
    """What riders reported, each on its day, and what was answered."""
    for key, where, kind, ago, text, moves in REPORTS:
        at = past.moment(clock.today() - timedelta(days=ago), 8, 20) if ago else clock.now() - timedelta(minutes=50)
        given = {
            "kind": kind,
            "text": text,
            "phone": "13955770066" if key in "13" else None,
            "ref": str(uuid5(NAMESPACE_URL, f"cast-report-{key}")),
            "photo": pictures.photo(text) if key == "4" else None,
        }
        with past.at(at):
            row, _ = fault_reports.submit(elevator(where).label_code, given, f"192.0.2.{key}")
        for hours, who, verb, note in moves:
            with past.at(at + timedelta(hours=hours)):
                fault_reports.move(cast.actor(who), row.no, verb, note)

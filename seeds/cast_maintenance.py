"""How the cast's companies plan: makers' items, who goes where, an on-demand contract, one that ends soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from registry import clock
from registry.models import Elevator
from registry.services import assignments, contracts, credit, iot, maker_items
from seeds import cast, past

MANUAL = "江南电梯《消防员电梯维护保养说明书》KX-1000 第3版"
LINES = """F-01	半月	机房环境	干净，门窗完好，有照明	Q
F-02	半月	制动器间隙	松闸不摩擦，间隙按说明书	M
F-03	半月	消防员开关	动作正常，标志清晰	Q
F-04	半月	消防员通话系统	轿厢、机房和消防入口层通话清晰	Q
F-05	半月	层门锁紧元件啮合长度	不小于7 mm	N	≥7 mm
F-06	半月	轿厢应急照明	停电后能点亮	Q
F-07	半月	底坑排水装置	无积水，水泵能起动	Q
F-08	季度	双路电源切换	切换后运行正常	T
F-09	季度	轿顶救援出口和梯子	能打开，梯子完好	Q
F-10	半年	井道内电气设备防水	罩盖完好，接线干燥	Q
F-11	半年	消防入口层门口防水措施	完好	Q
F-12	年度	消防返回功能试验	符合说明书，有记录	T
F-13	年度	限速器安全钳联动试验	正常	T"""


def build(elevator: Callable[[str], Elevator]) -> None:
    """Plan for the elevators that `elevator` finds by the cast's names."""
    today = clock.today()
    manager, office = cast.actor("company"), cast.actor("section")
    with past.at(past.moment(today - timedelta(days=70))):
        since = clock.today()
        listed = {"manufacturer": "江南电梯有限公司", "model": "KX-1000", "lines": LINES, "document": MANUAL}
        maker_items.enter(manager, listed)
        credit.grade(office, cast.unit("company").id, "A", since, "宿市监特〔2026〕9号")
        credit.grade(office, cast.unit("company2").id, "C", since, "宿市监特〔2026〕9号")
        _on_demand(elevator("lake-3-1"))
    with past.at(past.moment(today - timedelta(days=3))):
        down = {
            "elevator": elevator("lake-3-1").label_code,
            "online": False,
            "at": clock.now(),
            "reason": "井道通信模块断电",
        }
        iot.report(cast.actor("desk"), down)
    estate = [elevator(key).id for key in ("lake-1-1", "lake-1-2", "lake-2-1", "lake-2-2", "lake-3-1")]
    assignments.assign(manager, estate, ["tech1", "tech2"], today)
    assignments.assign(manager, [elevator("mall-goods").id], ["tech2"], today)
    _ends_soon(elevator("mall-goods"))


def _on_demand(row: Elevator) -> None:
    terms = {
        "company_id": cast.unit("company").id,
        "since": clock.today(),
        "until": clock.today() + timedelta(days=365),
        "number": "WB-2026-AX01",
        "mode": "on_demand",
        "onsite_days": 30,
    }
    contracts.sign(cast.actor("property"), row.id, terms)
    up = {"elevator": row.label_code, "online": True, "at": clock.now(), "platform": "皖梯云监测平台"}
    iot.report(cast.actor("desk"), up)


def _ends_soon(row: Elevator) -> None:
    contracts.end(cast.actor("property"), row.id, clock.today() + timedelta(days=24), "合同约定到期")

"""Supervision and enforcement around the cast: directives in every state, a seal, cases on their clocks, a campaign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from registry import clock
from registry.models import Directive, Elevator, EnforcementCase
from registry.queries import campaign_checks as campaign_queries
from registry.services import campaign_checks, campaigns, cases, directives, files, own_cases, sealings
from seeds import cast, past, pictures

Find = Callable[[str], Elevator]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LAW = "《中华人民共和国特种设备安全法》"
ORDER = f"{LAW}第六十二条、《特种设备安全监督检查办法》第二十八条"


def build(find: Find) -> None:
    """Let three months of supervision pass."""
    done = _order(
        "充装记录",
        70,
        15,
        unit=cast.unit("station").name,
        signer="徐丽",
        problems="抽查上月充装记录，3只气瓶无充装后检查记录。",
        broken_rule=f"{LAW}第四十九条",
        measures="补齐充装后检查，组织充装人员培训，建立复核制度。",
    )
    _report(done, "filling", 58, "已补查3只气瓶，培训记录和复核制度附后。")
    _at(50, lambda: _recheck(done))
    overdue = _order(
        "维保记录",
        45,
        20,
        elevators=[find("mall-goods").label_code],
        problems="货梯近两次维保记录未经使用单位确认，底坑有积水。",
        broken_rule=f"{LAW}第四十五条",
        measures="清除积水，查明来源；督促维保单位补做维保并确认。",
    )
    _report(overdue, "property", 30, "积水已清除，已与维保单位补做维保。")
    late = _order(
        "超期未检",
        40,
        20,
        elevators=[find("lake-2-1").label_code],
        problems="2号楼1单元电梯定期检验有效期届满，未申报定期检验，仍在使用。",
        broken_rule=f"{LAW}第四十条",
        measures="立即停止使用该电梯，10日内申报定期检验；对全部电梯的检验日期逐台自查。",
    )
    waiting = _order(
        "急停失效",
        20,
        10,
        elevators=[find("mall-up").label_code],
        problems="上行扶梯下端部紧急停止开关动作不可靠；出入口未张贴安全注意事项。",
        broken_rule=f"{LAW}第三十九条、第四十三条",
        measures="修复紧急停止开关并试验合格；张贴安全注意事项和警示标志。",
    )
    _report(waiting, "property", 5, "开关已更换，试验三次均可靠停止；标志已张贴。")
    refused = _refused(find)
    _seal(find)
    opened = _cases(late, done)
    _heard()
    _told()
    _campaign([late, waiting, overdue, refused], opened)


def _at(ago: int, verb: Callable[[], Any]) -> Any:
    with past.at(past.moment(clock.today() - timedelta(days=ago))):
        return verb()


def _ref(about: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"demo-enforcement-{about}"))


def _signed(*logins: str) -> list[dict[str, Any]]:
    return [
        {"person": cast.person(login).id, "signature": pictures.signature(cast.person(login).name)} for login in logins
    ]


def _order(about: str, ago: int, days: int, signer: str = "张敏", **values: Any) -> Directive:
    due = clock.today() - timedelta(days=ago - days)
    data = {
        "ref": _ref(about),
        "order_basis": ORDER,
        "due_on": due,
        "unit_signer": signer,
        "unit_signature": pictures.signature(signer),
        "inspectors": _signed("county", "county2"),
        **values,
    }
    row: Directive = _at(ago, lambda: directives.issue(cast.actor("county"), data)[0])
    return row


def _stored(login: str, name: str, picture: bool = False) -> int:
    content, mime = (pictures.photo(name), "image/png") if picture else (PDF + name.encode(), "application/pdf")
    return files.store(cast.actor(login), name, mime, content, "directive").id


def _report(row: Directive, login: str, ago: int, note: str) -> None:
    def report() -> None:
        kept = [_stored(login, f"整改报告{row.id}.pdf"), _stored(login, f"整改后照片{row.id}.png", picture=True)]
        directives.move(cast.actor(login), row.id, "report", {"note": note, "files": kept})

    _at(ago, report)


def _recheck(row: Directive) -> None:
    given = {
        "method": "site",
        "rechecked_on": clock.today(),
        "second": cast.person("county2").id,
        "note": "现场抽查20只气瓶充装记录，前后检查齐全。",
    }
    directives.move(cast.actor("county"), row.id, "pass_recheck", given)


def _refused(find: Find) -> Directive:
    """One that the unit would not sign: it waits for another way of serving."""

    def issue() -> Directive:
        data = {
            "ref": _ref("拒签"),
            "elevators": [find("pear-kitchen").label_code],
            "problems": "食堂杂物梯停用未采取防护措施，层门可随意打开。",
            "broken_rule": f"{LAW}第四十一条",
            "order_basis": ORDER,
            "measures": "切断电源，锁闭层门，悬挂停用标志。",
            "due_on": clock.today() + timedelta(days=7),
            "refusal": "单位值班人员拒绝签字，社区网格员在场见证。",
            "refusal_files": [_stored("dangshan", "拒签现场.png", picture=True)],
            "inspectors": _signed("dangshan", "county2"),
        }
        return directives.issue(cast.actor("dangshan"), data)[0]

    row: Directive = _at(3, issue)
    return row


def _seal(find: Find) -> None:
    """An emergency sealing of a lift that stands still already, approved the same day; and a proposal."""

    def seal() -> None:
        data = {
            "ref": _ref("查封"),
            "kind": "seal",
            "ground": "severe_hazard",
            "facts": "2号楼电梯制动器失效溜梯，单位仍有人擅自启动。",
            "place": "砀山县人民路16号梨花家园2号楼",
            "elevators": [find("pear-2").label_code],
            "term_days": 30,
            "evidence": [_stored("dangshan", "制动器照片.png", picture=True)],
            "emergency": True,
        }
        row = sealings.propose(cast.actor("dangshan"), data)[0]
        sealings.move(cast.actor("leader"), row.id, "confirm", {"note": "同意补批"})

    def propose() -> None:
        data = {
            "ref": _ref("拟查封"),
            "kind": "seal",
            "ground": "nonconforming",
            "facts": "液压货梯无维保合同、无保险，现场试验超载保护失效。",
            "place": "埇桥区淮海中路19号汇源广场后院",
            "elevators": [find("mall-hydraulic").label_code],
            "term_days": 15,
            "evidence": [_stored("county", "货梯检查记录.pdf")],
        }
        sealings.propose(cast.actor("county"), data)

    _at(27, seal)
    _at(1, propose)


def _cases(late: Directive, done: Directive) -> list[EnforcementCase]:
    """One in hand, one closed, one clue that lies past its day."""
    running = _open(
        "超期未检",
        18,
        finding="pi_overdue",
        offence="use_uninspected",
        directive=late.number,
        choice_reason="收到指令书后仍实际使用未经定期检验的电梯，按第84条处理。",
        acted=60,
        title="使用未经定期检验的电梯",
        facts="2号楼1单元电梯检验有效期届满后继续使用，指令书逾期未整改。",
    )
    _step(running, "county-leader", "file", 12, note="事实清楚，同意立案")
    closed = _open(
        "充装检查",
        68,
        finding="filling_check_missing",
        directive=done.number,
        unit="station",
        acted=80,
        title="未实施充装后检查记录制度",
        facts="3只液化石油气瓶充装后未检查、未记录。",
    )
    _step(closed, "county-leader", "file", 66, note="同意立案")
    _step(closed, "county", "submit_review", 55, note="案件调查终结报告")
    fine = {"fine_yuan": 20_000, "measures": "责令改正"}
    _step(closed, "county-leader", "notify", 48, **fine)
    _serve(closed, "serve_notice", 48)
    _step(closed, "county", "hear", 45, spoken="waived", note="当事人书面放弃陈述申辩和听证")
    _step(closed, "county-leader", "decide", 38, **fine)
    _serve(closed, "serve_decision", 37)
    _step(closed, "county", "pay", 30, paid_on=clock.today() - timedelta(days=30), paid_yuan=20_000)
    _step(closed, "county", "close", 25, note="罚款已缴纳，整改复查合格")
    clue = _open(
        "标志",
        34,
        finding="mark_missing",
        offence="public_lift_mgmt",
        acted=34,
        choice_reason="商场扶梯属公众聚集场所，按第87条处理。",
        title="商场扶梯未张贴安全注意事项",
        facts="上行扶梯出入口未张贴安全注意事项和警示标志。",
    )
    return [running, clue]


def _heard() -> None:
    """One with a heavy fine: the party asked for a hearing, which was held; the heads have still to discuss it."""
    row = _open(
        "带病运行",
        48,
        finding="accident_unchecked",
        acted=50,
        title="扶梯故障后未全面检查继续使用",
        facts="下行扶梯梯级塌陷后仅更换一级梯级，未作全面检查即恢复运行，现场仍有两级梯级松动。",
    )
    _step(row, "county-leader", "file", 45, note="存在现实危险，同意立案")
    _step(row, "county", "submit_review", 38, note="案件调查终结报告")
    _step(row, "county-leader", "notify", 33, fine_yuan=150_000, measures="责令停止使用，全面检查合格后方可恢复")
    _serve(row, "serve_notice", 32, "张敏")

    def speak(verb: str, **data: Any) -> None:
        own_cases.speak(cast.actor("property"), row.id, verb, data)

    proof = [_stored("property", "全面检查报告.pdf")]
    text = "已停用扶梯并委托制造单位全面检查，请求从轻处罚。"
    _at(31, lambda: speak("hear", spoken="written", note=text, files=proof))
    _step(row, "county", "answer", 30, adopted="partly", note="已主动停用并检查，拟在幅度内从轻。")
    _at(30, lambda: speak("request_hearing", note="对违法情节的认定有异议，要求听证。"))
    meets = past.moment(clock.today() - timedelta(days=9))
    host = cast.person("section").id
    _step(row, "county", "notify_hearing", 28, meets_at=meets, place="埇桥区市场监督管理局二楼听证室", host=host)
    _serve(row, "serve_hearing_notice", 27, "张敏")
    people = ["王建国（主持人）", "张敏（当事人）", "李明（调查人员）", "记录员"]
    day = clock.today() - timedelta(days=9)
    _step(row, "county", "hold_hearing", 9, held_on=day, attendees=people, note="双方就检查记录质证。")
    _step(row, "county", "report_hearing", 6, result="reduce", note="事实清楚，建议减轻处罚。")


def _told() -> None:
    """One whose party was told two days ago and may still speak."""
    row = _open(
        "门锁短接",
        15,
        finding="door_lock_bridged",
        offence="use_faulty",
        choice_reason="使用单位明知门锁回路短接仍继续使用，按第84条处理。",
        acted=16,
        title="短接门锁回路继续使用电梯",
        facts="货梯3层门锁触点失效，值班人员短接门锁回路后继续运行。",
    )
    _step(row, "county-leader", "file", 12, note="同意立案")
    _step(row, "county", "submit_review", 6, note="案件调查终结报告")
    _step(row, "county-leader", "notify", 3, fine_yuan=40_000, measures="责令停止使用")
    _serve(row, "serve_notice", 2, "张敏")


def _open(about: str, ago: int, acted: int, unit: str = "property", **values: Any) -> EnforcementCase:
    day: date = clock.today() - timedelta(days=acted)
    data = {"ref": _ref(f"案件{about}"), "acted_on": day, "unit": cast.unit(unit).name, **values}
    row: EnforcementCase = _at(ago, lambda: cases.open_case(cast.actor("county"), data)[0])
    return row


def _serve(row: EnforcementCase, verb: str, ago: int, receiver: str = "徐丽") -> None:
    day = clock.today() - timedelta(days=ago)
    _step(row, "county", verb, ago, delivery="direct", served_on=day, receiver=receiver)


def _step(row: EnforcementCase, login: str, verb: str, ago: int, **data: Any) -> None:
    _at(ago, lambda: cases.move(cast.actor(login), row.id, verb, data))


def _campaign(orders: list[Directive], opened: list[EnforcementCase]) -> None:
    today = clock.today()

    def plan() -> int:
        row = campaigns.plan(
            cast.actor("section"),
            {
                "title": f"{today.year}年电梯安全筑底专项行动",
                "starts_on": today - timedelta(days=50),
                "ends_on": today + timedelta(days=40),
                "kinds": ["elevator"],
                "unit_kinds": ["use", "maintenance"],
                "tasks": "排查超期未检、带病运行、无维保的电梯；对住宅、商场电梯全覆盖检查；对逾期不整改的立案查处。",
                "self_check": "使用单位、维保单位对在用电梯逐台自查，建立问题清单并整改。",
                "self_check_by": today - timedelta(days=20),
                "document": f"宿市监特〔{today.year}〕18号",
            },
        )
        campaigns.move(cast.actor("section"), row.id, "start", {})
        return row.id

    campaign_id = _at(50, plan)
    _self_checks(campaign_id)
    named = {"directives": [row.number for row in orders], "cases": [row.no for row in opened]}
    _at(1, lambda: campaigns.link(cast.actor("section"), campaign_id, named))


def _self_checks(campaign_id: int) -> None:
    """Two units answer in time, one of them comes back to it; the others are late."""
    first = {"found": 5, "corrected": 3, "signer": "程国栋"}
    first["findings"] = "轿厢对讲2台无应答，已更换电池；机房门锁损坏1处已修复；层门门扇变形2处。"
    _at(25, lambda: _answer(campaign_id, "property", {**first, "open_items": "层门门扇2处，配件已订购，两周内更换。"}))
    later = {**first, "corrected": 4, "findings": f"{first['findings']}其中1处门扇已更换。"}
    _at(12, lambda: _answer(campaign_id, "property", {**later, "open_items": "层门门扇1处，等待配件。"}))
    company = {"found": 2, "corrected": 2, "signer": "何志强", "findings": "2台制动器间隙超标，已调整并复测。"}
    _at(22, lambda: _answer(campaign_id, "company", company))


def _answer(campaign_id: int, login: str, data: dict[str, Any]) -> None:
    actor = cast.actor(login)
    (row,) = campaign_queries.page(actor, {"campaign": campaign_id}).items
    campaign_checks.answer(actor, row.id, data)

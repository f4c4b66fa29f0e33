"""Letters of the ladder of escalation: reminder, supervision order, listed supervision, talk, transfer (§1.6, §8.3)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.templates.hazard_forms import FOUR
from registry.documents.office.word import Cell, WordPaper, head, label

ABOUT = "{{ unit.name }}“{{ hazard.title }}”（隐患编号：{{ hazard.no }}）"
STAND = "该隐患于{{ hazard.found_on }}发现，判定依据为{{ hazard.clauses }}，整改时限为{{ hazard.due_on }}{% if hazard.days_overdue %}，已逾期{{ hazard.days_overdue }}天{% endif %}。"
HISTORY = "{% for one in history %}{{ one.day }}{{ one.act }}{{ '（' + one.number + '）' if one.number }}；{% else %}无。{% endfor %}"


def remind(on: date) -> bytes:
    """提醒函: the date comes near, or nothing has been heard."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患整改提醒函")
    paper.subtitle("{{ number }}", "right")
    paper.body("{{ unit.name }}：", indent=False)
    paper.body(f"你单位{ABOUT}正在整改。{STAND}")
    paper.body("提醒事项：{{ remind.demand }}")
    paper.body("请于{{ remind.reply_by }}前将整改进展书面报送我局。")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def supervise(on: date) -> bytes:
    """督办单: facts, the history of reminders, what is demanded by when, the slip for the reply."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患督办单")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            [label("督办对象"), Cell("{{ assignment.responsible_party or unit.name }}", 3)],
            [
                label("协调督办单位"),
                Cell("{{ assignment.coordinating_party }}"),
                label("隐患编号"),
                Cell("{{ hazard.no }}"),
            ],
            [label("隐患情况"), Cell("{{ hazard.description }}", 3, height=22)],
            [label("判定依据"), Cell("{{ hazard.clauses }}", 3)],
            [
                label("整改时限"),
                Cell("{{ hazard.due_on }}"),
                label("已逾期（天）"),
                Cell("{{ hazard.days_overdue or '未逾期' }}"),
            ],
            [label("以往提醒督办"), Cell(HISTORY, 3, height=14)],
            [label("督办要求"), Cell("{{ supervise.demand }}", 3, height=26)],
            [label("反馈时限"), Cell("{{ supervise.reply_by }}"), label("签发人"), Cell("{{ supervise.person }}")],
            [Cell("督办单位（盖章）：\n\n{{ today }}", 4, height=24, align="right")],
        ],
    )
    paper.subtitle("…………………………………… 反馈单 ……………………………………")
    paper.table(
        FOUR,
        [
            [label("整改进展"), Cell("", 3, height=26)],
            [label("预计完成时间"), Cell(""), label("反馈人"), Cell("", height=10)],
            [Cell("反馈单位（盖章）：　　　　　　　　　年　　月　　日", 4, height=16)],
        ],
    )
    paper.body("抄送：{{ hazard.area }}安全生产委员会办公室。", indent=False)
    return paper.save()


def listed_notice(on: date) -> bytes:
    """挂牌督办通知书: the item, its level and end, the five guarantees demanded, who supervises, where it is published."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}")
    paper.title("关于对" + "{{ unit.name }}重大事故隐患实行{{ list_supervision.listing_level }}督办的通知")
    paper.addressee("{{ unit.name }}，{{ list_supervision.supervising_party }}")
    paper.body(f"{STAND}经研究，决定对{ABOUT}实行{{{{ list_supervision.listing_level }}}}督办。现将有关事项通知如下。")
    paper.heading("一、督办事项")
    paper.body("{{ hazard.description }}")
    paper.heading("二、督办时限")
    paper.body("{{ list_supervision.listing_due }}前完成整改并申请销号、摘牌。")
    paper.heading("三、督办要求")
    paper.body("{{ list_supervision.demand }}")
    paper.body(
        "责任单位要落实整改责任、措施、资金、时限和预案。挂牌督办期间，隐患涉及的设备、部位原则上停止使用，每7日报送一次整改进展。"
    )
    paper.heading("四、督办责任单位")
    paper.body("{{ list_supervision.supervising_party }}负责督促落实，并组织核查。")
    paper.heading("五、社会公布")
    paper.body("本通知自印发之日起5个工作日内在{{ list_supervision.media }}公布，接受社会监督；摘牌时在同一媒体公布。")
    paper.signature("{{ office.name }}", "{{ today }}")
    paper.imprint(
        "抄送：{{ hazard.area }}人民政府，市安全生产委员会办公室。", "{{ office.name }}　　　　{{ today }}印发"
    )
    return paper.save()


def delisting_notice(on: date) -> bytes:
    """摘牌公告, in the same media as the listing."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}")
    paper.title("关于{{ unit.name }}重大事故隐患摘牌的公告")
    paper.body(f"{ABOUT}已解除挂牌督办，现予公告。")
    paper.body("理由：{{ delist.reason }}")
    paper.body("公布媒体：{{ delist.media }}；公布日期：{{ delist.published_on }}。")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def talk(on: date) -> bytes:
    """约谈通知书: who, why, when, where."""
    paper = WordPaper(on, form=True)
    paper.title("约谈通知书")
    paper.subtitle("{{ number }}", "right")
    paper.body("{{ unit.name }}：", indent=False)
    paper.body(f"因{ABOUT}整改工作推进不力，{STAND}")
    paper.body("约谈事由：{{ summon.talk_reason }}")
    paper.body("约谈时间：{{ summon.talk_on }}")
    paper.body("约谈地点：{{ summon.talk_place }}")
    paper.body("参加人员：{{ summon.attendees }}")
    paper.body("请按时参加，并准备隐患整改情况书面材料。")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def talk_record(on: date) -> bytes:
    """约谈记录: what was said and demanded, signed by those who took part."""
    paper = WordPaper(on, form=True)
    paper.title("约谈记录")
    paper.table(
        FOUR,
        [
            [label("被约谈单位"), Cell("{{ unit.name }}", 3)],
            [label("隐患编号"), Cell("{{ hazard.no }}"), label("约谈日期"), Cell("{{ record_talk.talk_held_on }}")],
            [
                label("约谈地点"),
                Cell("{{ summon.talk_place }}"),
                label("参加人员"),
                Cell("{{ record_talk.attendees }}"),
            ],
            [label("约谈事由"), Cell("{{ summon.talk_reason }}", 3, height=18)],
            [label("约谈内容"), Cell("{{ record_talk.talk_record }}", 3, height=60)],
            [label("提出的要求"), Cell("{{ record_talk.demand }}", 3, height=36)],
            [label("约谈单位签字"), Cell("", height=22), label("被约谈单位签字"), Cell("")],
            [Cell("记录人：{{ record_talk.person }}　　　　{{ record_talk.day }}", 4)],
        ],
    )
    return paper.save()


def transfer(on: date) -> bytes:
    """案件线索移送单: facts, evidence, the clause that seems broken, and the receipt."""
    paper = WordPaper(on, form=True)
    paper.title("案件线索移送单")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            [label("接收单位"), Cell("{{ transfer_case.receiver }}", 3)],
            [label("当事人"), Cell("{{ unit.name }}"), label("统一社会信用代码"), Cell("{{ unit.credit_code }}")],
            [label("住所"), Cell("{{ unit.address }}"), label("法定代表人"), Cell("{{ unit.legal_person }}")],
            [label("隐患编号"), Cell("{{ hazard.no }}"), label("设备"), Cell("{{ device.name }} {{ device.code }}")],
            [label("违法事实"), Cell("{{ transfer_case.facts_found }}", 3, height=50)],
            [label("涉嫌违反的条款"), Cell("{{ transfer_case.offence_clause }}", 3)],
            [label("证据清单"), Cell("{{ transfer_case.evidence_list }}", 3, height=36)],
            [Cell("移送单位（盖章）：\n经办人：{{ transfer_case.person }}\n{{ today }}", 4, height=26, align="right")],
            [head("接收回执", 4)],
            [label("接收人"), Cell("", height=12), label("接收时间"), Cell("")],
            [label("处理意见"), Cell("", 3, height=24)],
        ],
    )
    return paper.save()

"""Papers of an enforcement case: filing, notice, hearing, decision, transfer, closing (hazards.md §4.5, §8)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.templates.hazard_forms import FOUR
from registry.documents.office.word import Cell, WordPaper, label

SIGNED = "\n\n签字：　　　　　　　　　　　　年　　月　　日"
PARTY_ROWS = (
    [label("案件编号"), Cell("{{ case.no }}"), label("发现的问题"), Cell("{{ case.finding }}")],
    [label("案由"), Cell("{{ case.title }}", 3)],
    [label("当事人"), Cell("{{ unit.name }}", 3)],
    [
        label("统一社会信用代码"),
        Cell("{{ unit.credit_code }}"),
        label("法定代表人"),
        Cell("{{ unit.legal_person }}"),
    ],
    [label("住所"), Cell("{{ unit.address }}"), label("联系电话"), Cell("{{ unit.phone }}")],
)
REMEDY = (
    "如对本处罚决定不服，可以自收到本决定书之日起{{ terms.review_days }}日内向{{ government }}申请行政复议，也可以自收到本决定书之日起"
    "{{ terms.suit_months }}个月内依法向人民法院提起行政诉讼。申请行政复议或者提起行政诉讼期间，行政处罚不停止执行。"
)


def filing(on: date) -> bytes:
    """立案审批表: the clue, the law it may break, and what the head decided; for a clue that is not filed, too."""
    paper = WordPaper(on, form=True)
    paper.title("立案／不予立案审批表")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            *PARTY_ROWS,
            [label("发现日期"), Cell("{{ case.found }}"), label("行为发生日"), Cell("{{ case.acted }}")],
            [label("核查情况"), Cell("{{ case.facts }}", 3, height=40)],
            [label("涉嫌违反的规定"), Cell("{{ case.offence }}（{{ case.basis }}）", 3, height=16)],
            [label("选择理由"), Cell("{{ case.choice_reason }}", 3, height=12)],
            [label("经办人"), Cell("{{ case.handler }}"), label("关联指令书"), Cell("{{ case.directive }}")],
            [
                label("部门负责人意见"),
                Cell(
                    "{{ move.verb }}。{{ move.opinion }}\n\n{{ move.person }}　　{{ today }}",
                    3,
                    height=30,
                ),
            ],
            [label("备注"), Cell("", 3, height=14)],
        ],
    )
    return paper.save()


def notice(on: date) -> bytes:
    """行政处罚告知书: what is meant, on what facts and law, what the party may say and by when, the hearing too."""
    paper = WordPaper(on)
    paper.title("行政处罚告知书")
    paper.subtitle("{{ number }}", "right")
    paper.addressee("{{ unit.name }}：")
    paper.body("经查，你单位有下列违法行为：{{ case.facts }}（行为发生日：{{ case.acted }}）。")
    paper.body("上述行为构成“{{ case.offence }}”，依据{{ case.basis }}，本局拟对你单位作出如下行政处罚：")
    paper.body("罚款{{ case.fine }}（大写：人民币{{ case.fine_words }}）；{{ case.measures }}。")
    paper.body(
        "依据《中华人民共和国行政处罚法》第四十四条、第四十五条，你单位有权陈述、申辩。自收到本告知书之日起"
        "{{ terms.statement_days }}个工作日内未陈述、申辩的，视为放弃此权利。本局不因陈述、申辩加重处罚。"
    )
    paper.mark("{%p if hearing_right %}")
    paper.body(
        "依据《中华人民共和国行政处罚法》第六十三条、第六十四条，你单位有权要求举行听证。要求听证的，应当自收到本告知书之日起"
        "{{ terms.hearing_days }}个工作日内提出；逾期未提出的，视为放弃此权利。听证不收取费用。"
    )
    paper.mark("{%p endif %}")
    paper.body("联系人：{{ case.handler }}　　联系电话：{{ office.phone }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def hearing_notice(on: date) -> bytes:
    """行政处罚听证通知书: when, where, before whom, and the party's rights."""
    paper = WordPaper(on)
    paper.title("行政处罚听证通知书")
    paper.subtitle("{{ number }}", "right")
    paper.addressee("{{ unit.name }}：")
    paper.body(
        "你单位于{{ hearing.requested }}就“{{ case.title }}”一案（{{ notice.number }}）要求听证。"
        "依据《中华人民共和国行政处罚法》第六十四条，本局决定于{{ hearing.meets }}在{{ hearing.place }}公开举行听证"
        "（涉及国家秘密、商业秘密或者个人隐私依法予以保密的除外）。"
    )
    paper.body("本次听证由{{ hearing.host }}主持，本案调查人员为{{ case.handler }}。")
    paper.body(
        "你单位认为主持人与本案有直接利害关系的，有权申请回避。可以亲自参加听证，也可以委托一至二人代理。"
        "请法定代表人或者代理人携带身份证明和授权委托书按时参加；无正当理由拒不出席或者未经许可中途退出听证的，视为放弃听证权利。"
    )
    paper.body("联系电话：{{ office.phone }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def decision(on: date) -> bytes:
    """行政处罚决定书, of the ordinary procedure and on the spot: facts, say of the party, law, penalty, remedies."""
    paper = WordPaper(on)
    paper.title("{{ '当场行政处罚决定书' if on_spot else '行政处罚决定书' }}")
    paper.subtitle("{{ number }}", "right")
    paper.body("当事人：{{ unit.name }}", indent=False)
    paper.body("统一社会信用代码：{{ unit.credit_code }}", indent=False)
    paper.body("法定代表人：{{ unit.legal_person }}　　住所：{{ unit.address }}", indent=False)
    paper.heading("一、违法事实")
    paper.body("{{ case.facts }}（行为发生日：{{ case.acted }}）。")
    paper.mark("{%p if not on_spot %}")
    paper.heading("二、告知和听取意见情况")
    paper.body(
        "本局于{{ case.filed }}立案，以{{ notice.number }}《行政处罚告知书》告知当事人拟处罚的内容、事实、理由、依据和依法享有的权利，"
        "{{ notice.served }}送达。{{ '当事人在法定期限内未提出陈述、申辩。' if not statements }}"
    )
    paper.mark("{%p for one in statements %}")
    paper.body(
        "{{ one.day }}，当事人{{ one.way }}：{{ one.text }}"
        "{{ '。经复核，' + one.adopted + '：' + one.answer if one.adopted }}。"
    )
    paper.mark("{%p endfor %}")
    paper.mark("{%p if hearing.held %}")
    paper.body("应当事人要求，本局于{{ hearing.held }}在{{ hearing.place }}举行听证，听证意见：{{ hearing.result }}。")
    paper.mark("{%p endif %}")
    paper.mark("{%p if discussion.day %}")
    paper.body("本案经本局负责人于{{ discussion.day }}集体讨论决定。")
    paper.mark("{%p endif %}")
    paper.mark("{%p endif %}")
    paper.heading("{{ '二' if on_spot else '三' }}、处罚的依据和内容")
    paper.body("当事人的行为构成“{{ case.offence }}”，依据{{ case.basis }}，本局决定对当事人作出如下行政处罚：")
    paper.body("罚款{{ case.fine }}（大写：人民币{{ case.fine_words }}）{{ '；' + case.measures if case.measures }}。")
    paper.heading("{{ '三' if on_spot else '四' }}、履行方式、期限和救济途径")
    paper.body(
        "当事人应当自收到本决定书之日起{{ terms.payment_days }}日内，将罚款缴至指定的银行或者通过电子支付系统缴纳。"
        "逾期不缴纳的，每日按罚款数额的百分之{{ terms.surcharge_percent }}加处罚款，加处罚款的数额不超出罚款的数额。"
    )
    paper.body(REMEDY)
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def closing(on: date) -> bytes:
    """结案审批表: what was decided, how it was carried out, who agreed to close."""
    paper = WordPaper(on, form=True)
    paper.title("结案审批表")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            *PARTY_ROWS,
            [label("立案日期"), Cell("{{ case.filed }}"), label("决定日期"), Cell("{{ case.decided }}")],
            [label("处罚决定书"), Cell("{{ decision.number }}"), label("送达日期"), Cell("{{ decision.served }}")],
            [label("违法行为"), Cell("{{ case.offence }}（{{ case.basis }}）", 3, height=14)],
            [label("处罚内容"), Cell("罚款{{ case.fine }}；{{ case.measures }}", 3, height=16)],
            [label("缴款日期"), Cell("{{ payment.paid_on }}"), label("缴款金额"), Cell("{{ payment.paid }}")],
            [label("加处罚款"), Cell("{{ payment.surcharge }}"), label("集体讨论"), Cell("{{ discussion.day }}")],
            [label("执行情况"), Cell("{{ move.opinion }}", 3, height=24)],
            [label("承办人"), Cell("{{ move.person }}　　{{ today }}", 3, height=12)],
            [label("承办机构意见"), Cell(SIGNED, 3, height=26)],
            [label("部门负责人意见"), Cell(SIGNED, 3, height=26)],
        ],
    )
    return paper.save()


def transfer(on: date) -> bytes:
    """案件移送书: facts, why it is another body's, what goes along, and the receipt."""
    paper = WordPaper(on)
    paper.title("案件移送书")
    paper.subtitle("{{ number }}", "right")
    paper.addressee("{{ move.receiver }}：")
    paper.body("本局在查处{{ unit.name }}“{{ case.title }}”一案（{{ case.no }}）中查明：{{ case.facts }}。")
    paper.body("该行为涉嫌“{{ case.offence }}”（{{ case.basis }}）。{{ move.opinion }}")
    paper.body("依据《市场监督管理行政处罚程序规定》第十七条，现将该案移送你单位处理。请在收到后将处理结果函告本局。")
    paper.attachments("附件：案件材料目录及材料")
    paper.body("联系人：{{ case.handler }}　　联系电话：{{ office.phone }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    paper.table(
        FOUR,
        [
            [label("当事人"), Cell("{{ unit.name }}"), label("统一社会信用代码"), Cell("{{ unit.credit_code }}")],
            [label("接收单位"), Cell("（盖章）", height=16), label("接收人、日期"), Cell("", height=16)],
        ],
    )
    return paper.save()

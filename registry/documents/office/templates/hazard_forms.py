"""Papers of a hazard on its way to rectification: report to the next level, assignment, rectification plan (§8.3)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head, label

FOUR = (24, 61, 24, 61)
UNIT_ROWS = (
    [label("隐患编号"), Cell("{{ hazard.no }}"), label("清单级别"), Cell("{{ hazard.list_level }}")],
    [label("责任单位"), Cell("{{ unit.name }}", 3)],
    [label("统一社会信用代码"), Cell("{{ unit.credit_code }}"), label("法定代表人"), Cell("{{ unit.legal_person }}")],
    [label("单位地址"), Cell("{{ unit.address }}"), label("联系电话"), Cell("{{ unit.phone }}")],
    [label("设备名称"), Cell("{{ device.name }}"), label("设备编号"), Cell("{{ device.code }} {{ device.no }}")],
)


def report_up(on: date) -> bytes:
    """重大事故隐患报告: to the next level's bureau, made when the hazard enters the list (TSA art. 63)."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}", signer="　　　　")
    paper.title("关于{{ unit.name }}特种设备重大事故隐患的报告")
    paper.addressee("{{ addressee }}：")
    paper.body("{{ hazard.found_on }}，我局在{{ hazard.source }}中发现下列重大事故隐患，现报告如下。")
    paper.heading("一、隐患基本情况")
    paper.body(
        "隐患编号：{{ hazard.no }}。责任单位：{{ unit.name }}（统一社会信用代码{{ unit.credit_code }}），地址：{{ unit.address }}。"
    )
    paper.mark("{%p if device.name %}")
    paper.body("设备：{{ device.name }}，编号{{ device.code }}，使用地点：{{ device.place }}。")
    paper.mark("{%p endif %}")
    paper.body("隐患描述：{{ hazard.description }}")
    paper.heading("二、判定依据")
    paper.body("{{ hazard.clauses }}。")
    paper.heading("三、可能造成的后果")
    paper.body("{{ hazard.possible_accident or '可能造成人员伤亡。' }}")
    paper.heading("四、已采取的措施")
    paper.body(
        "{{ hazard.interim_measures or '正在落实临时管控措施。' }}{{ '　' + hazard.stop_use + '。' if hazard.stop_use else '' }}"
    )
    paper.heading("五、需要协调的事项")
    paper.body("{{ help or '暂无。' }}")
    paper.body("特此报告。")
    paper.signature("{{ office.name }}", "{{ today }}")
    paper.body("（联系人：{{ office.person }}　电话：{{ office.phone }}）")
    return paper.save()


def assignment(on: date) -> bytes:
    """重大事故隐患交办单: three parties, the deadline, and a receipt to be signed and sent back."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患交办单")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            *UNIT_ROWS,
            [label("隐患描述"), Cell("{{ hazard.description }}", 3, height=18)],
            [label("判定依据"), Cell("{{ hazard.clauses }}", 3, height=12)],
            [label("临时管控措施"), Cell("{{ hazard.interim_measures }}", 3, height=12)],
            [
                label("交办单位"),
                Cell("{{ assignment.issuing_party }}"),
                label("协调督办单位"),
                Cell("{{ assignment.coordinating_party }}"),
            ],
            [
                label("治理责任单位"),
                Cell("{{ assignment.responsible_party }}"),
                label("指令书编号"),
                Cell("{{ assignment.directive_no }}"),
            ],
            [
                label("整改要求"),
                Cell(
                    "{{ assignment.requirements or '按照判定依据所列条款消除隐患，落实责任、措施、资金、时限、预案，按期申请销号。' }}",
                    3,
                    height=12,
                ),
            ],
            [label("完成时限"), Cell("{{ assignment.due }}"), label("反馈要求"), Cell("{{ feedback }}")],
            [label("包保责任人"), Cell("{{ leader }}"), label("签发人"), Cell("{{ assignment.person }}")],
            [Cell("交办单位（盖章）：\n\n{{ assignment.day }}", 4, height=20, align="right")],
        ],
    )
    paper.body("本单一式两份，交办单位、治理责任单位各一份。", indent=False)
    paper.subtitle("…………………………………… 回　执 ……………………………………")
    paper.table(
        FOUR,
        [
            [label("交办单编号"), Cell("{{ number }}"), label("隐患编号"), Cell("{{ hazard.no }}")],
            [
                label("签收人"),
                Cell("{{ receipt.signed_by }}", height=12),
                label("签收时间"),
                Cell("{{ receipt.signed_on }}"),
            ],
            [Cell("签收单位（盖章）：", 4, height=16)],
        ],
    )
    return paper.save()


def plan(on: date) -> bytes:
    """重大事故隐患治理方案: the six contents of order 16 art. 15, and the five guarantees in a table."""
    paper = WordPaper(on)
    paper.title("重大事故隐患治理方案")
    paper.subtitle("（隐患编号：{{ hazard.no }}）")
    paper.heading("一、治理的目标和任务")
    paper.body(
        "{{ unit.name }}于{{ hazard.found_on }}被发现：{{ hazard.description }}。治理目标是按照{{ hazard.clauses }}消除该隐患，经核查合格后申请销号。"
    )
    paper.heading("二、采取的方法和措施")
    paper.body("{{ plan.measures }}")
    paper.heading("三、经费和物资的落实")
    paper.body("治理资金{{ plan.budget_yuan }}元，资金来源：{{ plan.fund_source }}。{{ plan.budget_reason }}")
    paper.heading("四、负责治理的机构和人员")
    paper.body("负责人：{{ plan.leader_name }}，职务：{{ plan.leader_post }}，电话：{{ plan.leader_phone }}。")
    paper.heading("五、治理的时限和要求")
    paper.body("于{{ plan.plan_due }}前完成（交办时限{{ assignment.due }}）。{{ assignment.requirements }}")
    paper.heading("六、安全措施和应急预案")
    paper.body("{{ hazard.interim_measures }}")
    paper.body("{{ plan.emergency_plan }}")
    paper.signature("{{ unit.name }}", "{{ plan.day }}")
    paper.attachment("附件", "五落实情况表")
    paper.table(
        (20, 40, 110),
        [
            [head("序号"), head("项目"), head("落实情况")],
            [
                Cell("1", align="centre"),
                label("责任"),
                Cell("{{ plan.leader_name }}（{{ plan.leader_post }}）{{ plan.leader_phone }}"),
            ],
            [Cell("2", align="centre"), label("措施"), Cell("{{ plan.measures }}")],
            [Cell("3", align="centre"), label("资金"), Cell("{{ plan.budget_yuan }}元，{{ plan.fund_source }}")],
            [Cell("4", align="centre"), label("时限"), Cell("{{ plan.plan_due }}")],
            [Cell("5", align="centre"), label("预案"), Cell("{{ plan.emergency_plan }}")],
        ],
        heads=1,
    )
    paper.mark("{%p if progress %}")
    paper.subtitle("整改进展")
    paper.table(
        (40, 130),
        [[head("日期"), head("进展")], Each("one in progress", [[Cell("{{ one.day }}"), Cell("{{ one.text }}")]])],
        heads=1,
    )
    paper.mark("{%p endif %}")
    return paper.save()

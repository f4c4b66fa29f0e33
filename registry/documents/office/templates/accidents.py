"""Papers of an accident: the first report, the follow-up report, the closing of the investigation (hazards.md §7.2)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.templates.hazard_forms import FOUR
from registry.documents.office.word import Cell, Each, WordPaper, head, label

HEAD_ROWS = (
    [label("事故编号"), Cell("{{ accident.no }}"), label("事故等级"), Cell("{{ accident.grade }}")],
    [
        label("发生时间"),
        Cell("{{ accident.happened }}"),
        label("发生地点"),
        Cell("{{ accident.area }}{{ accident.place }}"),
    ],
    [label("事故单位"), Cell("{{ unit.name }}"), label("统一社会信用代码"), Cell("{{ unit.credit_code }}")],
    [
        label("设备种类"),
        Cell("{{ accident.equipment }}"),
        label("设备代码、编号"),
        Cell("{{ device.code }} {{ device.no }}"),
    ],
    [label("使用登记证"), Cell("{{ device.certificate }}"), label("维保单位"), Cell("{{ accident.company }}")],
)
LOSSES = (
    [label("死亡（人）"), Cell("{{ accident.deaths }}"), label("重伤（人）"), Cell("{{ accident.serious_injuries }}")],
    [
        label("轻伤（人）"),
        Cell("{{ accident.minor_injuries }}"),
        label("涉险（人）"),
        Cell("{{ accident.at_risk or '不详' }}"),
    ],
    [label("直接经济损失"), Cell("{{ accident.loss }}"), label("等级判定依据"), Cell("{{ accident.grade_basis }}")],
)


def first(on: date) -> bytes:
    """特种设备事故快报（初报）: what art. 10 asks for, and by when each step had to be done."""
    paper = WordPaper(on, form=True)
    paper.title("特种设备事故快报")
    paper.subtitle("{{ number }}", "right")
    paper.body("报送：{{ move.addressee }}", indent=False)
    paper.table(
        FOUR,
        [
            *HEAD_ROWS,
            [
                label("单位负责人接报"),
                Cell("{{ accident.told }}"),
                label("本部门接报"),
                Cell("{{ accident.received }}"),
            ],
            [
                label("发生环节"),
                Cell("{{ accident.link }}"),
                label("依法组织调查"),
                Cell("{{ accident.investigator }}"),
            ],
            *LOSSES,
            [label("事故简要经过"), Cell("{{ accident.course }}", 3, height=26)],
            [label("设备损坏情况"), Cell("{{ accident.damage }}", 3, height=14)],
            [label("已采取的措施"), Cell("{{ accident.taken }}", 3, height=18)],
            [label("其他情况"), Cell("{{ move.note }}", 3, height=12)],
            [
                label("报告人"),
                Cell("{{ accident.reporter }}"),
                label("联系电话"),
                Cell("{{ accident.reporter_phone }}"),
            ],
        ],
    )
    _clocks(paper)
    _issuer(paper)
    return paper.save()


def follow_up(on: date) -> bytes:
    """特种设备事故续报: what changed since, when, and whether it was told within 24 hours."""
    paper = WordPaper(on, form=True)
    paper.title("特种设备事故续报（第{{ move.sequence }}次）")
    paper.subtitle("{{ number }}", "right")
    paper.table(
        FOUR,
        [
            *HEAD_ROWS,
            [label("情况变化时间"), Cell("{{ move.changed }}"), label("续报时间"), Cell("{{ move.done }}")],
        ],
    )
    paper.mark("{%p if changes %}")
    paper.table(
        (50, 120),
        [
            [head("变化的事项"), head("现在的数值")],
            Each("one in changes", [[Cell("{{ one.what }}", align="centre"), Cell("{{ one.value }}", align="centre")]]),
        ],
        heads=1,
    )
    paper.mark("{%p endif %}")
    paper.table(FOUR, [*LOSSES, [label("续报内容"), Cell("{{ move.note }}", 3, height=26)]])
    _clocks(paper)
    _issuer(paper)
    return paper.save()


def closing(on: date) -> bytes:
    """特种设备事故调查结案报告: the team, the cause, who was responsible, the approval, what followed from it."""
    paper = WordPaper(on)
    paper.title("关于{{ accident.title }}调查结案的报告")
    paper.subtitle("{{ number }}", "right")
    paper.heading("一、事故基本情况")
    paper.body(
        "{{ accident.happened }}，{{ unit.name }}在{{ accident.area }}{{ accident.place }}使用的{{ accident.equipment }}"
        "（{{ device.code or '无设备代码' }}）发生事故：{{ accident.course }}。"
    )
    paper.body(
        "事故造成死亡{{ accident.deaths }}人、重伤{{ accident.serious_injuries }}人、轻伤{{ accident.minor_injuries }}人，"
        "直接经济损失{{ accident.loss }}。事故等级：{{ accident.grade }}{{ '（' + accident.grade_basis + '）' if accident.grade_basis }}。"
    )
    paper.heading("二、调查经过")
    paper.body(
        "{{ steps.form_team.day }}成立调查组（{{ steps.form_team.document }}）；{{ steps.file_report.day }}提交调查报告"
        "（{{ steps.file_report.document }}）；{{ steps.approve.day }}批复（{{ steps.approve.document }}）。"
    )
    paper.heading("三、事故原因和责任认定")
    paper.body("原因类别：{{ accident.cause_class }}。{{ accident.cause }}。")
    paper.body(
        "责任认定：{{ accident.responsibility }}{{ '，责任单位：' + accident.responsible if accident.responsible }}。"
    )
    paper.heading("四、批复的送达和上报")
    paper.body(
        "{{ steps.send_report.day }}送达有关单位（{{ steps.send_report.document }}）；"
        "{{ steps.pass_up.day }}逐级上报（{{ steps.pass_up.document }}）。"
    )
    paper.heading("五、报告和调查的时限")
    _clocks(paper)
    paper.heading("六、整改和处理的落实情况")
    paper.body("{{ move.note }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()


def _clocks(paper: WordPaper) -> None:
    marks = ("step", "duty", "due", "done", "state")
    names = ("事项", "责任主体", "时限", "办理时间", "是否按时")
    row = [Cell("{{ one." + mark + " }}", align="left" if mark == "step" else "centre") for mark in marks]
    paper.mark("{%p if clocks %}")
    paper.table((46, 30, 36, 36, 22), [[head(name) for name in names], Each("one in clocks", [row])], heads=1)
    paper.mark("{%p endif %}")


def _issuer(paper: WordPaper) -> None:
    paper.body("填报单位：{{ office.name }}　　填报人：{{ move.person }}　　{{ today }}", indent=False)

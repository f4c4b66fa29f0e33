"""Papers of the closing of a hazard: report, application, verification, approval, public notice (§8.3)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.templates.hazard_forms import FOUR, UNIT_ROWS
from registry.documents.office.word import Cell, Each, WordPaper, head, label


def rect_report(on: date) -> bytes:
    """重大事故隐患整改报告: problem, measure and result, the photos before and after."""
    paper = WordPaper(on)
    paper.title("重大事故隐患整改报告")
    paper.addressee("{{ assignment.issuing_party }}：")
    paper.body(
        "你局{{ assignment.day }}交办的重大事故隐患（隐患编号{{ hazard.no }}，监察指令书{{ assignment.directive_no }}）已由我单位完成整改，现报告如下。"
    )
    paper.table(
        (14, 50, 60, 46),
        [
            [head("序号"), head("问题"), head("整改措施"), head("整改结果")],
            [
                Cell("1", align="centre"),
                Cell("{{ hazard.description }}"),
                Cell("{{ plan.measures }}"),
                Cell("{{ closing.explanation }}\n完成日期：{{ closing.rectified_on }}"),
            ],
        ],
        heads=1,
    )
    paper.body("自验意见：{{ closing.self_acceptance }}")
    paper.mark("{%p if closing.test_report %}")
    paper.body("检验（检测）报告：{{ closing.test_report[0].name }}（{{ closing.test_report_on }}）。")
    paper.mark("{%p endif %}")
    paper.signature("{{ unit.name }}", "{{ closing.day }}")
    paper.attachment("附件", "整改前后照片")
    for title, name in (("整改前", "photos_before"), ("整改后", "photos_after")):
        paper.heading(title, 2)
        paper.mark(f"{{%p for photo in closing.{name} %}}")
        paper.picture("{{ photo.picture }}")
        paper.subtitle("{{ photo.name }}")
        paper.mark("{%p endfor %}")
    return paper.save()


def close_request(on: date) -> bytes:
    """重大事故隐患销号申请表: what was done, the unit's own acceptance; below, the county takes it in."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患销号申请表")
    paper.subtitle("申请日期：{{ closing.day }}", "right")
    paper.table(
        FOUR,
        [
            *UNIT_ROWS,
            [label("隐患描述"), Cell("{{ hazard.description }}", 3, height=24)],
            [label("已采取的措施"), Cell("{{ plan.measures }}", 3, height=24)],
            [label("整改情况说明"), Cell("{{ closing.explanation }}", 3, height=24)],
            [label("整改完成日期"), Cell("{{ closing.rectified_on }}"), label("整改时限"), Cell("{{ hazard.due_on }}")],
            [label("单位自验意见"), Cell("{{ closing.self_acceptance }}", 3, height=20)],
            [
                label("检验检测报告日期"),
                Cell("{{ closing.test_report_on }}"),
                label("申请人"),
                Cell("{{ closing.person }}"),
            ],
            [label("申请单位"), Cell("{{ unit.name }}（盖章）\n\n{{ closing.day }}", 3, height=26, align="right")],
            [
                label("县级受理意见"),
                Cell("\n\n经办人（签字）：　　　　　　　　　　　　年　　月　　日", 3, height=32, align="right"),
            ],
        ],
    )
    return paper.save()


def verification(on: date) -> bytes:
    """重大事故隐患现场核查（验收）表: six points, the conclusion, everybody's signature, a page of photos."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患现场核查（验收）表")
    paper.subtitle("隐患编号：{{ hazard.no }}（第{{ hazard.round }}轮）", "right")
    paper.table(
        FOUR,
        [
            [label("责任单位"), Cell("{{ unit.name }}", 3)],
            [
                label("核查日期"),
                Cell("{{ verification.site_date }}"),
                label("核查地点"),
                Cell("{{ device.place or unit.address }}"),
            ],
            [
                label("核查人员"),
                Cell(
                    "{% for one in verification.people %}{{ one.name }}（证号{{ one.certificate }}）{{ '　' if not loop.last }}{% endfor %}",
                    3,
                ),
            ],
            [label("隐患描述"), Cell("{{ hazard.description }}", 3, height=18)],
        ],
    )
    paper.table(
        (12, 98, 25, 35),
        [
            [head("序号"), head("验收要点"), head("结果"), head("说明")],
            Each(
                "point in verification.checklist",
                [
                    [
                        Cell("{{ loop.index }}", align="centre"),
                        Cell("{{ point.item }}"),
                        Cell("{{ point.answer }}", align="centre"),
                        Cell("{{ point.reason }}"),
                    ]
                ],
            ),
        ],
        heads=1,
    )
    paper.table(
        FOUR,
        [
            [
                label("核查结论"),
                Cell("{{ verification.conclusion }}"),
                label("未完成事项"),
                Cell("{{ verification.remaining_items }}"),
            ],
            [label("专家意见"), Cell("", 3, height=20)],
            [
                label("核查人员签字"),
                Cell("{{ verification.verifier_signatures }}\n\n{{ verification.day }}", height=26),
                label("单位签字"),
                Cell(
                    "{{ verification.unit_signature }}{{ verification.unit_refusal_note }}\n"
                    + drawn("verification.unit_drawn_signature")
                    + "\n{{ verification.day }}"
                ),
            ],
        ],
    )
    paper.mark("{%p for photo in verification.site_photos %}")
    paper.picture("{{ photo.picture }}")
    paper.subtitle("现场照片：{{ photo.name }}")
    paper.mark("{%p endfor %}")
    return paper.save()


def drawn(name: str) -> str:
    """A signature by hand where there is one; papers issued before there were any do not know the name."""
    return "{% for drawn in " + name + "|default([]) %}{{ drawn.picture }}{% endfor %}"


def close_approval(on: date) -> bytes:
    """重大事故隐患销号审批表: verification, two signatures at two levels, the public notice."""
    paper = WordPaper(on, form=True)
    paper.title("重大事故隐患销号审批表")
    paper.subtitle("{{ number }}", "right")
    second = "{{ '市级审批意见' if second_is_city else '县级审批意见（第二签）' }}"
    paper.table(
        FOUR,
        [
            *UNIT_ROWS,
            [label("隐患描述"), Cell("{{ hazard.description }}", 3, height=20)],
            [label("整改情况"), Cell("{{ closing.explanation }}", 3, height=20)],
            [
                label("核查意见"),
                Cell(
                    "核查日期：{{ verification.site_date }}　结论：{{ verification.conclusion }}\n核查人员：{{ verification.verifier_signatures }}",
                    3,
                    height=20,
                ),
            ],
            [
                label("县级审核意见"),
                Cell(
                    "{{ county.opinion }}\n"
                    + drawn("county.drawn_signature")
                    + "\n签字：{{ county.signature }}　　{{ county.day }}",
                    3,
                    height=28,
                ),
            ],
            [
                label(second),
                Cell(
                    "{{ second.opinion }}\n"
                    + drawn("second.drawn_signature")
                    + "\n签字：{{ second.signature }}　　{{ second.day }}",
                    3,
                    height=28,
                ),
            ],
            [label("公示情况"), Cell("{{ notice.notice_url }}　{{ notice.notice_published_on }}", 3, height=14)],
        ],
    )
    return paper.save()


def close_notice(on: date) -> bytes:
    """重大事故隐患销号公示: what is to be closed, until when to object, and where."""
    paper = WordPaper(on)
    paper.title("关于特种设备重大事故隐患整改销号的公示")
    paper.body(
        "下列特种设备重大事故隐患已完成整改并经核查合格，拟予销号，现予公示。公示期为发布之日起{{ notice_days }}个工作日。"
    )
    # One hazard: its six columns stand one below the other, so that its number stays whole.
    paper.table(
        (30, 126),
        [
            [label("隐患编号"), Cell("{{ hazard.no }}")],
            [label("单位"), Cell("{{ unit.name }}")],
            [label("隐患"), Cell("{{ hazard.title }}")],
            [label("整改情况"), Cell("{{ closing.explanation }}")],
            [label("验收单位"), Cell("{{ assignment.issuing_party }}")],
            [label("审批日期"), Cell("{{ second.day }}")],
        ],
    )
    paper.body("对公示内容有异议的，请在公示期内向我局反映。联系电话：{{ office.phone }}。")
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()

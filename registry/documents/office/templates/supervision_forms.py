"""特种设备安全监督检查记录表 (hazards.md §4.3)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head, label

FOUR = (26, 59, 26, 59)


def check_record(on: date) -> bytes:
    """The record of an inspection: the unit, the devices, each line of the list, what was done, both sides' signatures."""
    paper = WordPaper(on, form=True)
    paper.title("特种设备安全监督检查记录表")
    paper.subtitle("编号：{{ check.no }}", "right")
    paper.table(
        FOUR,
        [
            [
                label("检查类别"),
                Cell("{{ check.kind }}"),
                label("检查日期"),
                Cell("{{ check.began }} 至 {{ check.ended }}"),
            ],
            [label("单位名称"), Cell("{{ unit.name }}", 3)],
            [
                label("统一社会信用代码"),
                Cell("{{ unit.credit_code }}"),
                label("法定代表人"),
                Cell("{{ unit.legal_person }}"),
            ],
            [label("单位地址"), Cell("{{ unit.address }}", 3)],
            [label("单位类别"), Cell("{{ check.list }}"), label("安全管理负责人"), Cell("{{ unit.manager }}")],
            [
                label("联系人/职务"),
                Cell("{{ contact.name }}{{ '　' + contact.post if contact.post else '' }}"),
                label("联系电话"),
                Cell("{{ contact.phone }}"),
            ],
        ],
    )
    paper.mark("{%p if devices %}")
    paper.table(
        (12, 46, 56, 56),
        [
            [head("序号"), head("抽查设备名称"), head("使用登记证编号"), head("产品编号、地点")],
            Each(
                "device in devices",
                [
                    [
                        Cell("{{ loop.index }}", align="centre"),
                        Cell("{{ device.name }}"),
                        Cell("{{ device.certificate }}"),
                        Cell("{{ device.no }} {{ device.place }}"),
                    ]
                ],
            ),
        ],
        heads=1,
    )
    paper.mark("{%p endif %}")
    paper.table(
        (14, 72, 38, 18, 28),
        [
            [head("编号"), head("检查项目"), head("依据"), head("结果"), head("情况")],
            Each(
                "item in items",
                [
                    [
                        Cell("{{ item.code }}", align="centre"),
                        Cell("{{ item.text }}"),
                        Cell("{{ item.basis }}"),
                        Cell("{{ item.result }}", align="centre"),
                        Cell("{{ item.note }}"),
                    ]
                ],
            ),
        ],
        heads=1,
    )
    paper.table(
        FOUR,
        [
            [label("检查情况"), Cell("{{ check.facts }}", 3, height=18)],
            [label("发现的问题"), Cell("{{ check.problems or '未发现问题。' }}", 3, height=18)],
            [label("处理措施"), Cell("{{ check.measures }}", 3)],
            [label("被检查单位意见"), Cell("{{ check.opinion }}", 3, height=14)],
            [
                label("检查人员"),
                Cell(
                    "{% for one in inspectors %}{{ one.name }}（证号{{ one.certificate }}）{{ '　' if not loop.last }}{% endfor %}",
                    3,
                ),
            ],
            [label("记录员"), Cell("{{ check.recorder }}"), label("记录时间"), Cell("{{ check.recorded }}")],
            [label("拒签情况"), Cell("{{ check.refusal or '无' }}", 3)],
        ],
    )
    paper.mark("{%p for one in inspectors %}")
    paper.body("检查人员签名：{{ one.name }}　　{{ check.day }}", indent=False)
    paper.picture("{{ one.signature.picture }}")
    paper.mark("{%p endfor %}")
    paper.mark("{%p if unit_signature.picture %}")
    paper.body("被检查单位签名：{{ contact.name }}　　{{ check.day }}", indent=False)
    paper.picture("{{ unit_signature.picture }}")
    paper.mark("{%p endif %}")
    paper.mark("{%p for photo in photos %}")
    paper.picture("{{ photo.picture }}")
    paper.subtitle("{{ photo.name }}")
    paper.mark("{%p endfor %}")
    return paper.save()

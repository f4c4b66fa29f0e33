"""重大活动保障总结: what was checked before, who walked and stood there, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.documents.office.word import Cell, Each, WordPaper, head


def report(on: date) -> bytes:
    """The closing report with its tables of checks, rounds and people."""
    paper = WordPaper(on)
    paper.issuer("{{ office.name }}文件")
    paper.number("{{ number }}")
    paper.title("{{ title }}")
    paper.heading("一、基本情况")
    paper.body(
        "{{ event.name }}由{{ event.organiser }}主办，{{ event.period }}举行。本局保障地点{{ totals.places }}处，设备（单位）{{ totals.devices }}台（家）。"
    )
    paper.mark("{%p for place in places %}")
    paper.body(
        "{{ loop.index }}．{{ place.name }}（{{ place.address }}）：设备（单位）{{ place.devices }}台（家），巡查{{ place.walked }}次，值守{{ place.shifts }}班次。"
    )
    paper.mark("{%p endfor %}")
    paper.heading("二、保障前检查")
    paper.body(
        "检查发现未整改的问题{{ totals.red }}项，说明理由后接受{{ totals.accepted }}项。{{ '各项检查均符合要求。' if not findings else '具体见附件1。' }}"
    )
    paper.heading("三、巡查和值守")
    paper.body(
        "计划巡查{{ totals.rounds }}次，完成{{ totals.walked }}次，其中逾期{{ totals.walked_late }}次，未巡查{{ totals.missed }}次；现场值守{{ totals.shifts }}班次。具体见附件2。"
    )
    paper.heading("四、发现的问题")
    paper.body("{{ '巡查发现问题' ~ totals.findings ~ '次，均已转办：' if found else '巡查没有发现问题。' }}")
    paper.mark("{%p for row in found %}")
    paper.body("{{ loop.index }}．{{ row.time }}，{{ row.place }}：{{ row.what }}。{{ row.note }}（{{ row.becomes }}）")
    paper.mark("{%p endfor %}")
    paper.heading("五、接处警")
    paper.body(
        "{{ '活动期间保障设备接到96366警情' ~ calls|length ~ '起：' if calls else '活动期间保障设备没有96366警情。' }}"
    )
    paper.mark("{%p for row in calls %}")
    paper.body("{{ loop.index }}．{{ row.time }}，{{ row.no }}，{{ row.kind }}，{{ row.address }}，{{ row.state }}。")
    paper.mark("{%p endfor %}")
    paper.heading("六、总结")
    paper.body("{{ event.summary }}")
    paper.signature("{{ office.name }}", "{{ today }}")
    paper.mark("{%p if findings %}")
    paper.attachment("附件1", "保障前检查情况")
    _table(
        paper,
        "row in findings",
        (
            ("地点", "place", 28),
            ("设备（单位）", "device", 42),
            ("检查项目", "check", 24),
            ("情况", "reason", 32),
            ("处理", "accepted", 30),
        ),
    )
    paper.mark("{%p endif %}")
    paper.attachment("附件2", "巡查和值守情况")
    _table(
        paper,
        "row in rounds",
        (
            ("地点", "place", 30),
            ("计划时间", "planned", 28),
            ("巡查时间", "done", 28),
            ("巡查人员", "person", 42),
            ("结果", "result", 28),
        ),
    )
    _table(
        paper,
        "row in shifts",
        (("地点", "place", 30), ("值守人员", "person", 58), ("开始", "starts", 34), ("结束", "ends", 34)),
    )
    return paper.save()


def _table(paper: WordPaper, each: str, columns: Sequence[tuple[str, str, int]]) -> None:
    row = [Cell("{{ row." + mark + " }}") for _name, mark, _width in columns]
    paper.table([width for *_, width in columns], [[head(name) for name, *_ in columns], Each(each, [row])], heads=1)

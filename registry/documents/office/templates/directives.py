"""特种设备安全监察指令书: what was found, which rule it breaks, what is ordered by when, and who signed (§4.2)."""

from __future__ import annotations

from datetime import date

from registry.documents.office.templates.hazard_forms import FOUR
from registry.documents.office.word import Cell, Each, WordPaper, head, label

FIVE = (12, 34, 54, 34, 36)


def directive(on: date) -> bytes:
    """指令书, in two copies: one for the office, one for the unit."""
    paper = WordPaper(on, form=True)
    paper.title("特种设备安全监察指令书")
    paper.subtitle("{{ number }}", "right")
    paper.body("{{ unit.name }}：", indent=False)
    paper.body("经检查，你单位{{ '（统一社会信用代码：' + unit.credit_code + '）' if unit.credit_code }}存在下列问题：")
    paper.body("{{ problems }}")
    paper.mark("{%p if devices %}")
    paper.table(
        FIVE,
        [
            [head("序号"), head("设备"), head("设备代码"), head("编号"), head("使用登记证")],
            Each(
                "one in devices",
                [
                    [
                        Cell("{{ one.n }}", align="centre"),
                        Cell("{{ one.name }}"),
                        Cell("{{ one.code }}"),
                        Cell("{{ one.no }}"),
                        Cell("{{ one.certificate }}"),
                    ]
                ],
            ),
        ],
        heads=1,
    )
    paper.mark("{%p endif %}")
    paper.mark("{%p if hazards %}")
    paper.body("关联的事故隐患：{{ hazards }}。")
    paper.mark("{%p endif %}")
    paper.body("上述问题违反了{{ broken_rule }}的规定。")
    paper.body("依据{{ order_basis }}，责令你单位于{{ due }}前采取下列措施：")
    paper.body("{{ measures }}")
    paper.mark("{%p if oral %}")
    paper.body("因情况紧急，本局已于{{ oral }}当场口头下达指令，本指令书为书面补发。")
    paper.mark("{%p endif %}")
    paper.body("整改完成后，请将整改报告报送本局；本局将在收到整改报告之日起{{ recheck_days }}个工作日内复查。")
    paper.body(
        "如对本指令不服，可以自收到本指令书之日起{{ review_days }}日内向{{ government }}申请行政复议，也可以在{{ suit_months }}个月内依法提起行政诉讼。复议、诉讼期间，不停止整改。"
    )
    paper.table(
        FOUR,
        [
            Each(
                "one in inspectors",
                [
                    [
                        label("检查人员"),
                        Cell("{{ one.person }}（证号：{{ one.certificate }}）"),
                        label("签名"),
                        Cell("{{ one.signature.picture }}", height=16),
                    ]
                ],
            ),
            [
                label("被检查单位签收"),
                Cell("{{ unit_signer or refusal }}"),
                label("签名"),
                Cell("{{ unit_signature.picture }}", height=16),
            ],
        ],
    )
    paper.signature("{{ office.name }}", "{{ today }}")
    paper.body("（本指令书一式两份，一份交被检查单位，一份由签发机关存档。）", indent=False)
    return paper.save()


def sealing(on: date) -> bytes:
    """查封（扣押）决定书 with the list of what is sealed."""
    paper = WordPaper(on, form=True)
    paper.title("{{ kind }}决定书")
    paper.subtitle("{{ number }}", "right")
    paper.body("{{ unit.name }}：", indent=False)
    paper.body("经查，{{ facts }}")
    paper.body("因{{ ground }}，依据{{ basis }}，本局决定对下列物品予以{{ kind }}，期限{{ days }}日，至{{ ends }}止：")
    paper.table(
        FIVE,
        [
            [head("序号"), head("设备"), head("设备代码"), head("编号"), head("地点")],
            Each(
                "one in devices",
                [
                    [
                        Cell("{{ one.n }}", align="centre"),
                        Cell("{{ one.name }}"),
                        Cell("{{ one.code }}"),
                        Cell("{{ one.no }}"),
                        Cell("{{ one.place or place }}"),
                    ]
                ],
            ),
        ],
        heads=1,
    )
    paper.body("{{ kind }}地点：{{ place }}。{{ kind }}期间，不得使用、转移、调换、损毁上述物品。")
    paper.body(
        "你单位有权陈述、申辩。如对本决定不服，可以自收到本决定书之日起{{ review_days }}日内向{{ government }}申请行政复议，也可以在{{ suit_months }}个月内依法提起行政诉讼。"
    )
    paper.signature("{{ office.name }}", "{{ today }}")
    return paper.save()

"""One hazard from an inspector's phone to its closing by nine people, every paper on the way opened."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from html import unescape
from typing import Any

import docx
import pypdfium2
from playwright.sync_api import Page, expect
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE as IMAGE

from tests.browser.conftest import DESK, PHONE, Server
from tests.browser.evidence import jpeg, pdf, sign
from tests.browser.filling_in import fill_in

PROPERTY = "宿州汇源物业服务有限公司"
POINTS = ("measures_done", "penalty_handled", "technical_ok", "similar_checked", "root_cause", "records_ok")
NOTICE_DAYS = 21  # five working days are over then, whatever holidays fall into them
TITLE = "3号楼1单元层门门锁安全回路被短接"
# login -> what each of the nine works with
WORKS_WITH = {
    "county": PHONE,
    "section": DESK,
    "county2": DESK,
    "property": DESK,
    "company": PHONE,
    "property-head": PHONE,
    "officer": PHONE,
    "county-leader": PHONE,
    "leader": PHONE,
}


def moves(server: Server) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """Who does what to a hazard on the city's list, and what each of them enters."""
    today = server.today
    return (
        ("county", "提交认定", {}),
        (
            "section",
            "认定为重大隐患",
            {
                "clauses": "4.6b",
                "recognition_record": pdf("认定记录"),
                "interim_measures": "立即停梯，设置警戒",
                "stop_use": True,
            },
        ),
        (
            "section",
            "签发交办单",
            {
                "responsible_party": {"label": PROPERTY},
                "coordinating_party": {"label": "埇桥区市场监督管理局"},
                "due": today + timedelta(days=30),
                "directive_no": "（埇）市监特令〔2026〕第7号",
            },
        ),
        ("county2", "签收交办单", {"signed_by": "张敏", "signed_on": today}),
        (
            "property",
            "上报治理方案",
            {
                "leader_name": "张敏",
                "leader_post": "经理",
                "leader_phone": "13955700001",
                "measures": "更换门锁并检查同型号电梯",
                "budget_yuan": "3000",
                "fund_source": "维修资金",
                "plan_due": today + timedelta(days=20),
                "emergency_plan": "停梯，专人值守",
            },
        ),
        ("county2", "同意方案", {"opinion": "同意"}),
        ("section", "发督办单", {"demand": "每周反馈进展", "reply_by": today + timedelta(days=7)}),
        ("company", "登记整改进展", {"progress": "门锁已到货，正在更换", "progress_on": today}),
        (
            "property-head",
            "申请销号",
            {
                "self_acceptance": "自验合格",
                "rectified_on": today,
                "photos_before": jpeg("整改前", 1200, 900),
                "photos_after": jpeg("整改后", 1200, 900),
                "explanation": "门锁已更换并调试",
                "test_report": pdf("检测报告"),
                "test_report_on": today,
            },
        ),
        ("county2", "受理并指派核查人", {"verifiers": ("李明", "孙磊")}),
        (
            "officer",
            "核查合格",
            {
                "site_date": today,
                "site_photos": jpeg("核查现场", 1200, 900),
                **{f"checklist-{point}": "yes" for point in POINTS},
                "verifier_signatures": ...,
                "unit_signature": "程国栋",
            },
        ),
        ("county-leader", "县级审核签字", {"opinion": "同意"}),
        ("leader", "市级审批签字", {"opinion": "同意销号"}),
    )


# What one searches for in the PDF of each paper, in the order in which they come about.
PAPERS = {
    "重大事故隐患报告": ("安徽省市场监督管理局", "层门门锁安全回路被短接", "签发人"),
    "重大事故隐患交办单": (PROPERTY, "立即停梯，设置警戒", "（埇）市监特令〔2026〕第7号"),
    "重大事故隐患治理方案": ("更换门锁并检查同型号电梯", "3,000元", "五落实情况表"),
    "重大事故隐患督办单": ("每周反馈进展", "宿市监特督〔"),
    "重大事故隐患整改报告": ("门锁已更换并调试", "整改前后照片"),
    "重大事故隐患销号申请表": ("自验合格", "程国栋"),
    "重大事故隐患现场核查（验收）表": ("李明、孙磊", "原因已查明、长效措施已建立", "合格"),
    "重大事故隐患销号审批表": ("周卫东", "陈立新", "同意销号"),
    "重大事故隐患销号公示": ("拟予销号，现予公示", "5个工作日"),
}


def report(inspector: Page) -> str:
    """On the spot: the elevator is looked up, the wire photographed, the clue noted. Returns its number."""
    inspector.goto("/elevators/?q=翠湖花园3号楼")
    inspector.get_by_role("link", name=re.compile("翠湖花园3号楼")).first.click()
    code = inspector.url.rpartition("/")[2]
    inspector.goto("/hazards/new")
    clue = {
        "title": TITLE,
        "description": "现场检查发现层门门锁安全回路被短接，电梯仍在运行",
        "source": "routine_inspection",
        "elevator": code,
        "suggested_clause": "4.6b",
        "evidence": jpeg("短接线", 1200, 900),
    }
    fill_in(inspector, clue)
    inspector.get_by_role("button", name="登记线索").click()
    expect(inspector.get_by_text("线索已登记")).to_be_visible()
    return inspector.url.rpartition("/")[2]


def step(page: Page, no: str, title: str, values: dict[str, Any]) -> None:
    """Make one move by its button and its form, signing where one signs; pressed twice, it is made once."""
    page.goto(f"/hazards/{no}")
    page.locator(".hazard-moves").get_by_role("link", name=title, exact=True).click()
    page.wait_for_url(re.compile(f"/hazards/{no}/"))
    fill_in(page, values)
    for number, pad in enumerate(page.locator("main signature-pad").all()):
        sign(page, pad, slant=number + len(title) % 3 + 1)
    page.get_by_role("button", name=title, exact=True).dblclick()
    expect(page.get_by_text(f"已办理：{title}")).to_be_visible()


def open_papers(reader: Page, no: str) -> dict[str, str]:
    """Download every paper of a hazard in both forms: kind -> the text that can be searched in its PDF."""
    reader.goto(f"/hazards/{no}")
    said: dict[str, str] = {}
    for line in reader.locator(".hazard-papers > li").all():
        kind = line.get_by_role("link").first.inner_text()
        with reader.expect_download() as download:
            line.get_by_role("link", name="Word").click()
        assert download.value.suggested_filename.endswith(".docx")
        word = docx.Document(download.value.path())
        assert word.paragraphs
        answer = reader.request.get(line.get_by_role("link", name="PDF").get_attribute("href") or "")
        assert answer.ok
        said[kind] = searchable(answer.body())
        if kind == "重大事故隐患销号审批表":
            assert pictures(answer.body()) == 2  # both signatures, as they were drawn
    return said


def pictures(content: bytes) -> int:
    """How many pictures a PDF shows."""
    return sum(len(list(page.get_objects([IMAGE]))) for page in pypdfium2.PdfDocument(io.BytesIO(content)))


def searchable(content: bytes) -> str:
    """The text of a PDF without its line breaks."""
    pages = pypdfium2.PdfDocument(io.BytesIO(content))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_nine_people_drive_a_hazard_home(server: Server, signed_in: Callable[..., Page]) -> None:
    @cache
    def at_work(login: str) -> Page:
        return signed_in(login, WORKS_WITH[login])

    no = report(at_work("county"))
    for login, title, values in moves(server):
        step(at_work(login), no, title, values)
    assert at_work.cache_info().currsize == len(WORKS_WITH) == 9

    signed_on = server.today
    server.forward(days=NOTICE_DAYS)
    at_work.cache_clear()
    closer = at_work("section")
    step(closer, no, "确认销号", {"notice_url": "https://example.gov.cn/7", "notice_published_on": signed_on})
    expect(closer.locator("main")).to_contain_text("已销号")
    expect(closer.locator(".hazard-people")).to_contain_text("孙磊")
    expect(closer.locator(".hazard-signature")).to_have_count(3)
    expect(closer.locator(".timeline-list > li")).to_have_count(15)
    said = open_papers(closer, no)
    assert list(said) == list(PAPERS)
    assert [
        (kind, words) for kind, looked_for in PAPERS.items() for words in looked_for if words not in said[kind]
    ] == []


SEND = """async ([path, sent]) => {
  const form = new FormData();
  for (const [name, value] of sent) {
    if (typeof value === "string") form.append(name, value);
    else {
      const bytes = Uint8Array.from(atob(value.buffer), (one) => one.charCodeAt(0));
      form.append(name, new Blob([bytes], {type: value.mimeType}), value.name);
    }
  }
  return (await fetch(path, {method: "POST", body: form})).text();
}"""


@dataclass
class Trial:
    """The second hazard, and the signed-in browsers through which somebody tries what must never be."""

    at_work: Callable[[str], Page]
    no: str = ""
    planner: str = ""
    signed_on: date = date.min
    refused: list[str] = field(default_factory=list)

    def send(self, login: str, path: str, values: dict[str, Any]) -> str:
        """Post a form from the browser of `login`, as its page would; what is then to be read."""
        sent = [
            (name, {**one, "buffer": b64encode(one["buffer"]).decode()} if isinstance(one, dict) else str(one))
            for name, value in values.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        return words(self.at_work(login).evaluate(SEND, [path, sent]))

    def goes(self, login: str, verb: str, values: dict[str, Any]) -> None:
        """A right step."""
        said = self.send(login, f"/hazards/{self.no}/{verb}", values)
        assert "已办理：" in said, (verb, said)

    def refuses(self, rule: str, login: str, verb: str, values: dict[str, Any], sentence: str) -> None:
        """A wrong turn: the page says why, and the hazard stands where it stood."""
        before = self.standing()
        said = self.send(login, f"/hazards/{self.no}/{verb}", values)
        assert sentence in said, (rule, said)
        assert self.standing() == before, rule
        self.refused.append(rule)

    def standing(self) -> str:
        """The ledger as the city's section reads it."""
        page = self.at_work("section").request.get(f"/hazards/{self.no}").text()
        return page[page.index("timeline-list") :]

    def choices(self, login: str, verb: str, name: str) -> dict[str, str]:
        """Who is offered in a field of a move: name -> value."""
        page = self.at_work(login)
        page.goto(f"/hazards/{self.no}/{verb}")
        found: dict[str, str] = page.locator(
            f'main [name="{name}"] option, main label:has([name="{name}"])'
        ).evaluate_all(
            "all => Object.fromEntries(all.map(it => [it.innerText.trim(), (it.querySelector('input') ?? it).value]))"
        )
        return found


def words(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def clue(trial: Trial, **more: Any) -> str:
    """The inspection body reports on its phone; returns the number."""
    page = trial.at_work("inspector")
    page.goto("/elevators/?q=翠湖花园1号楼1单元")
    page.get_by_role("link", name=re.compile("翠湖花园1号楼1单元")).first.click()
    values = {
        "title": "1号楼1单元定期检验不合格",
        "description": "定期检验结论为不合格，电梯仍在运行",
        "source": "inspection_body",
        "elevator": page.url.rpartition("/")[2],
        "suggested_clause": "4.6a",
        "evidence": pdf("检验报告"),
        **more,
    }
    said = trial.send("inspector", "/hazards/new", values)
    return re.search(r"线索已登记，编号 (\S+)", said)[1]  # type: ignore[index]


def before_the_assignment(trial: Trial, server: Server) -> None:
    """I10 numbers, I16 upgrade, I11 areas, I12 suspension."""
    wasted = trial.no = clue(trial)
    second = trial.choices("county-leader", "void", "second_person")["赵倩"]
    trial.goes("county-leader", "void", {"reason": "重复登记", "second_person": second})
    trial.refuses(
        "I10", "county-leader", "void", {"reason": "重复登记", "second_person": second}, "现在是“作废”，不能办理“作废”"
    )
    trial.no = clue(trial, no=wasted)
    assert int(trial.no[-4:]) == int(wasted[-4:]) + 1

    trial.goes("county", "submit", {})
    record = pdf("认定记录")
    recognition = {"recognition_record": record, "interim_measures": "设专人值守", "list_level": "city"}
    trial.refuses("I16", "section", "recognise", recognition, "请填写“判定依据条款”")
    trial.goes("section", "recognise", {**recognition, "clauses": ["4.6a"]})

    stranger = trial.at_work("dangshan")
    stranger.goto(f"/hazards/{trial.no}")
    expect(stranger.locator(".error-detail")).to_contain_text("没有")
    trial.refuses("I11", "county-leader", "assign", {}, "此步骤应由上一级机关办理")
    suspension = {"document": pdf("中止文件"), "recheck_on": server.today + timedelta(days=60)}
    trial.refuses("I12", "leader", "suspend", suspension, "中止的前提是设备已停用")


def while_it_is_rectified(trial: Trial, server: Server) -> None:
    """I7 level, I8 voiding, I5 use of the device, I6 deadlines, I13 test report."""
    today = server.today
    due = today + timedelta(days=30)
    parties = {
        name: trial.choices("section", "assign", name)[unit]
        for name, unit in (
            ("issuing_party", "宿州市市场监督管理局"),
            ("responsible_party", PROPERTY),
            ("coordinating_party", "埇桥区市场监督管理局"),
        )
    }
    trial.goes("section", "assign", {**parties, "due": due, "directive_no": "（宿）市监特令〔2026〕第8号"})
    trial.refuses("I7", "section", "downgrade", {"reason": "影响不大"}, "不能办理“转一般隐患办理”")
    trial.refuses("I8", "section", "void", {"reason": "误录"}, "不能办理“作废”")
    gone = trial.at_work("section").request.delete(f"/hazards/{trial.no}")
    assert "这个地址不支持这种操作" in words(gone.text())

    county = trial.at_work("county")
    county.goto(f"/hazards/{trial.no}")
    elevator = county.locator('main a[href^="/elevators/"]').first.get_attribute("href") or ""
    assert "已保存" in trial.send("county", f"{elevator}/status/halt", {"since": today, "reason": "检验不合格"})
    resumed = trial.send("county", f"{elevator}/status/resume", {"since": today, "reason": "已修"})
    assert f"有未销号的重大隐患（{trial.no}），销号前不得投入使用" in resumed
    trial.refused.append("I5")

    trial.goes("county2", "sign-for", {"signed_by": "张敏", "signed_on": today})
    plan = {
        "leader_name": "张敏",
        "leader_post": "经理",
        "leader_phone": "13955700001",
        "measures": "更换限速器",
        "budget_yuan": "8000",
        "fund_source": "维修资金",
        "plan_due": due,
        "emergency_plan": "停梯",
    }
    trial.goes("property", "file-plan", plan)
    trial.goes("county2", "approve-plan", {"opinion": "同意"})
    trial.planner = trial.choices("section", "extend", "applicant")["张敏"]
    trial.refuses("I6", "county-leader", "extend", {"new_due": due + timedelta(days=30)}, "延期应由确定时限的机关批准")
    asked = {
        "self_acceptance": "合格",
        "rectified_on": today,
        "photos_before": jpeg("旧限速器", 800, 600),
        "photos_after": jpeg("新限速器", 800, 600),
        "explanation": "已更换",
    }
    trial.refuses("I13", "property", "request-closing", asked, "该条款要求检验（检测）报告，请上传")
    trial.goes("property", "request-closing", {**asked, "test_report": pdf("复验报告"), "test_report_on": today})


def on_the_way_out(trial: Trial, server: Server) -> None:
    """I2 and I3 verifiers, I4 days, I15 a fine, I1 the road, I9 files, I14 reopening."""
    today = server.today
    offered = trial.choices("county2", "accept-request", "verifiers")
    assert "张敏" not in offered
    planner, good = trial.planner, [offered["李明"], offered["孙磊"]]
    trial.refuses("I2", "county2", "accept-request", {"verifiers": [good[0], planner]}, "相关单位人员：张敏")
    trial.refuses("I3", "county2", "accept-request", {"verifiers": good[:1]}, "核查人员不得少于两人")
    trial.goes("county2", "accept-request", {"verifiers": good})

    site = {
        "site_date": today,
        "site_photos": jpeg("核查现场", 800, 600),
        **{f"checklist-{point}": "yes" for point in POINTS},
        "verifier_signatures": good,
        "unit_signature": "张敏",
    }
    tomorrow = {**site, "site_date": today + timedelta(days=1)}
    trial.refuses("I4", "officer", "pass-verification", tomorrow, "“现场核查日期”不能晚于今天")
    case = {
        "receiver": "埇桥区市场监督管理局执法大队",
        "facts_found": "使用检验不合格的电梯",
        "evidence_list": "检验报告",
        "offence_clause": "特种设备安全法第84条",
    }
    trial.goes("section", "transfer-case", case)
    only_fined = {**site, "checklist-technical_ok": "no"}
    trial.refuses(
        "I15", "officer", "pass-verification", only_fined, "验收要点未全部通过：现场、检测结果符合安全技术规范"
    )
    notice = {"notice_url": "https://example.gov.cn/8", "notice_published_on": today}
    trial.refuses("I1", "section", "close", notice, "现在是“现场核查中”，不能办理“确认销号”")
    trial.goes("officer", "pass-verification", site)
    trial.goes("county-leader", "sign-county", {"opinion": "同意", "signature": "周卫东"})
    trial.goes("leader", "sign-city", {"opinion": "同意", "signature": "陈立新"})
    trial.signed_on = today


def after_the_closing(trial: Trial, server: Server) -> None:
    """I9 files, I14 the former round."""
    section = trial.at_work("section")
    section.goto(f"/hazards/{trial.no}")
    file = section.locator(".hazard-file").first.get_attribute("href") or ""
    kept = section.request.get(file).body()
    assert "这个地址不支持这种操作" in trial.send("section", file, {"file": pdf("另一份报告")})
    assert section.request.get(file).body() == kept
    trial.refused.append("I9")

    former = section.locator(".timeline-list > li").count()
    due = server.today + timedelta(days=10)
    again = {"evidence": pdf("抽查"), "reopen_reason": "spot_check", "reason": "抽查不合格", "new_due": due}
    trial.goes("leader", "reopen", again)
    notice = {"notice_url": "https://example.gov.cn/9", "notice_published_on": server.today}
    trial.refuses("I14", "section", "close", notice, "现在是“整改中”，不能办理“确认销号”")
    section.reload()
    expect(section.locator(".timeline-list > li")).to_have_count(former + 1)
    expect(section.locator("main")).to_contain_text("第 2 轮")


def test_a_second_hazard_takes_none_of_sixteen_wrong_turns(server: Server, signed_in: Callable[..., Page]) -> None:
    @cache
    def at_work(login: str) -> Page:
        return signed_in(login, WORKS_WITH.get(login, PHONE))

    trial = Trial(at_work)
    before_the_assignment(trial, server)
    while_it_is_rectified(trial, server)
    on_the_way_out(trial, server)
    at_work.cache_clear()
    server.forward(days=NOTICE_DAYS)
    trial.goes("section", "close", {"notice_url": "https://example.gov.cn/8", "notice_published_on": trial.signed_on})
    after_the_closing(trial, server)
    assert sorted(trial.refused, key=lambda rule: int(rule[1:])) == [f"I{number}" for number in range(1, 17)]

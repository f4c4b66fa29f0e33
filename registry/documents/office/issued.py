"""The file of an issued paper: set once from its frozen facts, kept, and handed out ever after."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry import photos, policy
from registry.actor import SYSTEM, Actor
from registry.documents.office.charts import bars
from registry.documents.office.filling_in import Picture, TemplateFault, fill_in
from registry.documents.office.pdf import to_pdf
from registry.documents.office.templates import shipped
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Paper, StoredFile
from registry.queries import (
    accident_facts,
    case_facts,
    circulars,
    directive_facts,
    guarded_facts,
    paper_facts,
    papers,
    personal,
    risk_lists,
    sealing_facts,
    status_facts,
    supervision_papers,
)
from registry.rules import paper_data
from registry.services import files
from registry.services import papers as services
from registry.services import personal as showing

MIMES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """Which of a paper's copies: what its files are kept under before the form, what their names end with, what of the
    facts stands on it."""

    prefix: str
    suffix: str
    facts: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    def kept_as(self, form: str) -> str:
        """Under what `PaperFile.format` a file of this copy is kept."""
        return f"{self.prefix}{form}"


ISSUED = Copy("", "", lambda facts: facts)
MASKED = Copy("masked_", "（隐去个人信息）", paper_data.masked)
PICTURE_WIDTH = 110.0  # millimetres
CHART_WIDTH = 130.0
WIDEST = 1600  # pixels of a picture in a paper


def file(actor: Actor, paper_id: int, form: str) -> tuple[Path, str, str]:
    """Where the file lies, its media type and a name for it; `form` docx or pdf. Made on the first demand. Whoever does
    not need the personal data on it gets it without them, kept beside what was issued.

    Raises:
        Missing: no such paper for this caller, or no such form.
    """
    paper = _asked(actor, paper_id, form)
    return _handed_out(actor, paper, form, MASKED if personal.hides(actor, paper) else ISSUED)


def whole(actor: Actor, paper_id: int, form: str, reason: str) -> tuple[Path, str, str]:
    """The file as it was issued, for a reason, to somebody who gets it without personal data otherwise; as `file`.

    Raises:
        Missing: no such paper for this caller, or no such form. Invalid: no reason.
    """
    paper = _asked(actor, paper_id, form)
    showing.show(actor, "paper", str(paper.id), reason)
    return _handed_out(actor, paper, form, ISSUED)


def _asked(actor: Actor, paper_id: int, form: str) -> Paper:
    policy.require(actor, "paper.read")
    if form not in MIMES:
        raise Missing(T("没有这种格式"))
    return papers.show(actor, paper_id)


def _handed_out(actor: Actor, paper: Paper, form: str, copy: Copy) -> tuple[Path, str, str]:
    row = papers.kept(paper.id, copy.kept_as(form)) or _made(actor, paper, form, copy)
    return papers.path(row), MIMES[form], f"{_file_name(paper)}{copy.suffix}.{form}"


# How far each part of the work brings a long paper, of a hundred. Chosen by eye, not measured: only chapters and
# pictures are counted, so the bar says that work goes on and at what, not how long it will take.
WHOLE = 100
SHARES = {"pictures": (0, 20), "word": (20, 20), "chapter": (45, 70), "pages": (70, 70), "keep": (95, 95)}
Told = Callable[[str, int, int, str], None]


def make(data: Mapping[str, Any], progress: Callable[..., None]) -> None:
    """Both files of the paper `{paper_id}`, in the background; what is there already stays. It tells of each picture,
    each chapter and the pages."""
    paper = papers.show(SYSTEM, data["paper_id"])

    def told(part: str, done: int, of: int, about: str) -> None:
        since, until = SHARES[part]
        progress(since + (until - since) * done // max(of, 1), WHOLE, part, about)

    for form in MIMES:
        if papers.kept(paper.id, form) is None:
            _made(SYSTEM, paper, form, told=told)
    progress(WHOLE, WHOLE, "keep")


def _silent(_part: str, _done: int, _of: int, _about: str) -> None:
    """Somebody waits for the file itself and is told nothing meanwhile."""


def draft(kind: str, template: bytes, on: date) -> bytes:
    """A template filled in with nothing, to see that it can be: the Word file.

    Raises:
        Invalid: it is no Word file, or names what the papers of this kind do not know.
    """
    try:
        return fill_in(template, BLANKS.get(kind, paper_facts.blank_hazard)())
    except TemplateFault as fault:
        raise Invalid.field("file", T("模板不能使用：{reason}", reason=str(fault))) from fault


# What a kind's template is tried with, where it is not the papers of a hazard.
BLANKS: dict[str, Callable[[], dict[str, Any]]] = {
    "circular": circulars.blank,
    "directive": directive_facts.blank,
    supervision_papers.KIND: supervision_papers.blank,
    "sealing": sealing_facts.blank,
    "status_report": status_facts.blank,
    "risk_list": risk_lists.blank,
    "guarded_event_report": guarded_facts.blank,
    **dict.fromkeys(case_facts.KINDS, case_facts.blank),
    **dict.fromkeys(accident_facts.KINDS, accident_facts.blank),
}


def _made(actor: Actor, paper: Paper, form: str, copy: Copy = ISSUED, told: Told = _silent) -> StoredFile:
    kept = papers.kept(paper.id, copy.kept_as("docx"))
    word = papers.path(kept).read_bytes() if kept else _word(paper, copy, told)
    if kept is None:
        kept = _keep(actor, paper, "docx", copy, word)
    if form == "docx":
        return kept
    made = to_pdf(word, paper.title, told)
    told("keep", 0, 1, "")
    return _keep(actor, paper, "pdf", copy, made)


def _keep(actor: Actor, paper: Paper, form: str, copy: Copy, content: bytes) -> StoredFile:
    stored = files.store(actor, f"{_file_name(paper)}{copy.suffix}.{form}", MIMES[form], content, "paper")
    row = services.keep_file(actor, paper.id, copy.kept_as(form), stored)
    found = papers.kept(row.paper_id, copy.kept_as(form))
    assert found is not None
    return found


def _word(paper: Paper, copy: Copy = ISSUED, told: Told = _silent) -> bytes:
    own = papers.template_content(paper.template_id) if paper.template_id else None
    said = copy.facts(paper.facts)
    names = list(_pictures_of(said))
    waiting = iter(enumerate(names))

    def next_one() -> None:
        place, name = next(waiting)
        told("pictures", place, len(names), name)

    facts = _with_pictures(said, next_one)
    told("word", 0, 1, "")
    return fill_in(own or shipped(paper.kind, paper.issued_on), facts)


def _pictures_of(value: Any) -> Iterator[str]:
    """The names of the pictures and charts that a paper will show, in their order."""
    match value:
        case {"file": int(), "name": str(name)} | {"chart": str(name), "bars": list()}:
            yield name
        case Mapping():
            for item in value.values():
                yield from _pictures_of(item)
        case list():
            for item in value:
                yield from _pictures_of(item)


def _with_pictures(value: Any, next_one: Callable[[], None]) -> Any:
    """Facts with each file that is a picture put beside its name; other files keep their name alone. `next_one` is
    called before each."""
    match value:
        case {"file": int(), "name": str()} | {"chart": str(), "bars": list()}:
            next_one()
    match value:
        case {"file": int(number), "name": str(name), "width": int(width)}:
            return {"name": name, "picture": _picture(number, width) or ""}
        case {"file": int(number), "name": str(name)}:
            return {"name": name, "picture": _picture(number, PICTURE_WIDTH) or ""}
        case {"chart": str(), "bars": list()}:
            return Picture(bars(value), CHART_WIDTH)
        case Mapping():
            return {key: _with_pictures(item, next_one) for key, item in value.items()}
        case list():
            return [_with_pictures(item, next_one) for item in value]
        case _:
            return value


def _picture(file_id: int, width: float) -> Picture | None:
    """A stored picture as a paper takes it: upright, without its camera's data, no larger than print needs."""
    try:
        shown = photos.upright(papers.content(file_id), WIDEST)
    except photos.PhotoError:
        return None
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=82)
    tall = shown.height > shown.width
    return Picture(out.getvalue(), width * (shown.width / shown.height if tall else 1))


def _file_name(paper: Paper) -> str:
    return (paper.number or paper.title).replace("/", "-").replace("　", " ")

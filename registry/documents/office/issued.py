"""The file of an issued paper: set once from its frozen facts, kept, and handed out ever after."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
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
    risk_lists,
    sealing_facts,
    status_facts,
    supervision_papers,
)
from registry.services import files
from registry.services import papers as services

MIMES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
PICTURE_WIDTH = 110.0  # millimetres
CHART_WIDTH = 130.0
WIDEST = 1600  # pixels of a picture in a paper


def file(actor: Actor, paper_id: int, form: str) -> tuple[Path, str, str]:
    """Where the file lies, its media type and a name for it; `form` docx or pdf. Made on the first demand.

    Raises:
        Missing: no such paper for this caller, or no such form.
    """
    policy.require(actor, "paper.read")
    if form not in MIMES:
        raise Missing(T("没有这种格式"))
    paper = papers.show(actor, paper_id)
    row = papers.kept(paper.id, form) or _made(actor, paper, form)
    return papers.path(row), MIMES[form], f"{_file_name(paper)}.{form}"


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
            _made(SYSTEM, paper, form, told)
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


def _made(actor: Actor, paper: Paper, form: str, told: Told = _silent) -> StoredFile:
    kept = papers.kept(paper.id, "docx")
    word = papers.path(kept).read_bytes() if kept else _word(paper, told)
    if kept is None:
        kept = _keep(actor, paper, "docx", word)
    if form == "docx":
        return kept
    made = to_pdf(word, paper.title, told)
    told("keep", 0, 1, "")
    return _keep(actor, paper, "pdf", made)


def _keep(actor: Actor, paper: Paper, form: str, content: bytes) -> StoredFile:
    stored = files.store(actor, f"{_file_name(paper)}.{form}", MIMES[form], content, "paper")
    row = services.keep_file(actor, paper.id, form, stored)
    found = papers.kept(row.paper_id, form)
    assert found is not None
    return found


def _word(paper: Paper, told: Told = _silent) -> bytes:
    own = papers.template_content(paper.template_id) if paper.template_id else None
    names = list(_pictures_of(paper.facts))
    waiting = iter(enumerate(names))

    def next_one() -> None:
        place, name = next(waiting)
        told("pictures", place, len(names), name)

    facts = _with_pictures(paper.facts, next_one)
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

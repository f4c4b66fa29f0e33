"""The file of an issued paper: set once from its frozen facts, kept, and handed out ever after."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from registry import policy
from registry.actor import SYSTEM, Actor
from registry.documents.office.charts import bars
from registry.documents.office.filling_in import Picture, TemplateFault, fill_in
from registry.documents.office.pdf import to_pdf
from registry.documents.office.templates import shipped
from registry.errors import Invalid, Missing
from registry.messages import T
from registry.models import Paper, StoredFile
from registry.pictures import LARGEST_PIXELS
from registry.queries import (
    circulars,
    directive_facts,
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


def make(data: Mapping[str, Any], progress: Callable[[int, int], None]) -> None:
    """Both files of the paper `{paper_id}`, in the background; what is there already stays."""
    paper = papers.show(SYSTEM, data["paper_id"])
    for number, form in enumerate(MIMES):
        progress(number, len(MIMES))
        if papers.kept(paper.id, form) is None:
            _made(SYSTEM, paper, form)
    progress(len(MIMES), len(MIMES))


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
}


def _made(actor: Actor, paper: Paper, form: str) -> StoredFile:
    kept = papers.kept(paper.id, "docx")
    word = papers.path(kept).read_bytes() if kept else _word(paper)
    if kept is None:
        kept = _keep(actor, paper, "docx", word)
    return kept if form == "docx" else _keep(actor, paper, "pdf", to_pdf(word, paper.title))


def _keep(actor: Actor, paper: Paper, form: str, content: bytes) -> StoredFile:
    stored = files.store(actor, f"{_file_name(paper)}.{form}", MIMES[form], content, "paper")
    row = services.keep_file(actor, paper.id, form, stored)
    found = papers.kept(row.paper_id, form)
    assert found is not None
    return found


def _word(paper: Paper) -> bytes:
    own = papers.template_content(paper.template_id) if paper.template_id else None
    return fill_in(own or shipped(paper.kind, paper.issued_on), _with_pictures(paper.facts))


def _with_pictures(value: Any) -> Any:
    """Facts with each file that is a picture put beside its name; other files keep their name alone."""
    match value:
        case {"file": int(number), "name": str(name), "width": int(width)}:
            return {"name": name, "picture": _picture(number, width) or ""}
        case {"file": int(number), "name": str(name)}:
            return {"name": name, "picture": _picture(number, PICTURE_WIDTH) or ""}
        case {"chart": str(), "bars": list()}:
            return Picture(bars(value), CHART_WIDTH)
        case Mapping():
            return {key: _with_pictures(item) for key, item in value.items()}
        case list():
            return [_with_pictures(item) for item in value]
        case _:
            return value


def _picture(file_id: int, width: float) -> Picture | None:
    """A stored picture as a paper takes it: upright, without its camera's data, no larger than print needs."""
    try:
        with Image.open(io.BytesIO(papers.content(file_id))) as sent:
            if sent.width * sent.height > LARGEST_PIXELS:
                return None
            shown = sent.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    shown.thumbnail((WIDEST, WIDEST))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=82)
    upright = shown.height > shown.width
    return Picture(out.getvalue(), width * (shown.width / shown.height if upright else 1))


def _file_name(paper: Paper) -> str:
    return (paper.number or paper.title).replace("/", "-").replace("　", " ")

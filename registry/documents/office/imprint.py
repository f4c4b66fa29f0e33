"""The imprint (版记) never stands on a page of its own: what stands before it goes along (GB/T 9704-2012 7.4)."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

LINES = 3  # of an imprint, at most


def keep_imprint(body: Any) -> None:
    """Tie the imprint at the end of a document to the last line, row or picture before it."""
    blocks = [element for element in body if element.tag in (qn("w:p"), qn("w:tbl"))]
    begin = next((n for n in range(len(blocks) - 1, max(-1, len(blocks) - 1 - LINES), -1) if _begins(blocks[n])), None)
    if not begin:
        return
    for element in blocks[begin:-1]:
        _keep(element)
    for element in reversed(blocks[:begin]):
        if element.tag == qn("w:tbl"):
            for paragraph in element.findall(qn("w:tr"))[-1].iter(qn("w:p")):
                _keep(paragraph)
            return
        _keep(element)
        if not _empty(element):
            return


def _begins(element: Any) -> bool:
    """Whether an imprint begins here: a paragraph under a line."""
    return element.tag == qn("w:p") and next(element.iter(qn("w:top")), None) is not None


def _empty(paragraph: Any) -> bool:
    said = "".join(part.text or "" for part in paragraph.iter(qn("w:t"))).strip()
    return not said and next(paragraph.iter(qn("w:drawing")), None) is None


def _keep(paragraph: Any) -> None:
    shape = paragraph.get_or_add_pPr()
    if shape.find(qn("w:keepNext")) is None:
        shape.insert_element_before(
            OxmlElement("w:keepNext"),
            *("w:keepLines", "w:pageBreakBefore", "w:framePr", "w:widowControl", "w:numPr", "w:suppressLineNumbers"),
            *("w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct"),
            *("w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid"),
            *("w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc"),
            *("w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle"),
            *("w:rPr", "w:sectPr", "w:pPrChange"),
        )

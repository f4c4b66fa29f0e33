"""Filling in a Word template: docxtpl's marks, in a sandbox, since offices bring templates of their own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, Listing
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from registry.documents.office.imprint import keep_imprint


class TemplateFault(ValueError):
    """The template is no Word file, or names what is not there; the argument says which."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be set into the paper, `width` millimetres wide."""

    content: bytes
    width: float


def fill_in(template: bytes, facts: Mapping[str, Any]) -> bytes:
    """The Word file with the facts in it. Strings keep their line breaks, `Picture` becomes a picture.

    Raises:
        TemplateFault: no Word file, a mark that cannot be read, or a name that the facts do not hold.
    """
    paper = _opened(template)
    try:
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        paper.render(_prepared(paper, facts), environment, autoescape=True)
    except (TemplateError, TypeError, ArithmeticError, LookupError) as error:
        raise TemplateFault(str(error)) from error
    keep_imprint(paper.docx.element.body)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _opened(template: bytes) -> Any:
    try:
        paper = DocxTemplate(io.BytesIO(template))
        paper.init_docx()
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise TemplateFault("not a Word file") from error
    return paper


def _prepared(paper: Any, value: Any) -> Any:
    match value:
        case str():
            return Listing(value) if "\n" in value else value
        case Picture():
            return InlineImage(paper, io.BytesIO(value.content), width=Mm(value.width))
        case Mapping():
            return {name: _prepared(paper, item) for name, item in value.items()}
        case list() | tuple():
            return [_prepared(paper, item) for item in value]
        case None:
            return ""
        case _:
            return value

"""Forms that bring files: what was uploaded is stored at once, so that a form sent back still has it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import request
from marshmallow import Schema

from blueprints.forms import Form, FormField
from blueprints.sessions import actor
from registry.queries.hazard_inputs import PURPOSE
from registry.queries.hazard_offers import Need
from registry.services import files

R = TypeVar("R")
PICTURES = "image/*"
DRAWN = "data:image/png;base64,"
PICTURE_FIELDS = ("photos_before", "photos_after", "site_photos", "stamp_photo", "label_photo")
SIGNS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


@dataclass
class FileField(FormField):
    """A field of files; `kept` are the ids of those that are stored already. `drawn`: a signature by hand."""

    many: bool = False
    drawn: bool = False
    kept: list[int] = field(default_factory=list)


def mime_of(content: bytes) -> str:
    """The type by the first bytes; what is neither picture nor PDF is only ever downloaded."""
    return next((mime for sign, mime in SIGNS if content.startswith(sign)), "application/octet-stream")


def keep(name: str, content: bytes, purpose: str = PURPOSE) -> Any:
    """Store one file, of a hazard unless said otherwise; sent again it is the file it was before."""
    return files.store_once(actor(), name, mime_of(content), content, purpose)


class FileForm(Form):
    """A form with files. `needs` mark what the rules will ask for; their findings stand beside the fields."""

    purpose = PURPOSE

    def __init__(self, schema: Schema, needs: Iterable[Need] = (), **options: Any) -> None:
        names = [name for name, f in schema.fields.items() if f.metadata.get("kind") == "file"]
        self._stored = {name: _stored(name, self.purpose) for name in names} if request.method == "POST" else {}
        super().__init__(schema, **options)
        for name in names:
            self._fields[name] = self._file_field(name)
        for need in needs:
            for shown in (f for f in self.fields if f.name.partition("-")[0] == need.name):
                shown.required = need.required and not shown.name.endswith("-reason")

    def submit(self, verb: Callable[[dict[str, Any]], R], complete: bool = False) -> R | None:
        """As for every form; what is missing by the rules stands beside its field."""
        result = super().submit(verb, complete)
        for finding in [*self.findings]:
            name = finding["rule"].removeprefix("need.")
            if name in self._fields:
                self.findings.remove(finding)
                self.form_errors.remove(finding["text"])
                self._fields[name].errors.append(finding["text"])
        return result

    def _typed(self) -> dict[str, Any]:
        typed = super()._typed()
        for name, ids in self._stored.items():
            many = self.schema.fields[name].metadata.get("many")
            typed[name] = ids if many else (ids[-1] if ids else None)
        return typed

    def _file_field(self, name: str) -> FileField:
        drawn = self._fields[name]
        many = bool(self.schema.fields[name].metadata.get("many"))
        ids = self._stored.get(name, [])
        values = {**vars(drawn), "accept": PICTURES if name in PICTURE_FIELDS else ""}
        drawn = bool(self.schema.fields[name].metadata.get("drawn"))
        return FileField(**values, many=many, drawn=drawn, kept=ids if many else ids[-1:])


class PaperForm(FileForm):
    """A form whose files are papers of an application; `kept` are the ids of those that it has already."""

    purpose = "registration"

    def __init__(self, schema: Schema, kept: Mapping[str, list[int]], **options: Any) -> None:
        super().__init__(schema, **options)
        if not self.was_sent:
            for drawn in self.fields:
                if isinstance(drawn, FileField):
                    drawn.kept = kept.get(drawn.name, [])


def _decoded(text: str) -> bytes:
    """The picture of a drawn signature; empty for anything else."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        return b""
    return content if content.startswith(SIGNS[1][0]) else b""


def _stored(name: str, purpose: str) -> list[int]:
    """Ids that the form carried already, and those of what is uploaded now."""
    kept = [int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) < 12]
    for text in request.form.getlist(name):
        if text.startswith(DRAWN) and (strokes := _decoded(text.removeprefix(DRAWN))):
            kept.append(keep("签名.png", strokes, purpose).id)
    for upload in request.files.getlist(name):
        content = upload.read() if upload.filename else b""
        if content:
            kept.append(keep(upload.filename or "", content, purpose).id)
    return kept

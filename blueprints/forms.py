"""A page's form over a schema: what was typed, what is wrong, and the call of the verb.

Typical use::

    form = Form(ElevatorIn(), choices={"areas": ...})
    if request.method == "POST":
        elevator = form.submit(lambda data: elevators.register(actor(), data))
        if elevator:
            return redirect(...)
    return form.page("elevators/new.html")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from blueprints.filters import say
from blueprints.sessions import language
from registry.db import db
from registry.errors import Conflict, Invalid, Missing, Refused

R = TypeVar("R")


@dataclass
class FormField:
    """One field as the macros of `_form.html` draw it."""

    name: str
    id: str
    label: str
    kind: str
    required: bool = False
    hint: str = ""
    unit: str = ""
    group: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    value: Any = None
    errors: list[str] = field(default_factory=list)
    min: Any = None
    max: Any = None
    step: Any = None
    autocomplete: str = ""
    placeholder: str = ""
    accept: str = ""


class Form:
    """A form over `schema`. `initial` fills an unsent form; `choices` fills named choice lists."""

    def __init__(
        self,
        schema: Schema,
        initial: Any = None,
        choices: Mapping[str, Iterable[tuple[Any, Any]]] | None = None,
        prefix: str = "",
        sent: Mapping[str, Any] | None = None,
    ) -> None:
        self.schema = schema
        self.prefix = prefix
        self.choices = dict(choices or {})
        self.form_errors: list[str] = []
        self.findings: list[dict[str, str]] = []
        self._sent = sent
        typed = self._typed() if self.was_sent else self._initial(initial)
        self._fields = {name: self._draw(name, f, typed.get(name)) for name, f in schema.fields.items() if shown(f)}

    @property
    def was_sent(self) -> bool:
        """Whether the browser has sent this form."""
        return self._sent is not None or request.method == "POST"

    @property
    def fields(self) -> list[FormField]:
        """All fields in the order of the schema."""
        return list(self._fields.values())

    def __getitem__(self, name: str) -> FormField:
        return self._fields[name]

    @property
    def has_errors(self) -> bool:
        return bool(self.form_errors) or any(f.errors for f in self.fields)

    def load(self) -> dict[str, Any] | None:
        """What was sent, parsed; None when it is wrong, with the errors beside the fields."""
        raw = {name: value for name, value in self._typed().items() if value not in (None, "", [])}
        try:
            loaded: dict[str, Any] = self.schema.load(raw, unknown=EXCLUDE)
        except ValidationError as error:
            self.show(error.normalized_messages())
            return None
        return loaded

    def complete(self) -> dict[str, Any] | None:
        """Like `load`, with None for every field that was left empty: for forms that replace all fields."""
        loaded = self.load()
        if loaded is None:
            return None
        return {**{name: None for name, f in self.schema.fields.items() if f.allow_none}, **loaded}

    def submit(self, verb: Callable[[dict[str, Any]], R], complete: bool = False) -> R | None:
        """Parse, call the verb, and put what it refuses beside the fields. None when anything is wrong."""
        data = self.complete() if complete else self.load()
        if data is None:
            return None
        try:
            return verb(data)
        except Invalid as error:
            self.show(error.errors)
            if error.detail:
                self.form_errors.append(say(error.detail))
        except Refused as error:
            self.findings = [finding.to_dict(language()) for finding in error.verdict.findings]
            self.form_errors.extend(finding["text"] for finding in self.findings)
        except (Conflict, Missing) as error:
            self.form_errors.append(say(error.detail))
        db.session.rollback()
        return None

    def page(self, template: str, **values: Any) -> Any:
        """Render the page with this form; 422 when it was sent and something is wrong."""
        status = 422 if self.has_errors else 200
        return render_template(template, form=self, **values), status

    def show(self, messages: Mapping[str, Any]) -> None:
        """Put messages beside their fields; those of no field stand above the form."""
        for name, found in messages.items():
            texts = [say(text) for text in flatten(found)]
            if name in self._fields:
                self._fields[name].errors.extend(texts)
            else:
                self.form_errors.extend(texts)

    def _typed(self) -> dict[str, Any]:
        sent = self._sent if self._sent is not None else request.form
        typed: dict[str, Any] = {}
        for name, schema_field in self.schema.fields.items():
            key = self.prefix + name
            kind = schema_field.metadata.get("kind")
            if kind == "multiselect":
                typed[name] = sent.getlist(key) if hasattr(sent, "getlist") else sent.get(key)
            elif kind == "lines":
                typed[name] = split_lines(sent.get(key, ""))
            elif kind == "file":
                upload = request.files.get(key)
                if upload and upload.filename:
                    upload.stream.seek(0)  # it is read for drawing and again for loading
                    typed[name] = (upload.filename, upload.read())
            elif isinstance(schema_field, fields.Nested):
                typed[name] = sent.get(key)
            else:
                value = sent.get(key)
                typed[name] = value.strip() if isinstance(value, str) and kind != "password" else value
        return typed

    def _initial(self, initial: Any) -> dict[str, Any]:
        if initial is None:
            return {name: f.load_default for name, f in self.schema.fields.items() if not callable(f.load_default)}
        dumped = self.schema.dump(initial)
        return dict(dumped)

    def _draw(self, name: str, schema_field: fields.Field[Any], value: Any) -> FormField:
        metadata = schema_field.metadata
        offered = metadata.get("choices", [])
        if isinstance(offered, str):
            offered = self.choices.get(offered, [])
        return FormField(
            name=self.prefix + name,
            id=f"f-{self.prefix}{name}".replace(".", "-"),
            label=str(metadata.get("label", name)),
            kind=metadata.get("kind", "text"),
            required=schema_field.required,
            hint=str(metadata.get("hint", "")),
            unit=str(metadata.get("unit", "")),
            group=str(metadata.get("group", "")),
            choices=[(str(v), say(label)) for v, label in offered],
            value="" if is_missing(value) else value,
            min=getattr(schema_field, "min", None),
            max=getattr(schema_field, "max", None),
            autocomplete=metadata.get("autocomplete", ""),
            placeholder=str(metadata.get("placeholder", "")),
            accept=metadata.get("accept", ""),
        )


def shown(schema_field: fields.Field[Any]) -> bool:
    """Whether a field belongs on a form: those with a label do."""
    return "label" in schema_field.metadata and not schema_field.dump_only


def is_missing(value: Any) -> bool:
    """Whether there is nothing to show."""
    return value is None or type(value).__name__ == "_Missing"


def split_lines(text: str) -> list[str]:
    """Codes as people paste them: one a line, or separated by commas, semicolons or blanks."""
    for separator in ",，;；\t\r":
        text = text.replace(separator, "\n")
    return [line.strip() for line in text.split("\n") if line.strip()]


def flatten(messages: Any) -> list[Any]:
    """All sentences in a nest of messages, each once."""
    if isinstance(messages, Mapping):
        found = [text for value in messages.values() for text in flatten(value)]
    elif isinstance(messages, list | tuple):
        found = [text for value in messages for text in flatten(value)]
    else:
        found = [messages]
    return list(dict.fromkeys(found))

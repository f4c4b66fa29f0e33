"""A long list as a spreadsheet, made in the background by the rights of whoever asked, as they are then."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from blueprints.export_filters import FILTERS
from blueprints.filters import say
from blueprints.forms import Form, flatten
from blueprints.schemas.indicators import BehindIn
from blueprints.sessions import speaking
from registry import clock, policy
from registry.actor import Actor
from registry.errors import Forbidden, Invalid, Missing
from registry.exchange import lists
from registry.messages import T
from registry.queries import accounts
from registry.replays import digest
from registry.services import files, jobs, personal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(actor: Actor, name: str, sent: MultiDict[str, str], language: str) -> int:
    """Ask for a list (or `behind/<indicator>`) under the conditions of its address; a second time the same job. Returns
    its id."""
    data = {"list": name, "sent": list(sent.items(multi=True)), "language": language}
    data["membership_id"] = actor.membership_id
    return jobs.ask(actor, "export", f"export.{digest(data)[:40]}", data, steps=0).id


def whole(actor: Actor, name: str, sent: MultiDict[str, str], language: str, reason: str) -> int:
    """Ask for a list with its personal data unmasked, for a reason that goes into the trail. Returns the job's id."""
    listing, schema = of(name, whole=True)
    policy.require(actor, listing.permission)
    personal.export(actor, name, asked(schema, sent), reason)
    data = {"list": name, "sent": list(sent.items(multi=True)), "language": language, "whole": True}
    data["membership_id"] = actor.membership_id
    return jobs.ask(actor, "export", f"export.{digest(data)[:40]}", data, steps=0).id


def make(data: Mapping[str, Any], progress: Callable[..., None]) -> int:
    """Write the list; returns the id of the file."""
    actor = accounts.actor_of_membership(data["membership_id"])
    if actor is None:
        raise Forbidden(T("提出导出的人已不再担任这个角色"))
    with speaking(data["language"]):
        listing, schema = of(data["list"])
        filters = asked(schema, MultiDict([tuple(pair) for pair in data["sent"]]))
        progress(0, 0, "rows", "0")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file_name(listing, data["language"])
            with path.open("w+b") as target:
                lists.write(
                    target,
                    listing,
                    actor,
                    filters,
                    data["language"],
                    say,
                    told=lambda count: progress(count, 0, "rows", f"{count:,}"),
                    whole=bool(data.get("whole")),
                )
            progress(0, 0, "keep")
            return files.store_path(actor, path, XLSX, "export").id


def of(name: str, whole: bool = False) -> tuple[lists.Listing, Schema]:
    """A list and what it may be narrowed by; Missing when there is none, or none that can leave `whole`."""
    if whole and lists.find(name).whole is None:
        raise Missing(T("没有这个清单"))
    if name.startswith("behind/"):
        return lists.behind(name.removeprefix("behind/")), BehindIn()
    return lists.find(name), FILTERS[name]()


def asked(schema: Schema, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions as sent with the address.

    Raises:
        Invalid: one that is none.
    """
    form = Form(schema, sent=sent)
    filters = form.load()
    if filters is None:
        wrong = {field.name: field.errors for field in form.fields if field.errors}
        raise Invalid(wrong, "；".join(map(str, flatten(wrong))))
    return filters


def file_name(listing: lists.Listing, language: str) -> str:
    """The list's name and the day."""
    title = listing.heading_en if language == "en" else say(listing.heading)
    return f"{title.replace('/', ' ')}-{clock.today().isoformat()}.xlsx"

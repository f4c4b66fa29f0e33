"""What templates may call: texts, dates, numbers, assets, the navigation."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from blueprints import navigation, personal_data
from blueprints.addresses import asked_again
from blueprints.sessions import LANGUAGES, language, optional_actor
from registry import policy
from registry.clock import CITY_ZONE
from registry.messages import T
from registry.queries import access_requests, notices
from registry.queries.rulebook import CERTAINTIES
from registry.rules import masking
from registry.settings import ROOT, current

MISSING = "—"


def init_app(app: Flask) -> None:
    """Give the templates their filters and values."""
    app.jinja_env.filters.update(
        say=say,
        called=called,
        day=day,
        month=month,
        moment=moment,
        second=second,
        number=number,
        percent=percent,
        yuan=yuan,
        kg=kg,
        masked=masked,
        certainty=certainty,
    )
    app.jinja_env.globals["tiles"] = tiles
    app.jinja_env.globals["asked_again"] = asked_again
    app.jinja_env.globals["personal"] = personal_data.of
    app.jinja_env.globals["personal_button"] = personal_data.button
    app.jinja_env.globals["certificate_number"] = personal_data.certificate_number
    app.context_processor(context)


def say(text: Any) -> str:
    """A message, or the name of a thing of the rules, in the language of the request."""
    if hasattr(text, "zh") and hasattr(text, "en"):
        return called(text)
    if isinstance(text, T):
        translated = gettext(text.template)
        values = {key: say(value) if isinstance(value, T) else value for key, value in text.values.items()}
        return translated.format(**values) if values else translated
    return str(text) if text is not None else ""


def called(thing: Any) -> str:
    """The name of a kind, status, cycle or move of the rules, which carry `zh` and `en`."""
    if thing is None:
        return MISSING
    return str(thing.en if language() == "en" else thing.zh)


def day(value: date | None) -> str:
    """2024-03-18."""
    return value.isoformat() if value else MISSING


def month(value: date | None) -> str:
    """2024-03, as stamped."""
    return f"{value:%Y-%m}" if value else MISSING


def moment(value: datetime | None) -> str:
    """2024-03-18 09:30 in the city's time."""
    return f"{value.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}" if value else MISSING


def second(value: datetime | None) -> str:
    """2024-03-18 09:30:05 in the city's time."""
    return f"{value.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}" if value else MISSING


def number(value: Any) -> str:
    """1,234.5 without trailing zeros; what nobody knows is a dash."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, Decimal):
        value = value.normalize()
        return f"{value:,f}"
    return f"{value:,}"


def percent(value: Decimal | float | None, digits: int = 2) -> str:
    """0.8 as 80.00 %; nothing over nothing is a dash."""
    return MISSING if value is None else f"{value * 100:.{digits}f} %"


def yuan(fen: int | None) -> str:
    """Fen as yuan."""
    return MISSING if fen is None else f"{fen / 100:,.2f}"


def kg(grams: int | None) -> str:
    """Grams as kilograms."""
    return MISSING if grams is None else f"{Decimal(grams) / 1000:f} kg"


def masked(phone: str | None) -> str:
    """139****1234: enough to recognise, not enough to call."""
    return masking.phone(phone) or MISSING


def certainty(mark: str) -> Markup:
    """A mark of certainty with its meaning, as it stands behind what a clause says."""
    return Markup('<abbr title="{}">{}</abbr>').format(say(CERTAINTIES[mark]), mark)


@cache
def _manifest(_stamp: float) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / "static/dist/manifest.json").read_text())
    return found


def asset(name: str) -> str:
    """The hashed address of a built file."""
    path = ROOT / "static/dist/manifest.json"
    stamp = path.stat().st_mtime if path.exists() else 0.0
    built = _manifest(stamp).get(name, name) if stamp else name
    return url_for("static", filename=f"dist/{built}")


def tiles() -> Markup:
    """The attributes by which a map finds its tiles: nothing where the office has set no tile server."""
    settings = current()
    if not settings.tiles_url:
        return Markup("")
    return Markup('data-tiles="{}" data-tiles-said="{}"').format(settings.tiles_url, settings.tiles_attribution)


def may(permission: str) -> bool:
    """Whether the caller's role has a permission: what decides which buttons are there."""
    actor = optional_actor()
    return actor is not None and policy.may(actor, permission)


def _other_language_url() -> str:
    other = next(code for code in LANGUAGES if code != language())
    return url_for("account.choose_language", code=other, next=request.full_path.rstrip("?"))


def context() -> dict[str, Any]:
    """What every template has."""
    actor = optional_actor()
    return {
        "actor": actor,
        "asset": asset,
        "language": language(),
        "may": may,
        "say": say,
        "nav": navigation.groups(actor, current_app.view_functions) if actor else [],
        "unread_notices": lambda: notices.unread(actor) if actor else 0,
        "home_url": url_for("home.index") if "home.index" in current_app.view_functions else "/",
        "other_language_url": _other_language_url(),
        "sign_out_url": url_for("account.sign_out"),
        "administers": lambda: len(access_requests.administrator_roles(actor.person_id)) if actor else 0,
        "switch_url": url_for("account.switch"),
    }

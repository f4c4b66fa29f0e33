"""How a cylinder should look and what must be left in it, by medium; the published sizes of LPG cylinders.

Colours: GB/T 7144, GB 5842 (cylinders.md §1.4). Residues: TSG R0006-2014, GB/T 13591 (§4.8, §4.9). Sizes: §4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from registry.rules import tables
from registry.rules.cylinders import medium_row

Text = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Colours:
    """The painting of a medium's cylinder: body, lettering and its colour, rings by nominal pressure."""

    medium: str
    body: Text
    letters: str
    letters_colour: Text
    rings: Text
    basis: str
    certainty: str

    @property
    def text(self) -> Text:
        """The same as one phrase."""
        zh = f"{self.body[0]}色瓶体、{self.letters_colour[0]}色字“{self.letters}”"
        en = f"body {self.body[1]}, lettering “{self.letters}” {self.letters_colour[1]}"
        zh_rings, en_rings = self.rings
        return (f"{zh}，{zh_rings}" if zh_rings else zh), (f"{en}; {en_rings}" if en_rings else en)


@dataclass(frozen=True, slots=True)
class Model:
    """A published size of LPG cylinder. `nominal_kg` is what the trade fills, `permitted_kg` the legal maximum."""

    model: str
    volume_l: Decimal
    tare_kg: Decimal | None
    permitted_kg: Decimal
    shop_name: str
    nominal_kg: Decimal
    tolerance_kg: Decimal


@cache
def colours(medium: str, on: date) -> tuple[Colours, ...]:
    """The colours of a medium; for a family (`lpg`) those of each of its members; empty where no row says."""
    return tuple(
        Colours(
            row["medium"],
            (row["body"], row["body_en"]),
            row["letters"],
            (row["letters_colour"], row["letters_colour_en"]),
            (row["rings"], row["rings_en"]),
            row["basis"],
            row["certainty"],
        )
        for row in tables.rows("cylinder_colours", on)
        if medium in (row["medium"], _family(row["medium"], on))
    )


def _family(medium: str, on: date) -> str:
    row = medium_row(medium, on)
    return row["family"] if row else ""


@cache
def colour_text(medium: str, on: date) -> Text | None:
    """The colours of a medium as one phrase for the filler; None where no row says."""
    found = colours(medium, on)
    if not found:
        return None
    return "；或".join(each.text[0] for each in found), "; or ".join(each.text[1] for each in found)


def _state(medium: str, on: date) -> str:
    row = tables.first("media", on, lambda row: row["medium"] == medium)
    return row["state"] if row else ""


@cache
def residual_text(medium: str, on: date) -> Text | None:
    """What must be left in a cylinder of a medium, as one phrase for the filler; None where no row says."""
    rows = _residual_rows(medium, on)
    if not rows:
        return None
    zh, en = zip(*(_least(row) for row in rows), strict=True)
    return "，".join(zh), ", ".join(en)


def _least(row: tables.Row) -> Text:
    if row["min_permille"]:
        percent = (Decimal(row["min_permille"]) / 10).normalize()
        return f"剩余不少于额定充装质量的{percent}%", f"at least {percent} % of the rated mass left"
    zh, en = f"余压不低于{row['min_mpa']} MPa", f"at least {row['min_mpa']} MPa left"
    low, high = row["from_c"], row["below_c"]
    if not low and not high:
        return zh, en
    span = f"{low}～{high}℃" if low else f"{high}℃以下"
    return f"{span}{zh}", f"{en} {f'from {low} to {high} °C' if low else f'below {high} °C'}"


def _residual_rows(medium: str, on: date) -> list[tables.Row]:
    rows = tables.rows("residual_minimums", on)
    own = [row for row in rows if medium in row["media"].split()]
    return own or [row for row in rows if not row["media"] and _state(medium, on) in row["states"].split()]


def least_residual_mpa(medium: str, temperature_c: Decimal | None, on: date) -> Decimal | None:
    """The least residual pressure in MPa at an ambient temperature; None where it is told by mass, not known, or the
    temperature it depends on is missing or outside the table."""
    for row in _residual_rows(medium, on):
        if not row["min_mpa"]:
            continue
        if not row["from_c"] and not row["below_c"]:
            return Decimal(row["min_mpa"])
        if temperature_c is None:
            return None
        low = Decimal(row["from_c"]) if row["from_c"] else None
        if (low is None or low <= temperature_c) and temperature_c < Decimal(row["below_c"]):
            return Decimal(row["min_mpa"])
    return None


@cache
def models(on: date) -> tuple[Model, ...]:
    """The published sizes of LPG cylinders, the smallest first."""
    return tuple(
        Model(
            row["model"],
            Decimal(row["volume_l"]),
            Decimal(row["tare_kg"]) if row["tare_kg"] else None,
            Decimal(row["permitted_kg"]),
            row["shop_name"],
            Decimal(row["nominal_kg"]),
            Decimal(row["tolerance_kg"]),
        )
        for row in tables.rows("lpg_models", on)
    )


def model_of(volume_l: Decimal | None, on: date) -> Model | None:
    """The published size of a water capacity in litres; None for a capacity that is none of them."""
    return next((model for model in models(on) if model.volume_l == volume_l), None)


def acetylene_terms(on: date) -> dict[str, Decimal]:
    """The further numbers of acetylene (GB/T 13591) by key: acetone, settling, pressures."""
    return {row["key"]: Decimal(row["value"]) for row in tables.rows("acetylene_terms", on)}

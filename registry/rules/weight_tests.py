"""Do the weights of a station look measured? Tests over many fills (cylinders.md §9): last digits and spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from statistics import pstdev

from registry.rules.cylinder_anomalies import Hit, Limits

CATEGORIES = 10
LEAST_STEPS = 10  # weights closer together than ten steps of the scale have a last digit that says nothing


@dataclass(frozen=True, slots=True)
class Digits:
    """The last digits of weights: how often each, the scale's step in grams, and chi-square against an even spread."""

    step_g: int
    counts: tuple[int, ...]
    chi2: float


def digits(weights: Sequence[int]) -> Digits | None:
    """The last digit that the scale shows: the step is the largest that all weights are multiples of.

    None where there is nothing to be told: no weights, or all of them within a few steps.
    """
    step = gcd(*weights) if weights else 0
    if step == 0 or pstdev(weights) < LEAST_STEPS * step:
        return None
    counts = [0] * CATEGORIES
    for weight in weights:
        counts[weight // step % CATEGORIES] += 1
    even = len(weights) / CATEGORIES
    return Digits(step, tuple(counts), round(sum((count - even) ** 2 / even for count in counts), 3))


def last_digits(weights: Sequence[int], month: str, limits: Limits) -> Iterator[Hit]:
    """C14: last digits that a scale does not give and a hand does."""
    if len(weights) < limits["digit_weights"]:
        return
    found = digits(weights)
    if found is not None and found.chi2 * 1000 > limits["digit_chi2_permille"]:
        numbers = {
            "count": len(weights),
            "chi2": round(found.chi2, 1),
            "limit": round(limits["digit_chi2_permille"] / 1000, 1),
            "step": found.step_g,
            "counts": list(found.counts),
        }
        yield Hit("C14", "last_digit", month, numbers)


def spread(nets: Sequence[int], month: str, limits: Limits) -> Iterator[Hit]:
    """C15: net weights of bottles of one size that are all the same; real scales never are."""
    if len(nets) < limits["spread_weights"]:
        return
    deviation = pstdev(nets)
    if deviation < limits["spread_g"]:
        numbers = {"count": len(nets), "grams": round(deviation, 1), "limit": limits["spread_g"], **bins(nets)}
        yield Hit("C15", "spread", month, numbers)


def bins(weights: Sequence[int], most: int = 12) -> dict[str, list[int]]:
    """The weights as a table for a chart: `from` in grams and how many, in at most so many steps."""
    low, high = min(weights), max(weights)
    width = max(1, -(-(high - low + 1) // most))
    counts = [0] * (-(-(high - low + 1) // width))
    for weight in weights:
        counts[(weight - low) // width] += 1
    return {"bins": [low + place * width for place in range(len(counts))], "counts": counts}

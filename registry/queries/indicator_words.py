"""How comparisons of figures are said in reports (hazards.md §6.3): 上升…个百分点, 新增, 持平, 并列, ↑2."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from registry.messages import Spoken, T
from registry.queries.indicator_months import Line
from registry.queries.indicator_targets import COMPARATORS
from registry.rules import comparisons
from registry.rules.comparisons import Change, Target
from registry.rules.indicator_book import Definition

DASH = T("—")
LAMPS = {
    comparisons.GREEN_LAMP: (T("绿灯"), "good"),
    comparisons.AMBER_LAMP: (T("黄灯"), "warn"),
    comparisons.RED_LAMP: (T("红灯"), "bad"),
}
CENT = Decimal("0.01")


def rounded(number: Decimal, places: int = 2) -> str:
    """Half up, with a sign only below zero."""
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def said(definition: Definition, change: Change) -> T:
    """同比 or 环比 in words: percentage points for rates, a percentage for the rest, 新增 and 持平 over a base of 0."""
    if change.difference is None:
        return DASH
    if change.words == "flat":
        return T("持平")
    size = abs(change.difference)
    if definition.is_rate:
        points = rounded(size)
        up = T("上升{n}个百分点", n=points)
        return up if change.words == "up" else T("下降{n}个百分点", n=points)
    if change.words == "new":
        return T("新增{n}{unit}", n=rounded(size, definition.decimals), unit=Spoken(*definition.unit))
    if change.ratio is None:
        return T("减少{n}{unit}", n=rounded(size, definition.decimals), unit=Spoken(*definition.unit))
    share = rounded(abs(change.ratio) * 100)
    return T("上升{n}%", n=share) if change.words == "up" else T("下降{n}%", n=share)


def difference(definition: Definition, change: Change) -> str:
    """增减 with its sign: points for rates, the indicator's own unit for the rest."""
    if change.difference is None:
        return "—"
    text = rounded(change.difference, 2 if definition.is_rate else definition.decimals)
    return f"+{text}" if change.difference > 0 else text


def target(definition: Definition, goal: Target | None) -> str:
    """A target as the plan writes it."""
    if goal is None:
        return "—"
    if goal.comparator == "growth>=":
        return f"≥+{(goal.value * 100).normalize():f}%"
    percent = "%" if definition.is_rate else ""
    value = f"{definition.written_target(goal.value)}{percent}"
    if goal.comparator == "between" and goal.upper is not None:
        return f"{value}–{definition.written_target(goal.upper)}{percent}"
    return f"{COMPARATORS.get(goal.comparator, ('=', '='))[0]}{value}"


def progress(line: Line) -> str:
    """完成率 as a percentage."""
    return "—" if line.progress is None else f"{rounded(line.progress * 100)}%"


def lamp(line: Line) -> T:
    """序时进度: the lamp, with the share that the calendar expects."""
    if line.lamp is None:
        return DASH
    return T("{lamp}（应达{share}%）", lamp=LAMPS[line.lamp][0], share=rounded(line.expected * 100))


def rank(line: Line) -> T:
    """排名 with ties and the change since the period before."""
    if line.rank is None:
        return DASH
    moved = "" if not line.climbed else f" ↑{line.climbed}" if line.climbed > 0 else f" ↓{-line.climbed}"
    return T("{n}（并列）{moved}", n=line.rank, moved=moved) if line.tied else T("{n}{moved}", n=line.rank, moved=moved)


def parts(line: Line) -> str:
    """Numerator over denominator; empty where the figure has none."""
    now = line.now
    if now.numerator is None or now.denominator is None:
        return ""
    return f"{now.numerator.normalize():,f}/{now.denominator.normalize():,f}"

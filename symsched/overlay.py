"""Two schedules in one drawing, or their difference where the drawing could not show it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from . import braille, precise, sampling
from .precise import Curve

if TYPE_CHECKING:
    from .gaps import Gaps
    from .schedule import Schedule

VISIBLE = 0.05
"""The part of the range of the values from which on a difference is seen between two lines."""


def drawing(one: Schedule, other: Schedule, found: Gaps) -> list[str]:
    """The lines of a drawing of two schedules without parameters.

    Args:
        one: A schedule.
        other: Another one.
        found: Where they differ; the first step of it is shown, whatever the lengths are.
    """
    assert found.first is not None
    last = max(*(sampling.horizon(side, side.compile("python")) for side in (one, other)), float(found.first) + 1)
    marks = sorted({*sampling.marks(one), *sampling.marks(other)})
    lines = [sampling.curve(side.compile("python"), last, marks) for side in (one, other)]
    heights = [y for line in lines for _, y in line if math.isfinite(y)]
    if heights and found.largest < VISIBLE * (max(heights) - min(heights)):
        return ["the second minus the first:", "", *braille.draw(sampling.curve(_difference(one, other), last, marks))]
    return ["both:", "", *braille.draw(braille.joined(lines))]


def _difference(one: Schedule, other: Schedule) -> sampling.Function:
    """The second minus the first, worked out before it is rounded."""
    first, second = Curve(one.expr), Curve(other.expr)

    def value(step: float) -> float:
        left, right = (curve(Fraction(step)) for curve in (first, second))
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return precise.to_float(right - left)
        return float(precise.approximate(right) - precise.approximate(left))

    return value

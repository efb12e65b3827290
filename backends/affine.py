"""Straight lines of long chains, all in one form: `low + rise*((t - origin)/length)`.

A ramp alone is computed in the form that rounds it least, which depends on its numbers. In a table of hundreds they
share one: four numbers each. It meets both of its ends, and is off by one and a half units in the last place at most
between two values of one sign.
"""

from __future__ import annotations

import math
from fractions import Fraction

from sympy import Expr

from .. import constants, tree
from .lines import line_of
from .operations import Node, Operations


def ramp(low: Operations, expr: Expr, start: Fraction, stop: Fraction) -> Node | None:
    """A straight line between two steps, from its end that is nearer to 0; None for anything else."""
    found = line_of(expr)
    if found is None or found.time != tree.t:
        return None
    values = {step: found.at(step) for step in (start, stop)}
    origin = min(values, key=lambda step: abs(values[step]))
    length = start + stop - 2 * origin
    first, last = (constants.nearest_float(values[step]) for step in (origin, origin + length))
    if not math.isfinite(first) or not math.isfinite(last) or max(map(_bits, (origin, length))) > 53:
        return None
    passed = low.op("div", low.op("sub", low.step, low.const(origin)), low.const(length))
    rise = low.op("mul", low.const(_rise(first, last)), passed)
    return low.op("add", rise, low.const(first)) if first else rise


def _bits(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length() - 1


def _rise(first: float, last: float) -> float:
    """What is added to the first value to give the last, when the sum is rounded."""
    rise = constants.nearest_float(Fraction(last) - Fraction(first))
    near = (rise, math.nextafter(rise, math.inf), math.nextafter(rise, -math.inf))
    return next((r for r in near if first + r == last), rise)

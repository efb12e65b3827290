"""Straight lines of long chains, all in one form: `low + rise*((t - origin)/length)`.

A ramp alone is computed in the form that rounds it least, which depends on its numbers. In a table of hundreds they
share one: four numbers each. It meets both of its ends, and is off by one and a half units in the last place at most
between two values of one sign.
"""

from __future__ import annotations

import math
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, tree
from .operations import Node, Operations

Line = tuple[Fraction, Fraction]
"""The value at step 0, and the slope."""


def line(expr: Expr) -> Line | None:
    """A tree as a straight line in the step; None if it is none, or a constant."""
    found = _line(expr)
    return found if found is not None and found[1] else None


def _line(expr: Expr) -> Line | None:
    if expr == tree.t:
        return Fraction(0), Fraction(1)
    if isinstance(expr, sympy.Rational):
        return tree.fraction(expr), Fraction(0)
    if not isinstance(expr, sympy.Add | sympy.Mul | tree.Elapsed | tree.Progress):
        return None
    parts = [_line(arg) for arg in expr.args]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    if isinstance(expr, sympy.Add):
        return sum(p[0] for p in known) + Fraction(0), sum(p[1] for p in known) + Fraction(0)
    if isinstance(expr, sympy.Mul):
        result: Line = Fraction(1), Fraction(0)
        for value, slope in known:
            if slope and result[1]:
                return None
            result = result[0] * value, result[0] * slope + result[1] * value
        return result
    (value, slope), (start, moving), *rest = known
    length = rest[0][0] if rest else Fraction(1)
    return None if moving or not length else ((value - start) / length, slope / length)


def ramp(low: Operations, expr: Expr, start: Fraction, stop: Fraction) -> Node | None:
    """A straight line between two steps, from its end that is nearer to 0; None for anything else."""
    found = line(expr)
    if found is None:
        return None
    values = {step: found[0] + found[1] * step for step in (start, stop)}
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

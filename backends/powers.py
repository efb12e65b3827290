"""The rules of lowering for powers and exponentials: a rate that is no float is kept in two parts."""

from __future__ import annotations

import math
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, functions
from .operations import Node, Operations, rule
from .whole import is_whole

VANISHED = 745
"""exp(-x) is 0 in float64 above this, and exp(x) infinite."""

FEWEST_BITS = 27
"""What an exact product leaves of a rate is so little that two terms of the series of its exponential are enough."""

UNSEEN = Fraction(1, 2**55)
"""A relative error that rounding hides."""


@rule(sympy.exp)
def _exp(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    return _exponential(low, Fraction(1), low.code(expr.args[0], clocks))


@rule(sympy.Pow)
def _pow(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    base, exponent = expr.args
    if exponent == -1:
        return low.div(low.const(Fraction(1)), low.code(base, clocks))
    if exponent == sympy.Rational(1, 2):
        return low.op("sqrt", low.code(base, clocks))
    if exponent == sympy.Rational(-1, 2):
        return low.div(low.const(Fraction(1)), low.op("sqrt", low.code(base, clocks)))
    if exponent in (2, 3):
        node = low.code(base, clocks)
        return low.square(node) if exponent == 2 else low.op("mul", low.op("mul", node, node), node)
    node = low.code(exponent, clocks)
    if low.is_fixed(base):
        logarithm = _inexact(base)
        if logarithm is not None:
            return _constant_power(low, base, logarithm, node)
    return low.op("pow", low.code(base, clocks), node)


def less_one(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node | None:
    """exp(x) - 1 and base**x - 1; None for another tree."""
    if isinstance(expr, sympy.exp):
        return low.op("expm1", low.code(expr.args[0], clocks))
    rate = constants.fraction_of(functions.logarithm(expr.base)) if _is_exponential(expr) else None
    if not isinstance(rate, Fraction):
        return None
    return low.op("expm1", low.mul(low.const(rate), low.code(expr.exp, clocks)))


def _is_exponential(expr: Expr) -> bool:
    return isinstance(expr, sympy.Pow) and isinstance(expr.base, sympy.Rational) and expr.base > 0


def _inexact(base: Expr) -> Fraction | None:
    """The logarithm of a constant base that is no float: rounding the base harms a large power."""
    known = constants.fraction_of(base)
    if not isinstance(known, Fraction) or known <= 0 or constants.is_float(known):
        return None
    logarithm = constants.fraction_of(functions.logarithm(base))
    return logarithm if isinstance(logarithm, Fraction) else None


def _is_near(known: Fraction) -> bool:
    """Whether a positive number rounds to a float, and neither to 0 nor to infinity."""
    return 0 < constants.nearest_float(known) < math.inf


def _constant_power(low: Operations, base: Expr, logarithm: Fraction, exponent: Node) -> Node:
    """A power of a number that is no float: an exponential, or for steep stairs a power whose rounding is made good.

    For the cycles of a repetition, which are counted already, it is looked up.
    """
    known = constants.fraction_of(base)
    assert isinstance(known, Fraction)
    if exponent.name == "search" and isinstance(exponent.value, tuple):
        powers = tuple(constants.nearest_float(known**i) for i in range(len(exponent.value)))
        if math.isfinite(powers[-1]):
            return low.op("take", exponent, value=powers)
    if abs(logarithm) < Fraction(1, 2):
        return _exponential(low, logarithm, exponent)
    factor, time = low.factored(exponent)
    if _is_near(known) and (not is_whole(time) or _reach(low, factor) <= 1):
        return low.op("pow", low.code(base, {}), exponent)
    if factor.denominator != 1 or not _is_near(known):
        return _exponential(low, logarithm, exponent)
    near = constants.nearest_float(known)
    if (Fraction(near) > known) != (logarithm < 0):
        near = math.nextafter(near, math.inf if logarithm < 0 else 0)
    w = low.mul(low.const(abs((known - Fraction(near)) / Fraction(near) * factor)), time)
    name = "div" if logarithm * factor < 0 else "mul"
    return low.op(name, low.op("pow", low.const(near), exponent), low.add(w, low.const(Fraction(1))))


def _exponential(low: Operations, rate: Fraction, exponent: Node) -> Node:
    """exp(rate*exponent). Where that can be large, an exact product in the exponential, and the rest w as its series.

    A decay is divided by exp(w), so that both parts have one direction and nothing is 0 times infinity far out.
    """
    factor, time = low.factored(exponent)
    slope, reach = rate * factor, _reach(low, rate * factor)
    grows = reach > 1 and reach * abs(slope) > 1
    leading = _leading(slope, reach) if grows and is_whole(time) else slope
    if leading == slope:
        return low.op("exp", low.mul(low.const(rate), exponent))
    one, rest = low.const(Fraction(1)), abs(slope - leading)
    w = low.mul(low.const(rest), time)
    if (rest * reach) ** 2 > 2 * UNSEEN:
        w = low.op("mul", w, low.add(low.mul(low.const(Fraction(1, 2)), w), one))
    rough = low.op("exp", low.mul(low.const(leading), time))
    return low.op("div" if slope < 0 else "mul", rough, low.add(w, one))


def _reach(low: Operations, slope: Fraction) -> Fraction:
    """The last step that matters to exp(slope*t)."""
    vanished, stop = VANISHED / abs(slope) if slope else Fraction(0), low.time[1]
    return vanished if stop is None else min(vanished, stop)


def _leading(slope: Fraction, reach: Fraction) -> Fraction:
    """A slope, cut off after as many bits as give exact products with the steps up to `reach`."""
    bits = max(53 - math.ceil(reach).bit_length(), FEWEST_BITS)
    unit = Fraction(2) ** (math.frexp(slope)[1] - bits)
    return int(slope / unit) * unit

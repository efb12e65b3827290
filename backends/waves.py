"""The rules of lowering for waves: nothing cancels where 1 + cos is near 0, and no digit is lost far out."""

from __future__ import annotations

from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, functions, tree
from .operations import Node, Operations, as_time, half_turn, rule
from .powers import less_one


def one_and(low: Operations, positive: bool, term: Expr, clocks: dict[Expr, Node]) -> Node | None:
    """1 + cos, 1 - cos, exp - 1 and 1 - exp without cancellation."""
    sign = -1 if term != (inner := tree.negate(term)) and isinstance(inner, sympy.cos) else 1
    cosine = inner if sign < 0 else term
    if positive and isinstance(cosine, sympy.cos):
        angle = cosine.args[0]
        middle = half_turn(angle)
        quarter = _is_within(low, angle)
        if middle is not None and _is_above_half(low, middle, falls=sign > 0):
            rest = _turn_complement(angle) if quarter and sign < 0 else None
            if rest is not None:  # 1 - cos x = 1 + cos(pi - x), and pi - x is at most a quarter turn
                sign, angle = 1, tree.multiply(sympy.Integer(2), rest)
            wave = low.op("quarter_cos" if quarter and sign > 0 else "cos", low.code(angle, clocks))
            return low.add(low.const(Fraction(1)), wave if sign > 0 else low.neg(wave))
        turned = _turned(low, angle, clocks)
        if turned is not None:  # 1 + cos x = 2 sin(x/2 - pi/2)**2, which is exactly 0 at each trough
            time, length, _ = turned
            time = low.sub(time, low.const(length)) if sign > 0 else time
            wave = low.op("sin", low.mul(low.const(_pi_times(Fraction(1, 2))), low.div(time, low.const(length))))
            return low.mul(low.const(Fraction(2)), low.square(wave))
        half = tree.multiply(sympy.Rational(1, 2), angle)
        if sign > 0:  # 1 + cos x = 2 sin(pi/2 - x/2)**2, and x is pi times a progress
            rest = _turn_complement(angle)
            if rest is None:
                return low.mul(low.const(Fraction(2)), low.square(_wave(low, sympy.cos(half, evaluate=False), clocks)))
            half = rest
        wave = (
            low.op("quarter_sin", low.code(half, clocks))
            if quarter
            else _wave(low, sympy.sin(half, evaluate=False), clocks)
        )
        return low.mul(low.const(Fraction(2)), low.square(wave))
    grown = less_one(low, tree.negate(term) if positive else term, clocks)
    return low.neg(grown) if positive and grown is not None else grown


def _is_within(low: Operations, angle: Expr) -> bool:
    """Whether an angle of pi times a progress stays between 0 and pi wherever the segment applies."""
    middle = half_turn(angle)
    if middle is None:
        return False
    begin = tree.fraction(angle.args[1].args[1])
    start, stop = low.time
    return begin <= start and stop is not None and stop <= 2 * middle - begin


def _is_above_half(low: Operations, middle: Fraction, falls: bool) -> bool:
    """Whether half a wave is at half its height or more wherever the segment applies: nothing cancels there."""
    start, stop = low.time
    return stop is not None and stop <= middle if falls else start >= middle


def _turn_complement(angle: Expr) -> Expr | None:
    """pi/2 (1 - p) where the angle is pi p."""
    if isinstance(angle, sympy.Mul) and len(angle.args) == 2 and angle.args[0] == sympy.pi:
        part = angle.args[1]
        stops = isinstance(part, sympy.Min) and len(part.args) == 2 and tree.ONE in part.args
        rest = tree.subtract(tree.ONE, part.args[part.args[0] == 1] if stops else part)
        if as_time(rest) is None:
            return None
        return tree.multiply(sympy.Rational(1, 2), sympy.pi, functions.maximum(tree.ZERO, rest) if stops else rest)
    return None


@rule(sympy.sin, sympy.cos)
def _wave(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    """A wave of the step: whole turns are taken off in exact numbers where the step can be large."""
    name = "sin" if isinstance(expr, sympy.sin) else "cos"
    turned = _turned(low, expr.args[0], clocks)
    if turned is None:
        return low.op(name, low.code(expr.args[0], clocks))
    time, length, falls = turned
    wave = low.op(name, low.mul(low.const(_pi_times(1 / length)), time))
    return low.neg(wave) if falls and name == "sin" else wave


def _turned(low: Operations, angle: Expr, clocks: dict[Expr, Node]) -> tuple[Node, Fraction, bool] | None:
    """A time of at most two lengths, the length, and the sign, where an angle is pi times the time over the length."""
    if low.time[1] is not None or not isinstance(angle, sympy.Mul) or sympy.pi not in angle.args:
        return None
    turns, time = tree.coefficient(tree.multiply(*(a for a in angle.args if a != sympy.pi)))
    known = as_time(time)
    if known is None or not isinstance(known[1], sympy.Rational):
        return None
    length = tree.fraction(known[1]) / abs(Fraction(turns))
    return low.op("mod", low.code(known[0], clocks), low.const(2 * length)), length, turns < 0


def _pi_times(factor: Fraction) -> Fraction | float:
    return constants.fraction_of(tree.multiply(tree.number(factor), sympy.pi))

"""The rules of lowering for waves: nothing cancels where 1 + cos is near 0, and no digit is lost far out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, functions, tree
from .lines import line_of
from .operations import Node, Operations, as_time, half_turn, rule
from .powers import less_one
from .whole import SMALL, is_whole, modulo


def one_and(low: Operations, positive: bool, term: Expr, clocks: dict[Expr, Node]) -> Node | None:
    """1 + cos, 1 - cos, exp - 1 and 1 - exp without cancellation."""
    sign = -1 if term != (inner := tree.negate(term)) and isinstance(inner, sympy.cos | sympy.sin) else 1
    cosine = inner if sign < 0 else term
    if positive and isinstance(cosine, sympy.cos | sympy.sin):
        turn = _turn(low, cosine.args[0], clocks, Fraction(1))
        if turn is not None:
            return _raised(low, isinstance(cosine, sympy.sin), sign, turn)
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
    if positive and isinstance(inner, sympy.Pow) and inner.exp == sympy.Rational(1, 2):
        return _one_minus_root(low, inner.base, clocks)
    bent = term if isinstance(term, sympy.tanh) else inner
    if positive and isinstance(bent, sympy.tanh):  # 1 + tanh(x) = 2 sigmoid(2x)
        double = tree.multiply(sympy.Integer(2 if bent == term else -2), bent.args[0])
        return low.mul(low.const(Fraction(2)), low.code(functions.sigmoid(double), clocks))
    grown = less_one(low, tree.negate(term) if positive else term, clocks)
    return low.neg(grown) if positive and grown is not None else grown


def _one_minus_root(low: Operations, inside: Expr, clocks: dict[Expr, Node]) -> Node:
    """1 - sqrt(x) as (1 - x)/(1 + sqrt(x))."""
    bounded = isinstance(inside, sympy.Max) and len(inside.args) == 2 and tree.ZERO in inside.args
    rest = tree.subtract(tree.ONE, inside.args[inside.args[0] == 0] if bounded else inside)
    rest = functions.minimum(tree.ONE, rest) if bounded else rest
    return low.div(low.code(rest, clocks), low.add(low.op("sqrt", low.code(inside, clocks)), low.const(Fraction(1))))


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
    if isinstance(angle, sympy.Mul) and angle.args[0] == sympy.pi:
        part = tree.multiply(*angle.args[1:])
        stops = isinstance(part, sympy.Min) and len(part.args) == 2 and tree.ONE in part.args
        part = part.args[part.args[0] == 1] if stops else part
        line = None if isinstance(part, tree.Progress) else line_of(part)
        if line is not None and line.slope > 0:
            part = line.progress(-line.offset / line.slope, (1 - line.offset) / line.slope)
        rest = tree.subtract(tree.ONE, part)
        if as_time(rest) is None:
            return None
        return tree.multiply(sympy.Rational(1, 2), sympy.pi, functions.maximum(tree.ZERO, rest) if stops else rest)
    return None


@dataclass(frozen=True)
class _Turn:
    """A whole time inside a turn.

    Attributes:
        time: From 0 to two lengths.
        length: The time of half a turn.
        falls: Whether the angle falls with the time.
    """

    time: Node
    length: Fraction
    falls: bool


def _turn(low: Operations, angle: Expr, clocks: dict[Expr, Node], most: Fraction) -> _Turn | None:
    """Whole turns taken off in exact numbers; None where the angle has no more than so many half turns, or no time."""
    turns = _over_pi(angle)
    line = None if turns is None else line_of(turns)
    if line is None:
        return None
    factor, time = low.factored(low.code(line.time, clocks))
    slope = factor * line.slope
    shift, (start, stop) = line.offset / slope, low.time
    if not is_whole(time) or shift.denominator >= SMALL or (stop is not None and (stop - start) * abs(slope) <= most):
        return None
    parts = shift.denominator
    time = low.add(low.mul(low.const(Fraction(parts)), time), low.const(parts * shift))
    part, time = low.factored(modulo(low, time, low.const(2 * parts / abs(slope))))
    return _Turn(time, parts / abs(slope) / part, slope < 0)


def _over_pi(angle: Expr) -> Expr | None:
    """x where the angle is pi x."""
    if angle == sympy.pi:
        return tree.ONE
    if isinstance(angle, sympy.Add):
        terms = [_over_pi(term) for term in angle.args]
        return None if None in terms else tree.add(*terms)
    if not isinstance(angle, sympy.Mul):
        return None
    if sympy.pi in angle.args:
        return tree.multiply(*(a for a in angle.args if a != sympy.pi))
    factor, rest = tree.coefficient(angle)
    inner = _over_pi(rest) if rest != angle else None
    return None if inner is None else tree.multiply(tree.number(Fraction(factor)), inner)


def _raised(low: Operations, is_sine: bool, sign: int, turn: _Turn) -> Node:
    """1 + cos x = 2 sin(d)**2 for the angle d from the middle of a trough to x/2, which is exactly 0 there."""
    length = turn.length
    if is_sine:
        rises = (sign > 0) != turn.falls
        beside = low.sub(turn.time, low.const(length * Fraction(3 if rises else 1, 2)))
    else:
        beside = low.sub(turn.time, low.const(length))
        beside = beside if sign > 0 else low.sub(low.const(length), low.op("magnitude", beside))
    return low.mul(low.const(Fraction(2)), low.square(_sine(low, beside, 2 * length)))


def _folded(low: Operations, is_sine: bool, turn: _Turn) -> Node:
    """The sine or the cosine by the sine of at most a quarter turn, which is exactly 0 where the wave is."""
    length, half = low.const(turn.length), low.const(turn.length / 2)
    time = low.op("magnitude", low.sub(turn.time, half)) if is_sine else turn.time
    wave = _sine(low, low.sub(low.op("magnitude", low.sub(time, length)), half), turn.length)
    return low.neg(wave) if is_sine and turn.falls else wave


def _sine(low: Operations, time: Node, half_turn: Fraction) -> Node:
    """The sine of pi times a time over that of half a turn."""
    return low.op("sin", low.mul(low.const(_pi_times(1 / half_turn)), time))


@rule(sympy.sin, sympy.cos)
def _wave(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    """A wave of the step: far from the first zero, the time from the nearest one is exact, not the angle."""
    is_sine = isinstance(expr, sympy.sin)
    turn = _turn(low, expr.args[0], clocks, Fraction(1, 2) if is_sine else Fraction(1, 4))
    if turn is None:
        return low.op("sin" if is_sine else "cos", low.code(expr.args[0], clocks))
    return _folded(low, is_sine, turn)


@rule(sympy.tan)
def _tangent(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    turn = _turn(low, expr.args[0], clocks, Fraction(1, 4))
    if turn is None:
        return low.op("tan", low.code(expr.args[0], clocks))
    return low.div(*(_folded(low, is_sine, turn) for is_sine in (True, False)))


def _pi_times(factor: Fraction) -> Fraction | float:
    return constants.fraction_of(tree.multiply(tree.number(factor), sympy.pi))

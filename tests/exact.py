"""The value of an exact tree at a step, to 50 digits: fractions while numbers are rational, then mpmath.

It reads `schedule.expr` and nothing else of the compiler, so that it can be compared with what the backends print.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy
from mpmath import MPContext
from sympy.codegen.cfunctions import log2, log10

from symsched import tree

mp: Any = MPContext()
mp.dps = 110
"""Digits to compute with; 50 of them are right after the cancellations that schedules have at steps up to 2**53."""

EXACT_BITS = 20_000
"""The size of powers that stay fractions."""


def value(expr: sympy.Expr, step: Fraction, parameters: Mapping[str, Fraction] | None = None) -> Any:
    """The value of a tree, a fraction where it is rational by rational operations, else an mpmath number.

    Args:
        expr: A tree of `Schedule.expr`.
        step: The step, 0 or more.
        parameters: Values of the free symbols other than the step.
    """
    known = {sympy.Symbol(name, real=True): given for name, given in (parameters or {}).items()}
    return _value(expr, {tree.t: step, **known})


def number(x: Any) -> Any:
    """An mpmath number."""
    return mp.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


Known = dict[sympy.Basic, Any]


def _value(expr: sympy.Basic, known: Known) -> Any:
    if expr not in known:
        special = _SPECIAL.get(type(expr))
        if special is not None:
            known[expr] = special(expr, known)
        elif isinstance(expr, sympy.Rational):
            known[expr] = Fraction(int(expr.p), int(expr.q))
        elif expr == sympy.pi:
            known[expr] = +mp.pi
        elif expr in (sympy.oo, -sympy.oo):
            known[expr] = mp.inf if expr == sympy.oo else -mp.inf
        else:
            known[expr] = _FUNCTIONS[type(expr)](*(_value(a, known) for a in expr.args))
    return known[expr]


# Arithmetic


def _sum(*terms: Any) -> Any:
    if all(isinstance(x, Fraction) for x in terms):
        return sum(terms, Fraction(0))
    return mp.fsum(map(number, terms))


def _product(*factors: Any) -> Any:
    if any(isinstance(x, Fraction) and x == 0 for x in factors):
        return Fraction(0)
    if all(isinstance(x, Fraction) for x in factors):
        result = Fraction(1)
        for factor in factors:
            result *= factor
        return result
    return mp.fprod(map(number, factors))


def _power(base: Any, exponent: Any) -> Any:
    if exponent == 0 or base == 1:
        return Fraction(1)
    if base == 0:
        return Fraction(0) if exponent > 0 else mp.inf
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if exponent.denominator == 1 and size * abs(exponent) < EXACT_BITS:
            return base**exponent.numerator
        if exponent.denominator == 1:
            return mp.power(number(base), exponent.numerator)
    return mp.sqrt(number(base)) if exponent == Fraction(1, 2) else mp.power(number(base), number(exponent))


def _whole(up: bool) -> Callable[[Any], Any]:
    def whole(x: Any) -> Any:
        if isinstance(x, Fraction):
            return Fraction(-(-x // 1) if up else x // 1)
        return Fraction(int(mp.ceil(x) if up else mp.floor(x)))

    return whole


def _nearest(x: Any) -> Any:
    return Fraction(round(x)) if isinstance(x, Fraction) else Fraction(int(mp.nint(x)))


def _modulo(x: Any, y: Any) -> Any:
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x % y
    return number(x) - number(y) * mp.floor(number(x) / number(y))


def _compared(how: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(x: Any, y: Any) -> bool:
        both = isinstance(x, Fraction) and isinstance(y, Fraction)
        return how(x, y) if both else how(number(x), number(y))

    return compare


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *items: choose(items, key=number)


def _of_number(function: str) -> Callable[[Any], Any]:
    """A function of mpmath; it is looked up when it is called, at the precision of that time."""
    return lambda x: getattr(mp, function)(number(x))


def _logarithm(base: int | None) -> Callable[[Any], Any]:
    return lambda x: Fraction(0) if x == 1 else mp.log(number(x)) / (mp.log(base) if base else 1)


# Waves: an angle that is a rational part of pi keeps its exact zeros


def _wave(name: str) -> Callable[[sympy.Basic, Known], Any]:
    def wave(expr: sympy.Basic, known: Known) -> Any:
        turns = _turns(expr.args[0], known)
        if turns is None:
            return getattr(mp, name)(number(_value(expr.args[0], known)))
        found = getattr(mp, f"{name}pi")(number(turns % 2))
        return Fraction(int(found)) if turns.denominator <= 2 else found

    return wave


def _turns(angle: sympy.Basic, known: Known) -> Fraction | None:
    """q where the angle is pi*q and q is rational."""
    if angle == sympy.pi:
        return Fraction(1)
    if isinstance(angle, sympy.Add):
        parts = [_turns(a, known) for a in angle.args]
        return None if None in parts else sum(parts, Fraction(0))
    if not isinstance(angle, sympy.Mul):
        found = _value(angle, known)
        return Fraction(0) if found == 0 else None
    inner = [a for a in angle.args if a == sympy.pi or (isinstance(a, sympy.Add) and _turns(a, known) is not None)]
    if len(inner) != 1:
        return None
    rest = _product(*(_value(a, known) for a in angle.args if a != inner[0]))
    turns = _turns(inner[0], known)
    return turns * rest if isinstance(rest, Fraction) and turns is not None else None


# Time


def _progress(clock: Any, start: Any, length: Any) -> Any:
    return Fraction(1) if length == 0 else _product(_sum(clock, -start), _power(length, Fraction(-1)))


def _cycle_start(index: int, length: Any, stretch: Any) -> Any:
    if stretch == 1:
        return length * index
    return _product(length, _sum(_power(stretch, Fraction(index)), Fraction(-1)), _power(stretch - 1, Fraction(-1)))


def _cycle_index(clock: Any, start: Any, length: Any, stretch: Any) -> Any:
    """The cycle by bisection: the last one that has begun."""
    passed, has_begun = _sum(clock, -start), _compared(operator.le)
    if stretch == 1:
        return _whole(up=False)(_product(passed, _power(length, Fraction(-1))))
    low, high = 0, 1
    while has_begun(_cycle_start(high, length, stretch), passed) and high < 2**20:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if has_begun(_cycle_start(middle, length, stretch), passed) else (low, middle)
    return Fraction(low)


def _cycle_time(clock: Any, start: Any, length: Any, stretch: Any) -> Any:
    index = _cycle_index(clock, start, length, stretch)
    return _sum(clock, -start, -_cycle_start(int(index), length, stretch))


def _geometric_sum(ratio: Any, count: Any) -> Any:
    return _cycle_start(int(count), Fraction(1), ratio)


def _bezier(u: Any, x1: Any, y1: Any, x2: Any, y2: Any) -> Any:
    """The height at the width u, by Newton's method between bounds that close in."""
    u, x1, y1, x2, y2 = map(number, (u, x1, y1, x2, y2))
    if u <= 0 or u >= 1:
        return mp.mpf(0 if u <= 0 else 1)
    low, high, s = mp.mpf(0), mp.mpf(1), u
    for _ in range(3 * mp.dps):
        width = 3 * x1 * s * (1 - s) ** 2 + 3 * x2 * s * s * (1 - s) + s**3
        low, high = (s, high) if width < u else (low, s)
        slope = 3 * x1 * (1 - s) ** 2 + 6 * (x2 - x1) * s * (1 - s) + 3 * (1 - x2) * s * s
        guess = s - (width - u) / slope if slope else low
        before, s = s, guess if low < guess < high else (low + high) / 2
        if abs(s - before) <= mp.eps * s:
            break
    return 3 * y1 * s * (1 - s) ** 2 + 3 * y2 * s * s * (1 - s) + s**3


# Choice


def _choice(expr: sympy.Basic, known: Known) -> Any:
    return next(_value(branch, known) for branch, condition in expr.args if _value(condition, known))


_SPECIAL: dict[type, Callable[[sympy.Basic, Known], Any]] = {
    sympy.Piecewise: _choice, sympy.cos: _wave("cos"), sympy.sin: _wave("sin"),
    type(sympy.true): lambda expr, known: True, type(sympy.false): lambda expr, known: False,
}  # fmt: skip

_FUNCTIONS: dict[type, Callable[..., Any]] = {
    sympy.Add: _sum, sympy.Mul: _product, sympy.Pow: _power, sympy.Mod: _modulo,
    sympy.exp: lambda x: Fraction(1) if x == 0 else mp.exp(number(x)), sympy.log: _logarithm(None),
    log2: _logarithm(2), log10: _logarithm(10), sympy.tan: _of_number("tan"), sympy.tanh: _of_number("tanh"),
    sympy.Abs: abs, sympy.floor: _whole(up=False), sympy.ceiling: _whole(up=True), tree.Round: _nearest,
    sympy.Min: _extreme(min), sympy.Max: _extreme(max), tree.Sigmoid: lambda x: 1 / (1 + mp.exp(-number(x))),
    tree.Elapsed: lambda clock, start: _sum(clock, -start), tree.Progress: _progress, tree.Bezier: _bezier,
    tree.CycleIndex: _cycle_index, tree.CycleTime: _cycle_time, tree.GeometricSum: _geometric_sum,
    sympy.StrictLessThan: _compared(operator.lt), sympy.LessThan: _compared(operator.le),
    sympy.StrictGreaterThan: _compared(operator.gt), sympy.GreaterThan: _compared(operator.ge),
    sympy.Equality: _compared(operator.eq), sympy.Unequality: _compared(operator.ne),
}  # fmt: skip

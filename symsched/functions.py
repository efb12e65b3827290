"""Elementary functions in an exact tree: exact at the points where schedules meet, as written everywhere else."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

import sympy
from sympy import Add, Mul
from sympy.codegen.cfunctions import log2, log10

from .symbols import CycleIndex, Round, Sigmoid, t
from .tree import (
    INFINITY,
    ONE,
    ZERO,
    Expr,
    Integer,
    Rational,
    fraction,
    is_infinite,
    is_negative,
    multiply,
    negate,
    number,
    power,
)


def exp(x: Expr) -> Expr:
    return ONE if x == 0 else sympy.exp(x, evaluate=False)


def logarithm(x: Expr) -> Expr:
    return ZERO if x == 1 else sympy.log(x, evaluate=False)


def logarithm2(x: Expr) -> Expr:
    if isinstance(x, Rational) and x > 0 and min(x.p, x.q) == 1 and (x.p * x.q).bit_count() == 1:
        return Integer(int(x.p).bit_length() - int(x.q).bit_length())
    return log2(x, evaluate=False)


def logarithm10(x: Expr) -> Expr:
    if isinstance(x, Rational) and x > 0 and min(x.p, x.q) == 1:
        digits = len(str(x.p * x.q)) - 1
        if 10**digits == x.p * x.q:
            return Integer(digits if x.q == 1 else -digits)
    return log10(x, evaluate=False)


def square_root(x: Expr) -> Expr:
    return power(x, Rational(1, 2))


_HALF = Fraction(1, 2)
_COSINES = {
    Fraction(0): Fraction(1), Fraction(1, 3): _HALF, _HALF: Fraction(0), Fraction(2, 3): -_HALF,
    Fraction(1): Fraction(-1), Fraction(4, 3): -_HALF, Fraction(3, 2): Fraction(0), Fraction(5, 3): _HALF,
}  # fmt: skip
"""cos(pi*q) where it is rational, by Niven's theorem all of them."""


def _turns(x: Expr) -> Fraction | None:
    """q where x is pi*q."""
    if x == 0:
        return Fraction(0)
    if x == sympy.pi:
        return Fraction(1)
    if isinstance(x, Mul) and len(x.args) == 2 and isinstance(x.args[0], Rational) and x.args[1] == sympy.pi:
        return fraction(x.args[0])
    return None


def cosine(x: Expr) -> Expr:
    turns = _turns(x)
    if turns is not None and turns % 2 in _COSINES:
        return number(_COSINES[turns % 2])
    rest = _complement_of_half_turn(x)
    return sympy.cos(x, evaluate=False) if rest is None else negate(cosine(rest))


def _complement_of_half_turn(x: Expr) -> Expr | None:
    """y*pi where x is pi*(1 - y): the cosine of one is minus that of the other."""
    if isinstance(x, Mul) and len(x.args) == 2 and x.args[0] == sympy.pi and isinstance(x.args[1], Add):
        inner = x.args[1].args
        if len(inner) == 2 and inner[0] == 1 and is_negative(inner[1]):
            return multiply(sympy.pi, negate(inner[1]))
    return None


def sine(x: Expr) -> Expr:
    turns = _turns(x)
    if turns is not None and (turns - Fraction(1, 2)) % 2 in _COSINES:
        return number(_COSINES[(turns - Fraction(1, 2)) % 2])
    return sympy.sin(x, evaluate=False)


def tangent(x: Expr) -> Expr:
    turns = _turns(x)
    return ZERO if turns is not None and turns.denominator == 1 else sympy.tan(x, evaluate=False)


def hyperbolic_tangent(x: Expr) -> Expr:
    return ZERO if x == 0 else sympy.tanh(x, evaluate=False)


def sigmoid(x: Expr) -> Expr:
    return Rational(1, 2) if x == 0 else Sigmoid(x)


def absolute(x: Expr) -> Expr:
    return number(abs(fraction(x))) if isinstance(x, Rational) else sympy.Abs(x, evaluate=False)


def floor(x: Expr) -> Expr:
    if isinstance(x, Rational):
        return number(math.floor(fraction(x)))
    return x if isinstance(x, sympy.floor | sympy.ceiling | Round | CycleIndex) else sympy.floor(x, evaluate=False)


def ceiling(x: Expr) -> Expr:
    if isinstance(x, Rational):
        return number(math.ceil(fraction(x)))
    return x if isinstance(x, sympy.floor | sympy.ceiling | Round | CycleIndex) else sympy.ceiling(x, evaluate=False)


def nearest(x: Expr) -> Expr:
    return number(round(fraction(x))) if isinstance(x, Rational) else Round(x)


def modulo(left: Expr, right: Expr) -> Expr:
    if isinstance(left, Rational) and isinstance(right, Rational) and right != 0:
        return number(fraction(left) % fraction(right))
    return sympy.Mod(left, right, evaluate=False)


def minimum(*items: Expr) -> Expr:
    return _extreme(sympy.Min, min, items)


def maximum(*items: Expr) -> Expr:
    if any(item == t for item in items):  # the step is never negative
        items = tuple(item for item in items if not isinstance(item, Rational) or item > 0)
    return _extreme(sympy.Max, max, items)


def _extreme(kind: type[Expr], choose: Any, items: tuple[Expr, ...]) -> Expr:
    known = [_real(i) for i in items if isinstance(i, Rational) or is_infinite(i)]
    parts = list(dict.fromkeys(i for i in items if not isinstance(i, Rational) and not is_infinite(i)))
    if known:
        extreme = choose(known)
        if isinstance(extreme, Fraction):
            parts.append(number(extreme))
        elif not parts or choose(extreme, 0) == extreme:  # nothing goes beyond it
            return INFINITY if extreme > 0 else -INFINITY
    return parts[0] if len(parts) == 1 else _in_order(kind, parts)


def _in_order(kind: type[Expr], parts: list[Expr]) -> Expr:
    """Put together in the order in which SymPy puts sums: its own for these asks what each part evaluates to."""
    made = Expr.__new__(kind, *sorted(parts, key=cmp_to_key(Expr.compare)))
    made._argset = frozenset(parts)  # where SymPy looks for them, if it is asked to work on them
    return made


def _real(value: Expr) -> Fraction | float:
    return fraction(value) if isinstance(value, Rational) else math.inf if value is INFINITY else -math.inf

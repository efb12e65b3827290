"""The value of a tree without symbols: one correctly rounded number, by IEEE rules, at a bounded cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from mpmath import MPContext
from sympy.codegen.cfunctions import log2, log10

from . import tree
from .tree import Expr, Rational
from .walking import upwards

real: Any = MPContext()
real.prec = 192
_LEAST, _MOST = -1300, 1100
"""Exponents of 2 beyond the range of floats."""

_HUGE = real.mpf(2) ** _MOST


def evaluate(value: Expr) -> Fraction | float:
    """The value of a constant tree: 192 bits as a fraction, or one of inf, -inf and nan.

    Everything beyond the range of float64 is inf or 0 at every step, so nothing grows.
    """
    values: dict[Expr, Any] = {}
    for node in upwards(value, values):
        values[node] = bounded(applied(node, [values[a] for a in node.args]))
    result = values[value]
    if not real.isfinite(result):
        return float(result)
    sign, mantissa, exponent, _ = result._mpf_
    return Fraction(int(-mantissa if sign else mantissa)) * Fraction(2) ** int(exponent)


def bounded(x: Any) -> Any:
    """A number or a truth, but infinite or 0 far beyond the range of floats."""
    if isinstance(x, bool):
        return x
    sign, mantissa, exponent, bits = x._mpf_
    if not mantissa or _LEAST < exponent + bits <= _MOST:  # 0, inf and nan have no mantissa
        return x
    return real.mpf(0) if exponent + bits < 0 else -real.inf if sign else real.inf


def applied(node: Expr, args: list[Any]) -> Any:
    if isinstance(node, Rational):
        return real.mpf(int(node.p)) / int(node.q)
    if node == sympy.pi:
        return +real.pi
    if node.is_Number or (node.is_Boolean and not node.args):
        return bool(node) if node.is_Boolean else real.inf * (1 if node == sympy.oo else -1)
    return FUNCTIONS[type(node)](*args)


def _power(x: Any, y: Any) -> Any:
    if y == 0 or x == 1:
        return real.mpf(1)
    if x == 0:
        return real.mpf(0) if y > 0 else real.inf
    whole = real.isfinite(y) and y == real.floor(y)
    if x < 0 and not whole:
        return real.nan
    size = real.exp(_clamped(y * real.log(abs(x))))
    size = real.inf if size > _HUGE else size
    if whole and abs(y) < 2**16 and real.isfinite(x):
        size = abs(x) ** int(y)
    return -size if x < 0 and whole and int(y) % 2 else size


def _clamped(x: Any) -> Any:
    """Arguments of exp beyond this range are inf and 0 in any float."""
    return real.mpf(2000) if x > 2000 else real.mpf(-2000) if x < -2000 else x


def _log(x: Any) -> Any:
    return real.nan if x < 0 else -real.inf if x == 0 else real.log(x)


def _finite(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: function(x) if real.isfinite(x) else real.nan


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: function(x) if real.isfinite(x) else x


def _round(x: Any) -> Any:
    below = real.floor(x)
    more = x - below
    return below + (1 if more > 0.5 or (more == 0.5 and int(below) % 2) else 0)


def _modulo(x: Any, y: Any) -> Any:
    return real.nan if y == 0 or not real.isfinite(x) else x - y * real.floor(x / y)


def _elapsed(x: Any, start: Any) -> Any:
    return x - start


def _progress(x: Any, start: Any, length: Any) -> Any:
    return real.mpf(1) if length == 0 else (x - start) / length


def cycle_start(index: Any, length: Any, stretch: Any) -> Any:
    return index * length if stretch == 1 else length * (stretch**index - 1) / (stretch - 1)


def _geometric_sum(ratio: Any, count: Any) -> Any:
    return cycle_start(count, real.mpf(1), ratio)


def cycle_index(x: Any, start: Any, length: Any, stretch: Any) -> Any:
    if not real.isfinite(x) or not length > 0:  # a length can be too small for a number
        return real.nan
    passed = (x - start) / length
    if stretch == 1:
        return real.floor(passed)
    if 1 + passed * (stretch - 1) <= 0:  # cycles that get shorter have come to their end, where nobody looks
        return real.mpf(0)
    index = int(real.floor(real.log(1 + passed * (stretch - 1)) / real.log(stretch) + real.mpf("0.5")))
    return real.mpf(index if cycle_start(index, length, stretch) <= x - start else index - 1)


def _cycle_time(x: Any, start: Any, length: Any, stretch: Any) -> Any:
    index = cycle_index(x, start, length, stretch)
    return index if real.isnan(index) else x - start - cycle_start(int(index), length, stretch)


def _bezier(u: Any, x1: Any, y1: Any, x2: Any, y2: Any) -> Any:
    def along(s: Any, a: Any, b: Any) -> Any:
        return 3 * a * s * (1 - s) ** 2 + 3 * b * s * s * (1 - s) + s**3

    low, high = real.mpf(0), real.mpf(1)
    for _ in range(real.prec):
        middle = (low + high) / 2
        low, high = (middle, high) if along(middle, x1, x2) < u else (low, middle)
    return along((low + high) / 2, y1, y2)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    sympy.Add: lambda *a: real.fsum(a), sympy.Mul: lambda *a: real.fprod(a), sympy.Pow: _power,
    sympy.exp: lambda x: real.exp(_clamped(x)), sympy.log: _log, log2: lambda x: _log(x) / real.log(2),
    log10: lambda x: _log(x) / real.log(10), sympy.sin: _finite(real.sin), sympy.cos: _finite(real.cos),
    sympy.tan: _finite(real.tan), sympy.tanh: lambda x: real.tanh(_clamped(x)), sympy.Abs: abs,
    tree.Sigmoid: lambda x: 1 / (1 + real.exp(_clamped(-x))), tree.Round: _whole(_round),
    sympy.floor: _whole(real.floor), sympy.ceiling: _whole(real.ceil), sympy.Min: min, sympy.Max: max,
    sympy.Mod: _modulo, tree.Elapsed: _elapsed, tree.Progress: _progress, tree.Bezier: _bezier,
    tree.CycleIndex: cycle_index, tree.CycleTime: _cycle_time, tree.GeometricSum: _geometric_sum,
    sympy.StrictLessThan: lambda a, b: a < b, sympy.LessThan: lambda a, b: a <= b,
    sympy.StrictGreaterThan: lambda a, b: a > b, sympy.GreaterThan: lambda a, b: a >= b,
    sympy.Equality: lambda a, b: a == b, sympy.Unequality: lambda a, b: a != b,
}  # fmt: skip


def to_float(value: Expr) -> float:
    """A constant tree as the nearest float64."""
    return nearest_float(fraction_of(value))


def fraction_of(value: Expr) -> Fraction | float:
    return tree.fraction(value) if isinstance(value, Rational) else evaluate(value)


def nearest_float(value: Fraction | float) -> float:
    """Correctly rounded; beyond the range inf, as IEEE has it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def is_float(value: Fraction) -> bool:
    """Whether a float holds this number exactly."""
    nearest = nearest_float(value)
    return math.isfinite(nearest) and Fraction(nearest) == value

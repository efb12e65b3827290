"""Values of a tree at many steps: exact where they are rational, else to hundreds of bits."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import sympy
from sympy.functions.elementary.piecewise import ExprCondPair

from . import constants, limits, tree
from .constants import real
from .tree import Expr
from .walking import upwards

Value = Any
"""A `Fraction`, or a number of mpmath where the value is irrational, infinite or nan."""

Part = Callable[[Fraction], Any]

BITS: Final = 192
MORE_BITS: Final = 320
MOST_BITS: Final = 1536
"""The last is enough to reduce any argument of a sine that is not infinite."""

COST: Final = {
    tree.Bezier: 1000, tree.CycleIndex: 40, tree.CycleTime: 40,
    **dict.fromkeys((sympy.Pow, sympy.exp, sympy.log, sympy.sin, sympy.cos, sympy.tan, sympy.tanh, tree.Sigmoid), 4),
}  # fmt: skip
"""What a node costs next to an addition, where it costs much more."""


class Curve:
    """A tree as a function of the step.

    Args:
        expr: A total tree in `symsched.t`, without parameters.
        bits: The precision of what is irrational.

    Attributes:
        cost: How many operations were made so far.

    Example:
        >>> import symsched as ss
        >>> from fractions import Fraction
        >>> curve = Curve(ss.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)").expr)
        >>> curve(Fraction(250)), curve(Fraction(10500))
        (Fraction(1, 2000), Fraction(0, 1))
    """

    def __init__(self, expr: Expr, bits: int = BITS) -> None:
        self.bits = bits
        self.cost = 0
        self._value = self._part(expr)

    def __call__(self, step: Fraction) -> Value:
        """The value at a step, 0 or more."""
        with real.workprec(self.bits):
            return self._value(step)

    def _part(self, expr: Expr) -> Part:
        parts: dict[Expr, Part] = {}
        varies: dict[Expr, bool] = {}
        for node in upwards(expr, parts):
            varies[node] = node.is_Symbol or any(varies[a] for a in node.args)
            part = self._operation(node, [parts[a] for a in node.args])
            parts[node] = part if varies[node] else _Once(part)
        return parts[expr]

    def _operation(self, node: Expr, parts: list[Part]) -> Part:
        if node.is_Symbol:  # the step: there are no others
            return lambda step: step
        if isinstance(node, tree.Rational):
            exact = tree.fraction(node)
            return lambda step: exact
        if isinstance(node, ExprCondPair):
            return _pair(*parts)
        if isinstance(node, sympy.Piecewise):
            return _choice(node, parts)
        price = COST.get(type(node), 1)

        def value(step: Fraction) -> Any:
            self.cost += price
            return _apply(node, [part(step) for part in parts])

        return value


class _Once:
    """A part that does not depend on the step; it is worked out when it is first needed."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.known: list[Any] = []

    def __call__(self, step: Fraction) -> Any:
        """The value, whatever the step is."""
        if not self.known:
            self.known.append(self.part(step))
        return self.known[0]


def _pair(value: Part, condition: Part) -> Part:
    return lambda step: (value, condition)


# Choices


Row = tuple[list[tuple[Fraction, bool]], list[int]]


def row_of(node: Expr) -> Row | None:
    """The places at which a choice changes, in order, and which piece holds up to each; None if it is not such a row.

    A place is a step and whether the piece holds at the step itself.
    """
    places: list[tuple[Fraction, bool]] = []
    pieces: list[int] = []
    for i, (_, condition) in enumerate(node.args[:-1]):
        if not isinstance(condition, sympy.StrictLessThan | sympy.LessThan) or condition.lhs != tree.t:
            return None
        if not isinstance(condition.rhs, tree.Rational):
            return None
        place = tree.fraction(condition.rhs), isinstance(condition, sympy.LessThan)
        if not places or place > places[-1]:
            places.append(place)
            pieces.append(i)
    return places, [*pieces, len(node.args) - 1]


def piece_at(row: Row, step: Fraction) -> int:
    """Which piece of a row holds at a step."""
    places, pieces = row
    return pieces[bisect_left(places, (step, True))]


def decided(node: Expr, row: Row | None, step: Fraction) -> Expr | None:
    """The piece of a choice that holds at a step, where comparisons of the step with numbers say so."""
    if row is not None:
        return node.args[piece_at(row, step)][0]
    for value, condition in node.args:
        holds = _holds(condition, step)
        if holds is None or holds:
            return value if holds else None
    raise AssertionError("a choice is total")


def _holds(condition: Expr, step: Fraction) -> bool | None:
    if condition in (tree.true, tree.false):
        return bool(condition)
    if condition.is_Relational and condition.lhs == tree.t and isinstance(condition.rhs, tree.Rational):
        return bool(_EXACT[type(condition)](step, tree.fraction(condition.rhs)))
    return None


def _choice(node: Expr, parts: list[Part]) -> Part:
    """Only the piece that holds is worked out: the others may be wild."""
    row = row_of(node)
    if row is not None:
        return lambda step: parts[piece_at(row, step)](step)[0](step)

    def value(step: Fraction) -> Any:
        for part in parts:
            piece, condition = part(step)
            if condition(step):
                return piece(step)
        raise AssertionError("a choice is total")

    return value


# Operations


def _apply(node: Expr, args: list[Any]) -> Any:
    if all(isinstance(a, Fraction) for a in args):
        exact = _EXACT.get(type(node))
        found = exact(*args) if exact is not None and args else None
        if found is not None:
            return _kept(found)
    inexact = _CYCLES.get(type(node))
    args = [approximate(a) for a in args]
    return constants.bounded(inexact(*args) if inexact is not None else constants.applied(node, args))


def approximate(value: Any) -> Any:
    """An exact number in mpmath; everything else as it is."""
    return constants.bounded(real.mpf(value.numerator) / value.denominator) if isinstance(value, Fraction) else value


def _kept(value: Any) -> Any:
    """The exact value, unless it has grown too long to be carried on."""
    if isinstance(value, bool) or value.numerator.bit_length() + value.denominator.bit_length() <= limits.BITS:
        return value
    return approximate(value)


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """The power where it is rational and not too long."""
    if base == 0 and exponent < 0:
        return None
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if base not in (0, 1, -1) and size * abs(exponent) > limits.BITS:
        return None
    if exponent.denominator == 1:
        return Fraction(base ** int(exponent if abs(base) != 1 else exponent % 2))
    root = tree.power(tree.number(base), tree.number(exponent))
    return tree.fraction(root) if isinstance(root, tree.Rational) else None


def _modulo(left: Fraction, right: Fraction) -> Fraction | None:
    return left % right if right else None


def _whole(rounded: Callable[[Fraction], int]) -> Callable[[Fraction], Fraction]:
    return lambda x: Fraction(rounded(x))


def _cycle_index(step: Fraction, start: Fraction, length: Fraction, stretch: Fraction) -> Fraction | None:
    """The cycle, by exact comparisons with the starts of the cycles near an estimate."""
    if length <= 0:
        return None
    if stretch == 1:
        return Fraction(math.floor((step - start) / length))
    estimate = _near_index(*map(approximate, (step, start, length, stretch)))
    size = max(stretch.numerator.bit_length(), stretch.denominator.bit_length())
    if not real.isfinite(estimate) or size * abs(estimate) > limits.BITS:
        return None
    passed = step - start
    for index in (int(estimate) + near for near in (0, -1, 1)):
        begins, ends = (constants.cycle_start(i, length, stretch) for i in (index, index + 1))
        if begins <= passed < ends:
            return Fraction(index)
    return None


def _cycle_time(step: Fraction, start: Fraction, length: Fraction, stretch: Fraction) -> Fraction | None:
    index = _cycle_index(step, start, length, stretch)
    return None if index is None else step - start - constants.cycle_start(int(index), length, stretch)


def _near_index(step: Any, start: Any, length: Any, stretch: Any) -> Any:
    """The cycle to the precision of mpmath; nan where there is none."""
    if not all(map(real.isfinite, (step, start, length, stretch))) or length <= 0 or stretch <= 0:
        return real.nan
    if stretch != 1 and (step - start) * (stretch - 1) <= -length:
        return real.nan
    return constants.cycle_index(step, start, length, stretch)


def _near_time(step: Any, start: Any, length: Any, stretch: Any) -> Any:
    index = _near_index(step, start, length, stretch)
    return step - start - constants.cycle_start(int(index), length, stretch) if real.isfinite(index) else real.nan


_CYCLES: dict[Any, Callable[..., Any]] = {tree.CycleIndex: _near_index, tree.CycleTime: _near_time}

_SAME_FOR_FRACTIONS = (
    sympy.Abs, sympy.Min, sympy.Max, tree.Elapsed, tree.Progress, sympy.StrictLessThan, sympy.LessThan,
    sympy.StrictGreaterThan, sympy.GreaterThan, sympy.Equality, sympy.Unequality,
)  # fmt: skip

_EXACT: dict[Any, Callable[..., Any]] = {
    **{kind: constants.FUNCTIONS[kind] for kind in _SAME_FOR_FRACTIONS},
    sympy.Add: lambda *a: sum(a), sympy.Mul: lambda *a: math.prod(a), sympy.Pow: _power, sympy.Mod: _modulo,
    sympy.floor: _whole(math.floor), sympy.ceiling: _whole(math.ceil), tree.Round: _whole(round),
    tree.CycleIndex: _cycle_index, tree.CycleTime: _cycle_time,
}  # fmt: skip


# Comparison


def difference(left: Value, right: Value) -> Value:
    """How far two values are apart; infinite where one is finite and the other is not, or only one is nan."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return abs(left - right)
    left, right = approximate(left), approximate(right)
    if left == right or (real.isnan(left) and real.isnan(right)):
        return Fraction(0)
    gap = abs(left - right)
    return gap if real.isfinite(gap) else real.inf


def to_float(value: Value) -> float:
    """The nearest float64."""
    return constants.nearest_float(value) if isinstance(value, Fraction) else float(value)


def is_finite(value: Value) -> bool:
    return isinstance(value, Fraction) or bool(real.isfinite(value))

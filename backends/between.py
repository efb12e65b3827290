"""A ramp between two values that are both not 0: without cancellation at the lower one, and exact at both."""

from __future__ import annotations

import math
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, functions, tree
from .lines import Line, line_of, whole_line
from .operations import Node, Operations, number_of

Shape = tuple[Expr, Expr, int]
"""What rises from 0 to a height, what falls from that height to 0 instead, and the height."""


def between(low: Operations, terms: list[Expr], clocks: dict[Expr, Node]) -> Node | None:
    """`low + rise*shape` for a sum of two terms that is a ramp between numbers; None where it is something else."""
    found = _between(low, terms, clocks)
    line = line_of(tree.add(*terms)) if found is None else None
    return found if line is None or abs(line.slope) == 1 else _straight(low, line, clocks)


def _between(low: Operations, terms: list[Expr], clocks: dict[Expr, Node]) -> Node | None:
    for base, slope in (terms, reversed(terms)):
        if not _is_number(base) or not isinstance(slope, sympy.Mul):
            continue
        numbers = [a for a in slope.args if _is_number(a)]
        parts = [a for a in slope.args if not _is_number(a)]
        start, factor = (constants.fraction_of(x) for x in (base, tree.multiply(*numbers)))
        if len(parts) != 1 or not isinstance(start, Fraction) or not isinstance(factor, Fraction):
            continue
        shape = _shape(parts[0])
        if shape is not None:
            return _sum(low, start, factor, shape, clocks)
        part = parts[0]
        if isinstance(part, sympy.Piecewise):
            return low.code(_inside(base, tree.multiply(*numbers), part), clocks)
        inner = _shape(part.base) if isinstance(part, sympy.Pow) else None
        if inner is not None and inner[2] == 1:
            return _power(low, start, factor, part, clocks)
        return _turned(low, start, factor, part, clocks)
    return None


_WAVES = (sympy.cos, sympy.sin, sympy.tanh)
"""Functions between -1 and 1."""


def _inside(base: Expr, factor: Expr, choice: sympy.Piecewise) -> Expr:
    """A ramp in each branch of a choice, so that each has its own lower end."""
    branches = [(tree.add(base, tree.multiply(factor, value)), condition) for value, condition in choice.args]
    return tree.piecewise(branches)


def _straight(low: Operations, line: Line, clocks: dict[Expr, Node]) -> Node | None:
    """A line: from end to end of its segment, or through all steps in whole numbers."""
    start, stop = low.time
    if line.time != tree.t or stop is None or clocks.get(tree.t) is not low.step:
        return whole_line(low, line, clocks)
    first, last = line.at(start), line.at(stop)
    crossing = whole_line(low, line, clocks) if first * last < 0 else None
    rising = line.progress(start, stop)
    shape = rising, tree.subtract(tree.ONE, rising), 1
    return crossing or _sum(low, first, last - first, shape, clocks)


def _is_number(expr: Expr) -> bool:
    return not any(node.is_Symbol for node in tree.walk(expr))


def _shape(part: Expr) -> Shape | None:
    """A progress, what is left of one, a logistic curve, or a wave from 0 to 2."""
    if isinstance(part, tree.Progress):
        return part, tree.subtract(tree.ONE, part), 1
    if isinstance(part, tree.Sigmoid):
        return part, functions.sigmoid(tree.negate(part.args[0])), 1
    if not isinstance(part, sympy.Add) or len(part.args) != 2 or tree.ONE not in part.args:
        return None
    rest = tree.subtract(part, tree.ONE)
    other = tree.negate(rest)
    if isinstance(other, tree.Progress):
        return part, other, 1
    if isinstance(rest, _WAVES) or isinstance(other, _WAVES):
        return part, tree.add(tree.ONE, other), 2
    return None


def _turned(low: Operations, base: Fraction, factor: Fraction, part: Expr, clocks: dict[Expr, Node]) -> Node | None:
    """A ramp along 1 - x that starts at its higher end, as one along x from its lower end, where nothing cancels."""
    if not isinstance(part, sympy.Add) or len(part.args) != 2 or part.args[0] != 1:
        return None
    end = base + factor
    if abs(end) >= abs(base) or end * base < 0:
        return None
    exact = _meeting(end, -factor, base, 1)
    if exact is None:
        return None
    return low.add(_product(low, exact, low.code(tree.negate(part.args[1]), clocks)), low.const(end))


def _sum(low: Operations, base: Fraction, factor: Fraction, shape: Shape, clocks: dict[Expr, Node]) -> Node:
    rising, falling, height = shape
    end = base + factor * height
    if abs(end) < abs(base) and end * base >= 0:
        base, end, factor, rising, falling = end, base, -factor, falling, rising
    exact = _meeting(base, factor, end, height)
    if exact == factor:
        return low.add(low.code(tree.multiply(_rational(factor), rising), clocks), low.const(base))
    if exact is None:
        sides = ((end, rising), (base, falling))
        return low.add(*(_product(low, value / height, low.code(part, clocks)) for value, part in sides))
    return low.add(_product(low, exact, low.code(rising, clocks)), low.const(base))


def _power(low: Operations, base: Fraction, factor: Fraction, part: Expr, clocks: dict[Expr, Node]) -> Node | None:
    """A power of a progress, or of what is left of one, which is 1 where the ramp starts: the sum is exact there.

    The end belongs to the next stage, so the number that the sum goes to may be the one beside it.
    """
    if isinstance(part.base, tree.Progress) or _meeting(base, factor, base + factor, 1) == factor:
        return None
    end = constants.nearest_float(base)
    for near in (end, math.nextafter(end, math.inf), math.nextafter(end, -math.inf)):
        exact = _meeting(Fraction(near), factor, base + factor, 1)
        if exact is not None:
            return low.add(_product(low, exact, low.code(part, clocks)), low.const(near))
    return None


def _product(low: Operations, factor: Fraction, node: Node) -> Node:
    """A number times a shape; half a wave brings a number of its own."""
    if node.name == "mul" and node.args[0].name == "const":
        factor, node = factor * number_of(node.args[0]), node.args[1]  # type: ignore[assignment]
    return low.mul(low.const(factor), node)


def _meeting(base: Fraction, factor: Fraction, end: Fraction, height: int) -> Fraction | None:
    """The factor, or a number near it, with which the sum is exactly the end; None if there is none."""
    start, stop = constants.nearest_float(base), constants.nearest_float(end)
    nearest = constants.nearest_float(factor)
    if not all(map(math.isfinite, (start, stop, nearest))) or start + nearest * height == stop:
        return factor
    tried = [math.nextafter(x, side) for x in (nearest, (stop - start) / height) for side in (x, math.inf, -math.inf)]
    return next((Fraction(x) for x in tried if start + x * height == stop), None)


def _rational(value: Fraction) -> Expr:
    return sympy.Rational(value.numerator, value.denominator)

"""A ramp between two values that are both not 0: without cancellation at the lower one, and exact at both."""

from __future__ import annotations

import math
from fractions import Fraction

import sympy
from sympy import Expr

from .. import constants, tree
from .operations import Node, Operations, number_of

Shape = tuple[Expr, Expr, int]
"""What rises from 0 to a height, what falls from that height to 0 instead, and the height."""


def between(low: Operations, terms: list[Expr], clocks: dict[Expr, Node]) -> Node | None:
    """`low + rise*shape` for a sum of two terms that is a ramp between numbers; None where it is something else."""
    for base, slope in (terms, reversed(terms)):
        if isinstance(base, sympy.Rational) and isinstance(slope, sympy.Mul) and len(slope.args) == 2:
            factor, part = slope.args
            shape = _shape(part)
            if isinstance(factor, sympy.Rational) and shape is not None:
                return _sum(low, tree.fraction(base), tree.fraction(factor), shape, clocks)
            inner = _shape(part.base) if isinstance(part, sympy.Pow) else None
            if isinstance(factor, sympy.Rational) and inner is not None and inner[2] == 1:
                return _power(low, tree.fraction(base), tree.fraction(factor), part, clocks)
    return None


def _shape(part: Expr) -> Shape | None:
    """A progress, what is left of one, or half a wave of one."""
    if isinstance(part, tree.Progress):
        return part, tree.subtract(tree.ONE, part), 1
    if not isinstance(part, sympy.Add) or len(part.args) != 2 or tree.ONE not in part.args:
        return None
    rest = tree.subtract(part, tree.ONE)
    other = tree.negate(rest)
    if isinstance(other, tree.Progress):
        return part, other, 1
    wave = rest if isinstance(rest, sympy.cos) else other
    angle = wave.args[0] if isinstance(wave, sympy.cos) else None
    if not isinstance(angle, sympy.Mul) or angle.args[0] != sympy.pi or not isinstance(angle.args[-1], tree.Progress):
        return None
    return part, tree.add(tree.ONE, other), 2


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

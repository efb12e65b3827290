"""The rules of lowering for repetitions: the cycle index and the time in a cycle, exact at every boundary."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import sympy

from .. import constants, limits, tree
from ..tree import Expr
from .operations import Node, Operations, rule
from .whole import modulo, quotient


@rule(tree.CycleIndex)
def _cycle_index(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    clock, start, length, stretch = expr.args
    passed = low.code(tree.elapsed(clock, start), clocks)
    if _is_one(stretch):
        return quotient(low, passed, low.code(length, clocks))
    table = _cycle_table(length, stretch)
    if table is not None:
        return low.op("search", passed, value=table)
    return _searched_index(low, passed, low.code(length, clocks), low.code(stretch, clocks))


@rule(tree.CycleTime)
def _cycle_time(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    clock, start, length, stretch = expr.args
    passed = low.code(tree.elapsed(clock, start), clocks)
    if _is_one(stretch):
        return modulo(low, passed, low.code(length, clocks))
    index = low.code(tree.CycleIndex(*expr.args), clocks)
    table = _cycle_table(length, stretch)
    if table is not None:
        return low.sub(passed, low.op("take", index, value=table))
    return low.sub(passed, _cycle_start(low, index, low.code(length, clocks), low.code(stretch, clocks)))


def _is_one(stretch: Expr) -> bool:
    """Whether cycles are equally long, as far as a float can tell."""
    return isinstance(stretch, sympy.Rational) and constants.to_float(stretch) == 1


@lru_cache(maxsize=64)
def _cycle_table(length: Expr, stretch: Expr) -> tuple[float, ...] | None:
    """When the cycles begin, up to 2**53, exact and rounded up; None for a table that would be long or is not known."""
    if not isinstance(length, sympy.Rational) or not isinstance(stretch, sympy.Rational):
        return None
    cycle, factor = tree.fraction(length), tree.fraction(stretch)
    if factor < Fraction(11, 10) and factor > Fraction(9, 10):
        return None
    begin, begins = Fraction(0), [0.0]
    while begin < 2**53 and len(begins) < 512:
        begin += cycle
        cycle *= factor
        rounded = constants.nearest_float(begin)
        if math.isinf(rounded):
            break
        begins.append(rounded if Fraction(rounded) >= begin else math.nextafter(rounded, math.inf))
        if cycle.denominator.bit_length() > limits.BITS or (len(begins) > 1 and begins[-1] == begins[-2]):
            break
    return tuple(begins)


def _cycle_start(low: Operations, index: Node, length: Node, stretch: Node) -> Node:
    """length (stretch**index - 1)/(stretch - 1), and length index where the stretch is 1."""
    one = low.const(Fraction(1))
    grown = low.sub(low.op("pow", stretch, index), one)
    if stretch.name == "const":
        return low.div(low.mul(length, grown), low.sub(stretch, one))
    same = low.op("eq", stretch, one)
    apart = low.where(same, one, low.sub(stretch, one))
    return low.where(same, low.mul(length, index), low.div(low.mul(length, grown), apart))


def _searched_index(low: Operations, passed: Node, length: Node, stretch: Node) -> Node:
    """The index by a logarithm, corrected by comparing with the boundaries of the cycle that it names."""
    one, half = low.const(Fraction(1)), low.const(Fraction(1, 2))
    same = low.op("eq", stretch, one)
    apart = stretch if stretch.name == "const" else low.where(same, low.const(Fraction(2)), stretch)
    cycles = low.div(passed, length)
    grown = low.op("max", low.add(one, low.mul(cycles, low.sub(apart, one))), low.const(Fraction(1, 2**60)))
    guess = low.op("floor", low.add(low.div(low.op("log", grown), low.op("log", apart)), half))
    begun = low.op("le", _cycle_start(low, guess, length, apart), passed)
    index = low.where(begun, guess, low.sub(guess, one))
    return index if stretch.name == "const" else low.where(same, low.op("floordiv", passed, length), index)

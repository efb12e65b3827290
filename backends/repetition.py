"""The rules of lowering for repetitions: the cycle index and the time in a cycle, exact at every boundary."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, islice, repeat
from operator import mul

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
    table = _cycle_table(length, stretch, _last(low, expr, clocks))
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
    table = _cycle_table(length, stretch, _last(low, expr, clocks))
    if table is not None:
        return _beside(low, expr, Fraction(0), clocks)
    return low.sub(passed, _cycle_start(low, index, low.code(length, clocks), low.code(stretch, clocks)))


@rule(tree.GeometricSum)
def _geometric_sum(low: Operations, expr: Expr, clocks: dict[Expr, Node]) -> Node:
    ratio, count = (low.code(a, clocks) for a in expr.args)
    return _cycle_start(low, count, low.const(Fraction(1)), ratio)


def beside_cycle(low: Operations, terms: list[Expr], clocks: dict[Expr, Node]) -> Node | None:
    """The time in a cycle less a part of the cycle, or the other way round; None for another sum.

    Cycles begin and end at numbers that are no floats: the difference from the rounded one is taken off last.
    """
    for time, part in (terms, reversed(terms)):
        sign = 1 if isinstance(time, tree.CycleTime) else -1
        cycle = time if sign > 0 else tree.negate(time)
        factor, power = tree.coefficient(part)
        if not isinstance(cycle, tree.CycleTime) or not isinstance(power, sympy.Pow):
            continue
        length, stretch = cycle.args[2:]
        table = _cycle_table(length, stretch, _last(low, cycle, clocks))
        if table is None or power != tree.power(stretch, tree.CycleIndex(*cycle.args)):
            continue
        if not constants.is_float(tree.fraction(stretch)):
            beside = _beside(low, cycle, -sign * Fraction(factor), clocks)
            return beside if sign > 0 else low.neg(beside)
    return None


def _beside(low: Operations, cycle: Expr, part: Fraction, clocks: dict[Expr, Node]) -> Node:
    """The time since a cycle has passed so many steps of the first one."""
    clock, start, length, stretch = cycle.args
    table = _cycle_table(length, stretch, _last(low, cycle, clocks))
    assert table is not None
    passed, index = (low.code(x, clocks) for x in (tree.elapsed(clock, start), tree.CycleIndex(*cycle.args)))
    places, rests = _parts(length, stretch, part, len(table)) if part else (table, _rests(length, stretch, table))
    beside = low.sub(passed, low.op("take", index, value=places))
    return low.sub(beside, low.op("take", index, value=rests)) if any(rests) else beside


def _last(low: Operations, cycle: Expr, clocks: dict[Expr, Node]) -> Fraction | None:
    """The last step of the segment by the clock of a repetition, None where that is not known."""
    clock, start = cycle.args[:2]
    known = clock == tree.t and clocks.get(tree.t) is low.step and isinstance(start, sympy.Rational)
    return low.time[1] - tree.fraction(start) if known and low.time[1] is not None else None


def _begins(length: Expr, stretch: Expr, count: int) -> list[Fraction]:
    """When the first cycles begin."""
    cycle, factor = tree.fraction(length), tree.fraction(stretch)
    lengths = accumulate(repeat(factor), mul, initial=cycle)
    return list(islice(accumulate(lengths, initial=Fraction(0)), count))


@lru_cache(maxsize=64)
def _rests(length: Expr, stretch: Expr, table: tuple[float, ...]) -> tuple[float, ...]:
    """What is left of the beginnings of cycles when their floats are taken off."""
    begins = _begins(length, stretch, len(table))
    return tuple(constants.nearest_float(b - Fraction(x)) for b, x in zip(begins, table, strict=True))


@lru_cache(maxsize=64)
def _parts(length: Expr, stretch: Expr, part: Fraction, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """When each cycle has passed so many steps of the first one, as floats, and what is left of the exact numbers."""
    factor = tree.fraction(stretch)
    exact = [begin + part * factor**i for i, begin in enumerate(_begins(length, stretch, count))]
    near = tuple(_largest_or(x) for x in exact)
    return near, tuple(_largest_or(x - Fraction(n)) for x, n in zip(exact, near, strict=True))


def _largest_or(value: Fraction) -> float:
    """The nearest float that is finite: the last cycle may end where no step is."""
    return min(constants.nearest_float(value), sys.float_info.max)


def _is_one(stretch: Expr) -> bool:
    """Whether cycles are equally long, as far as a float can tell."""
    return isinstance(stretch, sympy.Rational) and constants.to_float(stretch) == 1


@lru_cache(maxsize=64)
def _cycle_table(length: Expr, stretch: Expr, last: Fraction | None) -> tuple[float, ...] | None:
    """When the cycles begin, up to the last step, exact and rounded up; None for a table that is long or not known."""
    if not isinstance(length, sympy.Rational) or not isinstance(stretch, sympy.Rational):
        return None
    cycle, factor = tree.fraction(length), tree.fraction(stretch)
    if factor < Fraction(11, 10) and factor > Fraction(9, 10):
        return None
    begin, begins = Fraction(0), [0.0]
    end = Fraction(2**53) if last is None else min(last, Fraction(2**53))
    while begin < end and len(begins) < 512:
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
    """length (stretch**index - 1)/(stretch - 1), and length index where the stretch is 1; exact for the first cycle."""
    one = low.const(Fraction(1))
    grown = low.sub(low.op("pow", stretch, index), one)
    if stretch.name == "const":
        return low.mul(length, low.div(grown, low.sub(stretch, one)))
    same = low.op("eq", stretch, one)
    apart = low.where(same, one, low.sub(stretch, one))
    return low.mul(length, low.where(same, index, low.div(grown, apart)))


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

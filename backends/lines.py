"""Straight lines: sums of numbers and one time as a ramp between its ends, or as one division of whole numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import sympy
from sympy import Expr

from .. import tree
from .operations import Node, Operations
from .whole import is_whole


class Line(NamedTuple):
    """`slope*time + offset`, where the time is the step, the time in a cycle, or made whole by a function."""

    time: Expr
    slope: Fraction
    offset: Fraction

    def progress(self, start: Fraction, stop: Fraction) -> Expr:
        """What has passed of a range of times."""
        return tree.progress(self.time, tree.number(start), tree.number(stop - start))

    def scaled(self, factor: Fraction, added: Fraction = Fraction(0)) -> Line:
        """The line times a factor, after a number is added."""
        return Line(self.time, factor * self.slope, factor * (self.offset + added))

    def at(self, time: Fraction) -> Fraction:
        return self.slope * time + self.offset


_TIMES = (tree.CycleTime, tree.CycleIndex, sympy.Mod, sympy.floor, sympy.ceiling, tree.Round, sympy.Min, sympy.Max)


def line_of(expr: Expr) -> Line | None:
    """A tree as a line; None where it is something else."""
    if expr == tree.t or isinstance(expr, _TIMES):
        return Line(expr, Fraction(1), Fraction(0))
    if isinstance(expr, tree.Elapsed | tree.Progress):
        clock, start, length = (*expr.args, tree.ONE)[:3]
        line = line_of(clock)
        if line is None or not isinstance(length, sympy.Rational):
            return None
        if not isinstance(start, sympy.Rational):
            return Line(tree.elapsed(clock, start), Fraction(1), Fraction(0)).scaled(1 / tree.fraction(length))
        return line.scaled(1 / tree.fraction(length), -tree.fraction(start))
    if isinstance(expr, sympy.Mul):
        factor, rest = tree.coefficient(expr)
        inner = line_of(rest) if rest != expr else None
        return inner and inner.scaled(Fraction(factor))
    return _sum(expr) if isinstance(expr, sympy.Add) else None


def _sum(expr: Expr) -> Line | None:
    found, added = Line(tree.t, Fraction(0), Fraction(0)), Fraction(0)
    for term in expr.args:
        line = None if isinstance(term, sympy.Rational) else line_of(term)
        if isinstance(term, sympy.Rational):
            added += tree.fraction(term)
        elif line is None or (found.slope and line.time != found.time):
            return None
        else:
            found = Line(line.time, found.slope + line.slope, found.offset + line.offset)
    return Line(found.time, found.slope, found.offset + added) if found.slope else None


def whole_line(low: Operations, line: Line, clocks: dict[Expr, Node]) -> Node | None:
    """`(a*time + b)/c` in whole numbers, rounded once; None where they are too large, or the time is not whole."""
    scale = math.lcm(line.slope.denominator, line.offset.denominator)
    slope, offset = line.slope * scale, line.offset * scale
    if max(abs(slope.numerator), abs(offset.numerator), scale) >= 2**53:
        return None
    time = low.code(line.time, clocks)
    if not is_whole(time):
        return None
    rise = low.mul(low.const(abs(slope)), time)
    return low.div(low.add(rise if slope > 0 else low.neg(rise), low.const(offset)), low.const(Fraction(scale)))

"""From an exact tree to what every numeric target prints: ordered segments of plain arithmetic.

Three things happen here and nowhere else. The tree is cut at the steps where its form changes. Every constant is
folded exactly and rounded once. And every formula gets the form that loses no digits: differences of steps before
divisions, `sin(x)**2` for `1 - cos`, one division where a ramp is a ratio of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr

from .. import tree
from . import powers, repetition, rules  # noqa: F401 (they fill the table of rules)
from .affine import ramp
from .cutting import Key, bounds, cut
from .operations import Node, Operations, half_turn

FEWEST = 9
"""Segments from which a table is shorter and faster than a formula for each."""

HALVED = 64
"""Segments up to which half a wave is cut at its middle, for the last digit."""


@dataclass(frozen=True)
class Segment:
    """A formula and where it applies.

    Attributes:
        value: The formula.
        until: The step at which it stops to apply, None for the last segment.
        closed: Whether it still applies at `until`.
        inside: A step where it applies, for targets that evaluate all segments.
    """

    value: Node
    until: Node | None
    closed: bool
    inside: Node


@dataclass(frozen=True)
class Program:
    """What a numeric target prints: the segments in order of time, and the names of the parameters."""

    segments: tuple[Segment, ...]
    parameters: tuple[str, ...]


def lower(expr: Expr, parameters: tuple[str, ...]) -> Program:
    """The segments of a tree."""
    return Program(tuple(_Layout().segments(expr)), parameters)


class _Layout:
    """Finds the segments."""

    def __init__(self) -> None:
        self.operations = Operations()

    def segments(self, expr: Expr) -> Iterator[Segment]:
        """Cut the tree at numbers where it can be, else at the symbols of its outermost choice."""
        row = cut(expr)
        if row is not None:
            yield from self._numbered(row)
            return
        start_ = self.operations.const(Fraction(0))
        pieces = list(bounds(expr)) if isinstance(expr, sympy.Piecewise) else None
        if pieces is None or any(until is None for _, until, _ in pieces[:-1]):
            yield Segment(
                self.operations.code(expr, {tree.t: self.operations.step}),
                None,
                False,
                self.operations.const(Fraction(1)),
            )
            return
        for value_, until, closed in pieces:
            value = self.operations.code(value_, {tree.t: self.operations.step})
            if until is None:
                yield Segment(value, None, False, self.operations.add(start_, self.operations.const(Fraction(1))))
                return
            stop = self.operations.code(until, {})
            yield Segment(
                value,
                stop,
                closed,
                self.operations.mul(self.operations.const(Fraction(1, 2)), self.operations.add(start_, stop)),
            )
            start_ = stop

    def _numbered(self, row: list[tuple[Key | None, Expr]]) -> Iterator[Segment]:
        start = Fraction(0)
        for key, piece in row:
            for stop in [*(_halves(piece, start, key) if len(row) <= HALVED else []), key]:
                self.operations.within(start, None if stop is None else stop[0])
                value = self._in_table(piece, start, stop) if len(row) >= FEWEST else None
                value = value or self.operations.code(piece, {tree.t: self.operations.step})
                if stop is None:
                    yield Segment(value, None, False, self.operations.const(start + 1))
                    return
                bound, middle = (self.operations.const(x) for x in (stop[0], (start + stop[0]) / 2))
                yield Segment(value, bound, stop[1], middle)
                start = stop[0]

    def _in_table(self, piece: Expr, start: Fraction, stop: Key | None) -> Node | None:
        """A straight line in the form that all lines of a table share."""
        return None if stop is None else ramp(self.operations, piece, start, stop[0])


def _halves(piece: Expr, start: Fraction, stop: Key | None) -> list[Key]:
    """The middles of half waves in a piece: 1 + cos is exact above them, and sin**2 below."""
    middles = {half_turn(node.args[0]) for node in tree.walk(piece) if isinstance(node, sympy.cos)}
    return [
        (m, True) for m in sorted(m for m in middles if m is not None) if start < m and (stop is None or m < stop[0])
    ]

"""Which operations are whole numbers: a framework that computes in 32 bits counts steps with them, without a rounding.

A float32 holds whole numbers up to 2**24, an int32 up to 2**31. So `10500 - t` stays whole, and becomes a float where
it is divided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from .. import constants
from .labels import Label
from .lowering import Program, Segment
from .operations import Node, number_of
from .ranges import Ranges, time_range, uses_step

MOST = 2**31 - 1
"""The largest whole number."""

_WHOLE = {
    **{
        name: name
        for name in ("add", "sub", "neg", "mul", "square", "abs", "magnitude", "where", "guard", "min", "max")
    },
    "mod": "whole_mod",
    "floordiv": "whole_floordiv",
}
"""Operations that give whole numbers of whole numbers, under the name by which a target prints them then."""

_SAME = ("floor", "ceil", "round")
"""Operations that leave a whole number as it is."""

_COMPARISONS = ("lt", "le", "eq", "ne")
_CHOICES = (*_COMPARISONS, "and")


def counted(program: Program) -> Program:
    """The program with `real` around each whole number that becomes a float."""
    starts: list[Node | None] = [None, *(s.until for s in program.segments[:-1])]
    parts = zip(program.segments, starts, strict=True)
    return Program(tuple(_Counting(s, start).segment() for s, start in parts), program.parameters)


class _Counting:
    """Finds the whole numbers of one segment."""

    def __init__(self, segment: Segment, start: Node | None) -> None:
        low, high = time_range(segment, start)
        self.before, self.ranges = segment, Ranges((low, min(high, float(MOST))))
        self.known: dict[Node, tuple[Node, bool]] = {}

    def segment(self) -> Segment:
        """The segment, whose value is a float."""
        until = self.before.until
        return replace(
            self.before,
            value=self._real(self.before.value),
            until=None if until is None else self._real(until),
            inside=_inside(self.before.inside),
        )

    def _real(self, node: Node) -> Node:
        made, in_steps = self._made(node)
        return Node("real", (made,)) if in_steps and uses_step(made) else made

    def _made(self, node: Node) -> tuple[Node, bool]:
        """An operation, and whether it is a whole number."""
        stack = [node]
        while stack:
            waiting = [a for a in stack[-1].args if a not in self.known]
            if waiting:
                stack += waiting
                continue
            top = stack.pop()
            if top not in self.known:
                self.known[top] = self._of(top)
        return self.known[node]

    def _of(self, node: Node) -> tuple[Node, bool]:
        if node.name == "const":
            large = isinstance(node, Label) and node.is_whole and not is_whole(node)
            return (Node("const", (), node.value) if large else node), is_whole(node)
        if node.name == "step":
            return node, True
        if not node.args:
            return node, False
        parts = [self._made(a) for a in node.args]
        made, whole = [m for m, _ in parts], all(w for m, w in parts if m.name not in _CHOICES)
        if node.name in _SAME and whole:
            return made[0], True
        if node.name in _WHOLE and whole and self._fits(node):
            return Node(_WHOLE[node.name], tuple(made), node.value), True
        if node.name in _COMPARISONS and whole:
            return Node(node.name, tuple(made), node.value), False
        if node.name == "search":
            return Node("search", tuple(made), node.value), True
        if node.name == "take":
            assert isinstance(node.value, tuple)
            in_steps = all(float(x).is_integer() for x in node.value)
            self.ranges.known[node] = 0.0, min(node.value[-1], float(MOST))  # later cycles are not reached
            return Node("whole_take" if in_steps else "take", tuple(made), node.value), in_steps
        return Node(node.name, tuple(self._real(a) for a in node.args), node.value), False

    def _fits(self, node: Node) -> bool:
        low, high = self.ranges.of(node)
        if node.name in ("mod", "floordiv") and self.ranges.of(node.args[1])[0] <= 0:
            return False
        return low >= -MOST and high <= MOST


def is_whole(node: Node) -> bool:
    """Whether a constant is a number that an int32 holds."""
    value = number_of(node)
    is_written_so = node.is_whole if isinstance(node, Label) else True
    return is_written_so and isinstance(value, Fraction) and value.denominator == 1 and abs(value) <= MOST


def in_range(numbers: Iterable[float]) -> bool:
    """Whether numbers of a table can stand in an array of whole numbers, if they are all whole."""
    return all(abs(x) <= MOST for x in numbers)


def _inside(node: Node) -> Node:
    """A whole step inside a segment."""
    if node.name != "const":
        return node
    if is_whole(node) or (isinstance(node, Label) and node.is_whole):
        return node if is_whole(node) else Node("const", (), Fraction(MOST))
    value = constants.nearest_float(number_of(node))
    return Node("const", (), Fraction(min(math.floor(value), MOST)) if math.isfinite(value) else Fraction(MOST))

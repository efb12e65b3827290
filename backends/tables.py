"""Stages of one form as a table: segments whose formulas differ in their numbers only are one formula with columns.

A chain of a hundred ramps is then one search for the stage and one formula with the numbers of that stage. Formulas
are matched with each other up to what changes nothing: a missing sum is a sum with 0, a missing product one with 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from .. import constants
from .lowering import FEWEST, Segment
from .operations import Node, number_of
from .ranges import LARGEST, Ranges, uses_step, walk

MOST_BUCKETS = 65536
"""Buckets up to which looking a stage up is faster than searching for it."""

FORMS = 4
"""Forms up to which computing all of them is worth it."""

NEUTRAL = (("add", 0.0, 1), ("div", 1.0, 2), ("mul", 1.0, 1))
"""Operations with a number that changes nothing, and which operand it is; outermost first."""


@dataclass(frozen=True)
class Form:
    """A formula with columns.

    Attributes:
        value: The formula; its operations named `column` have the number of the column as value.
        rows: The numbers of each segment, by the number of the segment.
        inside: A step in the first of these segments.
    """

    value: Node
    rows: dict[int, tuple[float, ...]]
    inside: float

    def columns(self, count: int) -> list[tuple[float, ...]]:
        """The columns for `count` segments; a segment of another form has the numbers of the first one of this."""
        first = next(iter(self.rows.values()))
        return list(zip(*(self.rows.get(i, first) for i in range(count)), strict=True))

    def ranges(self, count: int) -> Ranges:
        """The ranges of the operations at steps of any size, those of the columns known."""
        columns = self.columns(count)
        ranges = Ranges((0.0, LARGEST))
        for node in walk(self.value):
            if node.name == "column":
                column = columns[int(node.value)]  # type: ignore[call-overload]
                ranges.known[node] = min(column), max(column)
        return ranges

    def names(self, number: int) -> list[str]:
        """What the columns are called, by their places in the formula; `number` is that of the form."""
        found: dict[int, str] = {}
        for node in walk(self.value):
            for place, arg in enumerate(node.args):
                if arg.name == "column":
                    role = _ROLES.get((node.name, place), "NUMBER")
                    if node.name == "sub" and node.args[0].name != "step":
                        role = "OFFSET"
                    found.setdefault(int(arg.value), role)  # type: ignore[call-overload]
        count: dict[str, int] = {}
        names = []
        for column in range(len(next(iter(self.rows.values())))):
            role = found.get(column, "VALUE")
            count[role] = count.get(role, 0) + 1
            names.append("_".join(["", role, *[str(number)] * bool(number), *[str(count[role])] * (count[role] > 1)]))
        return names


_ROLES = {("sub", 1): "ORIGIN", ("div", 1): "LENGTH", ("mul", 0): "SCALE", ("add", 1): "OFFSET"}
"""What a column is, by the operation that uses it and the place that it has there."""


@dataclass(frozen=True)
class Table:
    """Segments as rows: the segment of a step `t` is the number of ends that are not above `t`.

    Attributes:
        ends: The step before which each segment but the last applies, ascending.
        forms: The formulas, that of the most segments first.
    """

    ends: tuple[float, ...]
    forms: tuple[Form, ...]

    def form_of(self) -> list[int]:
        """The number of the form of each segment."""
        return [next(k for k, f in enumerate(self.forms) if i in f.rows) for i in range(len(self.ends) + 1)]

    def columns(self) -> list[tuple[float, ...]]:
        """The ends and the columns of all forms."""
        count = len(self.ends) + 1
        return [self.ends, *(column for form in self.forms for column in form.columns(count))]

    @property
    def is_plain(self) -> bool:
        """Whether all stages have one form but the last, which a comparison of the step tells."""
        return len(self.forms) == 2 and list(self.forms[1].rows) == [len(self.ends)]


@lru_cache(maxsize=4)
def table(segments: tuple[Segment, ...]) -> Table | None:
    """The table of some segments, or None where they are few, or of many forms, or end at steps that are no numbers."""
    if len(segments) < FEWEST or any(s.until is None or s.until.name != "const" for s in segments[:-1]):
        return None
    patterns: list[_Pattern] = []
    for i, segment in enumerate(segments):
        value = _plain(segment.value)
        if value is None or not any(p.takes(value, i) for p in patterns):
            if value is None or len(patterns) == FORMS:
                return None
            patterns.append(_Pattern(value, i))
    patterns.sort(key=lambda p: -len(p.segments))
    forms = tuple(p.form(_number(segments[p.segments[0]].inside)) for p in patterns)
    return Table(tuple(map(end_of, segments[:-1])), forms)


def buckets(ends: tuple[float, ...]) -> tuple[float, int] | None:
    """Width and number of buckets of steps that hold at most one end each; None where they would be many."""
    nearest = min(b - a for a, b in pairwise(ends))
    if not nearest > 0:
        return None
    width = 2.0 ** math.floor(math.log2(nearest))
    count = ends[-1] / width + 2
    return (width, int(count)) if count <= MOST_BUCKETS else None


def end_of(segment: Segment) -> float:
    """The first step at which a segment does not apply any more."""
    assert segment.until is not None
    end = _number(segment.until)
    return math.nextafter(end, math.inf) if segment.closed else end


def _number(node: Node) -> float:
    return constants.nearest_float(number_of(node))


# Formulas, with differences written as sums


class _Column:
    """A number that differs from segment to segment: one value for each segment so far."""

    def __init__(self, values: list[float]) -> None:
        self.values = values


# A formula is a number (a column in a pattern), the node of the step or of a parameter, or a tuple of the name of an
# operation and its operands; a number comes first in a sum and in a product.


def _plain(node: Node) -> object | None:
    """The formula of an operation; None where there is something that no table has, such as another table."""
    if node.name == "const":
        return _number(node)
    if node.name in ("step", "param"):
        return node
    if isinstance(node.value, tuple):
        return None
    args = [_plain(a) for a in node.args]
    if any(a is None for a in args):
        return None
    if node.name == "neg":
        return _scaled(-1.0, args[0])
    name = "add" if node.name == "sub" else node.name
    if node.name == "sub":
        args[1] = _scaled(-1.0, args[1])
    if name in ("add", "mul") and isinstance(args[1], float):
        args.reverse()
    if name == "div" and isinstance(args[1], float) and args[1] < 0:
        return ("mul", -1.0, (name, args[0], -args[1]))  # a column of positive lengths is known to hold no 0
    if name == "mul" and isinstance(args[0], float) and isinstance(args[1], tuple) and args[1][:2] == ("mul", -1.0):
        return ("mul", -args[0], args[1][2])
    return (name, *args)


def _scaled(factor: float, formula: object) -> object:
    if isinstance(formula, float):
        return factor * formula
    if isinstance(formula, tuple) and formula[0] == "mul" and isinstance(formula[1], float):
        return ("mul", factor * formula[1], formula[2])
    if isinstance(formula, tuple) and formula[0] == "div" and isinstance(formula[2], float):
        return ("div", _scaled(factor, formula[1]), formula[2])
    return ("mul", factor, formula)


class _NoMatch(Exception):
    """Two formulas are of different forms."""


class _Pattern:
    """A formula that several segments share."""

    def __init__(self, formula: object, segment: int) -> None:
        self.segments = [segment]
        self.formula = self._opened(formula)

    def _opened(self, formula: object) -> object:
        """A formula of one segment with a column for each number."""
        if isinstance(formula, float):
            return _Column([formula])
        return (formula[0], *map(self._opened, formula[1:])) if isinstance(formula, tuple) else formula

    def takes(self, formula: object, segment: int) -> bool:
        """Match one more formula, if it is of this form."""
        if isinstance(formula, float) != isinstance(self.formula, _Column):
            return False  # a constant stage reads no step, and has a form of its own
        before = len(self.segments)
        try:
            matched = self._matched(self.formula, formula)
        except _NoMatch:
            for column in _columns(self.formula):
                del column.values[before:]
            return False
        self.formula = matched
        self.segments.append(segment)
        return True

    def _matched(self, pattern: object, formula: object) -> object:
        if isinstance(pattern, _Column) and isinstance(formula, float):
            pattern.values.append(formula)
            return pattern
        if isinstance(pattern, tuple) and isinstance(formula, tuple) and pattern[0] == formula[0]:
            if len(pattern) == len(formula):
                return (pattern[0], *map(self._matched, pattern[1:], formula[1:]))
        elif pattern is formula:
            return pattern
        for name, neutral, place in NEUTRAL:
            if _is(pattern, name, place, _Column):
                return self._with(pattern, place, neutral, formula)
            if _is(formula, name, place, float) and not _holds(pattern, formula):
                wrapped = [name, pattern, pattern]
                wrapped[place] = _Column([neutral] * len(self.segments))
                return self._with(tuple(wrapped), place, formula[place], formula[3 - place])  # type: ignore[index]
        raise _NoMatch

    def _with(self, pattern: object, place: int, number: float, formula: object) -> object:
        """Match what is added to a number, divided by it or multiplied with it."""
        assert isinstance(pattern, tuple)
        pattern[place].values.append(number)
        parts = list(pattern)
        parts[3 - place] = self._matched(pattern[3 - place], formula)
        return tuple(parts)

    def form(self, inside: float) -> Form:
        """The formula with its columns numbered; a number that is the same in all segments is no column."""
        found: list[_Column] = []
        value = _node(self.formula, found)
        rows = zip(*(c.values for c in found), strict=True) if found else ((),) * len(self.segments)
        return Form(value, dict(zip(self.segments, rows, strict=True)), inside)


def _is(formula: object, name: str, place: int, kind: type) -> bool:
    """Whether a formula is an operation with a number in some place, and none in the other."""
    return (
        isinstance(formula, tuple)
        and formula[0] == name
        and isinstance(formula[place], kind)
        and not isinstance(formula[3 - place], _Column | float)
    )


def _holds(pattern: object, formula: object) -> bool:
    """Whether a product or a quotient is of the operation that a formula is."""
    inner = next((pattern[3 - p] for n, _, p in NEUTRAL if n != "add" and _is(pattern, n, p, _Column)), None)  # type: ignore[index]
    return isinstance(inner, tuple) and isinstance(formula, tuple) and inner[0] == formula[0]


def _columns(formula: object) -> Iterator[_Column]:
    if isinstance(formula, _Column):
        yield formula
    elif isinstance(formula, tuple):
        for part in formula[1:]:
            yield from _columns(part)


def _node(formula: object, found: list[_Column]) -> Node:
    """The operations of a pattern."""
    if isinstance(formula, Node):
        return formula
    if isinstance(formula, _Column):
        if len(set(formula.values)) == 1 and math.isfinite(formula.values[0]):
            return Node("const", (), Fraction(formula.values[0]))
        found.append(formula)
        return Node("column", (), len(found) - 1)
    assert isinstance(formula, tuple)
    if formula[0] == "add" and isinstance(formula[1], _Column) and max(formula[1].values) <= 0 > min(formula[1].values):
        formula[1].values[:] = [-v for v in formula[1].values]
        return Node("sub", (_node(formula[2], found), _node(formula[1], found)))
    args = [_node(part, found) for part in formula[1:]]
    if formula[0] == "add":
        return _sum(*args)
    if formula[0] == "mul" and args[0].name == "const" and args[0].value == 1:
        return args[1]
    return Node(formula[0], tuple(args))


def _sum(left: Node, right: Node) -> Node:
    """A number is added last, and a negative one is subtracted."""
    if left.name == "const" and left.value == 0:
        return right
    if left.name == "const" and left.value < 0:  # type: ignore[operator]
        return Node("sub", (right, Node("const", (), -left.value)))  # type: ignore[operator]
    return Node("add", (right, left)) if not uses_step(left) else Node("add", (left, right))

"""The keyframe strings of Deforum, `0:(0.65), 100:(0.5+0.2*cos(t))`, as schedules."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from .. import foreign
from ..errors import ScheduleError, Span
from ..expressions import Expressions, called, dotted, parsed
from ..nodes import NOWHERE, Comparison, Name, Negative, Node, Number, Slice, chain
from ..schedule import Schedule

FORM = "a keyframe is FRAME:(VALUE), such as 0:(0.65)"


def from_keyframes(text: str) -> Schedule:
    """The schedule of a keyframe string of Deforum.

    Between two numbers the value goes along a line. An expression holds from its frame up to the next keyframe, and `t`
    in it is the number of the frame; `max_f` and `s` in it become parameters. Only digits with a point are a number:
    `1e-3` is an expression. The first value also stands before its frame, the last one after it.

    Args:
        text: Keyframes, each a frame and a value in parentheses.

    Raises:
        ScheduleError: A keyframe cannot be read, or stands twice.

    Example:
        >>> from symsched.integrations.deforum import from_keyframes
        >>> print(from_keyframes("0:(0.65), 25:(0.4)"))
        keyframes(linear, 0:0.65, 25:0.4)
        >>> print(from_keyframes("0:(1), 50:(2 + sin(t/10))"))
        rise(linear, 1, at(2 + sin(t/10), 50), 50) >> (2 + sin(t/10))[50:]
    """
    knots = sorted(_knots(text), key=lambda knot: knot.frame)
    if not knots:
        raise ScheduleError("there is no keyframe", text, (0, max(len(text), 1)), "", FORM)
    for one, next_ in pairwise(knots):
        if one.frame == next_.frame:
            raise ScheduleError(f"frame {one.frame} has two values", text, next_.span, "", "leave one of them out")
    if all(knot.is_number for knot in knots):
        return foreign.schedule(_line(knots))
    return foreign.schedule(chain(NOWHERE, tuple(_stages(knots))))


from_text = from_keyframes


@dataclass(frozen=True)
class Knot:
    """A frame and its value.

    Attributes:
        frame: Its number.
        value: What stands in its parentheses.
        span: Where the frame stands in the text.
        is_number: Whether a line goes on from it, as it does from what Deforum takes for a number.
        changes: Whether the value depends on the frame.
    """

    frame: int
    value: Node
    span: Span
    is_number: bool
    changes: bool


def _line(knots: list[Knot]) -> Node:
    if len(knots) == 1:
        return called("constant", [knots[0].value])
    first = [] if knots[0].frame == 0 else [replace(knots[0], frame=0)]
    pairs = [foreign.paired(_count(knot.frame), knot.value) for knot in [*first, *knots]]
    return called("keyframes", [Name(NOWHERE, 1, "linear"), *pairs])


def _stages(knots: list[Knot]) -> list[Node]:
    """A stage from each keyframe to the next, and one before the first."""
    first = knots[0]
    stages: list[Node] = [called("hold", [_count(first.frame), _from(first)])] if first.frame else []
    for one, next_ in pairwise(knots):
        length = _count(next_.frame - one.frame)
        if one.is_number:
            stages.append(called("rise", [Name(NOWHERE, 1, "linear"), one.value, _from(next_), length]))
        else:
            stages.append(_piece(one, next_.frame))
    last = knots[-1]
    return [*stages, _piece(last, None)]


def _from(knot: Knot) -> Node:
    """The value at a keyframe."""
    return called("at", [knot.value, _count(knot.frame)]) if knot.changes else knot.value


def _piece(knot: Knot, until: int | None) -> Node:
    """An expression from its frame on, on the clock of the whole."""
    if not knot.changes:
        length = [] if until is None else [_count(until - knot.frame)]
        return called("hold" if length else "constant", [*length, knot.value])
    stop = None if until is None else _count(until)
    start = _count(knot.frame) if knot.frame else None
    return Slice(NOWHERE, 2 + knot.value.depth, knot.value, start, stop) if start or stop else knot.value


def _count(frame: int) -> Number:
    return Number(NOWHERE, 1, Fraction(frame))


# Reading

_HEAD = re.compile(r"\s*([0-9]{1,15})\s*:\s*\(")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)", re.ASCII)


def _knots(text: str) -> list[Knot]:
    found, place = [], 0
    while text[place:].strip():
        head = _HEAD.match(text, place)
        if head is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise ScheduleError("this is not a keyframe", text, (start, len(text.rstrip())), "", FORM)
        stop = _closing(text, head.end() - 1)
        formula = _Formula(text, head.end(), stop)
        value = formula.value()
        is_number = _NUMBER.fullmatch(re.sub(r"[()]", "", text[head.end() : stop])) is not None
        found.append(Knot(int(head[1]), value, head.span(1), is_number, formula.changes))
        comma = re.compile(r"\s*(,|$)").match(text, stop + 1)
        if comma is None:
            raise ScheduleError("a comma is missing between two keyframes", text, (stop, stop + 1), "", FORM)
        place = comma.end()
    return found


def _closing(text: str, opening: int) -> int:
    """The place of the parenthesis that closes one."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ScheduleError("this parenthesis is never closed", text, (opening, opening + 1), "", FORM)


class _Formula(Expressions):
    """The value of one keyframe."""

    def __init__(self, text: str, start: int, stop: int) -> None:
        super().__init__(text)
        self._start, self._stop = start, stop
        self.changes = False

    def value(self) -> Node:
        place = self._start, max(self._stop, self._start + 1)
        try:
            body = parsed(self.source[self._start : self._stop].strip()).body
        except ScheduleError as error:
            raise ScheduleError(error.title, self.source, place, "", FORM) from None
        if len(body) != 1 or not isinstance(body[0], ast.Expr):
            raise ScheduleError("a value is one expression", self.source, place, "", FORM)
        return self.node(body[0].value)

    def span(self, place: ast.AST) -> Span:
        """Where a part of the value stands; all of it where the value goes over several lines."""
        written = self.source[self._start : self._stop]
        if "\n" in written.strip() or not written.isascii():
            return self._start, max(self._stop, self._start + 1)
        shift = self._start + len(written) - len(written.lstrip())
        first, last = getattr(place, "col_offset", 0), getattr(place, "end_col_offset", 1)
        return shift + first, shift + max(last, first + 1)

    def name(self, expression: ast.Name, depth: int) -> Node:
        if expression.id != "t":
            return super().name(expression, depth)
        self.changes = True
        return Name(NOWHERE, 1, "t")

    def remainder(self, left: Node, right: Node) -> Node:
        """What is left of a division, which has the sign of the left side here."""
        if isinstance(left, Name | Number) and isinstance(right, Number):
            return called("mod", [left, right])
        size = right if isinstance(right, Number) else called("abs", [right])
        below = called("mod", [Negative(NOWHERE, 1 + left.depth, left), size])
        negative = Comparison(NOWHERE, 1 + left.depth, "<", left, Number(NOWHERE, 1, Fraction(0)))
        return called("where", [negative, Negative(NOWHERE, 1 + below.depth, below), called("mod", [left, size])])

    def call(self, expression: ast.Call, depth: int) -> Node:
        if dotted(expression.func) == "where" and not expression.keywords:
            return called("where", [self.node(a, depth) for a in expression.args])
        return super().call(expression, depth)

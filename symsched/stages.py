"""The algebra of schedules: what a name or a call stands for while a program is worked out.

A `Signal` is a function of a clock with a duration. It is laid out as pieces on the clock that it is given, so that
chains inside chains come out flat, and its start and end values are structural, never limits found by evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from . import functions, limits, tree
from .clock import Clock, fixed
from .errors import ScheduleError, Span
from .tree import INFINITY, ZERO, Boolean, Expr, true

SHORTEST = Fraction(1, 10**limits.LENGTH_EXPONENT)


class Piece(NamedTuple):
    """A value and the bound on the clock's base up to which it holds, excluded unless `closed`."""

    value: Expr
    until: Expr
    closed: bool = False


class Signal:
    """A function of a clock with a duration: None for a number, infinite for a formula."""

    duration: Expr | None
    span: Span | None
    size: int
    depth: int
    _laid_out: tuple[Clock, list[Piece]] | None = None  # what was asked for last: it is often asked for again
    _read: tuple[tuple[Clock, Expr], Expr] | None = None

    def pieces(self, clock: Clock) -> list[Piece]:
        """The layout on a clock from local time 0 to the duration."""
        if self._laid_out is None or self._laid_out[0] != clock:
            self._laid_out = clock, self._pieces(clock)
        return self._laid_out[1]

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        """The value at a clock's time, total; `horizon` is a local time past which nobody looks."""
        if self._read is None or self._read[0] != (clock, horizon):
            self._read = (clock, horizon), self._at(clock, horizon)
        return self._read[1]

    def _pieces(self, clock: Clock) -> list[Piece]:
        return [Piece(self.at(clock), INFINITY)]

    def _at(self, clock: Clock, horizon: Expr) -> Expr:
        assert self.duration is not None
        choices: list[tuple[Expr, Boolean]] = []
        for value, until, closed in self.pieces(clock):
            choices.append((value, true if until == INFINITY else clock.before(until, closed)))
            if choices[-1][1] == true:
                return tree.piecewise(choices)
        if choices and tree.compare(">=", self.duration, horizon) == true:
            return tree.piecewise([*choices[:-1], (choices[-1][0], true)])
        return tree.piecewise([*choices, (self.end, true)])

    @cached_property
    def start(self) -> Expr:
        """The value at the very start."""
        return self.at(fixed(ZERO))

    @cached_property
    def end(self) -> Expr:
        """The value that is held past the end."""
        raise NotImplementedError

    def _measure(self, span: Span | None, *parts: Signal, extra: int = 1) -> None:
        self.span = span
        self.size = extra + sum(p.size for p in parts)
        self.depth = 1 + max((p.depth for p in parts), default=0)
        if self.size > limits.NODES:
            raise ScheduleError(f"this expands to more than {limits.NODES} nodes, which is the limit", None, span)
        if self.depth > limits.NESTING:
            raise ScheduleError(f"nested too deep: the limit is {limits.NESTING}", None, span)


def longer(a: Expr | None, b: Expr | None) -> Expr | None:
    """The longer one of two durations; a number has none."""
    if a is None or b is None:
        return b if a is None else a
    if INFINITY in (a, b):
        return INFINITY
    return functions.maximum(a, b)


def is_finite(signal: Signal) -> bool:
    return signal.duration is not None and signal.duration != INFINITY


def is_too_short(length: Expr) -> bool:
    """Whether a length is known to be positive and below the limit."""
    known = tree.approximate(length)
    return known is not None and 0 < known < SHORTEST


def is_undefined(value: Expr) -> bool:
    """Whether a constant has no value, as the square root of -1."""
    known = tree.approximate(value)
    return known is not None and known != known


class Number(Signal):
    """A value that does not change.

    Attributes:
        is_length: It was written with a unit of length.
        plain: What to write instead where no length can stand.
    """

    duration = None

    def __init__(self, value: Expr, span: Span | None = None, is_length: bool = False, plain: str = "") -> None:
        self.value, self.span, self.is_length, self.plain = value, span, is_length, plain
        self.depth = 1
        self.size = tree.size(value) if value.args else 1
        if self.size > limits.NODES:
            raise ScheduleError(f"this expands to more than {limits.NODES} nodes, which is the limit", None, span)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return self.value

    @cached_property
    def end(self) -> Expr:
        return self.value


class Time(Signal):
    """The clock itself, `t`."""

    duration = INFINITY

    def __init__(self, span: Span | None = None) -> None:
        self._measure(span)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return clock.local


class Phase(Signal):
    """The progress of a ramp of `length` steps, `u`."""

    duration = INFINITY

    def __init__(self, length: Expr) -> None:
        self.length = length
        self._measure(None)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return clock.progress(self.length)


class Constant(Signal):
    """A value for ever: what makes a number endless."""

    duration = INFINITY

    def __init__(self, value: Signal, span: Span | None) -> None:
        self.value = value
        self._measure(span, value)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return self.value.at(clock, horizon)


class Pointwise(Signal):
    """A function of values, all read on one clock."""

    def __init__(self, function: Callable[..., Expr], parts: list[Signal], span: Span | None) -> None:
        self.function, self.parts = function, parts
        self.duration = None
        for part in parts:
            self.duration = longer(self.duration, part.duration)
        self._measure(span, *parts)

    def _apply(self, values: list[Expr]) -> Expr:
        try:
            return self.function(*values)
        except ScheduleError as error:
            raise ScheduleError(error.title, None, error.span or self.span, error.label, error.hint) from None

    def _pieces(self, clock: Clock) -> list[Piece]:
        if self.duration is None or self.duration == INFINITY:
            return [Piece(self.at(clock), INFINITY)]
        return [Piece(self.at(clock, self.duration), clock.bound(self.duration))]

    def _at(self, clock: Clock, horizon: Expr) -> Expr:
        return self._apply([p.at(clock, horizon) for p in self.parts])

    @cached_property
    def start(self) -> Expr:
        return self._apply([p.start for p in self.parts])

    @cached_property
    def end(self) -> Expr:
        return self._apply([p.end for p in self.parts])


class Select(Signal):
    """Values on one clock that change at given times: `values[k]` holds before `bounds[k]`, the last one for ever."""

    duration = INFINITY

    def __init__(self, bounds: list[Expr], closed: bool, values: list[Signal], span: Span | None) -> None:
        self.bounds, self.closed, self.values = bounds, closed, values
        self._measure(span, *values)

    def _pieces(self, clock: Clock) -> list[Piece]:
        bounds = [*(clock.bound(b) for b in self.bounds), INFINITY]
        return [Piece(v.at(clock), b, self.closed) for v, b in zip(self.values, bounds, strict=True)]

    def _at(self, clock: Clock, horizon: Expr) -> Expr:
        return super()._at(clock._replace(left=False), horizon)


class Where(Signal):
    """A choice at each time: the first branch whose condition holds, else the last."""

    def __init__(self, choices: list[tuple[Condition, Signal]], otherwise: Signal, span: Span | None) -> None:
        self.choices, self.otherwise = choices, otherwise
        self.duration = otherwise.duration
        for condition, branch in choices:
            self.duration = longer(longer(self.duration, branch.duration), condition.duration)
        sides = [s for c, _ in choices for s in (c.left, c.right)]
        self._measure(span, otherwise, *sides, *(b for _, b in choices))

    def _pieces(self, clock: Clock) -> list[Piece]:
        if not is_finite(self):
            return super()._pieces(clock)
        return [Piece(self.at(clock), clock.bound(self.duration))]

    def _at(self, clock: Clock, horizon: Expr) -> Expr:
        pairs = [(b.at(clock, horizon), c.at(clock)) for c, b in self.choices]
        return tree.piecewise([*pairs, (self.otherwise.at(clock, horizon), true)])

    @cached_property
    def end(self) -> Expr:
        return self.at(fixed(ZERO if self.duration is None else self.duration, left=True))


@dataclass(frozen=True)
class Condition:
    """A comparison that depends on the step or on a parameter."""

    operator: str
    left: Signal
    right: Signal

    @property
    def duration(self) -> Expr | None:
        return longer(self.left.duration, self.right.duration)

    def at(self, clock: Clock) -> Boolean:
        return tree.compare(self.operator, self.left.at(clock), self.right.at(clock))

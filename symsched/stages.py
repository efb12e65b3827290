"""The algebra of schedules: what a name or a call stands for while a program is worked out.

A `Signal` is a function of a clock with a duration. It is laid out as pieces on the clock that it is given, so that
chains inside chains come out flat, and its start and end values are structural, never limits found by evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from sympy import Expr
from sympy.logic.boolalg import Boolean, true

from . import limits, tree
from .clock import Clock, fixed
from .errors import ScheduleError, Span
from .tree import INFINITY, ONE, ZERO


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

    def pieces(self, clock: Clock) -> list[Piece]:
        """The layout on a clock from local time 0 to the duration."""
        return [Piece(self.at(clock), INFINITY)]

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        """The value at a clock's time, total; `horizon` is a local time past which nobody looks."""
        clock = clock.inside()
        assert self.duration is not None
        choices: list[tuple[Expr, Boolean]] = []
        for value, until, closed in self.pieces(clock):
            choices.append((value, true if until == INFINITY else clock.before(until, closed)))
            if choices[-1][1] == true:
                return tree.piecewise(choices)
        if choices and tree.compare(">=", self.duration, horizon) == true:
            return tree.piecewise([*choices[:-1], (choices[-1][0], true)])
        return tree.piecewise([*choices, (self.end(), true)])

    def start(self) -> Expr:
        """The value at the very start."""
        return self.at(fixed(ZERO))

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
    return tree.maximum(a, b)


def is_finite(signal: Signal) -> bool:
    return signal.duration is not None and signal.duration != INFINITY


class Number(Signal):
    """A value that does not change; `is_length` marks one that was written with a unit of length."""

    duration = None
    __slots__ = ("depth", "is_length", "size", "span", "value")

    def __init__(self, value: Expr, span: Span | None = None, is_length: bool = False) -> None:
        self.value, self.span, self.is_length = value, span, is_length
        self.size = self.depth = 1

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return self.value

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

    def pieces(self, clock: Clock) -> list[Piece]:
        if self.duration is None or self.duration == INFINITY:
            return [Piece(self.at(clock), INFINITY)]
        return [Piece(self.at(clock, self.duration), clock.bound(self.duration))]

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return self._apply([p.at(clock, horizon) for p in self.parts])

    def start(self) -> Expr:
        return self._apply([p.start() for p in self.parts])

    def end(self) -> Expr:
        return self._apply([p.end() for p in self.parts])


class Select(Signal):
    """Values on one clock that change at given times: `values[k]` holds before `bounds[k]`, the last one for ever."""

    duration = INFINITY

    def __init__(self, bounds: list[Expr], closed: bool, values: list[Signal], span: Span | None) -> None:
        self.bounds, self.closed, self.values = bounds, closed, values
        self._measure(span, *values)

    def pieces(self, clock: Clock) -> list[Piece]:
        inside = clock.inside()
        bounds = [*(clock.bound(b) for b in self.bounds), INFINITY]
        return [Piece(v.at(inside), b, self.closed) for v, b in zip(self.values, bounds, strict=True)]

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return super().at(replace(clock, left=False), horizon)


class Where(Signal):
    """A choice at each time: the first branch whose condition holds, else the last."""

    def __init__(self, choices: list[tuple[Condition, Signal]], otherwise: Signal, span: Span | None) -> None:
        self.choices, self.otherwise = choices, otherwise
        self.duration = otherwise.duration
        for condition, branch in choices:
            self.duration = longer(longer(self.duration, branch.duration), condition.duration)
        sides = [s for c, _ in choices for s in (c.left, c.right)]
        self._measure(span, otherwise, *sides, *(b for _, b in choices))

    def pieces(self, clock: Clock) -> list[Piece]:
        if not is_finite(self):
            return super().pieces(clock)
        return [Piece(self.at(clock), clock.bound(self.duration))]

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        pairs = [(b.at(clock, horizon), c.at(clock)) for c, b in self.choices]
        return tree.piecewise([*pairs, (self.otherwise.at(clock, horizon), true)])

    def end(self) -> Expr:
        assert self.duration is not None
        return self.at(fixed(self.duration, left=True))


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


class Slice(Signal):
    """The piece of a signal from one time to another, on a clock of its own."""

    def __init__(self, inner: Signal, begin: Expr, stop: Expr, span: Span | None) -> None:
        self.inner, self.begin, self.stop = inner, begin, stop
        self.duration = INFINITY if stop == INFINITY else tree.subtract(stop, begin)
        self._measure(span, inner)

    def pieces(self, clock: Clock) -> list[Piece]:
        inner_clock = replace(clock, offset=clock.bound(tree.negate(self.begin)), edge=None)
        end = INFINITY if self.duration == INFINITY else clock.bound(self.duration)
        pieces: list[Piece] = []
        if self.begin == 0 or isinstance(self.begin, tree.Rational):
            for piece in self.inner.pieces(inner_clock):
                begun = tree.compare("<=" if not clock.backwards else ">=", piece.until, clock.offset)
                over = true if piece.until == INFINITY else _passed(clock, piece.until, end)
                if begun == true and piece.until != INFINITY:
                    continue
                if over == true:
                    return [*pieces, Piece(piece.value, end)]
                if over != tree.false or begun != tree.false:
                    break
                pieces.append(piece)
            else:
                if pieces and pieces[-1].until == INFINITY:
                    return pieces
                return [*pieces, Piece(self.inner.end(), end)]
        return [Piece(self.inner.at(inner_clock), end)]

    def start(self) -> Expr:
        return self.inner.start() if self.begin == 0 else self.inner.at(fixed(self.begin))

    def end(self) -> Expr:
        if self.inner.duration is not None and self.stop == self.inner.duration:
            return self.inner.end()
        return self.inner.at(fixed(self.stop, left=True))


def _passed(clock: Clock, until: Expr, end: Expr) -> Boolean:
    """Whether a bound lies at the end or beyond."""
    return tree.false if end == INFINITY else tree.compare("<=" if clock.backwards else ">=", until, end)


class Ramp(Signal):
    """A formula of its own progress over `length` steps."""

    def __init__(self, body: Signal, length: Expr, span: Span | None) -> None:
        self.body, self.duration = body, length
        self._measure(span, body)

    def pieces(self, clock: Clock) -> list[Piece]:
        assert self.duration is not None
        return [Piece(self.body.at(replace(clock, edge=None), self.duration), clock.bound(self.duration))]

    def start(self) -> Expr:
        return self.body.at(fixed(ZERO, edge=ZERO))

    def end(self) -> Expr:
        assert self.duration is not None
        return self.body.at(fixed(self.duration, left=True, edge=ONE))


class Chain(Signal):
    """Signals one after another, each on a clock of its own. All but the last are finite."""

    def __init__(self, parts: list[Signal], span: Span | None) -> None:
        self.parts = [p for part in parts for p in (part.parts if isinstance(part, Chain) else [part])]
        self.duration = ZERO
        total = [p.duration for p in self.parts if p.duration is not None]
        self.duration = INFINITY if INFINITY in total else tree.add(*total)
        self._measure(span, *self.parts)
        self.depth = max(p.depth for p in self.parts)

    def pieces(self, clock: Clock) -> list[Piece]:
        pieces: list[Piece] = []
        passed = ZERO
        for part in self.parts:
            own = clock.shifted(passed)
            if part.duration != 0:
                pieces += part.pieces(own)
            if part.duration is not None and part.duration != INFINITY:
                passed = tree.add(passed, part.duration)
        return pieces

    def start(self) -> Expr:
        return self.parts[0].start()

    def end(self) -> Expr:
        return self.parts[-1].end()


class Stretched(Signal):
    """A signal in slow motion."""

    def __init__(self, inner: Signal, factor: Expr, span: Span | None) -> None:
        self.inner, self.factor = inner, factor
        self.duration = INFINITY if inner.duration == INFINITY else tree.multiply(inner.duration, factor)
        self._measure(span, inner)

    def pieces(self, clock: Clock) -> list[Piece]:
        return self.inner.pieces(clock.slower(self.factor))

    def start(self) -> Expr:
        return self.inner.start()

    def end(self) -> Expr:
        return self.inner.end()


class Reversed(Signal):
    """A finite signal backwards in time."""

    def __init__(self, inner: Signal, span: Span | None) -> None:
        self.inner, self.duration = inner, inner.duration
        self._measure(span, inner)

    def pieces(self, clock: Clock) -> list[Piece]:
        assert self.duration is not None
        pieces = self.inner.pieces(clock.reversed(self.duration))
        bounds = [clock.bound(self.duration), *(p.until for p in pieces[:-1])]
        return [Piece(p.value, b) for p, b in zip(reversed(pieces), reversed(bounds), strict=True)]

    def start(self) -> Expr:
        return self.inner.end()

    def end(self) -> Expr:
        return self.inner.start()


class Repeat(Signal):
    """A finite signal again and again; cycle i lasts `length * stretch**i` and is multiplied by `scale**i`."""

    def __init__(self, inner: Signal, count: Expr, stretch: Expr, scale: Expr, span: Span | None) -> None:
        self.inner, self.count, self.stretch, self.scale = inner, count, stretch, scale
        assert inner.duration is not None
        self.length = inner.duration
        self.duration = INFINITY if count == INFINITY else tree.cycle_start(count, self.length, stretch)
        self._measure(span, inner, extra=8)

    def pieces(self, clock: Clock) -> list[Piece]:
        if clock.backwards:
            index, own = self._backwards(clock)
        elif clock.left:
            index, own = self._left(clock)
        else:
            cycle = (clock.base, clock.offset, tree.multiply(clock.factor, self.length), self.stretch)
            index = tree.cycle_index(*cycle)
            own = replace(clock.slower(tree.power(self.stretch, index)), base=tree.cycle_time(*cycle), offset=ZERO)
        value = tree.multiply(tree.power(self.scale, index), self.inner.at(own, self.length))
        end = INFINITY if self.duration == INFINITY else clock.bound(self.duration)
        return [Piece(value, end)]

    def _left(self, clock: Clock) -> tuple[Expr, Clock]:
        """The cycle index and the clock at one time, which belongs to the cycle that ends there."""
        length = tree.multiply(clock.factor, self.length)
        cycle = (clock.base, clock.offset, length, self.stretch)
        passed = tree.elapsed(clock.base, clock.offset)
        if self.stretch == 1:
            ended = tree.cycle_index(tree.negate(passed), ZERO, length, ONE)
            index = tree.maximum(tree.subtract(tree.negate(ended), ONE), ZERO)
            time = tree.subtract(passed, tree.multiply(index, length))
        else:
            index, time = tree.cycle_index(*cycle), tree.cycle_time(*cycle)
            if time == 0 and index != 0:
                index = tree.subtract(index, ONE)
                time = tree.multiply(length, tree.power(self.stretch, index))
        return index, replace(clock.slower(tree.power(self.stretch, index)), base=time, offset=ZERO)

    def _backwards(self, clock: Clock) -> tuple[Expr, Clock]:
        """The cycle index and the clock of a repetition that runs from its end to its start."""
        if self.duration == INFINITY and self.stretch != 1:
            hint = "give `repeat` a count"
            raise ScheduleError("this repetition has no last cycle to run back from", None, self.span, "", hint)
        length = tree.multiply(clock.factor, self.length)
        if self.stretch == 1:
            cycle = (clock.base, clock.offset, length, ONE)
            index = tree.subtract(tree.negate(tree.cycle_index(*cycle)), ONE)
            return index, replace(clock, base=tree.cycle_time(*cycle), offset=length, edge=None)
        last = tree.subtract(self.count, ONE)
        begun = tree.subtract(clock.offset, tree.multiply(clock.factor, self.duration))
        cycle = (
            clock.base,
            begun,
            tree.multiply(length, tree.power(self.stretch, last)),
            tree.power(self.stretch, tree.Integer(-1)),
        )
        index = tree.subtract(last, tree.cycle_index(*cycle))
        slow = tree.power(self.stretch, index)
        own = replace(clock.slower(slow), base=tree.cycle_time(*cycle), offset=tree.multiply(length, slow))
        return index, own

    def start(self) -> Expr:
        return self.inner.start()

    def end(self) -> Expr:
        if self.count == 0:
            return self.inner.start()
        return tree.multiply(tree.power(self.scale, tree.subtract(self.count, ONE)), self.inner.end())

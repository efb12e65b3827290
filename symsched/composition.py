"""Primitives that arrange schedules in time: `repeat`, `reverse`, `mirror`, `delay`, `stretch`, `join`, `at`."""

from __future__ import annotations

from functools import cached_property

from . import limits, tree
from .clock import Clock, fixed
from .errors import ScheduleError, Span
from .operands import Items, Value, describe
from .primitive import primitive
from .stages import Constant, Number, Signal, is_finite, is_too_short, is_undefined
from .timeline import Chain, Repeat, Reversed, Slice, Stretched
from .tree import INFINITY, Expr


def _finite(schedule: Signal, span: Span, what: str) -> Signal:
    if not is_finite(schedule):
        why = "a number has no length" if schedule.duration is None else "this never ends"
        hint = "give it a length: (...)[:1000]"
        raise ScheduleError(f"{why}, so it cannot be {what}", None, schedule.span or span, "", hint)
    return schedule


def _number(value: Signal, name: str, span: Span) -> Expr:
    """A value that is known where the schedule is put together."""
    if not isinstance(value, Number):
        title = f"`{name}` must be a number, but this waits for a neighbour in the chain"
        raise ScheduleError(title, None, value.span or span, "", "write the value itself")
    return value.value


def _long_enough(duration: Expr, span: Span) -> None:
    if is_too_short(duration):
        title = f"this lasts less than 1e-{limits.LENGTH_EXPONENT} steps, which is the limit"
        raise ScheduleError(title, None, span)


@primitive("repeat", neighbours="repeated")
def repeat(span: Span, schedule: Signal, count: Number, stretch: Signal, scale: Signal) -> Value:
    _finite(schedule, span, "repeated")
    longer, larger = _number(stretch, "stretch", span), _number(scale, "scale", span)
    factor = tree.approximate(longer)
    if factor is not None and not factor > 0:  # nor is it undefined
        raise ScheduleError("`stretch` must be positive", None, stretch.span or span)
    if factor is not None and factor > limits.STRETCH:
        hint = "for one cycle and nothing after it: repeat(..., 1)"
        raise ScheduleError("`stretch` is above 2**53, which is the limit", None, stretch.span or span, "", hint)
    if factor is not None and factor < 1 and count.value == INFINITY:
        hint = "give it a count: repeat(..., count=5)"
        raise ScheduleError("cycles that get shorter need a count", None, stretch.span or span, "", hint)
    if schedule.duration is not None and tree.is_zero(schedule.duration):
        raise ScheduleError("what is repeated must last longer than 0 steps", None, schedule.span or span)
    if schedule.duration is not None:
        _long_enough(schedule.duration, schedule.span or span)
    return Repeat(schedule, count.value, longer, larger, span)


@primitive("reverse", neighbours="closed")
def reverse(span: Span, schedule: Signal) -> Value:
    return Reversed(_finite(schedule, span, "played backwards"), span)


@primitive("mirror", neighbours="closed")
def mirror(span: Span, schedule: Signal) -> Value:
    return Chain([_finite(schedule, span, "played backwards"), Reversed(schedule, span)], span)


@primitive("delay")
def delay(span: Span, schedule: Signal, steps: Number) -> Value:
    if schedule.duration is None:
        return schedule
    wait = Slice(Constant(_Start(schedule, span), span), tree.ZERO, steps.value, span)
    return Chain([wait, schedule], span)


class _Start(Signal):
    """The start value of a schedule, which may still wait for a neighbour."""

    duration = None

    def __init__(self, schedule: Signal, span: Span) -> None:
        self.schedule = schedule
        self._measure(span, schedule)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        return self.schedule.start

    @cached_property
    def end(self) -> Expr:
        return self.schedule.start


@primitive("stretch")
def stretch(span: Span, schedule: Signal, factor: Signal) -> Value:
    slower = _number(factor, "factor", span)
    known = tree.approximate(slower)
    if known is not None and not known > 0:
        raise ScheduleError("`factor` must be positive", None, factor.span or span)
    if schedule.duration is None:
        return schedule
    slowed = Stretched(schedule, slower, span)
    _long_enough(slowed.duration, factor.span or span)
    return slowed


@primitive("at", neighbours="closed")
def at(span: Span, schedule: Signal, step: Number) -> Value:
    return Number(schedule.at(fixed(step.value)), span)


@primitive("join", neighbours="closed")
def join(span: Span, schedules: Items, boundaries: Items) -> Value:
    if len(schedules.items) != len(boundaries.items) + 1:
        count = len(schedules.items)
        title = f"{count} schedules need {count - 1} boundaries, but got {len(boundaries.items)}"
        raise ScheduleError(title, None, boundaries.span or span)
    begins = [tree.ZERO, *(_boundary(b, span) for b in boundaries.items)]
    # The last schedule whose boundary has been passed runs: one that a later boundary overtakes is never seen.
    seen: list[tuple[Expr, Signal]] = []
    for begin, schedule in zip(begins, schedules.items, strict=True):
        if not isinstance(schedule, Signal):
            place = getattr(schedule, "span", None) or span
            raise ScheduleError(f"`join` takes schedules, but this is {describe(schedule)}", None, place)
        while seen and tree.compare("<=", begin, seen[-1][0]) == tree.true:
            seen.pop()
        seen.append((begin, Constant(schedule, span) if schedule.duration is None else schedule))
    stops = [begin for begin, _ in seen[1:]]
    parts: list[Signal] = []
    for (begin, schedule), stop in zip(seen, stops, strict=False):
        parts.append(Slice(schedule, tree.ZERO, tree.subtract(stop, begin), span))
    return Chain([*parts, seen[-1][1]], span)


def _boundary(value: Value, span: Span) -> Expr:
    place = getattr(value, "span", None) or span
    if not isinstance(value, Number) or is_undefined(value.value):
        raise ScheduleError(f"a boundary is a number of steps, but this is {describe(value)}", None, place)
    if tree.compare("<", value.value, tree.ZERO) == tree.true:
        raise ScheduleError("a boundary cannot stand before 0", None, place)
    return value.value

"""Kinds: what a parameter accepts, one entry each, with the words for what it does not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from . import limits, tree
from .arithmetic import length_hint
from .errors import ScheduleError, Span
from .operands import Flag, Items, Shape, Value, describe
from .stages import Number, Signal, is_too_short


class Refused(Exception):
    """An argument is not of its kind; the message goes on after "`steps` must be"."""

    def __init__(self, must_be: str, hint: str = "", span: Span | None = None) -> None:
        super().__init__(must_be)
        self.must_be, self.hint, self.span = must_be, hint, span


def check(kind: str | tuple[str, ...], value: Value) -> Value:
    """The value that a parameter of this kind receives, or `Refused`."""
    if isinstance(kind, tuple) or not kind:
        return value
    return _KINDS[kind](value)


def _known(value: Value) -> Fraction | float | None:
    """The value of a number that does not depend on a parameter."""
    return tree.approximate(value.value) if isinstance(value, Number) else None


def _no_length(value: Value, instead: str, plain: bool = True) -> None:
    if isinstance(value, Number) and value.is_length:
        hint = length_hint(value if plain else Number(value.value))
        raise Refused(f"{instead}, but a unit of length stands here", hint, value.span)


def _value(value: Value) -> Value:
    if not isinstance(value, Signal):
        raise Refused(f"a value, but got {describe(value)}")
    if isinstance(value, Number) and tree.is_infinite(value.value):
        raise Refused("a finite value, but got inf")
    _no_length(value, "a value")
    return value


def _number(value: Value) -> Value:
    if not isinstance(value, Signal):
        raise Refused(f"a number, but got {describe(value)}")
    if value.duration is not None:
        raise Refused("a number, but this changes with the step", "a value at one step is at(schedule, step)")
    return _value(value)


def _duration(value: Value) -> Value:
    if isinstance(value, Signal) and not isinstance(value, Number) and value.duration is None:
        raise Refused("a number of steps, but this waits for a neighbour in the chain")
    if not isinstance(value, Number):
        hint = "a length may not depend on the step" if isinstance(value, Signal) else ""
        raise Refused(f"a number of steps, but got {describe(value)}", hint)
    known = _known(value)
    if known is not None and known == float("inf"):
        raise Refused("a finite number of steps, but got inf", "`constant(...)` is endless, and so is a slice A[10:]")
    if known is not None and not known >= 0:
        raise Refused(f"0 steps or more, but got {describe(value)}")
    if is_too_short(value.value):
        raise Refused(f"0 or at least 1e-{limits.LENGTH_EXPONENT} steps, but got {describe(value)}")
    return value


def _count(value: Value) -> Value:
    if not isinstance(value, Number):
        raise Refused(f"a whole number, but got {describe(value)}")
    _no_length(value, "a whole number", plain=False)
    known = _known(value)
    if known is not None and known != float("inf") and (known < 0 or known != known // 1):
        raise Refused(f"a whole number of 0 or more, or inf, but got {describe(value)}")
    return value


def _ratio(value: Value) -> Value:
    _no_length(value, "a ratio from 0 to 1")
    _number(value)
    known = _known(value)
    if known is not None and not 0 <= known <= 1:
        raise Refused(f"a ratio from 0 to 1, but got {describe(value)}")
    return value


def _flag(value: Value) -> Value:
    if isinstance(value, Number) and value.value in (0, 1):
        return Flag(value.value == 1, value.span)
    if isinstance(value, Flag) or (isinstance(value, Number) and value.value.is_Symbol):
        return value
    raise Refused(f"true or false, but got {describe(value)}")


def _shape(value: Value) -> Value:
    if isinstance(value, Shape):
        return value
    if isinstance(value, Number) and value.value.is_Symbol:
        hint = "a parameter of a function that takes a shape is declared so: f(s: shape) = ..."
        raise Refused("a shape, but this name was taken for a number", hint)
    raise Refused(f"a shape, but got {describe(value)}")


def _schedule(value: Value) -> Value:
    if not isinstance(value, Signal):
        raise Refused(f"a schedule, but got {describe(value)}")
    _no_length(value, "a schedule")
    return value


def _list(value: Value) -> Value:
    if isinstance(value, Items):
        return value
    raise Refused(f"a list such as [30, 60], but got {describe(value)}")


_KINDS: dict[str, Callable[[Value], Value]] = {
    "value": _value,
    "number": _number,
    "duration": _duration,
    "count": _count,
    "ratio": _ratio,
    "flag": _flag,
    "shape": _shape,
    "schedule": _schedule,
    "list": _list,
    "several": _list,
}


def refusal(refused: Refused, parameter: str, span: Span | None, hint: str) -> ScheduleError:
    """The error for a refused argument, in the words of the function that was called."""
    return ScheduleError(
        f"`{parameter}` must be {refused.must_be}", None, refused.span or span, "", refused.hint or hint
    )

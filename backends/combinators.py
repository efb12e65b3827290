"""A schedule as calls of optax, one for each stage: the same function of the count by a proof, or nothing.

What a call of optax means is what its entry in the library says. Calls are guessed from the values of a stage at its
ends, and a guess counts only where it is proved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr

from .. import limits, tree
from ..constants import real
from ..equivalence import is_proved
from ..precise import Curve
from ..proof import Prover
from ..schedule import Schedule
from .choices import Row, laid_out

MOST = 12
"""Stages beyond which a function is faster: `join_schedules` computes all of them."""

LAST = 2**31 - 1
"""The last count of optax."""

SMALLEST, LARGEST = Fraction(1, 2**126), Fraction(2**127)
"""Sizes of a value beyond which 32 bits lose it."""

DIGITS = 48
"""Digits to which a value that is computed is right."""


@dataclass(frozen=True)
class Call:
    """A call of optax with its arguments, in the order in which optax has them."""

    function: str
    arguments: dict[str, Fraction]
    in_stairs: bool = False

    def is_like(self, other: Call) -> bool:
        """Whether only numbers differ."""
        return replace(self, arguments={}) == replace(other, arguments={}) and [*self.arguments] == [*other.arguments]

    def __str__(self) -> str:
        """The call in the language."""
        given = [f"{name}={_exact(value)}" for name, value in self.arguments.items()]
        return f"optax.{self.function}({', '.join([*given, *['staircase=true'] * self.in_stairs])})"


@dataclass(frozen=True)
class Calls:
    """Calls, and the counts at which each but the first takes over; `why` there are none."""

    calls: tuple[Call, ...] = ()
    boundaries: tuple[Fraction, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        """The schedule in the language."""
        calls, boundaries = ", ".join(map(str, self.calls)), ", ".join(map(_exact, self.boundaries))
        return f"optax.join_schedules([{calls}], [{boundaries}])" if self.boundaries else calls

    @property
    def numbers(self) -> list[Fraction]:
        """All arguments and boundaries."""
        return [*(x for call in self.calls for x in call.arguments.values()), *self.boundaries]


def _exact(value: Fraction) -> str:
    return str(value) if value >= 0 else f"({value})"


@lru_cache(maxsize=64)
def combined(schedule: Any) -> Calls:
    """The calls of optax that are the schedule, from count 0 on."""
    if schedule.parameters:
        return Calls(why="it has parameters")
    rows = laid_out(schedule.expr)
    begins = _begins(rows)
    if len(begins) < len(rows):
        return Calls(why="its stages are not told apart by the count alone")
    if len(rows) > MOST:
        return Calls(why=f"it has more than {MOST} stages")
    if any(begin.denominator != 1 or begin > LAST for begin in begins):
        return Calls(why="a stage begins between two counts, or beyond the last one")
    guesses = [list(_guesses(row, begin)) for row, begin in zip(rows, begins, strict=True)]
    found = [calls[0] for calls in guesses if calls]
    if len(found) == len(rows) and _is_same(schedule, result := _joined(found, begins)):
        return result
    found = []
    for calls, row, begin in zip(guesses, rows, begins, strict=True):
        call = next((c for c in calls if _is_proved(schedule.expr, c, row, begin)), None)
        if call is None:
            return Calls(why=f"none of them is its stage from count {begin} on")
        found.append(call)
    result = _joined(found, begins)
    return result if _is_same(schedule, result) else Calls(why="no proof was found that combinators are the same")


def numbers_like(schedule: Any, found: Calls) -> list[Fraction]:
    """The arguments and boundaries of a schedule that has stages like those of calls, with other numbers; else []."""
    calls = []
    rows = laid_out(schedule.expr)
    begins = _begins(rows)
    for row, begin, call in zip(rows, begins, found.calls, strict=False):
        calls += [c for c in _guesses(row, begin) if c.is_like(call)][:1]
    if len(calls) < len(found.calls):
        return []
    return Calls(tuple(calls), tuple(begins[1 : len(calls)])).numbers


def _joined(calls: list[Call], begins: list[Fraction]) -> Calls:
    """Calls without a last one that only holds the value that the one before has at its end."""
    if len(calls) > 1 and _is_held(calls[-2], calls[-1]):
        calls = calls[:-1]
    return Calls(tuple(calls), tuple(begins[1 : len(calls)]))


def _is_same(schedule: Schedule, calls: Calls) -> bool:
    sizes = [max(x.numerator.bit_length(), x.denominator.bit_length()) for x in calls.numbers]
    return max(sizes) <= 3 * limits.DIGITS and is_proved(schedule, Schedule(str(calls)))  # else too long for a text


def _begins(rows: Sequence[Row]) -> list[Fraction]:
    """The counts at which stages begin; those that are told apart otherwise have none."""
    return [Fraction(0) if row.low is None else tree.fraction(row.low) for row in rows if _is_numbered(row)]


def _is_numbered(row: Row) -> bool:
    bounds = [b for b in (row.low, row.high) if b is not None]
    return row.relation is None and row.clock in (None, tree.t) and all(map(tree.is_number, bounds))


def _is_held(call: Call, last: Call) -> bool:
    """Whether a call keeps the value that a last stage has."""
    ends = {"linear_schedule": "end_value", "polynomial_schedule": "end_value", "constant_schedule": "value"}
    value = last.arguments.get("value")
    if call.function == "cosine_decay_schedule":
        return value == call.arguments["init_value"] * call.arguments.get("alpha", Fraction(0))
    return call.function in ends and value == call.arguments[ends[call.function]]


def _is_proved(expr: Expr, call: Call, row: Row, begin: Fraction) -> bool:
    """Whether a call, begun with the stage, is the schedule there."""
    other = Schedule(f"hold({begin}, 0) >> {call}" if begin else str(call)).expr
    inside = begin + 1 if row.high is None else (begin + tree.fraction(row.high)) / 2
    prover = Prover()
    return all(prover.same(expr, other, moment) for moment in (begin, inside))


# Guesses


def _guesses(row: Row, begin: Fraction) -> Iterator[Call]:
    curve = _rational(Curve(row.value))
    start = curve(begin)
    if start is None:
        return
    if not row.value.has(tree.t):
        yield Call("constant_schedule", {"value": start})
    elif row.high is not None:
        yield from _ramps(Curve(row.value), start, begin, tree.fraction(row.high), row.value.has(sympy.cos))
    if start and row.value.has(tree.t) and not row.value.has(sympy.cos):
        yield from _decays(row.value, curve, start, begin)


Values = Callable[[Fraction], Fraction | None]
"""The value of a stage at a count, None where it is no short fraction."""


def _rational(curve: Curve) -> Values:
    """A value that is computed as a sum of waves may be a fraction: it is taken for one here, and proved later."""

    def value(count: Fraction) -> Fraction | None:
        found = curve(count)
        if isinstance(found, Fraction):
            return found if _is_number(found) else None
        if not real.isfinite(found):
            return None
        exact = Fraction(real.nstr(found, DIGITS))
        near = exact.limit_denominator(10 ** (DIGITS // 2))
        return near if abs(near - exact) * 10 ** (DIGITS - 3) <= abs(exact) else None

    return value


def _is_number(value: Fraction) -> bool:
    """Whether 32 bits can hold a value, if not all of its digits."""
    return value == 0 or SMALLEST <= abs(value) <= LARGEST


def _ramps(exact: Curve, start: Fraction, begin: Fraction, end: Fraction, is_wave: bool) -> Iterator[Call]:
    stop, length = _rational(exact)(end), end - begin
    if stop is None or length.denominator != 1 or stop == start:
        return
    ends = {"init_value": start, "end_value": stop}
    left = float((exact((begin + end) / 2) - stop) / (start - stop))
    if is_wave:
        if start:
            alpha = {"alpha": stop / start} if stop else {}
            yield Call("cosine_decay_schedule", {"init_value": start, "decay_steps": length, **alpha})
    elif math.isclose(left, 0.5):
        yield Call("linear_schedule", {**ends, "transition_steps": length})
    elif 0 < left < 1:
        power = Fraction(-math.log2(left)).limit_denominator(100)
        yield Call("polynomial_schedule", {**ends, "power": power, "transition_steps": length})


def _decays(value: Expr, curve: Values, start: Fraction, begin: Fraction) -> Iterator[Call]:
    numbers = {tree.fraction(x) for x in value.atoms(sympy.Rational)}
    lengths = {x for x in numbers | {Fraction(x.denominator) for x in numbers} if x.denominator == 1 and 0 < x <= LAST}
    found = []
    for length in sorted({*lengths, Fraction(1)}):
        later = curve(begin + length)
        if later is not None and later / start > 0:
            decay = {"init_value": start, "transition_steps": length, "decay_rate": later / start}
            found.append(Call("exponential_decay", decay))
    for call in sorted(found, key=lambda c: c.arguments["decay_rate"].denominator):
        yield call
        if value.has(sympy.floor):
            yield replace(call, in_stairs=True)

"""Open ends: what `next` and `prev` stand for.

Every operand of a `>>` has a slot; `next` and `prev` are looked up in the slot in which they were written, once all
operands are known. A slot without neighbours passes the question on to the slot around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from . import tree
from .clock import Clock
from .errors import ScheduleError, Span
from .stages import Signal
from .tree import INFINITY, ONE, Expr

Side = Literal["next", "prev"]


@dataclass(frozen=True)
class Writing:
    """Where an open end was written: the function and the parameter that it fills, if it is a default."""

    span: Span | None
    function: str = ""
    parameter: str = ""


class _Pending(Exception):
    """A value is needed that has not been worked out yet."""

    def __init__(self, slot: Slot, side: Side) -> None:
        self.key = slot, side


class Lookup:
    """Works out open ends with a stack of its own, so that a long row of them needs no deep recursion."""

    def __init__(self) -> None:
        self.known: dict[tuple[Slot, Side], Expr] = {}
        self.writing: dict[tuple[Slot, Side], Writing] = {}
        self.extents: dict[Expr, tree.Extent] = {}
        self.active = False

    def value(self, slot: Slot, side: Side) -> Expr:
        key = slot, side
        if key in self.known:
            return self.known[key]
        if self.active:
            raise _Pending(slot, side)
        self.active = True
        stack = {key: None}  # in order of asking; a dictionary, to find a question that is asked already
        try:
            while stack:
                asked = next(reversed(stack))
                try:
                    found = asked[0].look(asked[1])
                except _Pending as pending:
                    if pending.key in stack:
                        asking = list(stack)
                        raise self._facing(asking[asking.index(pending.key) :]) from None
                    stack[pending.key] = None
                    continue
                tree.check_extent(found, self.extents)
                self.known[asked] = found
                del stack[asked]
        finally:
            self.active = False
        return self.known[key]

    def _facing(self, keys: list[tuple[Slot, Side]]) -> ScheduleError:
        writings = [self.writing[k] for k in keys if k in self.writing]
        spans = [w.span for w in writings if w.span is not None]
        closing = max((w for w in writings if w.function), key=lambda w: w.span or (0, 0), default=None)
        title = "two open ends face each other: each waits for the value of the other"
        hint = ""
        if closing is not None:
            hint = f"give `{closing.function}` its `{closing.parameter}`: {closing.parameter}=..."
        span = (closing.span if closing else None) or max(spans, default=None)
        return ScheduleError(title, None, span, "close this one", hint)


class Slot:
    """The place of an operand of `>>`."""

    def __init__(self, lookup: Lookup, around: Slot | None) -> None:
        self.lookup, self.around = lookup, around
        self.before: Signal | None = None
        self.after: Signal | None = None
        self.repeated = False

    def close(self, repeated: bool = False) -> None:
        """Nothing is before and nothing after; in a repetition, not even the end of the schedule comes next."""
        self.around, self.repeated = None, repeated

    def look(self, side: Side) -> Expr:
        neighbour = self.after if side == "next" else self.before
        if neighbour is not None:
            return neighbour.start if side == "next" else neighbour.end
        if self.around is not None:
            if (self, side) in self.lookup.writing:
                self.lookup.writing.setdefault((self.around, side), self.lookup.writing[self, side])
            return self.lookup.value(self.around, side)
        writing = self.lookup.writing.get((self, side), Writing(None))
        if side == "next" and self.repeated:
            raise _nothing_after(writing)
        if side == "next":
            return ONE
        raise _nothing_before(writing)


def _nothing_after(writing: Writing) -> ScheduleError:
    """`next` at the end of a repetition."""
    who = f"`{writing.function}` reaches" if writing.function else "`next` stands"
    title = f"{who} for the value after it, and nothing comes after it in a repetition"
    return ScheduleError(title, None, writing.span, "", _give(writing, "write the value itself"))


def _give(writing: Writing, otherwise: str) -> str:
    return f"give it a value: {writing.parameter}=..." if writing.parameter else otherwise


def _nothing_before(writing: Writing) -> ScheduleError:
    """`prev` where nothing comes before."""
    who = f"`{writing.function}` starts from" if writing.function else "`prev` is"
    hint = _give(writing, "put something before it, or write the value itself")
    error = ScheduleError(f"{who} the value before it, and nothing comes before", None, writing.span, "", hint)
    error.is_open_end = True
    return error


class Open(Signal):
    """`next` or `prev`, a number that is known when the chain is."""

    duration = None

    def __init__(self, slot: Slot, side: Side, writing: Writing) -> None:
        self.slot, self.side, self.writing = slot, side, writing
        self._measure(writing.span)

    def at(self, clock: Clock, horizon: Expr = INFINITY) -> Expr:
        lookup = self.slot.lookup
        lookup.writing.setdefault((self.slot, self.side), self.writing)
        return lookup.value(self.slot, self.side)

    @cached_property
    def end(self) -> Expr:
        return self.at(Clock())

"""Where two trees differ: both are evaluated where something changes, at whole steps, and between and beyond them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import Final

from . import precise
from .precise import BITS, MORE_BITS, MOST_BITS, Curve, Value
from .tree import Expr

AGREE: Final = Fraction(1, 10**40)
"""How far irrational values may be apart, relative to the larger one."""

LESS: Final = 2**64
"""A difference that gets so much smaller when precision grows is due to rounding."""

NARROW: Final = Fraction(1, 2**64)
"""How long before a step the value just before it is taken."""

TRUST: Final = 16
"""After so many gaps that stay, those that rounding does not explain at first sight are believed."""

DOUBTS: Final = 200
"""After so many gaps that do not stay at the highest precision, no other is believed."""

STEPS: Final = 4000
COST: Final = 60_000
"""Steps, and operations on each side, that an evaluation takes."""

NEAR: Final = 2000
LATEST: Final = Fraction(10**300)
"""No step of a target is later: it is a float64."""

GOLDEN: Final = Fraction((math.sqrt(5) - 1) / 2)

Interval = tuple[Fraction, Fraction | None]
"""From a step to the next one at which something changes, which is left out; None for no end."""


@dataclass(frozen=True)
class Gaps:
    """Where two trees were found to differ.

    Attributes:
        evaluated: Steps at which both were evaluated.
        first: The first whole step found at which they differ, else the first moment between two; None for no gap.
        largest: The largest difference found.
        largest_at: Its step.
        values: The two values there.
    """

    evaluated: int
    first: Fraction | None = None
    largest: float = 0.0
    largest_at: Fraction | None = None
    values: tuple[float, float] | None = None


class Pair:
    """Two trees that are evaluated together, more precisely where it matters."""

    def __init__(self, one: Expr, other: Expr) -> None:
        self.trees = one, other
        self.curves: dict[int, tuple[Curve, Curve]] = {}
        self.trusted = self.doubtful = 0

    @property
    def cost(self) -> int:
        """The larger number of operations that one of the two has taken."""
        return max(sum(pair[i].cost for pair in self.curves.values()) for i in (0, 1))

    def values(self, step: Fraction, bits: int = BITS) -> tuple[Value, Value]:
        """The values of the two at a step."""
        if bits not in self.curves:
            self.curves[bits] = Curve(self.trees[0], bits), Curve(self.trees[1], bits)
        one, other = self.curves[bits]
        return one(step), other(step)

    def gap(self, step: Fraction) -> Value:
        """How far the two are apart at a step; 0 where only rounding keeps them apart."""
        one, other = self.values(step)
        gap = precise.difference(one, other)
        if gap == 0 or (isinstance(one, Fraction) and isinstance(other, Fraction)) or not precise.is_finite(gap):
            return gap
        size = max(abs(precise.approximate(value)) for value in (one, other))
        if gap <= precise.approximate(AGREE) * size:
            return Fraction(0)
        if self.trusted >= TRUST and gap * LESS > size:
            return gap
        stays = self._stays(gap, step, MORE_BITS)
        self.trusted = self.trusted + 1 if stays else -STEPS
        return gap if stays else Fraction(0)

    def is_sure(self, step: Fraction, gap: Value) -> bool:
        """Whether a gap is there at any precision; after many that were not, none is believed."""
        if isinstance(gap, Fraction) or not precise.is_finite(gap):
            return bool(gap != 0)
        if self.doubtful < DOUBTS and self._stays(gap, step, MOST_BITS):
            return True
        self.doubtful += 1
        return False

    def _stays(self, gap: Value, step: Fraction, bits: int) -> bool:
        closer = precise.difference(*self.values(step, bits))
        return bool(precise.approximate(closer) * LESS > gap)


def gaps(one: Expr, other: Expr, intervals: list[Interval], marks: Iterable[Fraction]) -> Gaps:
    """Look for steps at which two trees without parameters differ.

    Args:
        one: A tree in the step.
        other: Another one.
        intervals: Where to look, in order.
        marks: Steps around which to look first.
    """
    pair = Pair(one, other)
    found: dict[Fraction, Value] = {}
    for step in _steps(intervals, sorted(marks)):
        if step not in found and step <= LATEST:
            found[step] = pair.gap(step)
            if len(found) >= STEPS or pair.cost > COST:
                break
    apart = {step: gap for step, gap in found.items() if gap != 0}
    whole = {step: gap for step, gap in apart.items() if step.denominator == 1}
    for gap_at in (whole, apart):
        first = next((step for step in sorted(gap_at) if pair.is_sure(step, gap_at[step])), None)
        if first is not None:
            return _report(pair, gap_at, first, list(found))
    return Gaps(len(found))


def _report(pair: Pair, apart: dict[Fraction, Value], first: Fraction, evaluated: list[Fraction]) -> Gaps:
    whole = sorted(step for step in evaluated if step.denominator == 1)
    if first.denominator == 1:
        first = _first(pair, first, whole)
    by_gap = sorted(apart, key=lambda step: (-precise.to_float(apart[step]), step))
    largest_at = next(step for step in by_gap if pair.is_sure(step, apart[step]))
    if largest_at.denominator == 1:
        largest_at = max(first, _top(pair, largest_at, whole), key=lambda step: precise.to_float(pair.gap(step)))
    one, other = map(precise.to_float, pair.values(largest_at))
    return Gaps(len(evaluated), first, precise.to_float(pair.gap(largest_at)), largest_at, (one, other))


def _first(pair: Pair, apart: Fraction, whole: list[Fraction]) -> Fraction:
    """The first whole step of a gap, between the last one evaluated before it and one at which the two differ."""
    low, high = int(max((step for step in whole if step < apart), default=Fraction(-1))), int(apart)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if pair.gap(Fraction(middle)) != 0 else (middle, high)
    return Fraction(high)


def _top(pair: Pair, top: Fraction, whole: list[Fraction]) -> Fraction:
    """The whole step of the largest gap between the neighbours of the largest one that was evaluated."""
    at = whole.index(top)
    low, high = (int(whole[i]) for i in (max(at - 1, 0), min(at + 1, len(whole) - 1)))
    while high - low > 2:
        third = (high - low) // 3
        left, right = low + third, high - third
        if precise.approximate(pair.gap(Fraction(left))) < precise.approximate(pair.gap(Fraction(right))):
            low = left
        else:
            high = right
    near = (Fraction(step) for step in range(low, high + 1))
    return max(top, *near, key=lambda step: precise.to_float(pair.gap(step)))


# Steps


def _steps(intervals: list[Interval], marks: list[Fraction]) -> Iterator[Fraction]:
    """The steps of some intervals, the most telling first."""
    last = max([Fraction(NEAR), *(2 * bound for i in intervals for bound in i if bound is not None), *marks[-1:]])
    for interval in intervals:
        yield from _edges(interval)
    for interval in intervals:
        begin, end = interval
        inside = marks[bisect_left(marks, begin) : len(marks) if end is None else bisect_left(marks, end)]
        yield from (s for mark in inside for s in _around(mark) if _within(s, interval))
    rows = [_inner(interval, last) for interval in intervals]
    while rows:
        left = []
        for row in rows:
            taken = list(islice(row, 64))
            yield from taken
            if taken:
                left.append(row)
        rows = left


def _within(step: Fraction, interval: Interval) -> bool:
    return interval[0] <= step and (interval[1] is None or step < interval[1])


def _around(step: Fraction) -> tuple[Fraction, ...]:
    whole = Fraction(math.floor(step))
    return step - 1, step - NARROW, step, step + 1, whole, whole + 1


def _edges(interval: Interval) -> Iterator[Fraction]:
    bounds = [bound for bound in interval if bound is not None]
    yield from (step for bound in bounds for step in _around(bound) if _within(step, interval))


def _inner(interval: Interval, last: Fraction) -> Iterator[Fraction]:
    """Whole steps: all of them where they are few, else the first ones and an even spread; between; far ahead."""
    begin, end = interval
    lowest = math.ceil(begin)
    until = last if end is None else end
    count = max(math.ceil(until) - lowest, 0)
    first = min(count, NEAR)
    spread = (GOLDEN * i % 1 for i in range(1, NEAR))
    further = range(NEAR if count > first else 0)
    yield from _mixed(
        (Fraction(lowest + i) for i in _scattered(first)),
        (begin + (until - begin) * part for part in spread),
        (Fraction(lowest + first + math.floor((count - first) * (GOLDEN * i % 1))) for i in further),
        (Fraction(math.ceil(until) + 2**i // 16 + i) for i in range(36 if end is None else 0)),
    )


def _scattered(count: int) -> Iterator[int]:
    """The whole numbers below one, from coarse to fine."""
    stride = 1 << max(count - 1, 0).bit_length()
    yield from range(min(count, 1))
    while stride > 1:
        yield from range(stride // 2, count, stride)
        stride //= 2


def _mixed(*rows: Iterator[Fraction]) -> Iterator[Fraction]:
    """Rows in turn, the longer ones to their ends."""
    waiting = list(rows)
    while waiting:
        taken = [list(islice(row, 1)) for row in waiting]
        yield from chain(*taken)
        waiting = [row for row, step in zip(waiting, taken, strict=True) if step]

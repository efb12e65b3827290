"""What a benchmark is, and how two ways to compute one thing are timed against each other.

The machine may be busy with other work, so nothing is timed alone: the two sides take turns, and what counts is the
median of the ratios of turns that follow each other.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

TURN = 0.004
"""Seconds that one side is busy before the other takes its turn; a call that takes longer is a turn by itself."""

BUDGET = 1.0
"""Seconds after which a benchmark has had its turns, three of each side at least."""


@dataclass(frozen=True)
class Sides:
    """Two ways to compute one thing.

    Attributes:
        peer: What symsched is held against; returns values.
        ours: The same with symsched; returns the same values.
        each: How many of the things that the title names one call does.
        tolerance: How far the values may differ, relative to the largest.
    """

    peer: Callable[[], Any]
    ours: Callable[[], Any]
    each: int = 1
    tolerance: float = 1e-12


@dataclass(frozen=True)
class Medians:
    """Seconds of the peer and of ours, and the median of our time as a multiple of the peer's."""

    peer: float
    ours: float
    ratio: float


@dataclass(frozen=True)
class Figure:
    """One number out of the medians.

    Attributes:
        of: How it is computed.
        form: How it is written.
        limit: What it should reach; nan where nothing is asked of it.
        at_most: Whether it should stay below the limit, or above.
        has_peer: Whether the peer's time has a part in it.
    """

    of: Callable[[Medians], float]
    form: Callable[[float], str]
    limit: float = math.nan
    at_most: bool = True
    has_peer: bool = True

    @property
    def target(self) -> str:
        """The limit in words; empty where there is none."""
        return "" if math.isnan(self.limit) else f"at {'most' if self.at_most else 'least'} {self.form(self.limit)}"

    def is_met(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit


def times(value: float) -> str:
    """A ratio with three digits: 0.0421, 3.14, 1,235."""
    return f"{value:,.{max(0, 2 - math.floor(math.log10(value)))}f}"


def duration(seconds: float) -> str:
    """Seconds with a unit and three digits: 3.45 ms."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def slower(at_most: float = math.nan) -> Figure:
    """Our time as a multiple of the peer's."""
    return Figure(lambda medians: medians.ratio, lambda value: f"{times(value)}x the time", at_most)


def faster(at_least: float = math.nan) -> Figure:
    """The peer's time as a multiple of ours."""
    return Figure(lambda medians: 1 / medians.ratio, lambda value: f"{times(value)}x as fast", at_least, at_most=False)


def seconds(at_most: float = math.nan) -> Figure:
    """Our time itself."""
    return Figure(lambda medians: medians.ours, duration, at_most, has_peer=False)


def more(at_most: float = math.nan) -> Figure:
    """Our time less the peer's."""
    return Figure(
        lambda medians: max(medians.ours - medians.peer, 0.0), lambda value: f"{duration(value)} more", at_most
    )


@dataclass(frozen=True)
class Benchmark:
    """One line of the report.

    Attributes:
        group: The heading under which the report has it.
        title: What is timed, and against what.
        figure: What is reported.
        target: The number of the target, such as "A3"; empty for a comparison that has none.
        rounds: Most turns of each side.
        sides: Makes the two sides, and imports what they need.
        small: Makes the two sides of the same benchmark at a size that a test can wait for.
    """

    group: str
    title: str
    figure: Figure
    target: str
    rounds: int
    sides: Callable[[], Sides]
    small: Callable[[], Sides]

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.target, f"{self.group}:", self.title) if part)


class Group:
    """Benchmarks that stand under one heading of the report.

    Args:
        heading: The heading.
        note: What its figures are, in a sentence or two.
    """

    def __init__(self, heading: str, note: str) -> None:
        self.heading = heading
        self.note = note
        self.benchmarks: list[Benchmark] = []

    def add(
        self,
        title: str,
        figure: Figure,
        target: str = "",
        rounds: int = 60,
        small: Callable[[], Sides] | None = None,
    ) -> Callable[[Callable[[], Sides]], Callable[[], Sides]]:
        """Make a benchmark of a function that makes its two sides."""

        def added(sides: Callable[[], Sides]) -> Callable[[], Sides]:
            self.benchmarks.append(Benchmark(self.heading, title, figure, target, rounds, sides, small or sides))
            return sides

        return added


@dataclass
class Timing:
    """Seconds for each call, turn by turn."""

    peer: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    @property
    def _ratios(self) -> list[float]:
        return sorted(ours / peer for peer, ours in zip(self.peer, self.ours, strict=True))

    @property
    def medians(self) -> Medians:
        return Medians(median(self.peer), median(self.ours), median(self._ratios))

    @property
    def spread(self) -> float:
        """Half the width of the middle half of the ratios, relative to their median."""
        ratios = self._ratios
        quarter = len(ratios) // 4
        return (ratios[-1 - quarter] - ratios[quarter]) / 2 / median(ratios)


class Turns:
    """The two sides of a benchmark, taking turns.

    Attributes:
        rounds: How many turns of each side are worth taking.
        timing: What the turns took.
    """

    def __init__(self, sides: Sides, most: int) -> None:
        self._sides = sides
        self.timing = Timing()
        gc.collect()
        gc.freeze()  # what other benchmarks hold is not looked at again during this one
        turns = [_turn(side) for side in (sides.peer, sides.ours)]
        self._calls = [calls for calls, _ in turns]
        self.rounds = min(most, max(3, int(BUDGET / sum(lasts for _, lasts in turns))))

    def round(self) -> None:
        """One turn of each side."""
        both = ((self._sides.peer, self.timing.peer), (self._sides.ours, self.timing.ours))
        for (side, taken), calls in zip(both, self._calls, strict=True):
            taken.append(_timed(side, calls) / calls / self._sides.each)


def _turn(side: Callable[[], Any]) -> tuple[int, float]:
    """How many calls make a turn, and how long it takes; the first call, which fills caches, counts if it is long."""
    lasts = _timed(side, 1)
    if lasts < 100 * TURN:
        lasts = _timed(side, 1)
    calls = max(1, math.ceil(TURN / max(lasts, 1e-9)))
    return calls, calls * lasts


def _timed(side: Callable[[], Any], calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        side()
    return time.perf_counter() - begun


def walk(function: Callable[[Any], Any], steps: Iterable[Any]) -> Callable[[], list[Any]]:
    """A side that calls a function at each step."""
    steps = list(steps)
    return lambda: list(map(function, steps))

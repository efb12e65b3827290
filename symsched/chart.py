"""What a picture shows, whatever draws it: lines without their jumps, the values and steps in view, the stages."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from . import sampling
from .errors import ScheduleError
from .sampling import Point
from .thinning import thinned

if TYPE_CHECKING:
    from .schedule import Schedule

LARGEST = 1e300  # no picture can show what is larger, nor tell from 0 what is smaller than its inverse
BEYOND = 1.04  # how far beyond the end is shown
MARGIN = 0.04  # of the height, above and below the values
FLAT = 1e-12  # of the values: a range that is smaller is rounding
TOLERANCE = 2e-4  # of the height: how far a line may pass its values; corners are not seen either
JUMP = 3e-3  # of the height: a jump that is seen
STAGES = 100  # more would be a grey wall


@dataclass(frozen=True)
class Line:
    """A schedule as it is drawn.

    Attributes:
        name: What a legend calls it; empty if it is the only one.
        text: The schedule.
        runs: The points of its continuous parts.
        jumps: Last point of a part and first of the next one.
    """

    name: str
    text: str
    runs: tuple[tuple[Point, ...], ...]
    jumps: tuple[tuple[Point, Point], ...]


@dataclass(frozen=True)
class Chart:
    """A picture before it is drawn.

    Attributes:
        lines: One for each schedule.
        last: The last step in view; the first one is 0.
        low, high: The range of the values themselves.
        bottom, top: The range in view.
        stages: Steps at which a stage ends, if the same for all lines and not too many.
        log: Whether the axis of the values is logarithmic.
    """

    lines: tuple[Line, ...]
    last: float
    low: float
    high: float
    bottom: float
    top: float
    stages: tuple[float, ...]
    log: bool

    def height(self, value: float) -> float:
        """Where a value is drawn: 0 at the bottom, 1 at the top."""
        return _height(value, self.bottom, self.top, self.log)


def chart(schedules: Mapping[str, Schedule], steps: float | None = None, log: bool = False) -> Chart:
    """The chart of some schedules without open parameters.

    Args:
        schedules: By name; a single one needs none.
        steps: The last step in view; by default a little beyond the longest.
        log: Whether the axis of the values is logarithmic.

    Raises:
        ScheduleError: Parameters are open, the last step is none, or a value has no logarithm.
    """
    for schedule in schedules.values():
        sampling.require_bound(schedule)
    if not schedules:
        raise ScheduleError("there is no schedule to draw")
    if steps is not None and not 0 < steps < math.inf:
        raise ScheduleError(f"the last step to show must be positive and finite, but got {steps}")
    last = float(steps) if steps is not None else max(map(_last, schedules.values()))
    curves = [sampling.curve(s.compile("python"), last, sampling.marks(s), log) for s in schedules.values()]
    values = [y for points in curves for _, y in points if abs(y) < LARGEST]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    bottom, top = _view(low, high, log)

    def height(value: float) -> float:
        return _height(value, bottom, top, log)

    lines = tuple(_line(n, str(s), p, height) for (n, s), p in zip(schedules.items(), curves, strict=True))
    return Chart(lines, last, low, high, bottom, top, _stages(list(schedules.values()), last), log)


def _last(schedule: Schedule) -> float:
    ends = math.isfinite(sampling.length(schedule))
    return sampling.horizon(schedule, schedule.compile("python")) * (BEYOND if ends else 1)


def _view(low: float, high: float, log: bool) -> tuple[float, float]:
    """The range in view: a little more than the values; of a constant, from 0 to its double."""
    flat = high - low <= FLAT * max(abs(low), abs(high))
    if log:
        low, high = low or 1.0, high or 1.0  # no value can be drawn
        factor = 10.0 if flat else math.exp(MARGIN * (math.log(high) - math.log(low)))
        return max(low / factor, math.ulp(0)), min(high * factor, sys.float_info.max)
    if max(abs(low), abs(high)) < 1 / LARGEST:
        low, high = 0.0, 1.0
    elif flat:
        low, high = sorted((0.0, 2 * low))
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _height(value: float, bottom: float, top: float, log: bool) -> float:
    if log:
        value, bottom, top = math.log(value), math.log(bottom), math.log(top)
    return (value - bottom) / (top - bottom)


def _line(name: str, text: str, points: list[Point], height: Callable[[float], float]) -> Line:
    """The parts between jumps and values that cannot be drawn."""
    runs: list[list[Point]] = [[]]
    jumps = []
    for before, point in pairwise([(-math.inf, math.nan), *points]):
        if not abs(point[1]) < LARGEST:
            runs.append([])
            continue
        if runs[-1] and _is_jump(before, point, height):
            runs.append([])
            jumps.append((before, point))
        runs[-1].append(point)
    parts = tuple(tuple(thinned(run, height, TOLERANCE)) for run in runs if run)
    return Line(name, text, parts, tuple(jumps))


def _is_jump(left: Point, right: Point, height: Callable[[float], float]) -> bool:
    neighbours = right[0] <= math.nextafter(left[0], math.inf)
    return neighbours and abs(height(right[1]) - height(left[1])) > JUMP


def _stages(schedules: list[Schedule], last: float) -> tuple[float, ...]:
    from .constants import to_float

    found = {tuple(b for b in map(to_float, s.breakpoints) if 0 < b < last) for s in schedules}
    stages = found.pop()
    return () if found or len(stages) > STAGES else stages

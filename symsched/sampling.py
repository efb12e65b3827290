"""Where to look at a curve: how far to show it, at which steps it turns, and the points of a line through it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .errors import ScheduleError

if TYPE_CHECKING:
    from .schedule import Schedule

Point = tuple[float, float]
Function = Callable[[float], float]

CYCLES = 4  # cycles of an endless repetition that are shown
EMPTY = 100.0  # steps that are shown of a curve that says nothing about its length
FAR = 1e10
EXACT = 1000  # up to so many steps every one is drawn
FINE = 4000
JUMPS = 300
GOLDEN = (math.sqrt(5) - 1) / 2


def unbound(schedule: Schedule) -> str:
    """The parameters without a value, in words; empty if there are none."""
    names = [f"`{p.name}`" for p in schedule.parameters]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def require_bound(schedule: Schedule) -> None:
    """A curve has numbers only."""
    if schedule.parameters:
        values = ", ".join(f"{p.name}=..." for p in schedule.parameters)
        raise ScheduleError(f"no value for {unbound(schedule)}", hint=f"bind first: schedule.bind({values})")


def length(schedule: Schedule) -> float:
    """The duration as a number; infinite where there is no end."""
    from .constants import to_float

    return math.inf if schedule.duration is None else to_float(schedule.duration)


def marks(schedule: Schedule) -> list[float]:
    """Steps at which the formula changes: stages, cycles, comparisons with the step; in order, the start left out."""
    from sympy.core.relational import Relational

    from .constants import to_float
    from .tree import CycleIndex, CycleTime

    found = [to_float(b) for b in schedule.breakpoints]
    for condition in schedule.expr.atoms(Relational):
        found.extend(_threshold(condition))
    for cycle in schedule.expr.atoms(CycleIndex, CycleTime):
        found.extend(_cycles(cycle))
    end = length(schedule)
    return sorted({m for m in found if 0 < m <= end and math.isfinite(m)})


def stage_starts(schedule: Schedule) -> list[int]:
    """The first whole step of each stage but the first."""
    from sympy.core.relational import Relational

    found = {math.ceil(x) for condition in schedule.expr.atoms(Relational) for x in _threshold(condition)}
    return sorted(step for step in found if 0 < step <= length(schedule) + 1)


def _threshold(condition: Any) -> list[float]:
    """The first step at which a comparison of the step with a number turns over."""
    from sympy import Ge, Lt, S

    from .constants import to_float
    from .tree import Elapsed, t

    clock, bound = condition.args
    clock, start = clock.args if isinstance(clock, Elapsed) else (clock, S.Zero)
    if clock != t or bound.free_symbols or start.free_symbols:
        return []
    place = to_float(bound) + to_float(start)
    if not math.isfinite(place):
        return []
    return [place if isinstance(condition, Lt | Ge) else math.floor(place) + 1]


def _cycles(node: Any) -> list[float]:
    """The starts of the first cycles of a repetition, its own start included."""
    from sympy import Integer

    from . import tree
    from .constants import to_float

    clock, start, steps, stretch = node.args
    if clock != tree.t or any(a.free_symbols for a in (start, steps, stretch)):
        return []
    return [to_float(start) + to_float(tree.cycle_start(Integer(i), steps, stretch)) for i in range(CYCLES + 1)]


def horizon(schedule: Schedule, function: Function) -> float:
    """The last moment to show: the end, or where an endless curve has shown what it does."""
    end = length(schedule)
    if math.isfinite(end):
        return end or 1.0
    found = marks(schedule)
    begin = found[-1] if found else 0.0
    if schedule.expr.atoms(*_cycle_nodes()):
        last = begin or EMPTY
    else:
        last = _round_up(max(begin + 4 * _half_time(function, begin), 1.5 * begin) or EMPTY)
    return before(last)  # where the next cycle or level begins, its first value is not shown


def _cycle_nodes() -> tuple[type, ...]:
    from .tree import CycleIndex, CycleTime

    return CycleIndex, CycleTime


def _half_time(function: Function, begin: float) -> float:
    """How long from a step until half of the range that a curve ever takes is covered; 0 if it stays or never stops."""
    times = [0.0, *(1.15**i for i in range(int(math.log(FAR) / math.log(1.15)) + 1))]
    values = [function(begin + x) for x in times]
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return 0.0
    width = max(finite) / 2 - min(finite) / 2
    low = high = finite[0]
    for time, value in zip(times, values, strict=True):
        if math.isfinite(value):
            low, high = min(low, value), max(high, value)
        if width > 0 and high / 2 - low / 2 >= width / 2:
            return time if time < FAR / 100 else 0.0
    return 0.0


def _round_up(value: float) -> float:
    """The next round number."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next((n * unit for n in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8) if n * unit >= value * (1 - 1e-9)), 10 * unit)


def curve(function: Function, last: float, knots: Iterable[float], log: bool = False) -> list[Point]:
    """The points of a line from step 0 to `last`: exact at the knots and on both sides of every jump.

    Raises:
        ScheduleError: The line is for a logarithmic axis, and a value is not positive.
    """
    fixed = {0.0, float(last)}
    for knot in knots:
        if 0 < knot <= last:
            fixed |= {before(knot), float(knot)}
    points = [(x, function(x)) for x in sorted(fixed.union(_times(last)))]
    if log:
        _require_positive(points)
    return _with_jumps(function, points, math.log if log else float)


def before(step: float) -> float:
    """The last moment before a step."""
    return math.nextafter(step, -math.inf)


def _times(last: float) -> list[float]:
    """Every whole step where they are few, and steps between them; else many, spread so that no cycle hides."""
    if last <= EXACT:
        parts = max(1, int(EXACT // max(last, 1)))
        return [i / parts for i in range(math.floor(last * parts) + 1)]
    return [float(math.floor((i + i * GOLDEN % 1) * last / FINE)) for i in range(FINE)]


def _require_positive(points: Iterable[Point]) -> None:
    """A logarithm is of positive values only."""
    for step, value in points:
        if value <= 0:
            title = f"a logarithmic axis has positive values only, but at step {step:.6g} the value is {value:.6g}"
            raise ScheduleError(title, hint="give the schedule a floor, max(..., 1e-6), or draw it without `log`")


def _with_jumps(function: Function, points: list[Point], scale: Function) -> list[Point]:
    """The points and those on both sides of each jump between them that is seen on a scale."""
    heights = [scale(y) if math.isfinite(y) else y for _, y in points]
    finite = [h for h in heights if math.isfinite(h)]
    visible = (max(finite) / 2 - min(finite) / 2) / 50 if finite else 0.0
    steep = [i for i in range(1, len(points)) if abs(heights[i] / 2 - heights[i - 1] / 2) > visible > 0]
    if len(steep) > JUMPS:
        return points
    return sorted({*points, *(p for i in steep for p in _jump(function, points[i - 1], points[i]))})


def _jump(function: Function, left: Point, right: Point) -> list[Point]:
    """Both sides of a jump between two points, nothing if the curve is continuous there."""
    height = abs(right[1] / 2 - left[1] / 2)
    while True:
        middle = (left[0] + right[0]) / 2
        if not left[0] < middle < right[0]:
            return [left, right]
        point = (middle, function(middle))
        rise, rest = abs(point[1] / 2 - left[1] / 2), abs(right[1] / 2 - point[1] / 2)
        left, right = (left, point) if rise >= rest else (point, right)
        if not max(rise, rest) > height * 0.4:
            return []

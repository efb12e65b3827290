"""Fewer points for the same line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .sampling import Point

MOST = 1000
"""Points from which on a line is a band: it turns faster than a picture can show."""
BUCKETS = 500


def thinned(points: Sequence[Point], height: Callable[[float], float], tolerance: float) -> list[Point]:
    """Some of the points; the line through them passes all others at a vertical distance of `tolerance` at most.

    A band keeps the lowest and the highest point of each part, in this order or the other.

    Args:
        points: A line, in order; all of it is finite.
        height: Where a value is drawn.
        tolerance: In the unit of `height`.
    """
    places = [(x, height(y)) for x, y in points]
    kept = _corners(places, tolerance)
    if len(kept) > MOST:
        kept = _extremes(places)
    return [points[i] for i in kept]


def _corners(places: Sequence[Point], tolerance: float) -> list[int]:
    """From each corner on, the next one is as far as a straight line passes all that is between."""
    kept, low, high = [0], -math.inf, math.inf
    for i in range(1, len(places)):
        slope = _slope(places[kept[-1]], places[i])
        if not low <= slope <= high:
            kept.append(i - 1)
            low, high = -math.inf, math.inf
        x, y = places[i]
        low = max(low, _slope(places[kept[-1]], (x, y - tolerance)))
        high = min(high, _slope(places[kept[-1]], (x, y + tolerance)))
    return kept if len(places) == 1 else [*kept, len(places) - 1]


def _slope(begin: Point, end: Point) -> float:
    return (end[1] - begin[1]) / (end[0] - begin[0])


def _extremes(places: Sequence[Point]) -> list[int]:
    size = math.ceil(len(places) / BUCKETS)
    kept = {0, len(places) - 1}
    for begin in range(0, len(places), size):
        group = range(begin, min(begin + size, len(places)))
        kept |= {min(group, key=lambda i: places[i][1]), max(group, key=lambda i: places[i][1])}
    return sorted(kept)

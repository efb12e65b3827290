"""A curve in the terminal, in braille: two by four dots to a character."""

from __future__ import annotations

import math
from itertools import groupby, pairwise

from .sampling import Point
from .thinning import thinned

WIDTH = 80
ROWS = 10
NEGLIGIBLE = 1e-9  # of the range: what is left of a cycle at its last moment is labelled 0
TOLERANCE = 0.3  # of a dot: straight lines between few corners have no thick places
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def joined(lines: list[list[Point]]) -> list[Point]:
    """Several lines over the same steps as one with gaps."""
    return [point for line in lines for point in ((line[-1][0], math.nan), *line)][1:]


def draw(points: list[Point], width: int = WIDTH, rows: int = ROWS, log: bool = False) -> list[str]:
    """The lines of a drawing with the range of the values on the left and the steps below."""
    finite = [y for _, y in points if math.isfinite(y)]
    if not finite:
        return ["no finite value to draw"]
    low, high = min(finite), max(finite)
    labels = ["" for _ in range(rows)]
    negligible = 0.0 if log else NEGLIGIBLE * (high - low)
    if label(low) == label(high):  # a change that labels cannot tell is no change
        low = high = finite[0]
        points = [(x, low if math.isfinite(y) else y) for x, y in points]
        labels[rows // 2] = label(low)
    else:
        labels[0], labels[-1] = (label(0 if abs(y) < negligible else y) for y in (high, low))
    margin = max(map(len, labels))
    columns = width - margin - 2
    if log:
        points = [(x, math.log(y) if math.isfinite(y) else y) for x, y in points]
        low, high = math.log(low), math.log(high)
    cells = _cells(points, low, high, columns, rows)
    ticks = [f"{text:>{margin}} {'┤' if text else '│'}" for text in labels]
    lines = [tick + cells[i].rstrip(chr(0x2800)) for i, tick in enumerate(ticks)]
    return [*lines, " " * (margin + 1) + "└" + "─" * columns, " " * (margin + 2) + _steps(points, columns)]


def label(value: float) -> str:
    """A value in few characters."""
    return _short(f"{value + 0.0:.4g}")


def _short(text: str) -> str:
    return text.replace("e+", "e")


def _steps(points: list[Point], columns: int) -> str:
    """The first and the last step, and the one between them where there is room."""
    first, last = points[0][0], points[-1][0]
    left, middle, right = (_step(x) for x in (first, (first + last) / 2, last))
    room = columns - len(left) - len(right)
    return left + (f"{middle:^{room}}" if len(middle) <= 8 and len(middle) + 2 <= room else " " * room) + right


def _step(x: float) -> str:
    whole = math.isclose(x, round(x), rel_tol=1e-12)
    return _short(f"{round(x):.12g}" if whole else f"{x:.6g}")


def _cells(points: list[Point], low: float, high: float, columns: int, rows: int) -> list[str]:
    """The dots of a line through the points, row by row; it breaks where a value is not finite."""
    across, down = 2 * columns - 1, 4 * rows - 1
    span = points[-1][0] - points[0][0] or 1.0
    height = high / 2 - low / 2
    grid = [[0] * columns for _ in range(rows)]

    def row_of(value: float) -> float:
        share = (value / 2 - low / 2) / height if height else 0.5
        return (1 - share) * down

    for finite, run in groupby(points, lambda point: math.isfinite(point[1])):
        corners = thinned(list(run), row_of, TOLERANCE) if finite else []
        dots = [(round((x - points[0][0]) / span * across), round(row_of(y))) for x, y in corners]
        for begin, end in pairwise([*dots[:1], *dots]):
            for column, row in _line(begin, end):
                grid[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    return ["".join(chr(0x2800 + cell) for cell in row) for row in grid]


def _line(begin: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    (x0, y0), (x1, y1) = begin, end
    count = max(abs(x1 - x0), abs(y1 - y0), 1)
    return [(round(x0 + (x1 - x0) * i / count), round(y0 + (y1 - y0) * i / count)) for i in range(count + 1)]

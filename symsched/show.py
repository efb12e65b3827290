"""What `symsched show` prints: the text, the formula, a table of values, and the curve."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import braille, sampling
from .wording import number_text

if TYPE_CHECKING:
    from sympy import Expr

    from .schedule import Schedule

FIRST, LAST = 6, 2  # marks that the table shows of many


def show(schedule: Schedule, unicode: bool = True) -> str:
    """Everything about a schedule in at most 80 columns, as far as the formula lets it; ASCII only on demand."""
    text = "\n".join(_wrapped(str(schedule)))
    blocks = [text, duration_text(schedule.duration), _indented(formula(schedule, unicode))]
    if schedule.parameters:
        first = schedule.parameters[0].name
        blocks.append("\n".join(_wrapped(f"No values without {sampling.unbound(schedule)}: bind with -p {first}=...")))
        return "\n\n".join(blocks)
    blocks.append(_indented("\n".join(_table(table(schedule)))))
    if unicode:
        blocks.append("\n".join(drawing(schedule)))
    return "\n\n".join(blocks)


def record(schedule: Schedule) -> dict[str, Any]:
    """The same for machines."""
    rows = [] if schedule.parameters else [[step, plain(value)] for step, value in table(schedule) if step is not None]
    return {
        "text": str(schedule),
        "duration": number(schedule.duration),
        "parameters": [p.name for p in schedule.parameters],
        "breakpoints": [number(b) for b in schedule.breakpoints],
        "formula": formula(schedule, True),
        "values": rows,
    }


def number(value: Expr | None) -> int | float | str | None:
    """An exact value for JSON: a number where it is one, else its text; `inf` for what is endless."""
    from sympy import Integer, Rational

    if value is None or isinstance(value, Integer):
        return None if value is None else int(value)
    return plain(float(value)) if isinstance(value, Rational) else number_text(value)


def plain(value: float) -> float | str:
    """A float for JSON, which has no infinity: `inf`, `-inf` and `nan` are texts."""
    return value if math.isfinite(value) else str(value)


def duration_text(duration: Expr | None) -> str:
    """A duration in words."""
    if duration is None:
        return "a number, without a duration"
    text = number_text(duration)
    return "endless" if text == "inf" else f"{text} step{'s' if text != '1' else ''}"


def formula(schedule: Schedule, unicode: bool) -> str:
    """The formula as text."""
    from . import backends

    if unicode and backends.load("unicode") is not None:
        return schedule.emit("unicode").rstrip("\n")
    return "\n".join(_wrapped(str(schedule.expr), 78))


def drawing(*schedules: Schedule, steps: int | None = None, log: bool = False) -> list[str]:
    """The curves in braille, all in one drawing."""
    for schedule in schedules:
        sampling.require_bound(schedule)
    curves = [(schedule.compile("python"), sampling.marks(schedule)) for schedule in schedules]
    ends = [sampling.horizon(schedule, function) for schedule, (function, _) in zip(schedules, curves, strict=True)]
    last = float(steps) if steps is not None else max(ends)
    return braille.draw(braille.joined([sampling.curve(f, last, marks, log) for f, marks in curves]), log=log)


def table(schedule: Schedule) -> list[tuple[int | None, float]]:
    """Steps and values where something happens; a step of None stands for those left out."""
    function = schedule.compile("python")
    end, found = sampling.length(schedule), sampling.marks(schedule)
    few = _few(found)
    steps: set[int] = {0}
    for mark in few:
        steps |= {max(math.ceil(mark) - 1, 0), math.ceil(mark)}
    if math.isfinite(end):
        steps |= {math.ceil(end), math.ceil(end) + 1}
    elif not found and schedule.expr.free_symbols:
        last = sampling.horizon(schedule, function)
        steps |= {round(last * i / 4) for i in range(5)}
    rows: list[tuple[int | None, float]] = [(step, function(step)) for step in sorted(steps)]
    if few != found:
        gap = next(i for i, row in enumerate(rows) if row[0] is not None and row[0] >= math.ceil(few[FIRST]) - 1)
        rows.insert(gap, (None, math.nan))
    return rows


def _few(found: list[float]) -> list[float]:
    return found if len(found) <= FIRST + LAST + 1 else found[:FIRST] + found[-LAST:]


def _table(rows: Iterable[tuple[int | None, float]]) -> list[str]:
    cells = [("...", "") if step is None else (str(step), f"{value + 0.0:.6g}") for step, value in rows]
    width = max(4, *(len(step) for step, _ in cells))
    return [f"{a:>{width}}  {b}".rstrip() for a, b in [("step", "value"), *cells]]


def _wrapped(text: str, width: int = 80) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="    ", break_on_hyphens=False) or [text]


def _indented(text: str) -> str:
    return textwrap.indent(text, "  ")

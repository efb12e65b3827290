"""ASCII: the formula of a schedule as it is typed, one line per stage, for comments in code and plain logs."""

from __future__ import annotations

from typing import Any

from .typed import Typed
from .typeset import ROWS, STYLES, typeset

REQUIRES = ""
FUNCTION = ""


def emit(
    schedule: Any, *, style: str = STYLES[0], symbol: str | None = None, time: str = "t", rows: int | str = ROWS
) -> str:
    """The formula of a schedule.

    Args:
        schedule: A `symsched.Schedule`.
        style: "cases" with the numbers in the formula, "symbolic" with letters and a legend, "stages" for a table.
        symbol: What the formula is equal to, such as `lr` or `beta`; with `=` it is a left side as it stands.
        time: The name of the step, printed as the name of a parameter is.
        rows: How many stages are printed of a schedule with more.

    Raises:
        ScheduleError: An option is unknown or does not fit the schedule, or a node has no notation.
    """
    return typeset(schedule, Typed(), style, symbol, time, rows)

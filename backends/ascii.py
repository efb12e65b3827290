"""ASCII: the formula of a schedule as it is typed, one line per stage, for comments in code and plain logs."""

from __future__ import annotations

from typing import Any

from .typed import Typed
from .typeset import typeset

REQUIRES = ""
FUNCTION = ""


def emit(schedule: Any, *, style: str = "cases", symbol: str | None = None, time: str = "t") -> str:
    """The formula of a schedule.

    Args:
        schedule: A `symsched.Schedule`.
        style: "cases" with the numbers in the formula, or "symbolic" with letters and a legend, for a single call.
        symbol: A left side such as `lr(t) =`, printed as it stands.
        time: The name of the step, printed as the name of a parameter is.

    Raises:
        ScheduleError: The style is unknown or does not fit the schedule, or a node has no notation.
    """
    return typeset(schedule, Typed(), style, symbol, time)

"""What `symsched check` finds out about a program: for each schedule a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import reading
from .errors import ScheduleError

if TYPE_CHECKING:
    from .schedule import Schedule


@dataclass(frozen=True)
class Result:
    """A schedule that is fine, or an error.

    Attributes:
        file: The file that holds the program, None for an argument.
        name: The name of a schedule of a plan, else None.
        schedule: The schedule, None if there is an error.
        error: What is wrong, None if nothing is.
    """

    file: str | None
    name: str | None
    schedule: Schedule | None
    error: ScheduleError | None

    def line(self) -> str:
        """What a person reads: ok, whose, how long, and what is left to bind."""
        from .show import duration_text

        assert self.schedule is not None
        place = "".join(f"  {part}:" for part in (self.file, self.name) if part)
        names = ", ".join(p.name for p in self.schedule.parameters)
        return f"ok{place}  {duration_text(self.schedule.duration)}" + (f"  parameters: {names}" if names else "")

    def record(self) -> dict[str, Any]:
        """The same for machines."""
        from .show import number

        good = self.schedule
        return {
            "valid": self.error is None,
            "file": self.file,
            "name": self.name,
            "duration": None if good is None else number(good.duration),
            "parameters": [] if good is None else [p.name for p in good.parameters],
            "error": None if self.error is None else error_record(self.error),
        }


def results(text: str, values: Mapping[str, str], file: str | None = None) -> list[Result]:
    """One result for each schedule of a program."""
    try:
        found = reading.schedules(text, values)
    except ScheduleError as error:
        return [Result(file, None, None, error)]
    return [Result(file, name or None, schedule, None) for name, schedule in found.items()]


def error_record(error: ScheduleError) -> dict[str, Any]:
    """An error for machines; line and column start at 1 and point at the first character of the span."""
    line = column = None
    if error.source is not None and error.span is not None:
        before = error.source[: error.span[0]]
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
    return {
        "title": error.title,
        "source": error.source,
        "span": error.span,
        "line": line,
        "column": column,
        "label": error.label,
        "hint": error.hint,
    }

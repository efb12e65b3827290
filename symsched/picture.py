"""Schedules as a picture: SVG by our own hand, everything else by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ScheduleError, placed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .chart import Chart
    from .schedule import Schedule

FORMATS = ("pdf", "png", "svg")


class Picture:
    """The curves of some schedules; a notebook shows it.

    Example:
        >>> import symsched as ss
        >>> picture = ss.plot("cosine(1e-3, 1e4)")
        >>> picture.svg.startswith("<svg ")
        True
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    @cached_property
    def svg(self) -> str:
        """The picture as the text of an SVG, which needs no matplotlib."""
        from .svg import draw

        return draw(self.chart)

    def figure(self) -> Figure:
        """The picture as a figure of matplotlib, to go on with; it belongs to no window.

        Raises:
            ScheduleError: matplotlib is not installed.
        """
        from .figure import draw

        return draw(self.chart)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a file; its ending, `.svg`, `.png` or `.pdf`, is its format.

        Raises:
            ScheduleError: The ending is another one, or matplotlib is not installed and it is not `.svg`.
        """
        form = file_format(path)
        if form == "svg":
            Path(path).write_bytes(self.svg.encode())
        else:
            from .figure import save

            save(self.figure(), path, form)

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return self.svg


def plot(
    schedules: Schedule | str | Mapping[str, Schedule | str],
    path: str | PathLike[str] | None = None,
    steps: float | None = None,
    log: bool = False,
) -> Picture:
    """Draw the curve of a schedule, or those of several in one picture.

    Args:
        schedules: A schedule, a plan, or schedules by name; texts are read.
        path: File to write, `.svg`, `.png` or `.pdf`; `.svg` needs no matplotlib.
        steps: Last step to show; by default a little beyond the end.
        log: Whether the axis of the values is logarithmic; all of them must be positive.

    Returns:
        The picture.

    Raises:
        ScheduleError: Parameters are not bound, a value has no logarithm, the file's ending is unknown, or matplotlib
            is needed and not installed.
    """
    from .chart import chart

    if path is not None:
        file_format(path)
    picture = Picture(chart(named(schedules), steps, log))
    if path is not None:
        picture.save(path)
    return picture


def named(schedules: Schedule | str | Mapping[str, Schedule | str]) -> dict[str, Schedule]:
    """Schedules by name, "" for one that stands alone; texts are read."""
    from .api import parse

    given = schedules if isinstance(schedules, Mapping) else {"": schedules}
    read = {}
    for name, one in given.items():
        with placed(name):
            read[name] = parse(one)
    return read


def file_format(path: str | PathLike[str]) -> str:
    """The format that the ending of a file's name asks for."""
    name, dot, ending = fspath(path).rpartition(".")
    if not dot or not name or ending.lower() not in FORMATS:
        raise ScheduleError(f"cannot tell a picture format from `{fspath(path)}`", hint="end it in .svg, .png or .pdf")
    return ending.lower()

"""A schedule as a picture. matplotlib is imported when it is needed, and its global state is not touched."""

from __future__ import annotations

import math
import textwrap
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from . import sampling
from .errors import ScheduleError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .schedule import Schedule

FORMATS = ("pdf", "png", "svg")
SIZE = (7.2, 4.0)
LINE, STAGE = "#1f5fa8", "#9a9a9a"
STAGES = 40  # more boundaries than this would hide the curve
TITLE_WIDTH, TITLE_LINES = 78, 3
LARGEST = 1e300  # matplotlib cannot draw what is larger
MARGIN = 1.04  # how far beyond the end is shown


def plot(schedule: Schedule, path: str | PathLike[str] | None = None, steps: float | None = None) -> Any:
    """Draw the curve of a schedule.

    Args:
        schedule: A schedule without free parameters.
        path: File to write, `.svg`, `.png` or `.pdf`; None to return the figure only.
        steps: Last step to show; by default a little beyond the end.

    Returns:
        The matplotlib figure; it belongs to no window.

    Raises:
        ScheduleError: matplotlib is not installed, parameters are not bound, or the file's ending is unknown.
    """
    form = None if path is None else file_format(path)
    sampling.require_bound(schedule)
    if steps is not None and not 0 < steps < math.inf:
        raise ScheduleError(f"the last step to show must be positive and finite, but got {steps}")
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise ScheduleError("matplotlib is not installed", hint="pip install symsched[plot]") from None
    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    _draw(figure.add_subplot(), schedule, steps)
    if path is not None and form is not None:
        with rc_context({"svg.hashsalt": "symsched"}):  # the same picture gives the same bytes
            figure.savefig(path, format=form, dpi=150, metadata=_WITHOUT_DATE[form])
    return figure


_WITHOUT_DATE: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "png": {}, "svg": {"Date": None}}


def file_format(path: str | PathLike[str]) -> str:
    """The format that the ending of a file's name asks for."""
    name, dot, ending = fspath(path).rpartition(".")
    if not dot or not name or ending.lower() not in FORMATS:
        raise ScheduleError(f"cannot tell a picture format from `{fspath(path)}`", hint="end it in .svg, .png or .pdf")
    return ending.lower()


def _draw(axes: Axes, schedule: Schedule, steps: float | None) -> None:
    from .constants import to_float

    function = schedule.compile("python")
    last = sampling.horizon(schedule, function)
    if math.isfinite(sampling.length(schedule)):
        last *= MARGIN
    last = last if steps is None else float(steps)
    points = sampling.curve(function, last, sampling.marks(schedule))
    stages = [b for b in (to_float(b) for b in schedule.breakpoints) if 0 < b < last]
    if len(stages) <= STAGES:
        for stage in stages:
            axes.axvline(stage, color=STAGE, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1, gid="stage")
    axes.plot(
        [x for x, _ in points],
        [y if abs(y) < LARGEST else math.nan for _, y in points],
        color=LINE,
        linewidth=1.6,
        solid_joinstyle="round",
        gid="curve",
    )
    _frame(axes, str(schedule), [y for _, y in points if abs(y) < LARGEST], last)


def _frame(axes: Axes, text: str, values: list[float], last: float) -> None:
    axes.set_title(_title(text), fontsize=10, loc="left", family="monospace", parse_math=False)
    axes.set_xlabel("step")
    axes.set_ylabel("value")
    axes.set_xlim(0, last)
    axes.spines[["top", "right"]].set_visible(False)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=True)
    axes.ticklabel_format(axis="x", style="sci", scilimits=(-3, 6), useMathText=True)
    if values and min(values) == max(values):
        low, high = sorted((0.0, 2 * values[0]))
        axes.set_ylim(low, high if high > low else 1.0)


def _title(text: str) -> str:
    lines = textwrap.wrap(text, TITLE_WIDTH, break_on_hyphens=False)
    if len(lines) > TITLE_LINES:
        lines = [*lines[: TITLE_LINES - 1], lines[TITLE_LINES - 1][: TITLE_WIDTH - 3].rstrip() + "..."]
    return "\n".join(lines)

"""A chart as a figure. matplotlib is imported when it is needed, and its global state is not touched."""

from __future__ import annotations

import math
from os import PathLike
from typing import TYPE_CHECKING, Any

from . import ticks
from .chart import Chart, Line
from .errors import ScheduleError
from .svg import COLOURS, DASHES, title_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (7.2, 4.0)
TITLE_WIDTH = 74
CHARACTERS = 72  # small ones, that fit above the curves
_WITHOUT_DATE: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "png": {}}


def draw(chart: Chart) -> Figure:
    """The figure of a chart; it belongs to no window."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise ScheduleError(
            "matplotlib is not installed, which .png and .pdf need", hint="pip install symsched[plot], or end in .svg"
        ) from None
    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    bounds = [*chart.stages, chart.last]
    for begin, end in zip(bounds[::2], bounds[1::2], strict=False):
        axes.axvspan(begin, end, color="black", alpha=0.07, linewidth=0, zorder=0, gid="stage")
    for number, line in enumerate(chart.lines):
        _curve(axes, line, number)
    _frame(axes, chart)
    return figure


def save(figure: Figure, path: str | PathLike[str], form: str) -> None:
    """Write a figure; the same figure gives the same bytes."""
    figure.savefig(path, format=form, dpi=150, metadata=_WITHOUT_DATE[form])


def _curve(axes: Axes, line: Line, number: int) -> None:
    """A line with a gap at each jump, and its jumps."""
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    style = (0, tuple(float(n) / 2 for n in dash.split())) if dash else "solid"
    points = [p for run in line.runs for p in (*run, (math.nan, math.nan))][:-1]
    x, y = ([p[i] for p in points] for i in (0, 1))
    axes.plot(x, y, color=colour, linestyle=style, linewidth=1.6, label=line.name, gid="curve")
    for step, value in line.held:
        axes.plot(step, value, "o", color=colour, markersize=4, gid="held")
    for left, right in line.jumps:
        drop = [left[1], right[1]]
        axes.plot([right[0]] * 2, drop, color=colour, alpha=0.6, linestyle=(0, (1, 3)), linewidth=0.8, gid="jump")


def _frame(axes: Axes, chart: Chart) -> None:
    if [line.name for line in chart.lines] == [""]:
        title = "\n".join(title_lines(chart.lines[0].text, TITLE_WIDTH))
        axes.set_title(title, fontsize=10, loc="left", family="monospace", parse_math=False)
    else:
        curves = [line for line in axes.lines if line.get_gid() == "curve"]
        legend = axes.legend(handles=curves, frameon=False, fontsize=9)
        for text in legend.get_texts():
            text.set_parse_math(False)
    axes.set_xlabel("step")
    axes.set_ylabel("value")
    axes.set_xlim(0, chart.last)
    axes.grid(axis="y", color="black", alpha=0.15, linewidth=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    _breakpoints(axes, chart)
    axes.ticklabel_format(axis="x", style="sci", scilimits=(-3, 6), useMathText=True)
    axes.set_ylim(chart.bottom, chart.top)  # first: a scale would look for limits of its own, and overflow
    if chart.log:
        axes.set_yscale("log")
        axes.minorticks_off()
    values = (ticks.logarithmic if chart.log else ticks.linear)(
        chart.bottom, chart.top, 7
    )  # those of matplotlib overflow
    axes.set_yticks(list(map(float, values)), ticks.labels(values))


def _breakpoints(axes: Axes, chart: Chart) -> None:
    """The steps at which stages end, above the curves."""
    found = list(chart.stage_labels(CHARACTERS, right=2))
    if found:
        above = axes.secondary_xaxis("top")
        above.set_xticks([stage for stage, _ in found], [label for _, label in found], fontsize=8)
        above.tick_params(length=0, pad=2)
        above.spines["top"].set_visible(False)

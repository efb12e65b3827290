"""A chart as SVG, in a few kilobytes.

Inside a page, text and lines have the colour of the text around them. As a file or an image, where a page cannot reach
them, they have a ground of their own, dark where the reader prefers that: `svg:root` is this picture alone only there.
Every colour is an attribute, so that a page can replace it: `.symsched .line { stroke: red }`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from . import ticks
from .chart import Chart, Line
from .sampling import Point

WIDTH, HEIGHT, RIGHT = 720, 300, 24
"""The picture, the frame of the curves in it, and what is free on the right of it; pixels."""
SIZE, CHARACTER, MONOSPACE = 14, 8.0, 8.5
"""Of letters: their height, and how wide they are at most on average."""
LINE = 20  # from one line of text to the next
GAP = 8  # between two texts in one line
LONGEST = 3  # lines of a title
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""The colours of Okabe and Ito, "Color Universal Design" (2008), that are seen on white and on black."""
DASHES = ("", "8 4", "2 3", "10 4 2 4", "14 4")
STYLE = (
    "svg:root{background:#fff;color:#1f2328}"
    "@media(prefers-color-scheme:dark){svg:root{background:#0d1117;color:#e6edf3}}"
)
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Frame:
    """Where the curves are drawn: a rectangle and what is shown in it."""

    chart: Chart
    left: float
    top: float

    @property
    def width(self) -> float:
        return WIDTH - RIGHT - self.left

    def x(self, step: float) -> float:
        return self.left + step / self.chart.last * self.width

    def y(self, value: float) -> float:
        return self.top + (1 - self.chart.height(value)) * HEIGHT


def draw(chart: Chart) -> str:
    """The picture of a chart; the same chart gives the same text."""
    values = (ticks.logarithmic if chart.log else ticks.linear)(chart.bottom, chart.top, 7)
    labels = ticks.labels(values)
    head = list(_head(chart))
    frame = Frame(chart, 34 + CHARACTER * max(map(len, labels)), GAP + LINE * (_lines(head) + bool(chart.stages)))
    height = frame.top + HEIGHT + 2.4 * LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="symsched" role="img" viewBox="0 0 {WIDTH} {_n(height)}" '
        f'width="{WIDTH}" height="{_n(height)}" style="max-width:100%;height:auto" fill="currentColor" '
        f'font-family="system-ui,sans-serif" font-size="{SIZE}">',
        f"<title>{_text(title(chart))}</title>",
        f"<desc>{_text(description(chart))}</desc>",
        f"<style>{STYLE}</style>",
        *(text for _, text in head),
        *_stages(frame),
        *_values(frame, list(map(float, values)), labels),
        *_steps(frame),
        *(part for i, line in enumerate(chart.lines) for part in _curve(frame, line, i)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def title(chart: Chart) -> str:
    """What is shown, in one line."""
    return ", ".join(line.name or line.text for line in chart.lines)


def description(chart: Chart) -> str:
    """The picture in words."""
    low, high = (f"{v + 0.0:.6g}" for v in (chart.low, chart.high))
    found = [f"Values from {low} to {high}, steps from 0 to {chart.last:.6g}."]
    if chart.stages:
        found.append(f"A stage ends at step {', '.join(f'{s:.12g}' for s in chart.stages)}.")
    return " ".join(found)


def title_lines(text: str, width: int) -> list[str]:
    """A text in a few lines, cut if it is longer."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    if len(lines) > LONGEST:
        lines = [*lines[: LONGEST - 1], lines[LONGEST - 1][: width - 3].rstrip() + "..."]
    return lines


def _head(chart: Chart) -> Iterator[tuple[int, str]]:
    """The title of one line, or the legend of several: the row of each part, and the part."""
    names = [line.name for line in chart.lines]
    if names == [""]:
        for row, text in enumerate(title_lines(chart.lines[0].text, int((WIDTH - 2 * GAP) / MONOSPACE))):
            yield row, _label(GAP, LINE * (row + 1), text, 'text-anchor="start" font-family="monospace"')
        return
    row, x = 0, float(GAP)
    for i, name in enumerate(names):
        (name,) = textwrap.wrap(name, 78, max_lines=1, placeholder="...") or [""]
        width = 40 + CHARACTER * len(name)
        if x > GAP and x + width > WIDTH:
            row, x = row + 1, GAP
        y = LINE * (row + 1)
        yield row, f'<path class="line line-{i + 1}" d="M{_n(x)} {y - 5}h30" {_stroke(i)}/>'
        yield row, _label(x + 36, y, name, 'text-anchor="start"')
        x += width + 2 * GAP


def _lines(head: Iterable[tuple[int, str]]) -> int:
    return max(row for row, _ in head) + 1


def _stages(frame: Frame) -> Iterator[str]:
    """Every other stage on a tint, and the steps at which stages end, as far as there is room."""
    chart = frame.chart
    if not chart.stages:
        return
    bounds = [*chart.stages, chart.last]
    bands = "".join(
        f"M{_n(frame.x(a))} {_n(frame.top)}V{_n(frame.top + HEIGHT)}H{_n(frame.x(b))}V{_n(frame.top)}z"
        for a, b in zip(bounds[::2], bounds[1::2], strict=False)
    )
    yield f'<path class="stages" fill-opacity=".07" d="{bands}"/>'
    yield '<g class="breakpoints" text-anchor="middle" font-size="12">'
    for stage, label in chart.stage_labels(frame.width / CHARACTER, RIGHT / CHARACTER):
        yield _label(min(frame.x(stage), WIDTH - CHARACTER * len(label) / 2), frame.top - 6, label)
    yield "</g>"


def _values(frame: Frame, values: list[float], labels: list[str]) -> Iterator[str]:
    grid = "".join(f"M{_n(frame.left)} {_n(frame.y(v))}h{_n(frame.width)}" for v in values)
    yield f'<path class="grid" stroke="currentColor" stroke-opacity=".15" d="{grid}"/>'
    yield '<g class="values" text-anchor="end">'
    for value, label in zip(values, labels, strict=True):
        yield _label(frame.left - 7, frame.y(value) + 5, label)
    yield "</g>"
    middle = frame.top + HEIGHT / 2
    yield _label(0, 0, "value", f'text-anchor="middle" transform="translate(16 {_n(middle)})rotate(-90)"')


def _steps(frame: Frame) -> Iterator[str]:
    bottom = frame.top + HEIGHT
    found = _step_ticks(frame)
    marks = "".join(f"M{_n(frame.x(s))} {_n(bottom)}v5" for s, _ in found)
    axis = f"M{_n(frame.left)} {_n(bottom)}h{_n(frame.width)}{marks}"
    yield f'<path class="axis" fill="none" stroke="currentColor" d="{axis}"/>'
    yield '<g class="steps" text-anchor="middle">'
    for step, label in found:
        x = min(frame.x(step), WIDTH - CHARACTER * len(label) / 2)
        yield _label(x, bottom + 20, label)
    yield "</g>"
    yield _label(frame.left + frame.width / 2, bottom + 40, "step", 'text-anchor="middle"')


def _step_ticks(frame: Frame) -> list[tuple[float, str]]:
    """As many round steps as there is room for their labels."""
    last = frame.chart.last
    for most in range(9, 1, -1):
        steps = [float(s) for s in ticks.linear(0, last * (1 + 1e-9), most)]  # an endless one stops just before one
        found = [(s, ticks.step_label(s)) for s in steps]
        widest = CHARACTER * max(len(label) for _, label in found) + 2 * GAP
        if len(steps) < 2 or widest <= frame.x(steps[1]) - frame.x(steps[0]):
            break
    return found


def _curve(frame: Frame, line: Line, number: int) -> Iterator[str]:
    """A line in its parts, its jumps as dotted verticals, and a dot at the value that holds where it jumps."""
    shape = "".join(_path(frame, run) for run in line.runs)
    name = f'class="line line-{number + 1}"'
    yield f'<path {name} {_stroke(number)} d="{shape}"/>'
    if not line.jumps:
        return
    colour = COLOURS[number % len(COLOURS)]
    drops = "".join(f"M{_n(frame.x(b[0]))} {_n(frame.y(a[1]))}V{_n(frame.y(b[1]))}" for a, b in line.jumps)
    yield f'<path class="jump" fill="none" stroke="{colour}" stroke-dasharray="1 3" d="{drops}"/>'
    for x, y in line.held:
        yield f'<circle class="held" fill="{colour}" cx="{_n(frame.x(x))}" cy="{_n(frame.y(y))}" r="3"/>'


def _path(frame: Frame, run: Iterable[Point]) -> str:
    places = [f"{_n(frame.x(x))} {_n(frame.y(y))}" for x, y in run]
    return "M" + "L".join(places if len(places) > 1 else places * 2)  # a round end makes a dot of a single point


def _stroke(number: int) -> str:
    dash = DASHES[number % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ' stroke-linecap="round"'
    return f'fill="none" stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="2" stroke-linejoin="round"{dashed}'


def _label(x: float, y: float, text: str, more: str = "") -> str:
    place = f'x="{_n(x)}" y="{_n(y)}"' if x or y else ""
    return f"<text {' '.join(filter(None, (place, more)))}>{_text(text)}</text>"


def _text(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text), quote=False)


def _n(value: float) -> str:
    """A length to a hundredth of a pixel."""
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")

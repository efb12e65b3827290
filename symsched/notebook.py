"""Schedules and plans in a notebook: the formula, the curve, and a table of the stages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from html import escape
from itertools import zip_longest
from os import PathLike
from typing import TYPE_CHECKING, Any

from .errors import ScheduleError

if TYPE_CHECKING:
    from .picture import Picture
    from .schedule import Schedule

ROWS = 12  # stages of a table


class Shown:
    """What a notebook shows of a schedule, or of several."""

    def plot(self, path: str | PathLike[str] | None = None, steps: float | None = None, log: bool = False) -> Picture:
        """Draw the curve; `symsched.plot` draws several in one picture.

        Args:
            path: File to write, `.svg`, `.png` or `.pdf`; `.svg` needs no matplotlib.
            steps: Last step to show; by default a little beyond the end.
            log: Whether the axis of the values is logarithmic; all of them must be positive.

        Returns:
            The picture, which a notebook shows; `svg` is its text, `figure()` a figure of matplotlib.

        Raises:
            ScheduleError: Parameters are not bound, a value has no logarithm, the file's ending is unknown, or
                matplotlib is needed and not installed.
        """
        from .picture import plot

        return plot(_named(self), path, steps, log)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What Jupyter asks for: it takes the richest form that it can show."""
        bundle = {"text/plain": repr(self), **_forms(_named(self))}
        return {
            form: text
            for form, text in bundle.items()
            if (not include or form in include) and form not in (exclude or ())
        }


def _named(shown: Any) -> Mapping[str, Schedule]:
    return shown if isinstance(shown, Mapping) else {"": shown}


def _forms(schedules: Mapping[str, Schedule]) -> dict[str, str]:
    """The forms beside text; none where the schedule is not complete, `decay(cosine, 500)` for example."""
    try:
        formulas = {name: one.latex() for name, one in schedules.items()}
        forms = {"text/latex": _formula(formulas)}
        if schedules and not any(one.parameters for one in schedules.values()):
            forms["image/svg+xml"] = _svg(schedules)
        blocks = [block for name, one in schedules.items() for block in _blocks(name, one, formulas[name])]
    except ScheduleError:
        return {}
    return {**forms, "text/html": "\n".join(['<div class="symsched-schedule">', *blocks, "</div>"])}


def _formula(formulas: Mapping[str, str]) -> str:
    if list(formulas) == [""]:
        return f"$\\displaystyle {formulas['']}$"
    names = [name.replace("_", r"\_") for name in formulas]
    rows = [rf"\mathrm{{{name}}} &= {formula}" for name, formula in zip(names, formulas.values(), strict=True)]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def _svg(schedules: Mapping[str, Schedule]) -> str:
    from .picture import plot

    return plot(schedules).svg


def _blocks(name: str, schedule: Schedule, formula: str) -> Iterable[str]:
    """The parts of a page about one schedule. MathJax reads the text of an element, so that `<` is escaped there."""
    if name:
        yield f"<h4><code>{escape(name)}</code></h4>"
    yield f"<div>$${escape(formula)}$$</div>"
    if schedule.parameters:
        names = ", ".join(f"<code>{escape(p.name)}</code>" for p in schedule.parameters)
        yield f"<p>Parameters: {names}</p>"
        return
    yield _svg({name: schedule})
    yield from _table(schedule)


def _table(schedule: Schedule) -> Iterable[str]:
    """First and last step of each stage, and the values there."""
    from . import sampling
    from .ticks import step_label

    function, starts = schedule.compile("python"), [0, *sampling.stage_starts(schedule)]
    if len(starts) == 1:
        return
    titles = ("first step", "value", "last step", "value")
    yield f"<table><thead><tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr></thead><tbody>"
    for begin, after in zip_longest(starts[:ROWS], starts[1 : ROWS + 1]):
        steps = [begin] if after is None else [begin, after - 1]  # the last stage may never end
        cells = [text for step in steps for text in (step_label(step), f"{function(step) + 0.0:.6g}")]
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    if len(starts) > ROWS:
        yield f'<tr><td colspan="4">and {len(starts) - ROWS} more</td></tr>'
    yield "</tbody></table>"

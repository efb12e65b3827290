"""Curves as the log of a run has them: values at some whole steps, with straight lines between."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..chart import chart
from ..errors import placed
from ..picture import named
from ..schedule import Schedule

Schedules = Schedule | str | Mapping[str, Schedule | str]


class Curve(NamedTuple):
    """A schedule as it is logged.

    Attributes:
        key: The tag, with the name of the schedule where there are several.
        text: Its canonical text.
        points: Whole steps and the values there.
    """

    key: str
    text: str
    points: list[tuple[int, float]]


def curves(schedules: Schedules, steps: float | None, tag: str) -> Iterator[Curve]:
    """The curves of a schedule, a plan, or schedules by name.

    Args:
        schedules: None of them has open parameters.
        steps: The last step; by default a little beyond the end.
        tag: What their keys begin with.
    """
    for name, schedule in named(schedules).items():
        with placed(name):
            shown = chart({name: schedule}, steps)  # one chart each, as they are looked at
        function = schedule.compile("python")
        places = {whole(x) for run in shown.lines[0].runs for x, _ in run for whole in (math.floor, math.ceil)}
        points = [(step, function(step)) for step in sorted(places) if step <= shown.last]
        yield Curve(f"{tag}/{name}" if name else tag, str(schedule), points)

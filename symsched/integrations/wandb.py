"""Weights & Biases: schedules in a run."""

from __future__ import annotations

from typing import Any

from . import needed
from ._curves import Schedules, curves

__all__ = ["log"]


def log(run: Any, schedules: Schedules, steps: float | None = None, tag: str = "schedule") -> None:
    """Keep the text of each schedule in the configuration of a run, and log its curve as a chart.

    The charts belong to the step that is logged next, so that this takes no step of the run.

    Args:
        run: What `wandb.init` returns.
        schedules: A schedule, a plan, or schedules by name; texts are read.
        steps: The last step of the curves; by default a little beyond the end of each.
        tag: The name of the chart, and of the text in the configuration; those of a plan are `tag/name`.

    Raises:
        ScheduleError: A schedule has open parameters, the last step is none, or wandb is not installed.
    """
    wandb = needed("wandb")
    for curve in curves(schedules, steps, tag):
        run.config.update({curve.key: curve.text}, allow_val_change=True)  # a run may go on with another text
        table = wandb.Table(columns=["step", "value"], data=[list(point) for point in curve.points])
        run.log({curve.key: wandb.plot.line(table, "step", "value", title=curve.key)}, commit=False)

"""TensorBoard: schedules in the log of a run."""

from __future__ import annotations

from typing import Any

from ._curves import Schedules, curves

__all__ = ["log"]


def log(writer: Any, schedules: Schedules, steps: float | None = None, tag: str = "schedule") -> None:
    """Write the text and the curve of each schedule, before a run or after it.

    Args:
        writer: A `SummaryWriter`, of `torch.utils.tensorboard` or of tensorboardX.
        schedules: A schedule, a plan, or schedules by name; texts are read.
        steps: The last step of the curves; by default a little beyond the end of each.
        tag: The name under which they stand; those of a plan are `tag/name`.

    Raises:
        ScheduleError: A schedule has open parameters, or the last step is none.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from torch.utils.tensorboard import SummaryWriter
        >>> from symsched.integrations import tensorboard
        >>> with TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
        ...     tensorboard.log(writer, "warmup(linear, 500) >> cosine(1e-3, 1e4)")
    """
    for curve in curves(schedules, steps, tag):
        writer.add_text(curve.key, f"    {curve.text}")  # Markdown: code
        for step, value in curve.points:
            writer.add_scalar(curve.key, value, step)

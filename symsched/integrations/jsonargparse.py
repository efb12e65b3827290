"""jsonargparse, and so LightningCLI: parameters that are annotated as `Schedule` or `Plan`."""

from __future__ import annotations

from ..api import parse
from ..plans import Plan, plan
from ..schedule import Schedule
from . import needed

__all__ = ["register"]


def register() -> None:
    """Let parsers read `Schedule` and `Plan` on the command line and in files; once, before one is made.

    A schedule is written as a text or a number, and printed as its canonical text. An error has the key and the caret.

    Raises:
        ScheduleError: jsonargparse is not installed.

    Example:
        >>> from jsonargparse import auto_cli
        >>> import symsched
        >>> from symsched.integrations import jsonargparse
        >>> jsonargparse.register()
        >>> def train(lr: symsched.Schedule, steps: int = 100) -> float:
        ...     return lr(steps)
        >>> auto_cli(train, args=["warmup(linear, 500) >> cosine(1e-3, 1e4)", "--steps=250"])
        0.0005
    """
    register_type = needed("jsonargparse").typing.register_type
    register_type(Schedule, str, parse)
    register_type(Plan, str, plan)

"""Schedules in Lightning: `scheduled` for `configure_optimizers`, and `ScheduleCLI` for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._late import late

if TYPE_CHECKING:
    from ._lightning_cli import ScheduleCLI as ScheduleCLI
    from ._lightning_optimizers import scheduled as scheduled
else:
    _FILES = {"ScheduleCLI": "_lightning_cli", "scheduled": "_lightning_optimizers"}
    __all__, __getattr__ = late(__name__, "lightning", _FILES)

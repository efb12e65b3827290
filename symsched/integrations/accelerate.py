"""Schedules in a training loop of Accelerate, in any number of processes: `prepare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._late import late

if TYPE_CHECKING:
    from ._accelerate_prepare import prepare as prepare
else:
    __all__, __getattr__ = late(__name__, "accelerate", {"prepare": "_accelerate_prepare"})

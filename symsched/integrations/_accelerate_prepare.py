"""Schedulers that Accelerate steps once for each update."""

from __future__ import annotations

from typing import Any

from accelerate import Accelerator
from accelerate.scheduler import AcceleratedScheduler

from ._torch_scheduler import ScheduleLR


def prepare(accelerator: Accelerator, *objects: Any) -> Any:
    """What `accelerator.prepare(*objects)` gives, with a schedule that is a function of the updates of the optimizer.

    Accelerate steps a scheduler as many times at each update as there are processes. A `ScheduleLR` is stepped once:
    it holds the value at step `t` for update `t`, in one process or in many. It still waits while gradients are
    accumulated and where mixed precision skips an update, and `save_state` and `load_state` know it.

    Args:
        accelerator: An `Accelerator`.
        objects: Models, optimizers, data loaders and schedulers. A scheduler that was prepared already is set right.

    Returns:
        The prepared objects in the same order; for one object, that one alone.

    Example:
        >>> from accelerate import Accelerator
        >>> from torch import nn, optim
        >>> from symsched.integrations.accelerate import prepare
        >>> from symsched.integrations.torch import ScheduleLR
        >>> model = nn.Linear(2, 1)
        >>> optimizer = optim.SGD(model.parameters())
        >>> scheduler = ScheduleLR(optimizer, "cosine(0.1, 100%)", total=100)
        >>> model, optimizer, scheduler = prepare(Accelerator(cpu=True), model, optimizer, scheduler)
    """
    prepared = accelerator.prepare(*objects)
    for one in prepared if isinstance(prepared, tuple) else (prepared,):
        if isinstance(one, AcceleratedScheduler) and isinstance(one.scheduler, ScheduleLR):
            # What it would do for batches that are split among the processes: a step is then an update.
            one.split_batches = True
    return prepared

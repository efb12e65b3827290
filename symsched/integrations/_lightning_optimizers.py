"""What `configure_optimizers` of a module of Lightning returns."""

from __future__ import annotations

import math
from typing import Any

from lightning.pytorch import LightningModule, Trainer

from ._torch_scheduler import ScheduleLR


def scheduled(optimizer: Any, schedule: Any, module: LightningModule | None = None, **values: Any) -> dict[str, Any]:
    """An optimizer with a schedule that goes on at every update, for `configure_optimizers` of a module.

    Lightning steps a scheduler once an epoch unless it is told otherwise.

    Args:
        optimizer: An optimizer of torch.
        schedule: What `ScheduleLR` takes: a text of the learning rate, a mapping of several hyper-parameters, or a list
            for the parameter groups.
        module: The module, which is in a `Trainer` by then: where the length of the run and of its data is known,
            `total` is the number of updates and `steps_per_epoch` that of an epoch, so that `5%` and `1ep` can be
            written.
        values: What else `ScheduleLR` takes by name: values of parameters, `relative`, `override`.

    Returns:
        A dictionary that `configure_optimizers` returns, or a list of several for several optimizers.

    Raises:
        ScheduleError: What `ScheduleLR` raises.

    Example:
        >>> from lightning.pytorch import LightningModule, Trainer
        >>> from torch import nn, optim
        >>> from symsched.integrations.lightning import scheduled
        >>> class Model(LightningModule):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.layer = nn.Linear(2, 1)
        ...     def configure_optimizers(self):
        ...         text = "warmup(linear, 5%) >> cosine(1e-3, 95%)"
        ...         return scheduled(optim.AdamW(self.parameters()), text, self)
        >>> scheduled(optim.AdamW(Model().parameters()), "cosine(1e-3, 1e4)")["lr_scheduler"]["interval"]
        'step'
    """
    known = _lengths(module.trainer) if module is not None else {}
    return each_update(optimizer, ScheduleLR(optimizer, schedule, **{**known, **values}))


def each_update(optimizer: Any, scheduler: ScheduleLR) -> dict[str, Any]:
    """An optimizer and a scheduler that is stepped once for each of its updates."""
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step", "frequency": 1}}


def _lengths(trainer: Trainer) -> dict[str, int]:
    """The updates of a run and of an epoch, as far as they are known."""
    total = trainer.estimated_stepping_batches  # it looks at the data, whose length is known then
    found = {"total": total, "steps_per_epoch": trainer.num_training_batches / trainer.accumulate_grad_batches}
    return {name: math.ceil(updates) for name, updates in found.items() if 0 < updates < math.inf}

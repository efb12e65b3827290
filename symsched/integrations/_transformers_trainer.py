"""`ScheduleTrainer`, a `Trainer` of transformers that follows a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import Trainer
from transformers.trainer_utils import has_length

from ..errors import ScheduleError
from ._torch_scheduler import ScheduleLR


class ScheduleMixin:
    """What makes a `Trainer`, or a class that is made of it, follow a schedule.

    It comes first: `class Mine(ScheduleMixin, SFTTrainer)`. `total` is the number of updates of the run, and
    `steps_per_epoch` that of an epoch where the data have a length, so that `5%` and `1ep` can be written. The
    arguments `lr_scheduler_type` and `warmup_steps` are not looked at.

    Args:
        args: What the `Trainer` takes.
        schedule: What `ScheduleLR` takes: a text of the learning rate, a mapping of several hyper-parameters, or a list
            for the parameter groups, of which there are two, with and without weight decay.
        schedule_options: What else `ScheduleLR` takes by name: values of parameters, `relative`, which makes factors of
            the argument `learning_rate`, and `override`.
        kwargs: What the `Trainer` takes.

    Raises:
        ScheduleError: `optimizers` brings another scheduler. What `ScheduleLR` raises comes when the training begins.

    Example:
        >>> from tempfile import mkdtemp
        >>> from torch import nn
        >>> from transformers import TrainingArguments
        >>> from symsched.integrations.transformers import ScheduleTrainer
        >>> arguments = TrainingArguments(mkdtemp(), use_cpu=True, report_to="none")
        >>> text = "warmup(linear, 10%) >> hold(40%, 1e-3) >> decay(cosine, rest)"
        >>> trainer = ScheduleTrainer(nn.Linear(2, 1), arguments, schedule=text)
        >>> trainer.create_optimizer_and_scheduler(num_training_steps=100)
        >>> print(trainer.lr_scheduler.schedules[0]["lr"])
        total = 100; warmup(linear, 10%) >> hold(40%, 1e-3) >> decay(cosine, rest)
    """

    lr_scheduler: Any
    optimizer: Any

    def __init__(
        self, *args: Any, schedule: Any, schedule_options: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if self.lr_scheduler is not None:
            title = "`optimizers` holds a scheduler, and `schedule` is another one"
            raise ScheduleError(title, hint="give one of them: optimizers=(optimizer, None)")
        self._schedule = schedule
        self._schedule_options = dict(schedule_options or {})
        self._lengths: dict[str, int] = {}
        self._made: ScheduleLR | None = None

    def set_initial_training_values(self, args: Any, dataloader: Any, *rest: Any) -> Any:
        """What the `Trainer` finds out about a run before it begins, with the updates of an epoch in second place."""
        found = super().set_initial_training_values(args, dataloader, *rest)  # type: ignore[misc]
        self._lengths = {"steps_per_epoch": found[1]} if has_length(dataloader) else {}
        return found

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The scheduler of a run; each run has a new one."""
        if self.lr_scheduler is None or self.lr_scheduler is self._made:
            values = {"total": num_training_steps, **self._lengths, **self._schedule_options}
            given = self.optimizer if optimizer is None else optimizer
            self.lr_scheduler = self._made = ScheduleLR(given, self._schedule, **values)
        return self.lr_scheduler


class ScheduleTrainer(ScheduleMixin, Trainer):
    """A `Trainer` that follows a schedule; `ScheduleMixin` says what it takes, and makes others do the same."""

"""`ScheduleLR`, a scheduler of torch that writes the values of schedules into an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ..api import parse
from ..convert import no_parameter
from ..errors import ScheduleError
from ..linking import linked
from ..names import UNIT_NAMES
from ..schedule import Schedule
from ._torch_targets import Target

Schedules = dict[str, Schedule]
"""A schedule for each hyper-parameter that is written."""


class ScheduleLR(LRScheduler):
    """Write the values of a schedule into an optimizer, at every call of `step()`.

    After `t` calls of `step()` the optimizer holds the value at step `t`, whatever it held before.

    Args:
        optimizer: An optimizer of torch.
        schedule: A text, a number or a `Schedule` of the learning rate; a mapping, such as a plan, of several
            hyper-parameters, which may use each other's names; or a list with one of these for each parameter group.
        last_epoch: The step before the one to stand at; -1 at the beginning.
        values: Parameters of the schedules by name, such as `total`.

    Raises:
        ScheduleError: A text does not mean anything, a parameter has no value, or the optimizer has no such
            hyper-parameter.

    Example:
        >>> from torch import nn, optim
        >>> from symsched.integrations.torch import ScheduleLR
        >>> optimizer = optim.AdamW(nn.Linear(2, 1).parameters())
        >>> scheduler = ScheduleLR(optimizer, {"lr": "cosine(1e-3, 100%)", "weight_decay": "0.1*lr"}, total=200)
        >>> optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["weight_decay"]
        (0.001, 0.0001)
    """

    def __init__(self, optimizer: Optimizer, schedule: Any, last_epoch: int = -1, **values: Any) -> None:
        self._given = _read(schedule, values)
        self.optimizer = optimizer
        self._place()
        if last_epoch >= 0:
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", group["lr"])
        super().__init__(optimizer, last_epoch)

    @property
    def schedules(self) -> list[Schedules]:
        """The schedules of each parameter group, by the names of its hyper-parameters."""
        groups = len(self.optimizer.param_groups)
        if isinstance(self._given, dict):
            return [self._given] * groups
        if len(self._given) != groups:
            title = f"there are {len(self._given)} schedules for {groups} parameter groups"
            raise ScheduleError(title, hint="give one for each group, or one alone for all")
        return self._given

    def _place(self) -> None:
        """Find out which function is written where."""
        groups = self.optimizer.param_groups
        found: dict[Schedule, list[Target]] = {}
        for place, schedules in enumerate(self.schedules):
            for name, schedule in schedules.items():
                found.setdefault(schedule, []).append(Target(name, place, groups))
        self._curves: list[tuple[Callable[[float], float], list[Target]]] = [
            (schedule.compile("python"), targets) for schedule, targets in found.items()
        ]
        self._known = len(groups)

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step."""
        if epoch is not None or self._step_count < 2:
            super().step(epoch)  # it warns where the order of calls is wrong
            return
        self._step_count += 1
        self.last_epoch += 1
        self._write()

    def _update_lr(self, epoch: int | None = None) -> None:
        """Set the values of a step; torch calls it at the first steps, and where a part of SequentialLR begins."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._write()

    def _write(self) -> None:
        """Let the optimizer hold the values of this step."""
        groups = self.optimizer.param_groups
        if len(groups) != self._known:
            self._place()
        for function, targets in self._curves:
            value = function(self.last_epoch)
            for target in targets:
                target.write(groups, value)
        self._last_lr = [_copied(group["lr"]) for group in groups]

    def get_lr(self) -> list[float | Tensor]:
        """The learning rate of each parameter group at this step."""
        own = [schedules.get("lr") for schedules in self.schedules]
        held = [group["lr"] for group in self.optimizer.param_groups]
        return [_copied(rate) if lr is None else lr(self.last_epoch) for lr, rate in zip(own, held, strict=True)]

    def _get_closed_form_lr(self) -> list[float | Tensor]:
        return self.get_lr()

    def state_dict(self) -> dict[str, Any]:
        """The texts of the schedules and the step; a plain dictionary."""
        return {"schedule": self._texts(), "last_epoch": self.last_epoch}

    def _texts(self) -> Any:
        given = self._given
        return _text(given) if isinstance(given, dict) else [_text(one) for one in given]

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a step: the optimizer holds its values at once."""
        self.last_epoch = state_dict["last_epoch"]
        self._step_count = self.last_epoch + 1
        self._write()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_curves"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._place()


ScheduleLR.__module__ = "symsched.integrations.torch"


def _read(schedule: Any, values: Mapping[str, Any]) -> Schedules | list[Schedules]:
    """The schedules of all groups, or of each, with their parameters bound."""
    is_list = isinstance(schedule, Sequence) and not isinstance(schedule, str)
    named = [_named(one) for one in (schedule if is_list else [schedule])]
    used = {p.name for one in named for text in one.values() for p in text.parameters}
    for name in values.keys() - used - set(UNIT_NAMES.values()):
        raise no_parameter(name, sorted(used))
    found = [linked(one, **values) for one in named]
    return found if is_list else found[0]


def _named(schedule: Any) -> Schedules:
    texts = schedule if isinstance(schedule, Mapping) else {"lr": schedule}
    return {name: text if isinstance(text, Schedule) else parse(text) for name, text in texts.items()}


def _text(schedules: Schedules) -> str | dict[str, str]:
    """The texts of a group, as they are given."""
    if [*schedules] == ["lr"]:
        return str(schedules["lr"])
    return {name: str(schedule) for name, schedule in schedules.items()}


def _copied(rate: Any) -> Any:
    return rate.clone() if isinstance(rate, Tensor) else rate

"""`ScheduleLR`, a scheduler of torch that writes the values of schedules into an optimizer."""

from __future__ import annotations

import warnings
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from ..errors import ScheduleError
from ..schedule import Schedule
from . import _torch_states as states
from ._torch_targets import Change, Curves, Target, copied, copied_rates, key_of_base, write, write_apart
from ._torch_watch import PATIENCE, Rhythm, ScheduleWarning, attach

_DERIVED = ("_curves", "_rhythm", "_writer")
"""Attributes that are made again rather than pickled."""


class ScheduleLR(LRScheduler):
    """Write the values of a schedule into an optimizer, at every call of `step()`.

    After `t` calls of `step()` the optimizer holds the value at step `t`, whatever it held before.

    Args:
        optimizer: An optimizer of torch.
        schedule: A text, a number or a `Schedule` of the learning rate; a plan, its text, or a mapping of several
            hyper-parameters (`"lr"`, `"weight_decay"`, `"betas[0]"`), which may use each other's names; or a list with
            one of these for each parameter group.
        last_epoch: The step before the one to stand at; -1 at the beginning.
        relative: Whether a value multiplies what a group held at the beginning, its `initial_lr`, and is not written
            as it is. Every name in an expression is then such a factor too.
        override: Whether `load_state_dict` takes the state of another schedule without a warning.
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

    def __init__(
        self,
        optimizer: Optimizer,
        schedule: Any,
        last_epoch: int = -1,
        *,
        relative: bool = False,
        override: bool = False,
        **values: Any,
    ) -> None:
        given: object = optimizer
        if not isinstance(given, Optimizer):
            title = f"a {type(given).__name__} is no optimizer of torch"
            raise ScheduleError(title, hint="ScheduleLR(optimizer, ...)")
        self._given = states.read(schedule, values)
        self.optimizer, self.relative, self.override = optimizer, relative, override
        if last_epoch >= 0:
            self._check_begun()
        self._told: set[str] = set()
        self._was_moved = False
        self._written: float = last_epoch
        self._rhythm = Rhythm(last_epoch)
        self._place()
        super().__init__(optimizer, last_epoch)
        attach(self)

    def _check_begun(self) -> None:
        """The groups have the rates of the beginning, which torch asks for in the middle of a run."""
        for group, schedules in zip(self.optimizer.param_groups, self.schedules, strict=True):
            needed = [key_of_base(name) for name in schedules if self.relative]
            missing = next((key for key in needed if key not in group), None)
            if missing:
                title = f"`relative` needs `{missing}` in every parameter group, where `last_epoch` is given"
                raise ScheduleError(title, hint="load the state of the optimizer first, or use load_state_dict")
            group.setdefault(key_of_base(states.RATE), copied(group[states.RATE]))

    @property
    def schedules(self) -> list[states.Schedules]:
        """The schedules of each parameter group, by the names of its hyper-parameters."""
        return states.of_groups(self._given, len(self.optimizer.param_groups))

    def _place(self) -> None:
        """Find out which function is written where; each is called once a step."""
        groups = self.optimizer.param_groups
        found: dict[Schedule, list[Target]] = {}
        for place, schedules in enumerate(self.schedules):
            for name, schedule in schedules.items():
                found.setdefault(schedule, []).append(Target(name, place, groups, self.relative))
        self._curves: Curves = [(schedule.compile("python"), targets) for schedule, targets in found.items()]
        tensors = any(isinstance(x.read(groups), Tensor) for targets in found.values() for x in targets)
        self._writer = write_apart if tensors else write
        self._groups = len(groups)

    # Steps

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step, and write its values.

        Args:
            epoch: A step to go to; torch warns that this is deprecated.
        """
        if epoch is not None or self._step_count < 2:
            super().step(epoch)  # it warns where the order of calls is wrong
            if not hasattr(LRScheduler, "_update_lr"):  # torch before 2.10 writes learning rates only
                self._write()
            return
        self._step_count += 1
        self.last_epoch += 1
        for change in self._write():
            self._tell_changed(*change)

    def _initial_step(self) -> None:
        """The first step; a SequentialLR that begins with this scheduler makes it once more."""
        self._was_moved = hasattr(self, "_step_count")
        super()._initial_step()

    def _update_lr(self, epoch: int | None = None) -> None:
        """What torch calls for the first steps, and where a part of a SequentialLR begins."""
        self._is_part()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if epoch is not None:
            self._rhythm = Rhythm(epoch)
        self._write()

    def _write(self) -> list[Change]:
        """Let the optimizer hold the values of this step; what else was written there."""
        groups = self.optimizer.param_groups
        if len(groups) != self._groups:
            self._place()
        self._written = step = self.last_epoch
        changes = self._writer(self._curves, groups, step)
        self._last_lr = copied_rates(groups)
        return changes

    def get_lr(self) -> list[float | Tensor]:
        """The learning rate of each parameter group at this step."""
        rates = copied_rates(self.optimizer.param_groups)
        for function, targets in self._curves:
            for target in targets:
                if target.name == states.RATE:
                    rates[target.place] = target.scale * function(self.last_epoch)
        return rates

    def _get_closed_form_lr(self) -> list[float | Tensor]:
        return self.get_lr()

    # What happens in between

    def _is_part(self) -> bool:
        """Whether a SequentialLR has moved the step: then it may be the turn of another part."""
        self._was_moved = self._was_moved or self.last_epoch != self._written
        return self._was_moved

    def _before_update(self) -> None:
        """What the optimizer says before each update."""
        if len(self.optimizer.param_groups) != self._groups and not self._is_part():
            self._write()  # a group was added since
        steps = self._rhythm.update(self.last_epoch)
        if steps:
            self._tell(
                f"`step()` of the scheduler was called {steps} times before each of the last {PATIENCE} updates of the "
                f"optimizer, so the schedule runs ahead: it is at step {self.last_epoch}. Call it once after each "
                "update. A scheduler that Accelerate has prepared is stepped once for each process: prepare it with "
                "symsched.integrations.accelerate.prepare instead.",
                depth=4,
            )

    def _tell_changed(self, target: Target, left: float, found: float) -> None:
        groups = self.optimizer.param_groups
        name = f"`{target.name}`" + f" of parameter group {target.place}" * (len(groups) > 1)
        self._tell(
            f"something else set {name} to {found!r}, where the schedule had set it to {left!r}; now, at step "
            f"{self.last_epoch}, the schedule has set it again. Leave it to one of the two.",
            about=name,
            depth=2,
        )

    def _tell(self, message: str, depth: int, about: str = "") -> None:
        """Warn once about a thing, in the line that is this many calls above the caller."""
        if about not in self._told:
            self._told.add(about)
            warnings.warn(message, ScheduleWarning, stacklevel=depth + 2)

    def _after_load(self) -> None:
        """What the optimizer says when it has loaded a state; the step is that of the scheduler, not of the state."""
        self._place()
        if not self._is_part():
            self._write()

    # States

    def state_dict(self) -> dict[str, Any]:
        """The texts of the schedules and the step, in a plain dictionary: there is nothing else to keep."""
        return {"schedule": states.texts(self._given), "last_epoch": self.last_epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a step: the optimizer holds its values at once.

        Args:
            state_dict: What `state_dict` returned. That of another scheduler of torch has a step too.

        Warns:
            ScheduleWarning: The schedules are others than those that were saved; both values at this step are told.

        Raises:
            ScheduleError: There is no step in it.
        """
        if "last_epoch" not in state_dict:
            hint = "give what scheduler.state_dict() returned"
            raise ScheduleError("there is no `last_epoch` in this state", hint=hint)
        self._is_part()
        self.last_epoch = self._written = state_dict["last_epoch"]
        self._step_count = int(self.last_epoch) + 1
        self._rhythm = Rhythm(self.last_epoch)
        lines = [] if self.override else states.changes(state_dict.get("schedule"), self._given, self.last_epoch)
        if lines:
            head = "the run was saved with another schedule; `override=True` takes this one without a warning"
            warnings.warn("\n".join([head, *lines]), ScheduleWarning, stacklevel=2)
        self._after_load()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _DERIVED}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._rhythm = Rhythm(self.last_epoch)
        self._after_load()
        attach(self)

    def __repr__(self) -> str:
        optimizer, given = type(self.optimizer).__name__, states.texts(self._given)
        return f"{type(self).__name__}({optimizer}, {given!r}) at step {self.last_epoch}"


ScheduleLR.__module__ = "symsched.integrations.torch"

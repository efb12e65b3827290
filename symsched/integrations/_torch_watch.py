"""What happens to an optimizer between two steps of its scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from torch import compiler
from torch.optim import Optimizer

from ._torch_targets import BASE

if TYPE_CHECKING:
    from ._torch_scheduler import ScheduleLR

PATIENCE = 4
"""Updates in a row before a rhythm is one: a loss scale that overflows skips updates too, but not in a rhythm."""


class ScheduleWarning(UserWarning):
    """An optimizer is not where its schedule says, or will not be where the user thinks."""

    __module__ = "symsched.integrations.torch"


class Rhythm:
    """How many steps of a scheduler there are to each update of its optimizer."""

    def __init__(self, step: float) -> None:
        self._last = step
        self._steps = 0.0
        self._updates = 0

    def update(self, step: float) -> float:
        """The steps to each update where there have been several for a while, the same number each time; else 0."""
        made, self._last = step - self._last, step
        if made <= 1:
            self._updates = 0
            return 0
        self._updates = self._updates + 1 if made == self._steps else 1
        self._steps = made
        return made if self._updates == PATIENCE else 0


def attach(scheduler: ScheduleLR) -> None:
    """Tell a scheduler of every update of its optimizer, and of a state that the optimizer loads.

    The optimizer does not keep the scheduler alive: one that was replaced is told no more.
    """
    found = ref(scheduler)

    def before_update(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if compiler.is_compiling():  # a step that is read from Python is another one in each graph
            return
        scheduler = found()
        if scheduler is not None:
            scheduler._before_update()

    def before_load(optimizer: Optimizer, state: dict[str, Any]) -> dict[str, Any]:
        """Keep values of the beginning that the state does not know."""
        kept = [{k: v for k, v in group.items() if k.startswith(BASE)} for group in optimizer.param_groups]
        pairs = zip(kept, state["param_groups"], strict=False)  # torch complains about their number
        groups = [{**begin, **group} for begin, group in pairs]
        return {**state, "param_groups": groups + state["param_groups"][len(groups) :]}

    def after_load(optimizer: Optimizer) -> None:
        scheduler = found()
        if scheduler is not None:
            scheduler._after_load()

    optimizer = _hooked(scheduler.optimizer)
    optimizer.register_step_pre_hook(before_update)
    optimizer.register_load_state_dict_pre_hook(before_load)
    optimizer.register_load_state_dict_post_hook(after_load)


def _hooked(optimizer: Optimizer) -> Optimizer:
    """The optimizer itself, where another one stands around it, as in Accelerate."""
    inner = getattr(optimizer, "optimizer", None)
    return _hooked(inner) if isinstance(inner, Optimizer) else optimizer

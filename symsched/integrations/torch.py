"""Schedulers of `torch.optim.lr_scheduler` as schedules, and schedules as a scheduler: `ScheduleLR`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import foreign
from ..errors import ScheduleError, Span
from ..nodes import NOWHERE, Call, Node, Operation
from ..schedule import Schedule
from . import _torch_nesting as nesting
from ._late import late

if TYPE_CHECKING:
    from ._torch_scheduler import ScheduleLR as ScheduleLR
    from ._torch_watch import ScheduleWarning as ScheduleWarning
else:
    _FILES = {"ScheduleLR": "_torch_scheduler", "ScheduleWarning": "_torch_watch"}
    __all__, __getattr__ = late(__name__, "torch", _FILES)

CODE = {
    "LambdaLR": "its curve is a Python function",
    "MultiplicativeLR": "its curve is a Python function",
    "ReduceLROnPlateau": "its curve depends on a metric",
}
"""Schedulers that no formula says, and why."""

FACTORS = {"torch.optim.lr_scheduler.LambdaLR": "lr_lambda"}
"""Schedulers that multiply the rate by a function, which a text may show."""


def from_scheduler(scheduler: Any, group: int | None = None) -> Schedule:
    """The schedule that a scheduler of torch follows, from its first step on.

    Args:
        scheduler: A scheduler of torch, also SequentialLR and ChainedScheduler, nested; it may have been stepped.
        group: Which parameter group of its optimizer; None if they all follow one curve.

    Returns:
        The learning rate of the update after `t` calls of `scheduler.step()`.

    Raises:
        ScheduleError: Its curve is code (LambdaLR), depends on a metric, or is different in each group.

    Example:
        >>> from torch.nn import Linear
        >>> from torch.optim import SGD, lr_scheduler
        >>> from symsched.integrations.torch import from_scheduler
        >>> optimizer = SGD(Linear(2, 1).parameters(), lr=0.1)
        >>> print(from_scheduler(lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.5)))
        torch.StepLR(0.1, step_size=30, gamma=0.5)
    """
    groups = range(len(scheduler.optimizer.param_groups)) if hasattr(scheduler, "optimizer") else range(1)
    if group is not None and group not in groups:
        raise ScheduleError(f"there is no parameter group {group}", hint=f"groups are 0 to {len(groups) - 1}")
    chosen = groups if group is None else [group]
    curve = _own_curve if hasattr(scheduler, "schedules") else _curve
    found = list(dict.fromkeys(curve(scheduler, g) for g in chosen))
    if len(found) > 1:
        raise ScheduleError("the parameter groups follow different curves", hint="choose one: group=0")
    return found[0]


def _own_curve(scheduler: Any, group: int) -> Schedule:
    """The rate of one parameter group that a `ScheduleLR` writes."""
    schedule: Schedule | None = scheduler.schedules[group].get(foreign.RATE)
    if schedule is None:
        raise ScheduleError("this scheduler leaves the learning rate alone", hint="its schedules are .schedules")
    return schedule * _number(scheduler.optimizer.param_groups[group]["initial_lr"]) if scheduler.relative else schedule


def _curve(scheduler: Any, group: int) -> Schedule:
    """The schedule of one parameter group, which is where the scheduler has taken that group."""
    call = _call(scheduler, group)
    rate = foreign.node(_number(scheduler.optimizer.param_groups[group]["initial_lr"]))
    schedule = foreign.schedule(nesting.nested(call, rate))
    theirs = scheduler.get_last_lr()[group]
    ours = schedule(_position(scheduler))
    near = 1e-2 if hasattr(theirs, "item") else 1e-6  # a tensor drifts in float32
    scale = max(abs(ours), *(abs(_number(rate)) for rate in _first(scheduler).base_lrs))
    if not abs(ours - _number(theirs)) <= near * scale:
        title = f"the learning rate is {_number(theirs):g}, and {type(scheduler).__name__} alone would make it {ours:g}"
        hint = "import the scheduler that is stepped, before another one is made for the same optimizer"
        raise ScheduleError(title, hint=hint)
    return schedule


def _position(scheduler: Any) -> int:
    """How many steps were made."""
    epoch = scheduler.last_epoch if hasattr(scheduler, "last_epoch") else _position(scheduler._schedulers[0])
    return int(epoch)


def _call(scheduler: Any, group: int) -> Call:
    """The entry of a scheduler with the numbers that it holds."""
    kind = type(scheduler)
    name = kind.__name__
    if name in CODE:
        hint = "write the curve in the language instead, or import the scheduler that it stands for"
        raise ScheduleError(f"{name} cannot become a schedule: {CODE[name]}", hint=hint)
    original = foreign.originals().get(f"torch.{name}")
    if original is None or original.path.rpartition(".")[0] != kind.__module__:
        hint = "only the schedulers of torch itself are known"
        raise ScheduleError(f"{kind.__module__}.{name} cannot become a schedule", hint=hint)
    values = _SPECIAL[name](scheduler, group) if name in _SPECIAL else {}
    for parameter in original.entry.parameters:
        if parameter.name not in values and hasattr(scheduler, parameter.name):
            values[parameter.name] = getattr(scheduler, parameter.name)
    if original.takes_rate and foreign.RATE not in values:
        values[foreign.RATE] = scheduler.base_lrs[group]
    return foreign.call(original.name, {key: foreign.node(_number(value)) for key, value in values.items()})


def _number(value: Any) -> Any:
    """A rate may be a tensor."""
    return value.item() if hasattr(value, "item") else value


# Schedulers that keep their arguments in another form


def _milestones(scheduler: Any, group: int) -> dict[str, Any]:
    return {"milestones": sorted(scheduler.milestones.elements())}


def _average(scheduler: Any, group: int) -> dict[str, Any]:
    names = {scheduler._cosine_anneal: "cos", scheduler._linear_anneal: "linear"}
    strategy = names[scheduler.anneal_func]
    return {"swa_lr": scheduler.optimizer.param_groups[group]["swa_lr"], "anneal_strategy": strategy}


def _cyclic(scheduler: Any, group: int) -> dict[str, Any]:
    if scheduler._scale_fn_custom is not None:
        raise ScheduleError("CyclicLR with a `scale_fn` cannot become a schedule: it is a Python function")
    total, ratio = scheduler.total_size, scheduler.step_ratio
    up = _shortest(ratio * total, lambda x: x / total == ratio)
    down = total - up
    lengths = {"step_size_up": up, "step_size_down": None if up == down else down}
    rates = {"base_lr": scheduler.base_lrs[group], "max_lr": scheduler.max_lrs[group]}
    return {**rates, **lengths, "cycle_momentum": True}


def _one_cycle(scheduler: Any, group: int) -> dict[str, Any]:
    settings = scheduler.optimizer.param_groups[group]
    rates = [float(_number(settings[name])) for name in ("max_lr", "initial_lr", "min_lr")]
    total, phases = scheduler.total_steps, scheduler._schedule_phases
    ends = phases[0]["end_step"]
    return {
        "max_lr": rates[0],
        "div_factor": _quotient(rates[0], rates[1]),
        "final_div_factor": _quotient(rates[1], rates[2]),
        "pct_start": _shortest((ends + 1) / total, lambda x: float(x * total) - 1 == ends),
        "anneal_strategy": scheduler._anneal_func_type,
        "three_phase": len(phases) == 3,
        "cycle_momentum": True,
    }


def _quotient(above: float, below: float) -> float:
    """What one rate was divided by to make another."""
    if below == 0:
        return math.inf if above else 1.0
    return _shortest(above / below, lambda x: above / x == below)


def _shortest(value: float, fits: Callable[[float], bool]) -> float:
    """The number with the fewest digits that gives what a scheduler has kept."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, 17))
    return next((x for x in rounded if x and fits(x)), value)


def _sequential(scheduler: Any, group: int) -> dict[str, Any]:
    return {"schedulers": _inner(scheduler, group), "milestones": list(scheduler._milestones)}


def _chained(scheduler: Any, group: int) -> dict[str, Any]:
    inner = scheduler._schedulers
    return {"schedulers": _inner(scheduler, group), "lr": _first(inner[0]).base_lrs[group]}


def _inner(scheduler: Any, group: int) -> list[Call]:
    if len(set(map(id, scheduler._schedulers))) < len(scheduler._schedulers):
        raise ScheduleError("one scheduler stands in two places of a composition", hint="make one for each place")
    return [_call(one, group) for one in scheduler._schedulers]


def _first(scheduler: Any) -> Any:
    """A composition has no rates of its own."""
    return _first(scheduler._schedulers[0]) if hasattr(scheduler, "_schedulers") else scheduler


_SPECIAL: dict[str, Callable[[Any, int], dict[str, Any]]] = {
    "MultiStepLR": _milestones,
    "SWALR": _average,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
}


# Python text


def composed(call: Node) -> Node:
    """A call that was imported, as torch runs it; where it stands in the text tells when it was made.

    OneCycleLR leaves its start as the rate of what is made after it, and so does CyclicLR where it is made first.

    Raises:
        ScheduleError: torch does something that no entry says.
    """
    if not isinstance(call, Call):
        return call
    made = sorted(nesting.leaves(call), key=lambda leaf: leaf.span)
    if len({leaf.span for leaf in made}) < len(made):
        raise ScheduleError("one scheduler stands in two places of a composition", hint="make one for each place")
    if [leaf.function.name for leaf in made].count(nesting.ONE_CYCLE) > 1:
        raise ScheduleError(
            "each OneCycleLR changes the rates of the others", hint="join them in the language, with >>"
        )
    rate: Node | None = None
    rates: dict[Span, Node] = {}
    for place, leaf in enumerate(made):
        given = nesting.arguments(leaf)
        if leaf.function.name == nesting.ONE_CYCLE:
            rate = _divided(given["max_lr"], given["div_factor"])
        elif leaf.function.name == nesting.CYCLE:
            rate = given["base_lr"] if place == 0 else rate
        elif rate is not None:
            rates[leaf.span] = rate
    return nesting.nested(_with_rates(call, rates), rate)


def _divided(left: Node, right: Node) -> Node:
    return Operation(NOWHERE, 1 + max(left.depth, right.depth), ("/",), (left, right))


def _with_rates(call: Call, rates: dict[Span, Node]) -> Call:
    """A call whose schedulers have the rates that those made before them left."""
    inner = [_with_rates(part, rates) for part in nesting.parts(call)]
    if inner:
        return nesting.changed(call, schedulers=foreign.listed([*inner]))
    return nesting.changed(call, lr=rates[call.span]) if call.span in rates else call

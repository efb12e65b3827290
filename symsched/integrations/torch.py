"""Schedulers of `torch.optim.lr_scheduler` as schedules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from .. import foreign
from ..errors import ScheduleError
from ..nodes import NOWHERE, Argument, Call, List, Node, Number, Operation
from ..schedule import Schedule

MULTIPLIERS = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR")
"""Schedulers that multiply what is there, and so can act together."""

CODE = {
    "LambdaLR": "its curve is a Python function",
    "MultiplicativeLR": "its curve is a Python function",
    "ReduceLROnPlateau": "its curve depends on a metric",
}
"""Schedulers that no formula says, and why."""


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
    found = list(dict.fromkeys(foreign.schedule(composed(_call(scheduler, g))) for g in chosen))
    if len(found) > 1:
        raise ScheduleError("the parameter groups follow different curves", hint="choose one: group=0")
    return found[0]


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
    total = scheduler.total_size
    up = round(scheduler.step_ratio * total)
    down = round(total - up)
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
        "div_factor": _shortest(rates[0] / rates[1], lambda x: rates[0] / x == rates[1]),
        "final_div_factor": _shortest(rates[1] / rates[2], lambda x: rates[1] / x == rates[2]),
        "pct_start": _shortest((ends + 1) / total, lambda x: float(x * total) - 1 == ends),
        "anneal_strategy": scheduler._anneal_func_type,
        "three_phase": len(phases) == 3,
        "cycle_momentum": True,
    }


def _shortest(value: float, fits: Callable[[float], bool]) -> float:
    """The number with the fewest digits that gives what a scheduler has kept."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, 17))
    return next((x for x in rounded if fits(x)), value)


def _sequential(scheduler: Any, group: int) -> dict[str, Any]:
    return {"schedulers": _inner(scheduler, group), "milestones": list(scheduler._milestones)}


def _chained(scheduler: Any, group: int) -> dict[str, Any]:
    inner = scheduler._schedulers
    return {"schedulers": _inner(scheduler, group), "lr": _first(inner[0]).base_lrs[group]}


def _inner(scheduler: Any, group: int) -> list[Call]:
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


# What torch does to schedulers inside each other


def composed(call: Node, ahead: int = 0) -> Node:
    """A call as torch runs it.

    A SequentialLR that comes first inside another is stepped once more when that one is made, so it changes over
    `ahead` steps early.

    Raises:
        ScheduleError: A ChainedScheduler holds schedulers that do not multiply.
    """
    if not isinstance(call, Call) or not call.arguments:
        return call
    schedulers = next((a.value for a in call.arguments if a.name in ("", "schedulers") and _is_list(a)), None)
    if call.function.name == "torch.SequentialLR" and isinstance(schedulers, List):
        first, *later = schedulers.items
        inner = foreign.listed([composed(first, ahead + 1), *map(composed, later)])
        return _with(call, schedulers=inner, milestones=_earlier(call, ahead))
    if call.function.name == "torch.ChainedScheduler" and isinstance(schedulers, List):
        _check_chained(schedulers)
        return _with(call, schedulers=foreign.listed([composed(one, ahead) for one in schedulers.items]))
    return call


def _is_list(argument: Argument) -> bool:
    return isinstance(argument.value, List)


def _with(call: Call, **values: Node) -> Call:
    arguments = tuple(
        replace(a, value=values.get(a.name or "schedulers", a.value)) if _is_list(a) else a for a in call.arguments
    )
    return replace(call, arguments=arguments)


def _earlier(call: Call, ahead: int) -> Node:
    milestones = next((a.value for a in call.arguments if a.name == "milestones"), None)
    if not isinstance(milestones, List):
        return foreign.listed([])
    return foreign.listed([_minus(m, ahead) for m in milestones.items])


def _minus(milestone: Node, ahead: int) -> Node:
    if ahead == 0:
        return milestone
    if isinstance(milestone, Number):
        return Number(NOWHERE, 1, max(milestone.value - ahead, Fraction(0)))
    return Operation(NOWHERE, 1 + milestone.depth, ("-",), (milestone, Number(NOWHERE, 1, Fraction(ahead))))


def _check_chained(schedulers: List) -> None:
    """Schedulers that multiply act together; so does a cosine to 0 over rates that have settled when it ends."""
    calls = [one for one in schedulers.items if isinstance(one, Call)]
    if len(schedulers.items) < 2:
        return
    waves = [one for one in calls if one.function.name == "torch.CosineAnnealingLR"]
    others = [one for one in calls if one not in waves]
    for one in others:
        if one.function.name.removeprefix("torch.") not in MULTIPLIERS:
            raise _not_chained(one, "it sets the value, whatever the others did")
    for wave in waves:
        given = {a.name: a.value for a in wave.arguments}
        if len(waves) > 1 or "eta_min" in given:
            raise _not_chained(wave, "only one wave down to 0 multiplies the others")
        if not all(_settles(one, given.get("T_max")) for one in others):
            raise _not_chained(wave, "after `T_max` it goes on from the value that it finds there")


def _settles(call: Call, end: Node | None) -> bool:
    """Whether a factor is 1 for good from a step on."""
    given = {a.name: a.value for a in call.arguments}
    length = given.get("total_iters", Number(NOWHERE, 1, Fraction(5)))
    known = isinstance(length, Number) and isinstance(end, Number) and 0 < length.value <= end.value
    return known and call.function.name in ("torch.LinearLR", "torch.ConstantLR") and "end_factor" not in given


def _not_chained(call: Call, why: str) -> ScheduleError:
    name = call.function.name.removeprefix("torch.")
    hint = "put schedulers after each other with SequentialLR, or multiply schedules yourself"
    return ScheduleError(f"{name} inside a ChainedScheduler cannot become a schedule: {why}", hint=hint)

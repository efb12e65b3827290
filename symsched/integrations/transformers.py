"""The schedules of the transformers `Trainer` as schedules, and a `Trainer` that follows one: `ScheduleTrainer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import foreign
from ..errors import ScheduleError, suggest
from ..expressions import called
from ..nodes import NOWHERE, Name, Node, Operation
from ..schedule import Schedule
from ._late import late

if TYPE_CHECKING:
    from ._transformers_trainer import ScheduleMixin as ScheduleMixin
    from ._transformers_trainer import ScheduleTrainer as ScheduleTrainer
else:
    _CLASSES = ("ScheduleMixin", "ScheduleTrainer")
    __all__, __getattr__ = late(__name__, "transformers", dict.fromkeys(_CLASSES, "_transformers_trainer"))

CODE = {
    "get_scheduler": "it looks another one up by its name: write that one, such as get_linear_schedule_with_warmup",
    "get_reduce_on_plateau_schedule": "its curve depends on a metric",
    "get_greedy_schedule": "its curve depends on a metric",
    "get_adafactor_schedule": "its rates come from the optimizer's parameters",
}
"""Schedules that no formula says, and why."""

TOTAL = Name(NOWHERE, 1, "total")


def from_args(
    arguments: Any,
    learning_rate: float | None = None,
    num_warmup_steps: int | None = None,
    num_training_steps: int | None = None,
    **specific: Any,
) -> Schedule:
    """The schedule that the `Trainer` follows.

    Args:
        arguments: A `TrainingArguments`, or the name that `lr_scheduler_type` takes, such as `"cosine"`.
        learning_rate: The peak; that of the arguments unless it is given, a parameter `lr` if neither tells it.
        num_warmup_steps: Length of the warm-up, in steps; that of the arguments unless it is given, else 0.
        num_training_steps: Length of the run, in steps. Where the arguments have no `max_steps`, and none is given, it
            becomes the parameter `total`.
        specific: What `lr_scheduler_kwargs` takes.

    Raises:
        ScheduleError: There is no such schedule, or its curve depends on a metric.

    Example:
        >>> from symsched.integrations.transformers import from_args
        >>> print(from_args("cosine", learning_rate=5e-5, num_warmup_steps=500, num_training_steps=10_000))
        transformers.get_cosine_schedule_with_warmup(5e-5, num_warmup_steps=500, num_training_steps=1e4)
    """
    name, steps = arguments, num_training_steps
    rate: Any = Name(NOWHERE, 1, foreign.RATE) if learning_rate is None else learning_rate
    warmup: Any = num_warmup_steps or 0
    if not isinstance(arguments, str):
        if not hasattr(arguments, "lr_scheduler_type"):
            title = f"a {type(arguments).__name__} has no `lr_scheduler_type`"
            raise ScheduleError(title, hint="give a TrainingArguments, or a name such as 'cosine'")
        name, specific = arguments.lr_scheduler_type, {**(arguments.lr_scheduler_kwargs or {}), **specific}
        steps = arguments.max_steps if steps is None and arguments.max_steps > 0 else steps
        rate = arguments.learning_rate if learning_rate is None else learning_rate
        warmup = _warmup(arguments, steps) if num_warmup_steps is None else num_warmup_steps
    original = _original(str(getattr(name, "value", name)))
    lengths = {"num_warmup_steps": warmup, "num_training_steps": TOTAL if steps is None else steps}
    taken = {p.name for p in original.entry.parameters}
    if "num_stable_steps" in specific:
        del lengths["num_training_steps"]
    given = {foreign.RATE: rate, **{n: v for n, v in lengths.items() if n in taken}, **specific}
    return foreign.schedule(foreign.call(original.name, {key: _node(original, key, v) for key, v in given.items()}))


def _node(original: foreign.Original, name: str, value: Any) -> Node:
    """An argument; words are only where one of some is asked for."""
    words = {p.name for p in original.entry.parameters if isinstance(p.kind, tuple)}
    if isinstance(value, str) and name not in words:
        raise ScheduleError(f"{value!r} is not a number")
    return foreign.node(value)


def _original(name: str) -> foreign.Original:
    """The entry of a short name; the names are those of the library that is installed."""
    try:
        from transformers.optimization import TYPE_TO_SCHEDULER_FUNCTION
    except ImportError:
        title = "the names of schedules are those of transformers, which is not installed"
        raise ScheduleError(title, hint="pip install symsched[transformers]") from None
    functions = {kind.value: function.__name__ for kind, function in TYPE_TO_SCHEDULER_FUNCTION.items()}
    if name not in functions:
        close = suggest(name, functions)
        hint = f"did you mean `{close}`?" if close else "it is one of " + ", ".join(functions)
        raise ScheduleError(f"transformers has no schedule `{name}`", hint=hint)
    original = foreign.originals().get(f"transformers.{functions[name]}")
    if original is None:
        reason = CODE.get(functions[name], "it is not known here")
        raise ScheduleError(f"`{name}` cannot become a schedule: {reason}", hint="write the curve in the language")
    return original


def _warmup(arguments: Any, steps: int | None) -> int | Node:
    """The warm-up of some arguments; a part of the run, rounded up, where it is less than 1."""
    part = arguments.warmup_steps or getattr(arguments, "warmup_ratio", None) or 0  # the ratio was a field of its own
    if steps is not None or part >= 1 or part == 0:
        return int(arguments.get_warmup_steps(steps or 0))
    ratio = foreign.node(part)
    return called("ceil", [Operation(NOWHERE, 1 + ratio.depth, ("*",), (ratio, TOTAL))])

"""optax: hyper-parameters that change together; and its schedules, which are closures, so that their source is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import foreign
from ..linking import linked
from ..nodes import Call, List, Name, Node, Pair
from ..schedule import Schedule

__all__ = ["hyperparameters"]


def hyperparameters(given: Mapping[str, Any], /, **values: Any) -> dict[str, Any]:
    """What `optax.inject_hyperparams` takes: a schedule for each name, which may use the other names.

    Args:
        given: A text, a number or a schedule for each argument of an optimizer. A number stays one, so that
            `state.hyperparams` can be changed by hand.
        values: What the remaining parameters are, by name, such as `total`.

    Returns:
        The keyword arguments of the optimizer, in the order of the mapping.

    Raises:
        ScheduleError: A text does not mean anything, names use each other in a circle, or a parameter has no value.

    Example:
        >>> from symsched.integrations.optax import hyperparameters
        >>> found = hyperparameters({"learning_rate": "cosine(peak, 100)", "weight_decay": "0.1*learning_rate",
        ...                          "b1": 0.9}, peak=1e-3)
        >>> found["learning_rate"](50), found["weight_decay"](50), found["b1"]
        (0.0005, 5e-05, 0.9)
    """
    schedules: dict[str, Schedule] = linked(given, **values)
    return {name: value if isinstance(value := given[name], int | float) else s for name, s in schedules.items()}


def composed(call: Node) -> Node:
    """A call as optax runs it: the dictionaries of `sgdr_schedule` are the arguments of its cycles."""
    if not isinstance(call, Call) or call.function.name != "optax.sgdr_schedule":
        return call
    cycles = next((a.value for a in call.arguments if isinstance(a.value, List)), None)
    if cycles is None:
        return call
    original = foreign.originals()["optax.sgdr_schedule"]
    return foreign.call(original.name, {original.arguments[0]: foreign.listed([_cycle(c) for c in cycles.items])})


def _cycle(given: Node) -> Node:
    """One dictionary of arguments as the call that it is for."""
    pairs = given.items if isinstance(given, List) else ()
    named = {p.key.name: p.value for p in pairs if isinstance(p, Pair) and isinstance(p.key, Name)}
    return foreign.call("optax.warmup_cosine_decay_schedule", named) if named else given

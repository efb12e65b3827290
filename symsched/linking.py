"""Hyper-parameters that refer to each other: a schedule for each name of a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .api import parse
from .errors import ScheduleError, placed
from .schedule import Schedule


def linked(texts: Mapping[str, Any], /, **values: Any) -> dict[str, Schedule]:
    """The schedules of a mapping in which an expression may use the other names, in any order.

    Args:
        texts: A text, a number or a schedule for each name.
        values: What the remaining parameters are, by name, such as `total`.

    Returns:
        A schedule of the step alone for each name, in the order of the mapping.

    Raises:
        ScheduleError: A text does not mean anything, names use each other in a circle, or a parameter has no value;
            it says of which name.

    Example:
        >>> from symsched.linking import linked
        >>> found = linked({"lr": "cosine(peak, 100)", "weight_decay": "0.1*lr"}, peak=1e-3)
        >>> {name: schedule(50) for name, schedule in found.items()}
        {'lr': 0.0005, 'weight_decay': 5e-05}
    """
    read: dict[str, Schedule] = {}
    for name, text in texts.items():
        with placed(name):
            read[name] = parse(text)
    found: dict[str, Schedule] = {}
    for name in read:
        _link(name, read, values, found, ())
    return {name: found[name] for name in read}


def _link(
    name: str,
    read: Mapping[str, Schedule],
    values: Mapping[str, Any],
    found: dict[str, Schedule],
    open_: tuple[str, ...],
) -> Schedule:
    """One schedule, once those that it uses are found."""
    if name in open_:
        circle = " -> ".join([*open_[open_.index(name) :], name])
        raise ScheduleError(f"`{name}` is defined by itself: {circle}", hint="give one of them a schedule of its own")
    if name not in found:
        schedule = read[name]
        bound: dict[str, Any] = {}
        for parameter in schedule.parameters:
            if parameter.name in read and parameter.name != name:
                bound[parameter.name] = _link(parameter.name, read, values, found, (*open_, name))
            elif parameter.name in values:
                bound[parameter.name] = values[parameter.name]
            else:
                others = ", or use one of " + ", ".join(n for n in read if n != name) if len(read) > 1 else ""
                hint = f"give its value by name: {parameter.name}=...{others}"
                raise ScheduleError(f"`{parameter.name}` has no value in the schedule of `{name}`", hint=hint)
        with placed(name):
            found[name] = schedule.bind(**bound) if bound else schedule
    return found[name]

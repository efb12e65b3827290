"""Schedules as they are given to a scheduler, as they are saved, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..api import parse
from ..convert import no_parameter
from ..errors import ScheduleError
from ..linking import linked
from ..names import UNIT_NAMES
from ..picture import named
from ..plans import Plan
from ..schedule import Schedule
from ..syntax import parse_program

RATE = "lr"
"""What a schedule without a name is written to."""

Schedules = dict[str, Schedule]
"""A schedule for each hyper-parameter of a group."""

Given = Schedules | list[Schedules]
"""What is written to every group, or to each."""


def read(schedule: Any, values: Mapping[str, Any]) -> Given:
    """The schedules that a scheduler is given, with their parameters bound.

    Raises:
        ScheduleError: A text does not mean anything, a parameter has no value, or a value no parameter.
    """
    several = isinstance(schedule, Sequence) and not isinstance(schedule, str)
    groups = [_named(one) for one in (schedule if several else [schedule])]
    used = {p.name for group in groups for one in group.values() for p in one.parameters}
    for name in values.keys() - used - set(UNIT_NAMES.values()):  # how long a run is may be said of every schedule
        raise no_parameter(name, sorted(used))
    found = [linked(group, **values) for group in groups]
    return found if several else found[0]


def _named(schedule: Any) -> Schedules:
    if isinstance(schedule, str):
        program = parse_program(schedule)
        schedule = Plan(schedule) if program.definitions and not program.expression else schedule
    if not isinstance(schedule, Mapping):
        return {RATE: parse(schedule)}
    if not schedule:
        raise ScheduleError("there is no schedule", hint='give one by name: {"lr": "cosine(1e-3, 1e4)"}')
    return named(schedule)


def of_groups(given: Any, count: int) -> list[Any]:
    """What each of some parameter groups is given.

    Raises:
        ScheduleError: There is a list of another length.
    """
    if not isinstance(given, list):
        return [given] * count
    if len(given) != count:
        title = f"{_many(len(given), 'schedule')} for {_many(count, 'parameter group')}"
        raise ScheduleError(title, hint="give a list with one for each group, or one alone for all")
    return given


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def texts(given: Given) -> Any:
    """The texts of schedules, in the form in which they can be given again."""
    if isinstance(given, list):
        return [texts(one) for one in given]
    if [*given] == [RATE]:
        return str(given[RATE])
    return {name: str(schedule) for name, schedule in given.items()}


def changes(saved: Any, given: Given, step: float) -> list[str]:
    """How schedules differ from those whose texts were saved, at a step.

    Returns:
        A line for each hyper-parameter, empty where nothing differs.
    """
    now = texts(given)
    if saved is None or saved == now:  # None: the scheduler was of another kind
        return []
    count = max(len(one) if isinstance(one, list) else 1 for one in (saved, now))
    try:
        pairs = zip(of_groups(saved, count), of_groups(now, count), strict=True)
    except ScheduleError:
        return [f"there were {len(saved)} schedules, one for each parameter group, and now there are {len(now)}"]
    lines = [line for was, is_ in pairs for line in _differences(_by_name(was), _by_name(is_), step)]
    return list(dict.fromkeys(lines))


def _by_name(text: Any) -> dict[str, str]:
    return dict(text) if isinstance(text, Mapping) else {RATE: text}


def _differences(was: Mapping[str, str], now: Mapping[str, str], step: float) -> Iterator[str]:
    for name in {**was, **now}:
        if name not in now:
            yield f"`{name}` had a schedule and has none now: {was[name]}"
        elif name not in was:
            yield f"`{name}` had no schedule and now has: {now[name]}"
        elif was[name] != now[name]:
            yield _difference(name, was[name], now[name], step)


def _difference(name: str, was: str, now: str, step: float) -> str:
    try:
        before, after = parse(was)(step), parse(now)(step)
    except ScheduleError:  # saved by a version with another language
        values = "has a new schedule"
    else:
        same = before == after
        values = f"is {after!r} at step {step}, as before" if same else f"was {before!r} at step {step}, is {after!r}"
    return f"`{name}` {values}\n  was: {was}\n  now: {now}"

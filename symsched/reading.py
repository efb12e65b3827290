"""What the command line is given: programs from arguments, files and standard input, values of parameters, steps."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import ScheduleError, listing, suggest

if TYPE_CHECKING:
    from . import Plan
    from .schedule import Schedule

MOST_STEPS = 1_000_000


def text_of(argument: str) -> str:
    """A schedule argument: itself, or standard input for `-`."""
    if argument != "-":
        return argument
    if sys.stdin is None:
        raise click.UsageError("standard input is closed")
    try:
        content = sys.stdin.buffer.read()
    except OSError as error:
        raise click.UsageError(f"standard input cannot be read: {(error.strerror or str(error)).lower()}") from None
    return _decoded(content, "standard input")


def file_text(path: str) -> str:
    """The program in a file, or standard input for `-`."""
    return text_of(path) if path == "-" else _decoded(Path(path).read_bytes(), path)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise click.UsageError(f"{name} is not UTF-8 text") from None


def pairs_of(_: click.Context, __: click.Parameter, given: Iterable[str]) -> dict[str, str]:
    """The values of the option `-p NAME=VALUE`."""
    pairs: dict[str, str] = {}
    for pair in given:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name or not value:
            raise click.BadParameter(f"`{pair}` is not NAME=VALUE, such as total=10000")
        if name in pairs:
            raise click.BadParameter(f"`{name}` is given twice")
        pairs[name] = value
    return pairs


def schedules(text: str, values: Mapping[str, str], name: str | None = None) -> dict[str, Schedule]:
    """The schedules of a program by name, "" for the one of a program that is no plan; parameters bound."""
    from . import Plan
    from .schedule import Schedule

    if not is_plan(text):
        if name is not None:
            raise click.UsageError("--name chooses from a plan, and this is one schedule")
        return {"": bound(Schedule(text), values)}
    plan = Plan(text)
    known(values, plan)
    return _chosen(plan.bind(**values) if values else plan, name)


def bound(schedule: Schedule, values: Mapping[str, str]) -> Schedule:
    """A schedule with the values of the option `-p`."""
    _check_names(values, [p.name for p in schedule.parameters])
    return schedule.bind(**values) if values else schedule


def one_schedule(text: str, values: Mapping[str, str], name: str | None) -> Schedule:
    """The one schedule of a program, or the one that is chosen from a plan."""
    found = schedules(text, values, name)
    if len(found) > 1:
        raise click.UsageError(f"this is a plan: choose one of {', '.join(found)} with --name")
    return next(iter(found.values()))


def several(texts: Iterable[str], values: Mapping[str, str], name: str | None) -> list[Schedule]:
    """The schedules of some texts; a value is for those that have its parameter, a name for those that are plans."""
    found = [schedules(text, {}).get("") or one_schedule(text, {}, name) for text in texts]
    return _each_bound(found, values)


def curves(texts: Sequence[str], values: Mapping[str, str], name: str | None) -> dict[str, Schedule]:
    """The schedules of some texts by what a legend calls them, without open parameters."""
    found: dict[str, Schedule] = {}
    for number, text in enumerate(texts, 1):
        chosen = schedules(text, {}, name if is_plan(text) or len(texts) == 1 else None)
        for key, one in chosen.items():
            label = key or (str(one) if len(texts) > 1 else "")
            found[f"{label} ({number})" if label in found else label] = one
    found = dict(zip(found, _each_bound(found.values(), values), strict=True))
    free = dict.fromkeys(p.name for one in found.values() for p in one.parameters)
    if free:
        options = " ".join(f"-p {n}=..." for n in free)
        raise click.UsageError(f"a curve needs values: add {options}")
    return found


def _each_bound(found: Iterable[Schedule], values: Mapping[str, str]) -> list[Schedule]:
    found = list(found)
    names = [[p.name for p in one.parameters] for one in found]
    _check_names(values, list(dict.fromkeys(n for own in names for n in own)))
    return [one.bind(**{n: values[n] for n in values if n in own}) for one, own in zip(found, names, strict=True)]


def known(values: Mapping[str, str], plan: Plan) -> None:
    """Every value given is for a parameter of some schedule of the plan."""
    _check_names(values, list(dict.fromkeys(p.name for s in plan.values() for p in s.parameters)))


def is_plan(text: str) -> bool:
    """Whether a program is made of definitions alone, and the last one is a value."""
    from .nodes import Value
    from .syntax import parse_program

    program = parse_program(text)
    return program.expression is None and bool(program.definitions) and isinstance(program.definitions[-1], Value)


def _chosen(plan: Plan, name: str | None) -> dict[str, Schedule]:
    if not plan:
        raise ScheduleError("this plan names no schedule", hint="names with a leading underscore are private")
    if name is None:
        return dict(plan)
    if name not in plan:
        raise click.UsageError(f"the plan has no `{name}`{_or_else(name, plan)}")
    return {name: plan[name]}


def _check_names(values: Mapping[str, str], known: list[str]) -> None:
    """Every value given is one expression, for a parameter that exists."""
    from .syntax import parse_program

    for name, value in values.items():
        if name not in known:
            raise click.UsageError(f"no parameter `{name}`{_or_else(name, known) if known else ': there are none'}")
        program = parse_program(value)
        if program.expression is None or program.definitions:
            raise ScheduleError(f"the value of `{name}` is one expression", value, (0, len(value)))


def _or_else(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close, few = suggest(name, known), listing(known)
    return f": did you mean `{close}`?" if close else f": there are {few}" if few else ""


def steps_of(given: Iterable[str]) -> list[int | float]:
    """Steps and ranges of steps, such as `250`, `1.5k` and `0:100:10`, the end of a range left out."""
    steps: list[int | float] = []
    for text in given:
        steps += _range(text) if ":" in text else [_step(text)]
        if len(steps) > MOST_STEPS:
            raise click.UsageError(f"more than {MOST_STEPS} steps")
    return steps


def _range(text: str) -> Iterator[int | float]:
    parts = text.split(":")
    if len(parts) > 3 or not all(parts[1:]):
        raise click.UsageError(f"a range is FIRST:END or FIRST:END:EVERY, but got `{text}`")
    first, end = _exact(parts[0] or "0"), _exact(parts[1])
    every = _exact(parts[2]) if len(parts) == 3 else Fraction(1)
    if every == 0:
        raise click.UsageError(f"a range moves on by more than 0, but got `{text}`")
    number = math.ceil((end - first) / every)
    if number > MOST_STEPS:
        raise click.UsageError(f"more than {MOST_STEPS} steps in `{text}`")
    steps = (first + i * every for i in range(number))
    return (int(step) if step.denominator == 1 else float(step) for step in steps)


def _exact(text: str) -> Fraction:
    return Fraction(str(_step(text)))


def _step(text: str) -> int | float:
    """A number of the language."""
    if text.isdecimal() and text.isascii() and len(text) < 300:
        return int(text)
    from sympy import Rational

    from .constants import to_float
    from .schedule import Schedule

    try:
        step = Schedule(text)
    except ScheduleError as error:
        raise click.UsageError(f"`{text}` is not a step: {error.title}") from None
    if step.duration is not None or step.parameters:
        raise click.UsageError(f"`{text}` is not a step: a step is a number")
    value = to_float(step.expr)
    if value == math.inf:
        raise click.UsageError(f"`{text}` is not a step: it is too large")
    if not value >= 0:
        raise click.UsageError(f"a step is 0 or more, but got {text}")
    whole = isinstance(step.expr, Rational) and step.expr.q == 1
    return int(step.expr) if whole else value

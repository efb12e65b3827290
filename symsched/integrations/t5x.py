"""The factor strings of T5X, `constant * linear_warmup * rsqrt_decay`, as schedules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from .. import foreign, prelude
from ..convert import to_program
from ..errors import ScheduleError, suggest
from ..nodes import NOWHERE, Function, Node, Operation
from ..schedule import Schedule

WHOLE = "create_learning_rate_scheduler"


def from_factors(factors: str, **numbers: Any) -> Schedule:
    """The schedule of a factor string of T5X.

    Args:
        factors: Names of factors, joined by `*`; `symsched list t5x` shows them.
        numbers: What `t5x.utils.create_learning_rate_scheduler` takes, with its defaults: `base_learning_rate`,
            `warmup_steps`, `decay_factor`, `steps_per_decay`, `steps_per_cycle`, `step_offset`, `min_learning_rate`.

    Raises:
        ScheduleError: There is no such factor, or no such number.

    Example:
        >>> from symsched.integrations.t5x import from_factors
        >>> print(from_factors("constant * rsqrt_decay", base_learning_rate=1.0, warmup_steps=10_000))
        t5x.create_learning_rate_scheduler(t5x.constant(1)*t5x.rsqrt_decay(1e4))
    """
    check_names(numbers, {*readable(factors_of()), "step_offset", "min_learning_rate"})
    given = {name: to_node(value) for name, value in numbers.items()}
    return foreign.schedule(entry(WHOLE, {"factors": product(factors, given, factors_of()), **given}))


def from_text(text: str) -> Schedule:
    """The schedule of a factor string with its numbers after it: `constant * rsqrt_decay, warmup_steps=10000`."""
    factors, numbers = parts(text)
    return from_factors(factors, **numbers)


def parts(text: str) -> tuple[str, dict[str, str]]:
    """The factors of a text, and its numbers by name."""
    factors, *settings = text.split(",")
    numbers: dict[str, str] = {}
    for written in settings:
        name, value = setting(text, written)
        if name in numbers:
            raise ScheduleError(f"`{name}` is given twice", text, (text.rindex(name), text.rindex(name) + len(name)))
        numbers[name] = value
    return factors, numbers


def setting(text: str, written: str) -> tuple[str, str]:
    """One number of a text."""
    name, equals, value = (part.strip() for part in written.partition("="))
    if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name) or not value:
        start = text.index(written)
        hint = "such as warmup_steps=10000"
        raise ScheduleError("a number is given as name=value", text, (start, start + len(written)), "", hint)
    return name, value


def to_node(value: Any) -> Node:
    """A number, or a text of the language."""
    expression = to_program(value).expression
    if expression is None:
        raise ScheduleError(f"{value!r} is not a number")
    return expression


def factors_of(*left_out: str) -> dict[str, Function]:
    """The factors that there are."""
    return {n: e for n, e in prelude.public(prelude.module("t5x")).items() if n not in {WHOLE, *left_out}}


def readable(known: Mapping[str, Function]) -> set[str]:
    """The numbers that some factors read."""
    return {p.name for e in known.values() for p in e.parameters}


def check_names(numbers: Iterable[str], known: set[str]) -> None:
    """Refuse a number that nothing reads."""
    for name in numbers:
        if name not in known:
            close = suggest(name, known)
            hint = f"did you mean `{close}`?" if close else "numbers are " + ", ".join(sorted(known))
            raise ScheduleError(f"no factor reads `{name}`", hint=hint)


def product(factors: str, numbers: Mapping[str, Node], known: Mapping[str, Function]) -> Node:
    """The factors that a string names, each with the numbers that it reads."""
    found = []
    for part in re.finditer(r"[^*]+|(?<=\*)(?=\*|$)|^(?=\*|$)", factors):
        name = part[0].strip()
        if name not in known:
            raise _unknown(factors, part, name, known)
        found.append(entry(name, numbers))
    return reduce(lambda a, b: Operation(NOWHERE, 2 + len(found), ("*",), (a, b)), found)


def entry(name: str, numbers: Mapping[str, Node]) -> Node:
    """The call of an entry with those of the numbers that it takes."""
    taken = {p.name for p in prelude.module("t5x")[name].parameters}
    return foreign.call(f"t5x.{name}", {n: v for n, v in numbers.items() if n in taken})


def _unknown(factors: str, part: re.Match[str], name: str, known: Mapping[str, Any]) -> ScheduleError:
    start = part.start() + len(part[0]) - len(part[0].lstrip())
    title = f"unknown factor `{name}`" if name else "a factor is missing"
    close = suggest(name, known) if name else None
    hint = f"did you mean `{close}`?" if close else "factors are " + ", ".join(sorted(known))
    return ScheduleError(title, factors, (start, start + max(len(name), 1)), "", hint)

"""The style "symbolic": a single call with letters for its numbers, and a legend of their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Symbol

from .. import prelude, tree
from ..errors import ScheduleError
from ..format import expression_text, program_text
from ..names import UNIT_NAMES
from ..nodes import Argument, Call, Chain, Function, Name, Node, Number, Parameter, Program, Value, children
from ..schedule import Schedule

RESERVED = frozenset({"t", "pi", "inf", "true", "false", "none", "next", "prev", "rest", *UNIT_NAMES.values()})
"""Names that mean something else in a program."""

LETTERS = {
    "start": "eta_0", "end": "eta_1", "peak": "eta_max", "value": "eta", "low": "eta_min", "high": "eta_max",
    "steps": "T", "period": "T", "every": "k", "warmup": "T_w", "stable": "T_s", "decay": "T_d", "cooldown": "T_c",
    "rate": "r", "factor": "gamma", "power": "p", "exponent": "alpha", "offset": "tau", "scale": "m", "stretch": "s",
}  # fmt: skip
"""Letters for the names of parameters; others are letters themselves."""

NAMED = ("value", "number", "duration", "")
"""Kinds of parameters whose numbers get a letter."""


@dataclass(frozen=True)
class Symbolic:
    """A call with names for its numbers.

    Attributes:
        expr: The exact tree in these names.
        letters: The letter of each name.
        values: What each name stands for.
    """

    expr: Expr
    letters: dict[str, str]
    values: dict[str, Expr]

    @property
    def known(self) -> dict[Symbol, Expr]:
        return {tree.parameter(name): value for name, value in self.values.items()}


def symbolic(schedule: Any) -> Symbolic:
    """The call that a schedule is, with names for its numbers.

    Raises:
        ScheduleError: The schedule is not a single call of a function.
    """
    call, function = _call(schedule.program)
    chosen = {p.name for p in schedule.parameters}
    taken = chosen | {d.name for d in schedule.program.definitions} | RESERVED
    arguments: list[Argument] = []
    values: dict[str, Expr] = {}
    letters: dict[str, str] = {}
    falls = _falls(call, function)
    for argument, parameter in _assigned(call, function):
        value = None if parameter is None or parameter.kind not in NAMED else _number(argument.value)
        if parameter is None or not value:
            arguments.append(argument)
            continue
        name = _free(parameter.name, taken)
        letters[name] = _free(_letter(parameter.name, falls), chosen)
        values[name] = value
        arguments.append(replace(argument, value=Name(argument.span, 1, name)))
    program = Program(schedule.program.definitions, replace(call, arguments=tuple(arguments)))
    try:
        return Symbolic(Schedule(program_text(program)).expr, letters, values)
    except ScheduleError:  # a function that needs the number itself, such as the index of an item
        return Symbolic(schedule.expr, {}, {})


def _call(program: Program) -> tuple[Call, Function]:
    """The call and the function that it calls."""
    definitions = {d.name: d for d in program.definitions}
    node = program.expression
    while isinstance(node, Name) and isinstance(definition := definitions.get(node.name), Value):
        node = definition.body
    if isinstance(node, Call):
        found = definitions.get(node.function.name) or prelude.find(node.function.name)
        if isinstance(found, Function):
            return node, found
    what = "a chain" if isinstance(node, Chain) else "an expression"
    hint = 'style="cases" prints every schedule'
    raise ScheduleError(f'style="symbolic" prints the call of one function, but this is {what}', hint=hint)


def _assigned(call: Call, function: Function) -> Iterator[tuple[Argument, Parameter | None]]:
    """The arguments with their parameters; None for those that are collected in a list."""
    by_name = {p.name: p for p in function.parameters}
    for i, argument in enumerate(call.arguments):
        if argument.name or i < len(function.parameters):
            parameter = by_name[argument.name] if argument.name else function.parameters[i]
            yield argument, parameter
        else:
            yield argument, None


def _number(node: Node) -> Expr | None:
    """The rational number that an argument is; None for anything else."""
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, Name | Call | Chain) or (isinstance(inner, Number) and inner.unit):
            return None
        stack.extend(children(inner))
    value = Schedule(expression_text(node)).expr
    return value if tree.is_number(value) else None


def _falls(call: Call, function: Function) -> bool:
    """Whether the call goes from a start down to an end, as far as that is known."""
    given = {p.name: a.value for a, p in _assigned(call, function) if p is not None}
    ends = [given.get("end", p.default) for p in function.parameters if p.name == "end"]
    first = given.get("start") or given.get("peak")
    if first is None or not ends or ends[0] is None:
        return False
    start, end = _number(first), _number(ends[0])
    return start is None or end is None or bool(start >= end)


def _letter(name: str, falls: bool) -> str:
    """The letter of a parameter; one that falls starts at the largest value."""
    if falls and name in ("start", "end"):
        return "eta_max" if name == "start" else "eta_min"
    return LETTERS.get(name, name)


def _free(name: str, taken: set[str]) -> str:
    """A name that is not taken, and taken from now on."""
    number, free = 1, name
    while free in taken:
        number, free = number + 1, f"{name}_{number}"
    taken.add(free)
    return free

"""The numbers that stand in a program, each with the name that a reader would give it.

A definition names its number itself: `peak = 1e-3`. The number of an argument is named by its function and parameter,
`warmup_steps` in `warmup(linear, 500)`; where a program is one call, by the parameter alone. What stands in the
definition of `lr` has the name of `lr` in front, so that the schedules of a plan agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from .. import prelude
from ..names import UNIT_NAMES
from ..nodes import (
    Argument,
    Call,
    Definition,
    Function,
    Name,
    Negative,
    Node,
    Number,
    Parameter,
    Program,
    Value,
    children,
    with_children,
)

NAMED = ("value", "number", "duration", "")
"""Kinds of parameters whose numbers have a name."""

MOST = 12
"""Numbers of a program beyond which none has a name: it is a table, and has rows."""


@dataclass(frozen=True, eq=False)
class Literal:
    """A number of a program, which is no other one of the same value.

    Attributes:
        name: Its name, in lower case.
        value: The number as it was written, never 0 or 1.
        is_time: It is a number of steps.
        stage: The name without that of the parameter; "" for a definition and in a program that is one call.
    """

    name: str
    value: Fraction
    is_time: bool
    stage: str = ""


def assigned(call: Call, function: Function) -> Iterator[tuple[Argument, Parameter | None]]:
    """The arguments with their parameters; None for those that are collected in a list."""
    by_name = {p.name: p for p in function.parameters}
    for i, argument in enumerate(call.arguments):
        if argument.name or i < len(function.parameters):
            parameter = by_name[argument.name] if argument.name else function.parameters[i]
            yield argument, parameter
        else:
            yield argument, None


def called(call: Call, program: Program) -> Function | None:
    """The function that a call names."""
    own = next((d for d in program.definitions if d.name == call.function.name), None)
    found = own or prelude.find(call.function.name)
    return found if isinstance(found, Function) else None


LONGEST = 40
"""Letters of the longest name that a constant takes from the program; one of underscores alone gives none."""


def named(name: str) -> str:
    """The name, or a short one where it would be too long to read or is nothing."""
    return name if 0 < len(name) <= LONGEST else "number"


def free(name: str, taken: set[str]) -> str:
    """A name that is not taken, and taken from now on."""
    number, unused = 1, name
    while unused in taken:
        number, unused = number + 1, f"{name}_{number}"
    taken.add(unused)
    return unused


class Literals:
    """The numbers of a program, in the order of writing.

    Args:
        program: The program.
        taken: Names that none may have.
    """

    def __init__(self, program: Program, taken: set[str]) -> None:
        self.program, self.taken = program, set(taken)
        self.found: list[Literal] = []
        self._times = set(_times(program))
        self.replaced(self._keep)

    def _keep(self, literal: Literal, written: Number) -> Node:
        self.found.append(literal)
        return written

    def changed(self, value: Callable[[Literal], Fraction]) -> Program:
        """The program with other numbers."""
        return self.replaced(lambda literal, written: replace(written, value=value(literal)))

    def replaced(self, other: Callable[[Literal, Number], Node]) -> Program:
        """The program with something else in the place of each number."""
        known, self._next = self.found[:], 0
        around, whole = "", self.program.expression
        taken = set(self.taken)

        def number(node: Node, name: str, is_time: bool, stage: str) -> Node:
            inner = node.operand if isinstance(node, Negative) else node
            if not isinstance(inner, Number) or inner.unit or inner.value in (0, 1):
                return visit(node)
            literal = known[self._next] if known else Literal(free(named(name), taken), inner.value, is_time, stage)
            self._next += 1
            placed = other(literal, inner)
            return replace(node, operand=placed) if isinstance(node, Negative) else placed

        def argument(call: Call, argument: Argument, parameter: Parameter | None) -> Argument:
            if parameter is None or parameter.kind not in NAMED:
                return replace(argument, value=visit(argument.value))
            entry = call.function.name.rpartition(".")[2]
            stage = "_".join(part for part in (around, entry * (call is not whole)) if part)
            name = f"{stage}_{parameter.name}".lstrip("_")
            return replace(argument, value=number(argument.value, name, parameter.kind == "duration", stage))

        def visit(node: Node) -> Node:
            function = called(node, self.program) if isinstance(node, Call) else None
            if not isinstance(node, Call) or function is None:
                return with_children(node, visit)
            return replace(node, arguments=tuple(argument(node, a, p) for a, p in assigned(node, function)))

        definitions: list[Definition] = []
        for definition in self.program.definitions:
            if isinstance(definition, Value):
                around, whole = definition.name.strip("_"), definition.body
                body = number(definition.body, around, definition.name in self._times, "")
                definition = replace(definition, body=body)
            definitions.append(definition)
        around, whole = "", self.program.expression
        assert whole is not None
        return Program(tuple(definitions), visit(whole))


def _times(program: Program) -> Iterator[str]:
    """Names that numbers of steps are computed from."""
    stack: list[tuple[Node, bool]] = [(d.body, False) for d in program.definitions if isinstance(d, Value)]
    stack += [(program.expression, False)] if program.expression is not None else []
    while stack:
        node, is_time = stack.pop()
        if isinstance(node, Name) and is_time:
            yield node.name
        elif isinstance(node, Number) and node.unit:
            yield UNIT_NAMES[node.unit]
        function = called(node, program) if isinstance(node, Call) else None
        if isinstance(node, Call) and function is not None:
            stack += [(a.value, p is not None and p.kind == "duration") for a, p in assigned(node, function)]
        else:
            stack += [(child, is_time) for child in children(node)]


def numbers_of(program: Program, taken: set[str]) -> Literals | None:
    """The numbers of a program; None where there are none or more than a page has room for."""
    literals = Literals(program, taken)
    return literals if 0 < len(literals.found) <= MOST else None

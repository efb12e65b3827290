"""Python values to syntax: what a function of the library takes when it is called from Python."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .errors import ScheduleError, suggest
from .names import joined
from .nodes import NOWHERE, Definition, List, Name, Negative, Node, Number, Operation, Pair, Program, Value
from .syntax import parse_program


def to_program(value: Any) -> Program:
    """A program for a Python value: a number, a text of the language, a schedule, a list, a mapping, True, None.

    Raises:
        ScheduleError: The value has no counterpart in the language.
    """
    from .schedule import Schedule

    if isinstance(value, Schedule):
        return value.program
    if isinstance(value, str):
        return parse_program(value)
    return Program((), _node(value))


def _node(value: Any) -> Node:
    if value is None or isinstance(value, bool):
        return Name(NOWHERE, 1, "none" if value is None else str(value).lower())
    if isinstance(value, numbers.Real) or hasattr(value, "is_Rational") or hasattr(value, "item"):
        return number_node(value)
    if isinstance(value, Mapping):
        pairs = tuple(Pair(NOWHERE, 2, _node(k), _item(v)) for k, v in value.items())
        return List(NOWHERE, 3, pairs)
    if isinstance(value, list | tuple):
        items = tuple(_item(v) for v in value)
        return List(NOWHERE, 1 + max((i.depth for i in items), default=0), items)
    raise ScheduleError(f"a {type(value).__name__} has no counterpart in the language")


def _item(value: Any) -> Node:
    """An item of a list; it may be a schedule without definitions of its own."""
    program = to_program(value)
    if program.expression is None or program.definitions:
        raise ScheduleError("a schedule with definitions cannot stand in a list: bind its values first")
    return program.expression


def number_node(value: Any) -> Node:
    """A number, exact for int, Fraction and SymPy rationals, the shortest decimal for a float."""
    if getattr(value, "is_Rational", False):
        exact = Fraction(int(value.p), int(value.q))
    elif isinstance(value, numbers.Rational):
        exact = Fraction(int(value.numerator), int(value.denominator))
    else:
        real = float(value.item() if hasattr(value, "item") else value)
        if math.isnan(real):
            raise ScheduleError("nan is not a value of a schedule")
        if math.isinf(real):
            infinite = Name(NOWHERE, 1, "inf")
            return infinite if real > 0 else Negative(NOWHERE, 2, infinite)
        exact = Fraction(repr(real))
    size = abs(exact)
    node: Node = Number(NOWHERE, 1, Fraction(size.numerator))
    if size.denominator != 1:
        from .wording import decimal_places

        node = Number(NOWHERE, 1, size)
        if decimal_places(size) is None:
            top, bottom = (Number(NOWHERE, 1, Fraction(n)) for n in (size.numerator, size.denominator))
            node = Operation(NOWHERE, 2, ("/",), (top, bottom))
    return Negative(NOWHERE, node.depth + 1, node) if exact < 0 else node


def bound(program: Program, values: Mapping[str, Any], names: list[str]) -> Program:
    """A program with some of its parameters defined in front.

    Args:
        program: What is bound; a program without an expression is a plan.
        values: What `to_program` takes, by the name of the parameter. Definitions that a text brings along come
            with it, and what clashes with them is renamed.
        names: The parameters that there are.

    Raises:
        ScheduleError: A name is not among them, or a value is no expression.
    """
    for name, value in reversed(list(values.items())):
        if name not in names:
            raise no_parameter(name, names)
        given = to_program(value)
        if given.expression is None:
            raise no_expression(given)
        if given.definitions and program.expression is None:
            raise ScheduleError(f"a value for `{name}` cannot bring definitions of its own")
        if given.definitions:
            both, expression, kept = joined(given, program)
            own = len(given.definitions)
            program = Program((*both[:own], Value(name, expression), *both[own:]), kept)
        else:
            program = Program((Value(name, given.expression), *program.definitions), program.expression)
    return program


def no_parameter(name: str, names: list[str]) -> ScheduleError:
    """The error for a value whose name is not that of a parameter."""
    close = suggest(name, names)
    known = "parameters are " + ", ".join(names) if names else "it has no parameters"
    return ScheduleError(f"no parameter `{name}`", hint=f"did you mean `{close}`?" if close else known)


def no_expression(program: Program) -> ScheduleError:
    """The error for a program that is no schedule: empty, or definitions only."""
    if not program.definitions:
        return ScheduleError("a schedule cannot be empty", program.source, (0, max(len(program.source), 1)))
    last: Definition = program.definitions[-1]
    if isinstance(last, Value):
        hint = f"leave `{last.name} =` out, or read several named schedules with symsched.plan"
        return ScheduleError(f"this defines `{last.name}` but no schedule", program.source, last.span, "", hint)
    return ScheduleError(
        "a schedule follows the definitions", program.source, last.span, "", f"add a line: {last.name}(...)"
    )

"""The prelude as Python functions: `ss.cosine(1e-3, 1e4)` is the schedule that the text `cosine(1e-3, 1e4)` gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from . import prelude
from .errors import ScheduleError
from .names import joined
from .nodes import NOWHERE, Argument, Call, Function, Name, Parameter, Program
from .schedule import Schedule
from .syntax import parse_program
from .wording import signature


def names() -> list[str]:
    """The functions of the core of the prelude."""
    return sorted(prelude.public(prelude.module(prelude.CORE)))


@cache
def function(name: str) -> Callable[..., Schedule]:
    """The Python function of an entry, with its signature and its documentation. KeyError for an unknown name."""
    entry = prelude.public(prelude.module(prelude.CORE))[name]

    def build(*args: Any, **kwargs: Any) -> Schedule:
        return _call(entry, args, kwargs)

    build.__name__ = build.__qualname__ = name
    build.__module__ = "symsched"
    build.__doc__ = f"{entry.doc}\n\nIn the language: `{signature(entry)}`."
    build.__signature__ = inspect.Signature([_parameter(p) for p in entry.parameters])  # type: ignore[attr-defined]
    return build


def _parameter(parameter: Parameter) -> inspect.Parameter:
    from .format import expression_text

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    if parameter.kind == "several":
        return inspect.Parameter(parameter.name, inspect.Parameter.VAR_POSITIONAL)
    default = inspect.Parameter.empty if parameter.default is None else _Text(expression_text(parameter.default))
    return inspect.Parameter(parameter.name, kind, default=default)


class _Text(str):
    """A default as the language writes it."""

    def __repr__(self) -> str:
        return str(self)


def _call(entry: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Schedule:
    program = Program((), Call(NOWHERE, 1, Name(NOWHERE, 1, entry.name), ()))
    for name, value in [*(("", a) for a in args), *kwargs.items()]:
        given = _argument(value)
        if given.expression is None:
            raise ScheduleError(f"an argument of `{entry.name}` is a value, not a plan")
        definitions, call, node = joined(program, given)
        assert isinstance(call, Call)
        arguments = (*call.arguments, Argument(NOWHERE, node.depth, name, node))
        depth = max(call.depth, node.depth + 1)
        program = Program(definitions, Call(NOWHERE, depth, call.function, arguments))
    schedule = Schedule._of(program)
    try:
        schedule._meaning  # noqa: B018 (raises)
    except ScheduleError as error:
        if not error.is_open_end:  # what comes before it is not written yet
            raise
    return schedule


def _argument(value: Any) -> Program:
    """A program for an argument; a text may also be a comparison, `t < 100`, or a keyframe, `100:1e-3`."""
    from .convert import to_program

    if not isinstance(value, str):
        return to_program(value)
    try:
        return parse_program(value)
    except ScheduleError:
        with suppress(ScheduleError):
            call = parse_program(f"f({value})").expression
            if isinstance(call, Call) and len(call.arguments) == 1 and not call.arguments[0].name:
                return Program((), call.arguments[0].value)
        raise

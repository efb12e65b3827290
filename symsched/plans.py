"""Plans: several named schedules in one text that share definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import ScheduleError
from .fields import Field
from .format import program_text
from .names import ordered, reached
from .nodes import Name, Program, Value
from .notebook import Shown
from .schedule import Schedule
from .syntax import parse_program


class Plan(Field, Shown, Mapping[str, Schedule]):
    """Named schedules: every value definition whose name has no leading underscore.

    Args:
        text: A program whose last statement is a definition.

    Raises:
        ScheduleError: A definition does not mean anything, or the text ends in an expression.

    Example:
        >>> import symsched as ss
        >>> plan = ss.plan("lr = cosine(1e-3, 100); weight_decay = 0.1*lr")
        >>> {name: schedule(0) for name, schedule in plan.items()}
        {'lr': 0.001, 'weight_decay': 0.0001}
    """

    def __init__(self, text: str) -> None:
        program = parse_program(text)
        if program.expression is not None:
            hint = "a plan is made of definitions: lr = ..."
            raise ScheduleError("a plan ends in a definition", text, program.expression.span, "give this a name", hint)
        if not program.definitions:
            raise ScheduleError("a plan cannot be empty", text, (0, max(len(text), 1)), "", "lr = cosine(1e-3, 1e4)")
        self._program = program
        self._schedules: dict[str, Schedule] = {}
        for definition in program.definitions:
            if isinstance(definition, Value) and not definition.name.startswith("_"):
                name = Name(definition.span, 1, definition.name)
                schedule = Schedule._of(Program(program.definitions, name, program.source))
                schedule._meaning  # noqa: B018 (raises)
                self._schedules[definition.name] = schedule

    def bind(self, /, **values: Any) -> Plan:
        """A plan with some parameters of its schedules defined in front; they become names of the plan."""
        from .convert import bound

        names = dict.fromkeys(p.name for s in self.values() for p in s.parameters)
        return Plan(program_text(bound(self._program, values, list(names))))

    def emit(self, backend: str, **options: str) -> str:
        """The text of the plan for a target: a function for each schedule, with shared constants.

        Example:
            >>> import symsched as ss
            >>> text = ss.plan("lr = cosine(1e-3, 100); weight_decay = 0.1*lr").emit("python")
            >>> [line for line in text.splitlines() if line.startswith("def ")]
            ['def lr(t: float) -> float:', 'def weight_decay(t: float) -> float:']
        """
        from .api import emitted

        return emitted(self, backend, options)

    def __getitem__(self, name: str) -> Schedule:
        return self._schedules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schedules)

    def __len__(self) -> int:
        return len(self._schedules)

    def __str__(self) -> str:
        return program_text(ordered(Program(reached(self._program.definitions, None), None)))

    def __repr__(self) -> str:
        return f"Plan({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Plan) else NotImplemented

    def __hash__(self) -> int:
        return hash(("Plan", str(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan, (str(self),)


def plan(text: str | Plan) -> Plan:
    """Read a plan: `Plan(text)`; a plan is itself.

    Raises:
        ScheduleError: The text does not mean anything, or this is no text.

    Example:
        >>> import symsched as ss
        >>> list(ss.plan("lr = 0.1; beta = linear(0, 100, 1)"))
        ['lr', 'beta']
    """
    if isinstance(text, Plan):
        return text
    if not isinstance(text, str):
        raise ScheduleError(f"a plan is a text, but this is {text!r:.40}", hint="lr = cosine(1e-3, 1e4)")
    return Plan(text)

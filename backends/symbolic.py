"""The style "symbolic": letters for the numbers of a schedule, and what each of them is worth.

One rule covers every schedule: a number that is given to a function has the letter of the parameter, a number that is
defined has the letter of its name, and any other number stays as it is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

from sympy import Expr, Symbol

from .. import prelude, tree
from ..errors import ScheduleError
from ..format import expression_text, program_text
from ..names import UNIT_NAMES
from ..nodes import (
    Argument,
    Call,
    Chain,
    Definition,
    Function,
    Name,
    Node,
    Number,
    Parameter,
    Program,
    children,
    with_children,
)
from ..schedule import Schedule
from .literals import NAMED, assigned, called

RESERVED = frozenset({"t", "pi", "inf", "true", "false", "none", "next", "prev", "rest", *UNIT_NAMES.values()})
"""Names that mean something else in a program."""

BASE = "eta"
"""The letter of a value, unless the schedule has a letter of its own."""

LETTERS = {
    "start": "eta_0", "end": "eta_1", "peak": "eta_max", "value": "eta", "low": "eta_min", "high": "eta_max",
    "lr": "eta", "init_value": "eta_0", "end_value": "eta_1", "peak_value": "eta_max", "floor": "eta_min",
    "steps": "T", "period": "T", "every": "k", "warmup": "T_w", "stable": "T_s", "decay": "T_d", "cooldown": "T_c",
    "total": "T", "total_steps": "T", "decay_steps": "T", "transition_steps": "T", "num_training_steps": "T",
    "warmup_steps": "T_w", "num_warmup_steps": "T_w", "hold": "T_h", "begin": "t_0", "center": "t_0", "width": "w",
    "rate": "r", "decay_rate": "r", "factor": "gamma", "power": "p", "exponent": "alpha", "offset": "tau",
    "learning_rate": "eta", "initial_learning_rate": "eta_0", "base_value": "eta_0", "start_value": "eta_0",
    "init_lr": "eta_0", "max_lr": "eta_max", "min_lr": "eta_min", "cycle_min_lr": "eta_min", "cycle_max_lr": "eta_max",
    "num_updates": "T", "cycle_size": "T", "total_num_steps": "T", "max_iters": "T", "first_decay_steps": "T",
    "lr_decay_steps": "T", "lr_warmup_steps": "T_w", "warmup_duration": "T_w", "step_size": "k", "decay_period": "k",
    "scale": "m", "stretch": "s", "periods": "n", "batch": "B", "visit": "q", "limit": "c", "steps_per_epoch": "E",
}  # fmt: skip
"""Letters for the names of parameters; others are letters themselves."""

BOUNDS = {"low": "L", "high": "U"}
"""Letters for numbers that are no values of the schedule."""

MOST = 60
"""Letters that a reader can keep apart."""


@dataclass(frozen=True)
class Symbolic:
    """A schedule with names for its numbers.

    Attributes:
        schedule: The schedule in these names.
        letters: The letter of each name.
        values: What each name stands for.
    """

    schedule: Any
    letters: dict[str, str]
    values: dict[str, Expr]

    @property
    def known(self) -> dict[Symbol, Expr]:
        return {tree.parameter(name): value for name, value in self.values.items()}


def symbolic(schedule: Any, base: str = BASE, time: str = "t") -> Symbolic:
    """A schedule with names for its numbers.

    A function that needs a number itself, such as the index of an item, keeps its numbers.

    Raises:
        ScheduleError: There are more numbers than a reader can tell the letters of.
    """
    found = Naming(schedule, base, time).named()
    if found is not None:
        return found
    groups = {site.group for site in Naming(schedule, base, time).sites()}
    fine = {group for group in groups if Naming(schedule, base, time, {group}).named() is not None}
    return Naming(schedule, base, time, fine).named() or Symbolic(schedule, {}, {})


@dataclass(frozen=True)
class Site:
    """A number that gets a letter: the function that it is given to, the letter, the number."""

    group: str
    name: str
    letter: str
    value: Expr


class Naming:
    """One attempt to name the numbers of a program.

    Args:
        schedule: What is printed.
        base: The letter of its values.
        time: The letter of the step.
        groups: Names of functions whose numbers are named; None for all. The name "" stands for definitions.
    """

    def __init__(self, schedule: Any, base: str, time: str, groups: Collection[str] | None = None) -> None:
        self.program: Program = schedule.program
        self.base, self.groups = base, groups
        self.own = {p.name for p in schedule.parameters}
        self.taken = self.own | {d.name for d in self.program.definitions} | RESERVED
        self.unfit = self.own | {time}
        self.found: dict[str, Site] = {}

    def sites(self) -> list[Site]:
        self._renamed()
        return list(self.found.values())

    def named(self) -> Symbolic | None:
        """The schedule in letters; None where a function needs a number itself."""
        program = self._renamed()
        if len(self.found) > MOST:
            raise ScheduleError(
                f'style="symbolic" has a letter for each number, and this schedule has {len(self.found)}',
                hint='style="cases" and style="stages" print every schedule',
            )
        try:
            schedule = Schedule(program_text(program))
            schedule.expr  # noqa: B018 (raises)
        except ScheduleError:
            return None
        return Symbolic(schedule, self._letters(), {name: site.value for name, site in self.found.items()})

    def _renamed(self) -> Program:
        """The program with names for its numbers."""
        self.found = {}
        kept = [d for d in map(self._defined, self.program.definitions) if d is not None]
        assert self.program.expression is not None
        return Program(tuple(kept), self._named(self.program.expression))

    def _defined(self, definition: Definition) -> Definition | None:
        """A definition; None for a number, which is a parameter of what is printed."""
        if isinstance(definition, Function):
            return definition
        value = number(definition.body)
        if not value or not self._is_wanted(""):
            return replace(definition, body=self._named(definition.body))
        self.found[definition.name] = Site("", definition.name, self._letter(definition.name), value)
        return None

    def _named(self, node: Node) -> Node:
        function = called(node, self.program) if isinstance(node, Call) else None
        if not isinstance(node, Call) or function is None:
            return with_children(node, self._named)
        falls = _falls(node, function)
        arguments = tuple(self._argument(a, p, function, falls) for a, p in assigned(node, function))
        return replace(node, arguments=arguments)

    def _argument(self, argument: Argument, parameter: Parameter | None, function: Function, falls: bool) -> Argument:
        """An argument, by its name if it is a number that a letter can stand for."""
        elementary = prelude.is_primitive(function) and parameter is not None and not parameter.kind
        may_be = parameter is not None and parameter.kind in NAMED and not elementary
        value = number(argument.value) if may_be and self._is_wanted(function.name) else None
        if parameter is None or not value:
            return replace(argument, value=self._named(argument.value))
        name = self._free(parameter.name)
        letter = self._letter(parameter.name, falls, parameter.kind)
        self.found[name] = Site(function.name, name, letter, value)
        return replace(argument, value=Name(argument.span, 1, name))

    def _is_wanted(self, group: str) -> bool:
        return self.groups is None or group in self.groups

    def _letter(self, name: str, falls: bool = False, kind: Any = "") -> str:
        """The letter of a parameter; one that falls starts at the largest value."""
        if falls and name in ("start", "end"):
            letter = "eta_max" if name == "start" else "eta_min"
        else:
            letter = LETTERS.get(name, name)
        if kind == "number" and (name in BOUNDS or letter.startswith("T")):
            letter = BOUNDS.get(name, name)  # no value, no time
        head, *rest = letter.split("_")
        return "_".join([self.base, *rest]) if head == BASE else letter

    def _letters(self) -> dict[str, str]:
        """The letter of each name; one that stands for several numbers has an index."""
        times = Counter(site.letter for site in self.found.values())
        single = {letter for letter, n in times.items() if n == 1 and letter not in self.unfit}
        taken, result = self.unfit | single, {}
        for site in self.found.values():
            letter = site.letter
            if letter not in single:
                letter = next(x for x in (f"{letter}_{i}" for i in count(1)) if x not in taken)
                taken.add(letter)
            result[site.name] = letter
        return result

    def _free(self, name: str) -> str:
        """A name that is not taken, and taken from now on."""
        names = chain([name], (f"{name}_{i}" for i in count(2)))
        return next(free for free in names if free not in self.taken and free not in self.found)


def number(node: Node) -> Expr | None:
    """The rational number that a node is; None for anything else."""
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, Name | Call | Chain) or (isinstance(inner, Number) and inner.unit):
            return None
        stack.extend(children(inner))
    try:
        value = Schedule(expression_text(node)).expr
    except ScheduleError:  # a list, a pair
        return None
    return value if tree.is_number(value) else None


def _falls(call: Call, function: Function) -> bool:
    """Whether the call goes from a start down to an end, as far as that is known."""
    given = {p.name: a.value for a, p in assigned(call, function) if p is not None}
    ends = [given.get("end", p.default) for p in function.parameters if p.name == "end"]
    first = given.get("start") or given.get("peak")
    if first is None or not ends or ends[0] is None:
        return False
    start, end = number(first), number(ends[0])
    return start is None or end is None or bool(start >= end)

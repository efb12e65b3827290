"""The one walk from an exact tree to a formula, for all notations.

A rule is a generator: it yields the parts that it needs and is sent them printed. The walk keeps its own stack, so
that no depth of a tree is a depth of Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import sympy
from sympy import Expr, Symbol

from .. import tree
from ..errors import ScheduleError
from .choices import Row, worth
from .cycles import Cycles
from .figures import figure
from .letters import letter
from .notation import Notation, Piece

Ask = tuple[Expr, bool]
"""A part that a rule needs, and whether it is in small print."""

Steps = Generator[Ask, Piece, Piece]


class Formula:
    """Prints the formulas of one schedule.

    Args:
        notation: How the forms are drawn.
        names: The names of the schedule's parameters.
        time: The letter of the step.
        letters: Names that are printed in place of the names of parameters.
        known: Values of parameters, which tell what a minimum of them is.
    """

    def __init__(
        self,
        notation: Notation,
        names: Iterable[str],
        time: str = "t",
        letters: Mapping[str, str] | None = None,
        known: Mapping[Symbol, Expr] | None = None,
    ) -> None:
        self.notation, self.time, self.letters, self.known = notation, time, letters or {}, known or {}
        self.used: set[str] = set()  # names that were printed
        self.known_pieces: dict[Ask, Piece] = {}  # a condition repeats what it chooses from
        self.cycles = Cycles(time, {*names, *self.letters.values()})

    def piece(self, expr: Expr, script: bool = False) -> Piece:
        """A tree, printed."""
        wanted = expr, script
        stack = [(wanted, self._steps(*wanted))]
        printed: Any = None
        while stack:
            asked, steps = stack[-1]
            try:
                wanted = steps.send(printed)
            except StopIteration as done:
                stack.pop()
                printed = self.known_pieces[asked] = done.value
            else:
                printed = self.known_pieces.get(wanted)
                if printed is None:
                    stack.append((wanted, self._steps(*wanted)))
        result: Piece = printed
        return result

    def number(self, value: Expr, script: bool = False) -> Piece:
        """A rational number as an author writes it."""
        exact = tree.fraction(value)
        if exact < 0:
            return self.notation.negative(self.number(-value, script))
        decimals = figure(exact)
        if decimals is not None:
            return self.notation.figure(decimals)
        return self.notation.fraction(self.number(tree.Integer(value.p)), self.number(tree.Integer(value.q)), script)

    def name(self, symbol: str) -> Piece:
        """The letter of a name."""
        self.used.add(symbol)
        return self.notation.letter(letter(self.letters.get(symbol, symbol)))

    def value_of(self, expr: Expr) -> Any:
        """The number that a tree stands for, by the known values; None where it depends on more."""
        return worth(expr, self.known)

    def _steps(self, expr: Expr, script: bool) -> Steps:
        rule = next((RULES[kind] for kind in type(expr).__mro__ if kind in RULES), None)
        if rule is None:
            raise ScheduleError(f"{self.notation.name} cannot express `{type(expr).__name__}`")
        return rule(self, expr, script)

    # Conditions

    def row(self, row: Row) -> Generator[Ask, Piece, tuple[Piece, tuple[str, str]]]:
        """A value and its condition."""
        return (yield row.value, False), (yield from self.condition(row))

    def condition(self, row: Row) -> Generator[Ask, Piece, tuple[str, str]]:
        """When a row holds, as an interval where it is one."""
        write = self.notation
        if row.relation is not None:
            return "", (yield row.relation, False).text
        if row.clock is None:
            return "", write.otherwise
        clock = (yield row.clock, False).text
        low = "" if row.low is None else (yield row.low, False).text
        high = "" if row.high is None else (yield row.high, False).text
        if low and high == low:
            return "", clock + write.relations["=="] + low
        if not high:
            return "", clock + write.relations[">" if row.low_open else ">="] + low
        before = low + write.relations["<" if row.low_open else "<="] if low else ""
        return before, clock + write.relations["<=" if row.high_closed else "<"] + high


def is_negative(term: Expr) -> bool:
    """Whether a number, or the number in front of a product, is below 0."""
    first = term.args[0] if isinstance(term, sympy.Mul) else term
    return tree.is_number(first) and bool(first < 0)


Rule = Callable[[Formula, Expr, bool], Steps]
RULES: dict[type, Rule] = {}
"""The closed set of what can be printed."""


def rule(*kinds: type) -> Callable[[Rule], Rule]:
    def enter(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return enter

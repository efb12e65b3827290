"""Cycles that grow or shrink: their index, length and time get letters, which a legend explains.

`i` is the index of the cycle, `T_i` its length, `t_i` the time in it, after Loshchilov and Hutter, "SGDR".
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Symbol

from .. import functions, tree

LETTERS = ("i", "j", "k", "m", "n", "q")


class Cycles:
    """The letters of one formula.

    Attributes:
        legend: What each letter stands for, in the order of their first use.
    """

    def __init__(self, time: str, taken: Iterable[str]) -> None:
        self.time, self.taken = time, set(taken) | {time}
        self.legend: list[tuple[Symbol, Expr]] = []
        self._letters: dict[tuple[str, tuple[Expr, ...]], Symbol] = {}

    def index(self, cycle: tuple[Expr, ...]) -> Symbol:
        """The letter of the index of a cycle (clock, start, length, stretch)."""
        return self._letter("index", cycle) or self._enter("index", cycle, self._free(), _index(cycle))

    def elapsed(self, cycle: tuple[Expr, ...]) -> Symbol:
        """The letter of the time in a cycle."""
        index = self.index(cycle)
        clock, start, length, stretch = cycle
        begun = tree.cycle_start(index, length, stretch)
        passed = tree.subtract(tree.elapsed(clock, start), begun)
        name = self.time if "_" not in self.time else "u"
        return self._letter("time", cycle) or self._enter("time", cycle, f"{name}_{index}", passed)

    def length(self, clock: Expr, length: Expr) -> Expr:
        """The letter of the length of a cycle if that is what a length on its clock is, else the length."""
        if not isinstance(clock, tree.CycleTime) or clock.args[3] == 1:
            return length
        grown = tree.multiply(clock.args[2], tree.power(clock.args[3], tree.cycle_index(*clock.args)))
        if length != grown and set(length.args) != set(grown.args):
            return length
        index = self.index(clock.args)
        now = tree.multiply(clock.args[2], tree.power(clock.args[3], index))
        return self._letter("length", clock.args) or self._enter("length", clock.args, f"T_{index}", now)

    def _letter(self, role: str, cycle: tuple[Expr, ...]) -> Symbol | None:
        return self._letters.get((role, cycle))

    def _enter(self, role: str, cycle: tuple[Expr, ...], name: str, value: Expr) -> Symbol:
        letter = self._letters[role, cycle] = tree.parameter(name)
        self.taken.add(name)
        self.legend.append((letter, value))
        return letter

    def _free(self) -> str:
        """An index that no name of the schedule has, alone or below a letter."""
        number = 0
        while True:
            for letter in LETTERS:
                name = f"{letter}{number or ''}"
                if not self.taken & {name, f"T_{name}", f"{self.time}_{name}", f"u_{name}"}:
                    return name
            number += 1


def _index(cycle: tuple[Expr, ...]) -> Expr:
    """The largest whole i for which cycle i has begun."""
    clock, start, length, stretch = cycle
    rate = tree.subtract(stretch, tree.ONE)
    if tree.is_number(rate) and tree.is_number(length) and rate != 0:
        passed = tree.progress(clock, start, tree.divide(length, abs(rate)))
        grown = tree.add(tree.ONE, passed) if rate > 0 else tree.subtract(tree.ONE, passed)
    else:
        grown = tree.add(tree.ONE, tree.multiply(rate, tree.progress(clock, start, length)))
    if stretch == 2:
        return functions.floor(functions.logarithm2(grown))
    return functions.floor(tree.divide(functions.logarithm(grown), functions.logarithm(stretch)))

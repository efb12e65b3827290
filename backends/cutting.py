"""Cutting a tree at the steps where its form changes: nested choices on the step become one row of pieces."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from fractions import Fraction

import sympy
from sympy import Expr

from .. import functions, limits, tree
from ..errors import ScheduleError

Key = tuple[Fraction, bool]
"""A place on the clock where the form changes: before a step, or (True) right after it."""


def bounds(expr: Expr) -> Iterator[tuple[Expr, Expr | None, bool]]:
    """The pieces of a choice with the bound on the clock up to which each holds; None where there is no such bound."""
    clock = clock_of(expr)
    for value, condition in expr.args:
        if clock is not None and isinstance(condition, sympy.StrictLessThan | sympy.LessThan):
            yield value, condition.rhs, isinstance(condition, sympy.LessThan)
        else:
            yield value, None, False


def clock_of(expr: Expr) -> Expr | None:
    """The clock that decides a choice: `t` or the time in a cycle, compared with bounds that do not depend on it."""
    clocks = set()
    for _, condition in expr.args[:-1]:
        if not isinstance(condition, sympy.StrictLessThan | sympy.LessThan) or condition.rhs.has(tree.t):
            return None
        clocks.add(condition.lhs)
    clock = clocks.pop() if len(clocks) == 1 else None
    return clock if clock == tree.t or isinstance(clock, tree.CycleTime) else None


def cut(expr: Expr) -> list[tuple[Key | None, Expr]] | None:
    """The tree as pieces between numbers, each with the key at which it ends; None where it cannot be cut."""
    try:
        return _Cutter().pieces(expr)
    except _NoCut:
        return None


class _NoCut(Exception):
    """The tree has bounds that are not numbers, or too many pieces."""


class _Cutter:
    """Turns nested choices on the step into one row of pieces."""

    def __init__(self) -> None:
        self.work = 0

    def pieces(self, expr: Expr) -> list[tuple[Key | None, Expr]]:
        if not expr.has(sympy.Piecewise) or not _decides(expr):
            return [(None, expr)]
        if isinstance(expr, sympy.Piecewise):
            return self._choice(expr)
        rows = [self.pieces(arg) for arg in expr.args]
        keys = sorted({key for row in rows for key, _ in row if key is not None})
        self.work += (len(keys) + 1) * len(rows)
        if self.work > limits.NODES:
            raise _NoCut
        columns = [_spread(row, [*keys, None]) for row in rows]
        values = [_rebuild(expr, args) for args in zip(*columns, strict=True)]
        return list(zip([*keys, None], values, strict=True))

    def _choice(self, expr: Expr) -> list[tuple[Key | None, Expr]]:
        result: list[tuple[Key | None, Expr]] = []
        passed: Key = Fraction(0), False
        for value, condition in expr.args:
            key = _key(condition)
            if key is not None and key <= passed:
                continue  # it has no steps
            for inner, piece in self.pieces(value):
                if inner is not None and inner <= passed:
                    continue
                if inner is None or (key is not None and inner >= key):
                    result.append((key, piece))
                    break
                result.append((inner, piece))
            passed = key or passed
        return result


def _decides(expr: Expr) -> bool:
    """Whether a choice on the step is somewhere in a tree."""
    return any(
        isinstance(n, sympy.Piecewise) and n.args[0][1].has(tree.t) and clock_of(n) == tree.t for n in tree.walk(expr)
    )


def _key(condition: Expr) -> Key | None:
    if condition == True:  # noqa: E712 (SymPy's true)
        return None
    if isinstance(condition, sympy.StrictLessThan | sympy.LessThan) and condition.lhs == tree.t:
        bound = tree.approximate(condition.rhs)
        if isinstance(bound, Fraction):
            return bound, isinstance(condition, sympy.LessThan)
    raise _NoCut


def _spread(row: list[tuple[Key | None, Expr]], keys: list[Key | None]) -> list[Expr]:
    """The piece of a row that holds up to each key."""
    ends = [key for key, _ in row if key is not None]
    return [row[bisect_left(ends, key) if key is not None else -1][1] for key in keys]


_REBUILD: dict[type, Callable[..., Expr]] = {
    sympy.Add: tree.add,
    sympy.Mul: tree.multiply,
    sympy.Pow: tree.power,
    sympy.exp: functions.exp,
    sympy.log: functions.logarithm,
    sympy.floor: functions.floor,
    sympy.Min: functions.minimum,
    sympy.Max: functions.maximum,
}


def _rebuild(expr: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same node on other arguments; constants fold."""
    if args == expr.args:
        return expr
    build = _REBUILD.get(type(expr))
    try:
        return build(*args) if build else expr.func(*args, evaluate=False)
    except ScheduleError:  # a number too large to be exact, which the lowering rounds
        return expr.func(*args, evaluate=False)

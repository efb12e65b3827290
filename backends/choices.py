"""Choices as an author lays them out: one row of values in order of time, each with an interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

from .. import tree
from ..walking import upwards
from .cutting import cut


@dataclass(frozen=True)
class Row:
    """A value and when it holds.

    Attributes:
        value: The value.
        clock: What is compared; None if `relation` says when the value holds.
        low: The clock is not below this, and not at it if `low_open`; None for no bound.
        high: The clock is below this, or at it if `high_closed`; None for no bound.
        relation: Any other condition; None for the last row, which holds otherwise.
    """

    value: Expr
    clock: Expr | None = None
    low: Expr | None = None
    low_open: bool = False
    high: Expr | None = None
    high_closed: bool = False
    relation: Expr | None = None


LIFTED = 5_000
"""Nodes that may be written anew where a formula around a choice becomes a choice of formulas."""

Bound = tuple[Expr, bool]
"""A bound on a clock, and whether it belongs to the piece before it."""


Known = Mapping[Symbol, Expr]
"""Values of parameters."""

RELATIONS = {
    sympy.StrictLessThan: "<", sympy.LessThan: "<=", sympy.StrictGreaterThan: ">", sympy.GreaterThan: ">=",
    sympy.Equality: "==", sympy.Unequality: "!=",
}  # fmt: skip


def laid_out(expr: Expr, known: Known = MappingProxyType({})) -> list[Row]:
    """A whole schedule from step 0 on; by known values of parameters it is told which stages there are."""
    expr = settled(expr, known)
    pieces = cut(expr)
    if pieces is not None and len(pieces) > 1:
        bounds = [(tree.number(key[0]), key[1]) for key, _ in pieces if key is not None]
        return _intervals(tree.t, [value for _, value in pieces], bounds, tree.ZERO, known)
    beside = _side_by_side(expr, known) if known else None
    if beside is not None:
        return beside
    return [inner for row in rows(lifted(expr), tree.ZERO, known) for inner in _flat(row, known)]


def _flat(row: Row, known: Known) -> list[Row]:
    """A row whose value is a choice by the step too, as the rows of that choice."""
    inner = rows(lifted(row.value), row.low, known)
    highs = [worth(r.high, known) for r in (row, *inner) if r.high is not None]
    if len(inner) == 1 or row.clock != tree.t or any(r.clock != tree.t for r in inner) or None in highs:
        return [replace(row, value=inner[0].value)] if len(inner) == 1 else [row]
    end = None if row.high is None else worth(row.high, known)
    result: list[Row] = []
    for piece in inner:
        piece = replace(piece, low_open=piece.low_open if result else row.low_open)
        if end is not None and (piece.high is None or worth(piece.high, known) >= end):
            return [*result, replace(piece, high=row.high, high_closed=row.high_closed)]
        result.append(piece)
    return result


def rows(expr: Expr, begin: Expr | None = None, known: Known = MappingProxyType({})) -> list[Row]:
    """The rows of a choice; `begin` is where the step begins, None inside a formula."""
    if not isinstance(expr, sympy.Piecewise):
        return [Row(expr)]
    found = _bounds(expr)
    values = [value for value, _ in expr.args]
    if found is None:
        conditions = [None if c == sympy.true else c for _, c in expr.args]
        return [Row(v, relation=c) for v, c in zip(values, conditions, strict=True)]
    clock, bounds, falls = found
    if falls:
        values, bounds = values[::-1], bounds[::-1]
    return _intervals(clock, values, bounds, begin if clock == tree.t else None, known)


def _intervals(
    clock: Expr, values: Sequence[Expr], bounds: Sequence[Bound], begin: Expr | None, known: Known
) -> list[Row]:
    """Values between bounds; pieces that no step reaches are left out."""
    result: list[Row] = []
    low, low_open = begin, False
    for value, bound in zip(values, [*bounds, None], strict=True):
        if bound is None:
            result.append(Row(value, clock, low, low_open))
            break
        high, closed = bound
        if low is not None and _is_empty(worth(low, known), low_open, worth(high, known), closed):
            continue
        result.append(Row(value, clock, low, low_open, high, closed))
        low, low_open = high, closed
    return result


def _is_empty(low: Any, low_open: bool, high: Any, closed: bool) -> bool:
    if low is None or high is None:
        return False
    return bool(high < low or (high == low and (low_open or not closed)))


# By known values


def worth(expr: Expr, known: Known) -> Any:
    """The number that a tree stands for, exact where it is rational; None for one that depends on more."""
    if tree.is_number(expr):
        return tree.fraction(expr)
    if not known or not expr.free_symbols <= known.keys():
        return None
    return tree.approximate(_replaced(expr, known))


def _replaced(expr: Expr, known: Known) -> Expr:
    """A tree with the values in it."""
    new: dict[Expr, Expr] = dict(known)
    for node in upwards(expr, new):
        new[node] = _rebuilt(node, [new[a] for a in node.args]) if node.args else node
    return new[expr]


def settled(expr: Expr, known: Known) -> Expr:
    """A tree without the choices that known values decide."""
    if not known:
        return expr
    new: dict[Expr, Expr] = {}
    for node in upwards(expr, new):
        if isinstance(node, sympy.Piecewise):
            pairs = [(new[value], _decided(new[condition], known)) for value, condition in node.args]
            new[node] = tree.piecewise(pairs)
        else:
            new[node] = _simpler(_changed(node, new), known)
    return new[expr]


def _changed(node: Expr, new: Mapping[Expr, Expr]) -> Expr:
    """A node with its arguments replaced."""
    same = isinstance(node, ExprCondPair) or all(new[a] is a for a in node.args)
    return node if same else _rebuilt(node, [new[a] for a in node.args])


def _simpler(node: Expr, known: Known) -> Expr:
    """A node without what known values make plain: the smaller of two of them, and what is 0."""
    if isinstance(node, sympy.Min | sympy.Max):
        valued = {a: value for a in node.args if (value := worth(a, known)) is not None}
        if not valued:
            return node
        best = (min if isinstance(node, sympy.Min) else max)(valued, key=valued.__getitem__)
        kept = [a for a in node.args if a not in valued or a == best]
        return best if len(kept) == 1 else node.func(*kept, evaluate=False)
    if isinstance(node, tree.Progress) and node.args[0] == node.args[1]:
        return tree.ZERO if (worth(node.args[2], known) or 0) > 0 else node
    if isinstance(node, sympy.Pow) and node.base == 0:
        return tree.ZERO if (worth(node.exp, known) or 0) > 0 else node
    return node


def _side_by_side(expr: Expr, known: Known) -> list[Row] | None:
    """The rows of several choices by the step, told by the known values of their bounds; None for other choices."""
    if sum(isinstance(node, sympy.Piecewise) for node in tree.walk(expr)) < 2:
        return None
    ends: dict[Any, Bound] = {}
    sides: dict[Expr, tuple[Any, bool]] = {}
    for node in tree.walk(expr):
        if isinstance(node, sympy.core.relational.Relational):
            found = _bound(node)
            value = None if found is None else worth(found[1], known)
            if found is None or found[0] != tree.t or value is None:
                return None
            sides[node] = value, found[2]
            if value > 0 and ends.setdefault(value, (found[1], found[3]))[1] != found[3]:
                return None
    order = sorted(ends)
    values = [_on_one_side(expr, sides, low) for low in (0, *order)]
    return _intervals(tree.t, values, [ends[value] for value in order], tree.ZERO, known)


def _on_one_side(expr: Expr, sides: Mapping[Expr, tuple[Any, bool]], low: Any) -> Expr:
    """A tree for the steps after `low`, up to the next bound."""
    new: dict[Expr, Expr] = {}
    for node in upwards(expr, new):
        if isinstance(node, sympy.Piecewise):
            new[node] = tree.piecewise([(new[value], new[condition]) for value, condition in node.args])
        elif node in sides:
            bound, below = sides[node]
            new[node] = sympy.true if (low < bound) == below else sympy.false
        else:
            new[node] = _changed(node, new)
    return new[expr]


def _decided(condition: Boolean, known: Known) -> Boolean:
    """A condition, or whether it holds."""
    if condition == sympy.true:
        return condition
    if not condition.free_symbols <= known.keys():
        return condition
    left, right = (_replaced(side, known) for side in condition.args)
    return tree.compare(RELATIONS[type(condition)], left, right)


def _bounds(expr: Expr) -> tuple[Expr, list[Bound], bool] | None:
    """The clock that decides, its bounds, and whether the pieces come in falling order; None for other choices."""
    clocks, found, directions = set(), [], set()
    for _, condition in expr.args[:-1]:
        parts = _bound(condition)
        if parts is None:
            return None
        clock, bound, below, belongs = parts
        if bound.has(tree.t) and not isinstance(clock, tree.CycleTime) and len(expr.args) > 2:
            return None
        clocks.add(clock)
        directions.add(below)
        found.append((bound, belongs))
    if len(clocks) != 1 or len(directions) != 1:
        return None
    return clocks.pop(), found, not directions.pop()


def _bound(condition: Boolean) -> tuple[Expr, Expr, bool, bool] | None:
    """The clock, its bound, whether it is below, and whether the bound belongs to what is below; None without one."""
    if not isinstance(condition, sympy.core.relational._Inequality):
        return None
    below = isinstance(condition, sympy.StrictLessThan | sympy.LessThan)
    closed = isinstance(condition, sympy.LessThan | sympy.GreaterThan)
    clock, bound = condition.lhs, condition.rhs
    if not clock.has(tree.t):
        clock, bound, below = bound, clock, not below
    if not clock.has(tree.t):
        return None
    if isinstance(clock, tree.Elapsed):
        clock, bound = clock.args[0], tree.add(clock.args[1], bound)
    return clock, bound, below, closed == below


def lifted(expr: Expr) -> Expr:
    """A formula around one choice, or around several with the same conditions, as a choice of formulas."""
    found = _outermost(expr)
    if not found or expr in found:
        return expr
    conditions = [c for _, c in found[0].args]
    if any([c for _, c in other.args] != conditions for other in found[1:]):
        return expr
    around = [n for n in _post_order(expr, frozenset(found)) if n.has(sympy.Piecewise)]
    if len(around) * len(conditions) > LIFTED:
        return expr
    pieces = []
    for i, condition in enumerate(conditions):
        new = {choice: choice.args[i][0] for choice in found}
        for node in around:
            new[node] = _rebuilt(node, [new.get(a, a) for a in node.args])
        pieces.append((new[expr], condition))
    return tree.piecewise(pieces)


def _outermost(expr: Expr) -> list[Expr]:
    """The choices in a formula that are not in another one."""
    return [n for n in _post_order(expr, None) if isinstance(n, sympy.Piecewise)]


def _post_order(expr: Expr, stop: frozenset[Expr] | None) -> list[Expr]:
    """The nodes above the choices, each after its operands; the choices themselves too if `stop` is None."""
    seen: set[Expr] = set()
    order: list[Expr] = []
    stack = [(expr, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            if isinstance(node, sympy.Piecewise):
                order.extend([node] if stop is None else [])
                continue
            stack.append((node, True))
            stack.extend((a, False) for a in reversed(node.args))
    return order


_BUILD: dict[type, Callable[..., Expr]] = {sympy.Add: tree.add, sympy.Mul: tree.multiply, sympy.Pow: tree.power}


def _rebuilt(node: Expr, args: list[Expr]) -> Expr:
    build = _BUILD.get(type(node))
    return build(*args) if build else node.func(*args, evaluate=False)

"""What a program means: the exact tree, the duration, the parameters.

`rest` is solved for here, and a plan that does not fit into `total` is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Expr, Symbol

from . import tree
from .clock import Clock
from .elaborate import Elaborator
from .errors import ScheduleError, Span
from .names import order_of_writing
from .nodes import Definition, Node
from .stages import Signal
from .wording import number_text


@dataclass(frozen=True)
class Meaning:
    """The exact value of a schedule.

    Attributes:
        expr: A total SymPy tree in `symsched.tree.t` and the parameters.
        duration: Number of steps, infinite for an endless schedule, None for a bare number.
        parameters: Free symbols other than the step, in the order in which they were written.
    """

    expr: Expr
    duration: Expr | None
    parameters: tuple[Symbol, ...]

    @cached_property
    def breakpoints(self) -> tuple[Expr, ...]:
        """Steps at which the formula changes, in order where they are numbers; none inside a repetition."""
        expr = self.expr
        relations = (n for n in tree.walk(expr) if n.is_Relational and n.lhs == tree.t and not n.rhs.has(tree.t))
        bounds = list(dict.fromkeys(n.rhs for n in relations))
        if all(isinstance(b, sympy.Rational) for b in bounds):
            return tuple(sorted(bounds, key=tree.fraction))
        written = [c.rhs for _, c in expr.args if c.is_Relational and c.rhs in bounds] if expr.is_Piecewise else []
        return tuple(dict.fromkeys([*written, *bounds]))


def meaning(definitions: tuple[Definition, ...], expression: Node, source: str, visible: int | None = None) -> Meaning:
    """Work out one expression of a program; errors carry the source."""
    try:
        elaborator, signal, duration = _with_rest(definitions, expression, visible)
        _check_total(elaborator, duration, expression.span)
        expr = signal.at(Clock())
        tree.check_extent(expr, {})
        used = _used(elaborator.parameters, expr, duration)
        places = order_of_writing(definitions, expression) if used else {}
        return Meaning(expr, duration, tuple(sorted(used, key=lambda p: places.get(p.name, len(places)))))
    except ScheduleError as error:
        span = error.span if error.span is not None else expression.span
        located = ScheduleError(error.title, source, span, error.label, error.hint)
        located.is_open_end = error.is_open_end
        raise located from None


def _used(parameters: Mapping[str, Symbol], expr: Expr, duration: Expr | None) -> list[Symbol]:
    """The parameters that a value or its duration depend on."""
    if not parameters:
        return []
    used = expr.free_symbols | (duration.free_symbols if duration is not None else set())
    return [p for p in parameters.values() if p in used]


def _with_rest(
    definitions: tuple[Definition, ...], expression: Node, visible: int | None
) -> tuple[Elaborator, Signal, Expr | None]:
    """Work the program out; if it uses `rest`, a second time with the value that makes it last `total`."""
    elaborator = Elaborator(definitions)
    signal = elaborator.root(expression, visible)
    span = elaborator.rest_span
    if span is None:
        return elaborator, signal, signal.duration
    total = elaborator.total(span)
    if total.has(tree.parameter("rest")):
        title = "`rest` is what is left of `total`, and here `total` depends on it"
        raise ScheduleError(title, None, span, "", "write the length of the run: total = 10k")
    rest = _solve(signal.duration, total, span)
    elaborator = Elaborator(definitions, rest)
    elaborator.total(span)
    signal = elaborator.root(expression, visible)
    return elaborator, signal, signal.duration


def _solve(duration: Expr | None, total: Expr, span: Span) -> Expr:
    """The `rest` for which the duration is `total`."""
    hint = "write the length with `total`, such as total - 500"
    if duration is None or duration == tree.INFINITY:
        raise ScheduleError("this never ends, so there is no rest to fill", None, span, "", hint)
    parts = _linear(duration, tree.parameter("rest"))
    if parts is not None and parts[0] == 0:
        raise ScheduleError("the duration does not depend on `rest`, so nothing says what it is", None, span, "", hint)
    if parts is None:
        raise ScheduleError("`rest` cannot be solved for: the duration is not linear in it", None, span, "", hint)
    factor, others = parts
    rest = tree.divide(tree.subtract(total, others), factor)
    if tree.compare("<", rest, tree.ZERO) == tree.true:
        title = f"nothing is left for `rest`: the other stages last {number_text(others)} steps"
        raise ScheduleError(f"{title}, and `total` is {number_text(total)}", None, span)
    return rest


def _linear(expr: Expr, symbol: Symbol) -> tuple[Expr, Expr] | None:
    """(a, b) where the tree is a*symbol + b."""
    if not expr.has(symbol):
        return tree.ZERO, expr
    if expr == symbol:
        return tree.ONE, tree.ZERO
    if isinstance(expr, sympy.Add):
        parts = [_linear(a, symbol) for a in expr.args]
        if any(p is None for p in parts):
            return None
        return tree.add(*(p[0] for p in parts if p)), tree.add(*(p[1] for p in parts if p))
    if isinstance(expr, sympy.Mul):
        holders = [a for a in expr.args if a.has(symbol)]
        inner = _linear(holders[0], symbol) if len(holders) == 1 else None
        if inner is None:
            return None
        factor = tree.multiply(*(a for a in expr.args if a is not holders[0]))
        return tree.multiply(factor, inner[0]), tree.multiply(factor, inner[1])
    return None


def _check_total(elaborator: Elaborator, duration: Expr | None, span: Span) -> None:
    """A finite schedule fits into the `total` that its program defines."""
    if "total" not in elaborator.names.places or duration is None or duration == tree.INFINITY:
        return
    total = elaborator.total(span)
    if tree.compare(">", duration, total) == tree.true:
        title = f"the stages last {number_text(duration)} steps, but `total` is {number_text(total)}"
        raise ScheduleError(title, None, span, "", "make a stage shorter, or let one last `rest`")

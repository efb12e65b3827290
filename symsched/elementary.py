"""Elementary functions, and the functions that work on lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import functions, tree
from .arithmetic import pointwise
from .errors import ScheduleError, Span
from .operands import Flag, Items, Pair, Value, describe
from .primitive import primitive
from .stages import Condition, Number, Select, Signal, Time, Where
from .tree import Expr

_FUNCTIONS: dict[str, Callable[..., Expr]] = {
    "abs": functions.absolute,
    "ceil": functions.ceiling,
    "cos": functions.cosine,
    "exp": functions.exp,
    "floor": functions.floor,
    "log": functions.logarithm,
    "log10": functions.logarithm10,
    "log2": functions.logarithm2,
    "round": functions.nearest,
    "sigmoid": functions.sigmoid,
    "sin": functions.sine,
    "sqrt": functions.square_root,
    "tan": functions.tangent,
    "tanh": functions.hyperbolic_tangent,
}


_ON_LENGTHS = ("abs", "ceil", "floor", "round")
"""Functions of a number of steps that give one."""


def _enter(name: str, function: Callable[..., Expr]) -> None:
    @primitive(name, neighbours="operands")
    def work_out(span: Span, x: Value) -> Value:
        return pointwise(function, [x], span, on_lengths=name in _ON_LENGTHS)


for _name, _function in _FUNCTIONS.items():
    _enter(_name, _function)


@primitive("mod", neighbours="operands")
def mod(span: Span, x: Value, y: Value) -> Value:
    if isinstance(y, Number) and tree.approximate(y.value) == 0:
        raise ScheduleError("division by zero", None, y.span or span, "this is 0")
    return pointwise(functions.modulo, [x, y], span, on_lengths=True)


@primitive("min", neighbours="operands")
def minimum(span: Span, values: Items) -> Value:
    return pointwise(functions.minimum, _some(values, span), span, on_lengths=True)


@primitive("max", neighbours="operands")
def maximum(span: Span, values: Items) -> Value:
    return pointwise(functions.maximum, _some(values, span), span, on_lengths=True)


def _some(values: Items, span: Span) -> Sequence[Value]:
    if not values.items:
        raise ScheduleError("there is no value to choose from", None, span)
    return values.items


# Lists


@primitive("count", neighbours="operands")
def count(span: Span, conditions: Items) -> Value:
    """How many of the conditions hold: a staircase where they compare the step with numbers."""
    held = sum(c.value for c in conditions.items if isinstance(c, Flag))
    open_ = [c for c in conditions.items if not isinstance(c, Flag)]
    for condition in open_:
        if not isinstance(condition, Condition):
            place = getattr(condition, "span", None) or span
            hint = "count(milestones <= t)"
            raise ScheduleError(f"`count` counts conditions, but this is {describe(condition)}", None, place, "", hint)
    steps = _staircase([c for c in open_ if isinstance(c, Condition)], held, span)
    if steps is not None:
        return steps
    ones = [Where([(c, Number(tree.ONE))], Number(tree.ZERO), span) for c in open_ if isinstance(c, Condition)]
    return pointwise(tree.add, [Number(tree.Integer(held)), *ones], span)


def _staircase(conditions: list[Condition], first: int, span: Span) -> Signal | None:
    """Conditions `number <= t` or `number < t` in one table; None where they are others."""
    if not conditions:
        return Number(tree.Integer(first), span)
    if len({c.operator for c in conditions}) > 1 or conditions[0].operator not in ("<", "<="):
        return None
    if not all(
        isinstance(c.left, Number) and c.left.value.is_Rational and isinstance(c.right, Time) for c in conditions
    ):
        return None
    bounds = sorted(tree.fraction(c.left.value) for c in conditions if isinstance(c.left, Number))
    values: list[Signal] = [Number(tree.Integer(first + i)) for i in range(len(bounds) + 1)]
    return Select([tree.number(b) for b in bounds], conditions[0].operator == "<", values, span)


@primitive("item", neighbours="operands")
def item(span: Span, values: Items, index: Signal) -> Value:
    if isinstance(index, Select) and all(isinstance(v, Number) for v in index.values):
        chosen = [_signal(_at(values, v, span), span) for v in index.values]
        return Select(index.bounds, index.closed, chosen, span)
    if isinstance(index, Number):
        return _at(values, index, span)
    *items, last = (_signal(v, span) for v in _some(values, span))
    choices = [(Condition("==", index, Number(tree.Integer(i))), v) for i, v in enumerate(items)]
    return Where(choices, last, span) if choices else last


def _at(values: Items, index: Signal, span: Span) -> Value:
    known = tree.approximate(index.value) if isinstance(index, Number) else None
    if known is None or known != known // 1 or not 0 <= known < len(values.items):
        title = f"there is no item {describe(index)} in a list of {len(values.items)}"
        raise ScheduleError(title, None, index.span or span, "", "the first item is 0")
    return values.items[int(known)]


def _signal(value: Value, span: Span) -> Signal:
    if not isinstance(value, Signal):
        raise ScheduleError(f"an item must be a value, but this is {describe(value)}", None, span)
    return value


@primitive("length", neighbours="operands")
def length(span: Span, values: Items) -> Value:
    return Number(tree.Integer(len(values.items)), span)


@primitive("sum", neighbours="operands")
def total(span: Span, values: Items) -> Value:
    return pointwise(tree.add, values.items, span, on_lengths=True) if values.items else Number(tree.ZERO, span)


@primitive("product", neighbours="operands")
def product(span: Span, values: Items) -> Value:
    return pointwise(tree.multiply, values.items, span) if values.items else Number(tree.ONE, span)


@primitive("cumprod", neighbours="operands")
def cumprod(span: Span, values: Items) -> Value:
    """The products of the first item, the first two, ..."""
    products: list[Value] = []
    for value in values.items:
        products.append(pointwise(tree.multiply, [products[-1], value], span) if products else value)
    return Items(tuple(products), span)


@primitive("cumsum", neighbours="operands")
def cumsum(span: Span, values: Items) -> Value:
    """The first item, the sum of the first two, ..."""
    sums: list[Value] = []
    for value in values.items:
        sums.append(pointwise(tree.add, [sums[-1], value], span, on_lengths=True) if sums else value)
    return Items(tuple(sums), span)


@primitive("concat", neighbours="operands")
def concat(span: Span, lists: Items) -> Value:
    return Items(tuple(i for part in lists.items for i in (part.items if isinstance(part, Items) else (part,))), span)


@primitive("keys", neighbours="operands")
def keys(span: Span, pairs: Items) -> Value:
    return Items(tuple(k for k, _ in _sorted(pairs, span)), span)


@primitive("values", neighbours="operands")
def values(span: Span, pairs: Items) -> Value:
    return Items(tuple(v for _, v in _sorted(pairs, span)), span)


def _sorted(pairs: Items, span: Span) -> list[tuple[Value, Value]]:
    """A list of pairs as a map: by key, the last of two with the same key."""
    entries: dict[Expr, tuple[Number, Value]] = {}
    for pair in pairs.items:
        if not isinstance(pair, Pair) or not isinstance(pair.key, Number) or not pair.key.value.is_Rational:
            place = getattr(pair, "span", None) or span
            raise ScheduleError(
                f"an entry is `number:value`, but this is {describe(pair)}", None, place, "", "[30:0.1]"
            )
        entries[pair.key.value] = (pair.key, pair.value)
    return [(k, v) for _, (k, v) in sorted(entries.items(), key=lambda entry: tree.fraction(entry[0]))]

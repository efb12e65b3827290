"""Operators and elementary functions on values: numbers are folded, signals combined, lists done item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from . import limits, tree
from .errors import ScheduleError, Span
from .operands import Flag, Items, Nothing, Value, describe
from .stages import Condition, Number, Pointwise, Signal, Time
from .tree import Expr, false, true


def refuse_length(value: Value, span: Span) -> None:
    """A number of steps is no value of a schedule."""
    if isinstance(value, Number) and value.is_length:
        title = "a unit of length stands where a value is expected"
        raise ScheduleError(title, None, value.span or span, "", length_hint(value))


def length_hint(value: Number) -> str:
    """What to write instead of a number of steps."""
    if value.plain:
        return f"write {value.plain}: `%` is a part of `total`, a number of steps"
    return "`%`, `ep`, `tok` and `img` make numbers of steps"


def _is_length(value: Value) -> bool:
    return isinstance(value, Number) and value.is_length


def pointwise(
    function: Callable[..., Expr],
    arguments: Sequence[Value],
    span: Span,
    on_lengths: bool = False,
    in_turn: bool = False,
) -> Value:
    """A function of numbers applied at each time, and to each item of lists of equal length.

    `on_lengths` functions turn numbers of steps into one; those that take them `in_turn` may go on with values then.
    """
    lists = [a for a in arguments if isinstance(a, Items)]
    if lists:
        if len({len(a.items) for a in lists}) > 1:
            lengths = " and ".join(str(len(a.items)) for a in lists)
            raise ScheduleError(f"lists of different lengths, {lengths}, cannot be combined", None, span)
        columns = [a.items if isinstance(a, Items) else (a,) * len(lists[0].items) for a in arguments]
        rows = zip(*columns, strict=True)
        return Items(tuple(pointwise(function, row, span, on_lengths, in_turn) for row in rows), span)
    signals = [_signal(a, span) for a in arguments]
    steps = list(takewhile(lambda s: isinstance(s, Number | Time), signals)) if on_lengths else []
    if len(steps) < len(signals) and not (in_turn and any(isinstance(s, Time) for s in steps)):
        steps = []
    for signal in signals[len(steps) :]:
        refuse_length(signal, span)
    if all(isinstance(s, Number) for s in signals):
        values = [s.value for s in signals if isinstance(s, Number)]
        return Number(function(*values), span, any(map(_is_length, signals)))
    return Pointwise(function, signals, span)


def combined(function: Callable[..., Expr], signals: Sequence[Signal], span: Span) -> Signal:
    """A function of signals, which is a signal."""
    value = pointwise(function, signals, span)
    assert isinstance(value, Signal)
    return value


def _signal(value: Value, span: Span) -> Signal:
    if not isinstance(value, Signal):
        hint = "a default of none is tested with `x == none`" if isinstance(value, Nothing) else ""
        place = value.span if not isinstance(value, Condition) else span
        raise ScheduleError(f"{describe(value)} cannot be computed with", None, place or span, "", hint)
    if isinstance(value, Number) and tree.is_infinite(value.value):
        hint = "it is a count, a bound, or an open end"
        raise ScheduleError("inf cannot be computed with", None, value.span or span, "", hint)
    return value


def operation(operators: Sequence[str], operands: Sequence[Value], spans: Sequence[Span], span: Span) -> Value:
    """Operands of one precedence."""
    for operator, operand, place in zip(operators, operands[1:], spans[1:], strict=True):
        if operator == "/":
            _refuse_zero(operand, place)
    if operators[0] in "+-":
        signs = [True, *(o == "+" for o in operators)]
        return pointwise(lambda *values: _sum(signs, values), operands, span, on_lengths=True, in_turn=True)
    above = [True, *(o == "*" for o in operators)]
    lengths = sum(1 if a else -1 for a, o in zip(above, operands, strict=True) if _is_length(o))
    over_time = lengths <= 0 and not any(a and _is_length(o) for a, o in zip(above, operands, strict=True))
    if lengths > 1 or (lengths and not over_time and not all(isinstance(o, Number) for o in operands)):
        for operand in operands:
            refuse_length(operand, span)
    plain = [Number(o.value, o.span) if isinstance(o, Number) else o for o in operands]
    result = pointwise(lambda *values: _product(above, values), plain, span)
    if isinstance(result, Number):
        result.is_length = lengths == 1
    return result


def _sum(signs: Sequence[bool], values: Sequence[Expr]) -> Expr:
    return tree.add(*(value if plus else tree.negate(value) for plus, value in zip(signs, values, strict=True)))


def _product(above: Sequence[bool], values: Sequence[Expr]) -> Expr:
    if len(values) == 2 and not above[1]:
        return tree.divide(*values)
    return tree.multiply(*(v if times else tree.power(v, -tree.ONE) for times, v in zip(above, values, strict=True)))


def negative(operand: Value, span: Span) -> Value:
    if isinstance(operand, Number) and operand.value == tree.INFINITY:
        return Number(-tree.INFINITY, span)
    return pointwise(tree.negate, [operand], span, on_lengths=True)


def power(base: Value, exponent: Value, span: Span) -> Value:
    if isinstance(exponent, Number) and tree.compare("<", exponent.value, tree.ZERO) == true:
        _refuse_zero(base, span)
    if isinstance(base, Number) and isinstance(exponent, Number):
        _refuse_huge(base.value, exponent.value, span)
    return pointwise(tree.power, [base, exponent], span)


def _refuse_huge(base: Expr, exponent: Expr, span: Span) -> None:
    """A power that is written with numbers is exact, so its size is bounded."""
    exact = isinstance(base, tree.Rational) and isinstance(exponent, tree.Rational)
    if exact and tree.power_bits(base, exponent) > limits.BITS:
        raise ScheduleError(f"an exact number here has more than {limits.BITS} bits, which is the limit", None, span)


def _refuse_zero(value: Value, span: Span) -> None:
    if isinstance(value, Number) and tree.approximate(value.value) == 0:
        raise ScheduleError("division by zero", None, value.span or span, "this is 0")


def comparison(operator: str, left: Value, right: Value, span: Span) -> Value:
    """A comparison, decided where both sides are known, item by item on lists."""
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return Flag((type(left) is type(right)) == (operator == "=="), span)
    for value, other in ((left, right), (right, left)):
        if isinstance(value, Items):
            others = other.items if isinstance(other, Items) else (other,) * len(value.items)
            if len(others) != len(value.items):
                raise ScheduleError("lists of different lengths cannot be compared", None, span)
            pairs = [(i, o) if value is left else (o, i) for i, o in zip(value.items, others, strict=True)]
            return Items(tuple(comparison(operator, a, b, span) for a, b in pairs), span)
    if not isinstance(left, Signal) or not isinstance(right, Signal):
        if operator not in ("==", "!="):
            raise ScheduleError(f"{describe(left)} and {describe(right)} have no order", None, span)
        same = type(left) is type(right) and left == right
        return Flag(same == (operator == "=="), span)
    if isinstance(left, Number) and isinstance(right, Number):
        decided = tree.compare(operator, left.value, right.value)
        if decided in (true, false):
            return Flag(decided == true, span)
    return Condition(operator, left, right)

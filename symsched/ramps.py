"""Primitives that go from one value to another: `rise`, `fall`, `keyframes`, and the two primitive shapes."""

from __future__ import annotations

from itertools import pairwise

from . import tree
from .arithmetic import combined, pointwise
from .errors import ScheduleError, Span
from .operands import Items, Pair, Shape, Value, describe
from .primitive import primitive
from .stages import Constant, Number, Phase, Signal
from .timeline import Chain, Ramp, Slice
from .tree import Expr
from .wording import number_text


@primitive("constant")
def constant(span: Span, value: Signal) -> Value:
    return Constant(value, span)


@primitive("rise")
def rise(span: Span, shape: Shape, start: Signal, end: Signal, steps: Number) -> Value:
    return _ramp(shape, start, end, steps.value, span)


@primitive("fall")
def fall(span: Span, shape: Shape, start: Signal, end: Signal, steps: Number) -> Value:
    return _ramp(shape, start, end, steps.value, span, falls=True)


def _ramp(shape: Shape, start: Signal, end: Signal, length: Expr, span: Span, falls: bool = False) -> Signal:
    """From `start` to `end` along a shape; a fall reads the shape from its low end."""
    progress: Signal = Phase(length)
    if shape.is_geometric:
        _check_geometric(start, end, span)
        return Ramp(combined(_geometric, [start, end, progress], span), length, span)
    if falls:
        start, end, progress = end, start, combined(_rest, [progress], span)
    return Ramp(combined(_between, [start, end, shape.curve(progress)], span), length, span)


def _rest(u: Expr) -> Expr:
    return tree.subtract(tree.ONE, u)


def _between(low: Expr, high: Expr, height: Expr) -> Expr:
    return tree.add(low, tree.multiply(tree.subtract(high, low), height))


def _geometric(start: Expr, end: Expr, u: Expr) -> Expr:
    return end if u == 1 else tree.multiply(start, tree.power(tree.divide(end, start), u))


def _check_geometric(start: Signal, end: Signal, span: Span) -> None:
    known = []
    for side in (start, end):
        value = tree.approximate(side.value) if isinstance(side, Number) else None
        if value == 0:
            hint = "end at a small value such as 1e-8, or use another shape"
            raise ScheduleError("a geometric ramp cannot start or end at 0", None, side.span or span, "this is 0", hint)
        if value is not None:
            known.append(value > 0)
    if len(set(known)) > 1:
        raise ScheduleError("a geometric ramp cannot cross 0", None, end.span or span, "the other end has another sign")


@primitive("exponential", module="shape")
def exponential(span: Span, u: Signal | None = None) -> Value:
    def curve(u: Signal) -> Signal:
        raise ScheduleError("`exponential` needs both ends, so it is no curve by itself", None, span)

    return Shape("exponential", curve, is_geometric=True, span=span) if u is None else curve(u)


@primitive("bezier", module="shape", neighbours="operands")
def bezier(span: Span, x1: Signal, y1: Signal, x2: Signal, y2: Signal, u: Signal | None = None) -> Value:
    if u is not None:
        return pointwise(_bezier, [u, x1, y1, x2, y2], span)
    return Shape("bezier", lambda u: combined(_bezier, [u, x1, y1, x2, y2], span), span=span)


def _bezier(u: Expr, *points: Expr) -> Expr:
    return u if u in (0, 1) else tree.Bezier(u, *points)


@primitive("keyframes")
def keyframes(span: Span, shape: Shape, points: Items) -> Value:
    frames = [_keyframe(point, span) for point in points.items]
    if not frames:
        raise ScheduleError("`keyframes` needs at least one point", None, span, "", _EXAMPLE)
    (first, value), *_ = frames
    parts: list[Signal] = [Slice(Constant(value, span), tree.ZERO, first.value, span)]
    for (begin, start), (stop, end) in pairwise(frames):
        if tree.compare("<", stop.value, begin.value) == tree.true:
            title = f"keyframes go forward in time, but {number_text(stop.value)} follows {number_text(begin.value)}"
            raise ScheduleError(title, None, stop.span or span)
        parts.append(_ramp(shape, start, end, tree.subtract(stop.value, begin.value), span))
    return Chain(parts, span)


def _keyframe(point: Value, span: Span) -> tuple[Number, Signal]:
    place = getattr(point, "span", None) or span
    if not isinstance(point, Pair) or not isinstance(point.value, Signal):
        raise ScheduleError(f"a keyframe is `step:value`, but this is {describe(point)}", None, place, "", _EXAMPLE)
    if not isinstance(point.key, Number):
        place = getattr(point.key, "span", None) or place
        raise ScheduleError(
            f"a keyframe stands at a step, but this is {describe(point.key)}", None, place, "", _EXAMPLE
        )
    if tree.compare("<", point.key.value, tree.ZERO) == tree.true:
        raise ScheduleError("a keyframe cannot stand before 0", None, point.key.span or span)
    return point.key, point.value


_EXAMPLE = "keyframes(linear, 0:0, 100:1e-3, 1000:0)"

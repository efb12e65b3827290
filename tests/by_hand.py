"""Parts of the formulas that the tests of the library write by hand, in numbers of 40 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import cos, exp, floor, mpf, pi, sqrt

Curve = Callable[[Any], Any]
mpmath.mp.dps = 40

NEAR_ZERO = 1e-15
"""What may be left of a value that is 0, next to values of 1."""


def u(t: Any, steps: float) -> Any:
    """The progress of a ramp, 1 over no steps."""
    return min(t / steps, mpf(1)) if steps else mpf(1)


def half(x: Any) -> Any:
    """Half a cosine wave from 1 to 0 at 1."""
    return (1 + cos(pi * x)) / 2


def logistic(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def scaled_logistic(x: Any, rate: float) -> Any:
    return (logistic(rate * (x - 0.5)) - logistic(-rate / 2)) / (logistic(rate / 2) - logistic(-rate / 2))


def line(start: Any, end: Any, x: Any) -> Any:
    return start + (end - start) * x


def chain(*stages: tuple[float, Curve] | Curve) -> Curve:
    """Stages with their lengths, each on its own clock; the last one is a curve that goes on."""

    def value(t: Any) -> Any:
        for stage in stages[:-1]:
            assert isinstance(stage, tuple)
            length, curve = stage
            if t < length:
                return curve(t)
            t -= length
        last = stages[-1]
        assert callable(last)
        return last(t)

    return value


def cycle(t: Any, length: float, stretch: float = 1, count: float = math.inf) -> tuple[int, Any]:
    """The cycle that a step belongs to, and its progress."""
    begun, index, size = mpf(0), 0, mpf(length)
    if stretch == 1 and t / size < count:
        index = int(floor(t / size))
        return index, t / size - index
    while index < count and t >= begun + size:
        begun, index, size = begun + size, index + 1, size * stretch
    return (index, (t - begun) / size) if index < count else (index - 1, mpf(1))


def restarts(t: Any, peak: Any, end: Any, fall: Curve, *how: float, scale: Any = 1) -> Any:
    index, x = cycle(t, *how)
    return end + (mpf(scale) ** index * peak - end) * fall(x)


def hill(x: Any) -> Any:
    return 1 - abs(2 * x - 1)


def turns(t: Any, period: Any, phase: Any = 0) -> Any:
    return (t / period + phase) % 1


def radam(t: Any, beta: Any) -> Any:
    s, most = t + 1, 2 / (1 - beta) - 1
    rho = most - 2 * s * beta**s / (1 - beta**s)
    return sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)) if rho > 4 else mpf(0)


def angle(i: Any, steps: int) -> Any:
    return (i / steps + D["0.008"]) / D["1.008"] * pi / 2


class Decimals(dict[str, Any]):
    """Decimal numbers as they are written."""

    def __missing__(self, text: str) -> Any:
        return mpf(text)


D = Decimals()

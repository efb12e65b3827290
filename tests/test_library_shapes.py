"""Every shape against its curve, written by hand, and its two ends."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import Curve, D, half, scaled_logistic
from mpmath import cos, exp, findroot, log, mpf, pi, sin, sqrt, tanh

import symsched as ss
from symsched import prelude

LN2 = log(2)


def timing(x1: str, y1: str, x2: str, y2: str) -> Curve:
    """A CSS timing curve: its height where its width is x."""

    def along(s: Any, a: Any, b: Any) -> Any:
        return 3 * a * s * (1 - s) ** 2 + 3 * b * s**2 * (1 - s) + s**3

    def curve(x: Any) -> Any:
        if x in (0, 1):
            return x
        return along(findroot(lambda s: along(s, D[x1], D[x2]) - x, (0, 1), solver="illinois"), D[y1], D[y2])

    return curve


SHAPES: dict[str, Curve] = {
    "linear": lambda x: x,
    "cosine": lambda x: 1 - half(x),
    "poly(3)": lambda x: x**3,
    "sqrt": sqrt,
    "one_minus_sqrt": lambda x: 1 - sqrt(1 - x),
    "expo(2)": lambda x: (exp(2 * x) - 1) / (exp(2) - 1),
    "log(99)": lambda x: log(1 + 99 * x) / log(100),
    "sigmoid(8)": lambda x: scaled_logistic(x, 8),
    "smoothstep": lambda x: 3 * x**2 - 2 * x**3,
    "sine": lambda x: sin(pi * x / 2),
    "circle": lambda x: 1 - sqrt(1 - x**2),
    "bezier(0, 0, 1, 1)": lambda x: x,
    "ease": timing("0.25", "0.1", "0.25", "1"),
    "ease_in": timing("0.42", "0", "1", "1"),
    "ease_out": timing("0", "0", "0.58", "1"),
    "square": lambda x: x**2,
    "cubic": lambda x: x**3,
    "one_minus_square": lambda x: 1 - (1 - x) ** 2,
    "exp2": lambda x: (exp(LN2 * x) - 1) / (exp(LN2) - 1),
    "rex": lambda x: x / (0.5 + 0.5 * x),
    "smootherstep": lambda x: 6 * x**5 - 15 * x**4 + 10 * x**3,
    "tanh(4)": lambda x: (tanh(4 * (x - 0.5)) + tanh(2)) / (2 * tanh(2)),
    "tanh(0)": lambda x: x,
    "cosine_power(3)": lambda x: (1 - half(x)) ** 3,
    "cosine_k(2)": lambda x: 1 - half(x**2),
    "poly_k(3, 2)": lambda x: 1 - (1 - x**2) ** 3,
    "ease_in_sine": lambda x: 1 - cos(pi * x / 2),
    "ease_in_quad": lambda x: x**2,
    "ease_in_cubic": lambda x: x**3,
    "ease_in_quart": lambda x: x**4,
    "ease_in_quint": lambda x: x**5,
    "ease_in_expo": lambda x: (2 ** (10 * x) - 1) / 1023,
    "ease_in_circ": lambda x: 1 - sqrt(1 - x**2),
    "ease_in_back": lambda x: D["2.70158"] * x**3 - D["1.70158"] * x**2,
    "ease_in_elastic": lambda x: -(2 ** (10 * x) - 1) / 1023 * sin((10 * x - 10.75) * 2 * pi / 3),
    "ease_in_bounce": lambda x: 1 - bounce(1 - x),
    "ease_out_bounce": lambda x: bounce(x),
}
"""A shape, and its curve."""


def bounce(x: Any) -> Any:
    """Parabolas through 1 with their feet at 0, 8/11, 10/11 and 21/22 of the way."""
    for end, top, depth in ((4, 0, 1), (8, 6, 0.25), (10, 9, 0.0625), (11, 10.5, 0.015625)):
        if x < mpf(end) / 11:
            return 1 - depth + (11 * x / 4 - top * mpf(11) / 4 / 11) ** 2
    return mpf(1)


def backwards(curve: Curve) -> Curve:
    return lambda x: 1 - curve(1 - x)


def both(curve: Curve) -> Curve:
    return lambda x: curve(2 * x) / 2 if x < 0.5 else 1 - curve(2 - 2 * x) / 2


FAMILIES = [name.removeprefix("ease_in_") for name in SHAPES if name.startswith("ease_in_")]
SHAPES |= {f"ease_out_{f}": backwards(SHAPES[f"ease_in_{f}"]) for f in FAMILIES}
SHAPES |= {f"ease_in_out_{f}": both(SHAPES[f"ease_in_{f}"]) for f in FAMILIES if f not in ("back", "elastic")}
SHAPES["ease_in_out"] = timing("0.42", "0", "0.58", "1")
SHAPES["ease_in_out_back"] = both(lambda x: x**2 * ((1 + D["2.5949095"]) * x - D["2.5949095"]))
SHAPES["ease_in_out_elastic"] = both(lambda x: -(2 ** (10 * x) - 1) / 1023 * sin((10 * x - 11.125) * 2 * pi / 4.5))


def read(text: str, x: int, steps: int = 64) -> tuple[float, float]:
    """A shape read from the start and from the low end."""
    rise, fall = ss.parse(f"rise({text}, 0, 1, {steps})"), ss.parse(f"fall({text}, 1, 0, {steps})")
    return rise(x), fall(steps - x)


@pytest.mark.parametrize("text", SHAPES)
def test_a_shape_is_its_curve(text: str) -> None:
    for x in range(65):
        expected = float(SHAPES[text](mpf(x) / 64))
        assert read(text, x) == (pytest.approx(expected, rel=1e-12, abs=2e-15),) * 2, x


@pytest.mark.parametrize("text", SHAPES)
def test_a_shape_meets_its_ends(text: str) -> None:
    for source in (f"rise({text}, 0, 1, 7)", f"rise({text}, 0, 1, 1)", f"rise({text}, 0, 1, 1e6)"):
        schedule = ss.parse(source)
        ends = [schedule(0), schedule(float(schedule.duration)), schedule(1e9)]
        assert ends == [0, 1, 1]
    assert ss.parse(f"rise({text}, 0, 1, 0)")(0) == 1


def test_every_shape_is_compared() -> None:
    compared = {text.partition("(")[0] for text in SHAPES}
    assert set(prelude.public(prelude.module("shape"))) - compared == {"exponential"}

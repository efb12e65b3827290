"""The library against formulas written by hand: every entry of core, all shapes, the modules' totality and comments."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import pytest
from mpmath import ceil, cos, exp, floor, log, mpf, pi, sin, sqrt, tanh

import symsched as ss
from symsched import prelude
from symsched.nodes import Function, Parameter

Curve = Callable[[Any], Any]
ROOT = Path(__file__).parent.parent
mpmath.mp.dps = 40


# Parts of the formulas


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
LN2 = log(2)
third = mpf(1) / 3

CURVES: dict[str, Curve] = {
    # ramps
    "constant(3)": lambda t: 3,
    "rise(sqrt, 1, 3, 10)": lambda t: 1 + 2 * sqrt(u(t, 10)),
    "fall(sqrt, 1, 3, 10)": lambda t: 3 - 2 * sqrt(1 - u(t, 10)),
    "warmup(linear, 10, 1) >> 3": chain((10, lambda t: line(1, 3, t / 10)), lambda t: 3),
    "hold(10, 1) >> 3": chain((10, lambda t: 1), lambda t: 3),
    "hold(10, 3) >> decay(poly, 10, 1)": chain((10, lambda t: 3), lambda t: 1 + 2 * (1 - u(t, 10)) ** 2),
    "warmup_to(linear, 4, cosine(1, 10))": lambda t: half(D["0.4"]) * t / 4 if t < 4 else half(u(t, 10)),
    "linear(3, 10, 1)": lambda t: 3 - 2 * u(t, 10),
    "linear(3, 0, 1)": lambda t: 1,
    "linear(3, 1, 1)": lambda t: 3 - 2 * u(t, 1),
    "cosine(3, 10, 1)": lambda t: 1 + 2 * half(u(t, 10)),
    "poly(3, 10, 1, 3)": lambda t: 1 + 2 * (1 - u(t, 10)) ** 3,
    "exponential(8, 3, 1)": lambda t: 8 * mpf(0.125) ** u(t, 3),
    "expo(3, 10, 1, 4)": lambda t: 1 + 2 * (exp(4 * (1 - u(t, 10))) - 1) / (exp(4) - 1),
    "smoothstep(3, 10, 1)": lambda t: 1 + 2 * (1 - u(t, 10)) ** 2 * (1 + 2 * u(t, 10)),
    "sine(3, 10, 1)": lambda t: 1 + 2 * sin(pi * (1 - u(t, 10)) / 2),
    "circle(3, 10, 1)": lambda t: 1 + 2 * (1 - sqrt(1 - (1 - u(t, 10)) ** 2)),
    "rex(3, 10, 1)": lambda t: 1 + 2 * (1 - u(t, 10)) / (1 - u(t, 10) / 2),
    "rex(3, 0, 1)": lambda t: 1,
    "logistic(3, 10, 1, 8)": lambda t: 1 + 2 * scaled_logistic(1 - u(t, 10), 8),
    "tanh_decay(3, 10, 1, -6, 3)": lambda t: 1 + (1 - tanh(-6 + 9 * u(t, 10))),
    "tanh_decay(3, 0, 1)": lambda t: 1 + (1 - tanh(3)),
    "cosine_power(3, 10, 1, 2)": lambda t: 1 + 2 * half(u(t, 10)) ** 2,
    "cosine_k_decay(3, 10, 1, 2)": lambda t: 1 + 2 * half(u(t, 10) ** 2),
    "poly_k_decay(3, 10, 1, 3, 2)": lambda t: 1 + 2 * (1 - u(t, 10) ** 2) ** 3,
    "linear_cosine(2, 10)": lambda t: 2 * ((1 - u(t, 10)) * half(u(t, 10)) + D["0.001"]),
    "linear_cosine(2, 10, 2, 0.5, 0)": lambda t: 2 * (1.5 - u(t, 10)) * half(4 * u(t, 10)),
    "jumps(0, 10, 5, 1)": lambda t: min(floor(t / 2) / 5, 1),
    "jumps(0, 10, 5, 1, jump_start)": lambda t: min((floor(t / 2) + 1) / 5, 1),
    "jumps(0, 10, 5, 1, jump_none)": lambda t: min(floor(t / 2) / 4, 1),
    "jumps(0, 10, 5, 1, jump_both)": lambda t: (floor(t / 2) + 1) / 6 if t < 10 else 1,
    "jumps(2, 0, 5, 1)": lambda t: 1,
    "jumps(1, 700, 7)": lambda t: 1 - min(floor(t / 100) / 7, 1),
    # endless decays
    "exponential_decay(2, 0.5, 10, true, 5)": lambda t: 2 * mpf(0.5) ** floor(max(t - 5, 0) / 10),
    "exponential_decay(2, 0.9, 10)": lambda t: 2 * D["0.9"] ** (t / 10),
    "natural_exp(2, 0.1)": lambda t: 2 * exp(-t / 10),
    "inverse_time(2, 0.5, 10, true)": lambda t: 2 / (1 + floor(t / 10) / 2),
    "inverse_time(2, 0.5, 10)": lambda t: 2 / (1 + t / 20),
    "inverse_sqrt(2, 10)": lambda t: 2 * sqrt(10 / max(t, 10)),
    "inverse_sqrt(2, 0)": lambda t: 2 / sqrt(max(t, 1)),
    "step_decay(2, 0.5, 10)": lambda t: 2 * mpf(0.5) ** floor(t / 10),
    "multistep(2, 0.5, [10, 20, 20])": lambda t: 2 * mpf(0.5) ** ((t >= 10) + 2 * (t >= 20)),
    "noam(64, 10, 2)": lambda t: 2 * min((t + 1) ** D["-0.5"], (t + 1) * mpf(10) ** D["-1.5"]) / 8,
    "power_law(2, 0.3, 10)": lambda t: 2 * (1 + t / 10) ** D["-0.3"],
    "time_based_decay(2, 0.1)": lambda t: 2 / (1 + t / 10),
    "inverse_power(2, 0.1, 0.75)": lambda t: 2 * (1 + t / 10) ** D["-0.75"],
    "sqrt_decay(2)": lambda t: 2 / sqrt(1 + t),
    "sqrt_decay(2, 10)": lambda t: 2 / sqrt(1 + t / 10),
    "exponential_approach(3, 1, 0.1)": lambda t: 1 + 2 * exp(-t / 10),
    "exponential_to_floor(1, 0.5, 0.1, 2)": lambda t: max(mpf(0.5) ** (t / 2), D["0.1"]),
    "hold_then_exp(2)": lambda t: 2 if t < 10 else 2 * exp(-(t - 9) / 10),
    "halving(2)": lambda t: 2 * mpf(0.5) ** floor(t / 10),
    "halving(2, 1)": lambda t: 2 * mpf(0.5) ** floor(t),
    "staircase(2, 0.5, 10)": lambda t: 2 * mpf(0.5) ** floor(t / 10),
    "staircase(2, 0.5, 10, after)": lambda t: 2 * mpf(0.5) ** max(ceil(t / 10) - 1, 0),
    "staircase(2, 0.5, 10, offset=1)": lambda t: 2 * mpf(0.5) ** floor((t + 1) / 10),
    "staircase(2, 0.5, 0)": lambda t: 2 * mpf(0.5) ** floor(t),
    "piecewise([3, 2, 1], [5, 10])": lambda t: 3 - (t >= 5) - (t >= 10),
    "piecewise([3, 2, 1], [5, 10], after)": lambda t: 3 - (t > 5) - (t > 10),
    "warmup_inverse_sqrt(2, 10)": lambda t: 2 * (t / 10 if t < 10 else sqrt(10 / t)),
    "warmup_inverse_sqrt(2, 0)": lambda t: 2 / sqrt(max(t, 1)),
    "noam_peak(2, 10)": lambda t: 2 * min(sqrt(10 / (t + 1)), (t + 1) / 10),
    "adafactor()": lambda t: min(D["0.01"], 1 / sqrt(t + 1)),
    "power_scheduler(0.02, 100, 1000)": lambda t: min(
        D["0.02"], 100 * D["4.6"] * (1000 * max(t, 1)) ** D["-0.51"]
    ),
    "eden(2, 10, 100, 3)": lambda t: (
        2 * ((t**2 + 10**4) / mpf(10**4)) ** mpf(-0.25) * ((floor(t / 10) ** 2 + 9) / mpf(9)) ** mpf(-0.25)
        * (0.5 + 0.5 * u(t, 500))
    ),
    # cycles
    "cosine_restarts(3, 10, 1, inf, 1.5, 0.5)": lambda t: restarts(t, 3, 1, half, 10, 1.5, scale=0.5),
    "cosine_restarts(3, 10, 1, 3)": lambda t: restarts(t, 3, 1, half, 10, 1, 3),
    "triangular(1, 3, 10)": lambda t: 1 + 2 * hill(turns(t, 10)),
    "triangular2(1, 3, 10)": lambda t: 1 + 2 * hill(turns(t, 10)) / mpf(2) ** floor(t / 10),
    "exp_range(1, 3, 10, 0.99)": lambda t: 1 + 2 * hill(turns(t, 10)) * D["0.99"] ** t,
    "cyclical(linear, 40, 4, 0.5)": lambda t: min(2 * turns(t, 10), 1) if t < 40 else 1,
    "restarts(poly(3), 3, 10, 1, inf, 1.5, 0.5)": lambda t: restarts(
        t, 3, 1, lambda x: (1 - x) ** 3, 10, 1.5, scale=0.5
    ),
    "restarts(linear, 3, 0, 1)": lambda t: restarts(t, 3, 1, lambda x: 1 - x, 1),
    "cosine_warmup_restarts(3, 4, 10, 1, scale=0.5)": lambda t: restarts(
        t, 3, 1, lambda x: x * 10 / 4 if x * 10 < 4 else half((x * 10 - 4) / 6), 10, scale=0.5
    ),
    "snapshot(2, 100, 7)": lambda t: 2 * half(t % 15 / 15) if t < 105 else 0,
    "cyclic(1, 3, 4, 6)": lambda t: 1 + 2 * (t % 10 / 4 if t % 10 < 4 else (10 - t % 10) / 6),
    "cyclic(1, 3, 5, mode=triangular2)": lambda t: 1 + 2 * hill(turns(t, 10)) / mpf(2) ** floor(t / 10),
    "cyclic(1, 3, 5, mode=exp_range, gamma=0.99)": lambda t: 1 + 2 * hill(turns(t, 10)) * D["0.99"] ** t,
    "cyclic(1, 3, 0)": lambda t: 3 - 2 * turns(t, 1),
    # waves
    "sine_wave(1, 3, 7)": lambda t: 2 + sin(2 * pi * t / 7),
    "sine_wave(1, 3, 7, 0.25)": lambda t: 2 + cos(2 * pi * t / 7),
    "cosine_wave(1, 3, 7)": lambda t: 2 + cos(2 * pi * t / 7),
    "triangle_wave(1, 3, 8)": lambda t: 1 + 2 * hill(turns(t, 8)),
    "sawtooth(1, 3, 8, 0.25)": lambda t: 1 + 2 * turns(t, 8, 0.25),
    "square_wave(1, 3, 8, 0.25)": lambda t: 3 if turns(t, 8) < 0.25 else 1,
    "pulse(1, 3, 8, 2)": lambda t: 3 if t % 8 < 2 else 1,
    "damped_wave(1, 3, 8, 0.01)": lambda t: 1 + 3 * exp(-t / 100) * sin(pi * t / 4),
    # policies
    "onecycle(2, 100, 0.3, 10, 100, linear)": chain(
        (30, lambda t: line(D["0.2"], 2, t / 30)), lambda t: line(2, D["0.002"], u(t, 70))
    ),
    "wsd(2, 10, 20, 30, sqrt, 1)": chain(
        (10, lambda t: t / 5), (20, lambda t: 2), lambda t: 1 + sqrt(1 - u(t, 30))
    ),
    "wsd(2, 10, 20, 30, one_minus_sqrt)": chain(
        (10, lambda t: t / 5), (20, lambda t: 2), lambda t: 2 * (1 - sqrt(u(t, 30)))
    ),
    "wsd(2, 10, 20, 30, exp2)": chain(
        (10, lambda t: t / 5), (20, lambda t: 2), lambda t: 2 * (2 * mpf(0.5) ** u(t, 30) - 1)
    ),
    "wsd(2, 10, 20, 30, one_minus_square)": chain(
        (10, lambda t: t / 5), (20, lambda t: 2), lambda t: 2 * (1 - u(t, 30) ** 2)
    ),
    "wsd(2, 0, 0, 1)": lambda t: 2 * (1 - u(t, 1)),
    "trapezoid(2, 10, 20, 30)": chain((10, lambda t: t / 5), (20, lambda t: 2), lambda t: 2 * (1 - u(t, 30))),
    "linear_warmup_cosine(2, 10, 40, 1)": chain((10, lambda t: t / 5), lambda t: 1 + half(u(t, 30))),
    "cosine_cooldown(2, 40, 10, 1)": chain((30, lambda t: 2), lambda t: 1 + half(u(t, 10))),
    "lr_range_test(1e-4, 1, 40)": lambda t: mpf(10) ** (-4 + 4 * u(t, 40)),
    "flat_cosine(2, 40)": chain((30, lambda t: 2), lambda t: 2 * half(u(t, 10))),
    "linear_warmup_constant(2, 10)": lambda t: 2 * u(t, 10),
    "linear_warmup_constant(2, 0)": lambda t: 2,
    "linear_warmup_linear(2, 10, 40, 1)": chain((10, lambda t: t / 5), lambda t: 2 - u(t, 30)),
    "linear_warmup_poly(2, 10, 40, 1, 3)": chain((10, lambda t: t / 5), lambda t: 1 + (1 - u(t, 30)) ** 3),
    "linear_warmup_exponential(2, 10, 0.5, 10)": chain((10, lambda t: t / 5), lambda t: 2 * mpf(0.5) ** (t / 10)),
    "tri_stage(2, 10, 20, 30)": chain(
        (10, lambda t: line(D["0.02"], 2, t / 10)), (20, lambda t: 2), lambda t: 2 * mpf(10) ** (-2 * u(t, 30))
    ),
    "infinite(2, 10, 20, 30, 40, 1, 0.25)": chain(
        (10, lambda t: t / 5), (20, lambda t: 1 + half(t / 20)), (30, lambda t: 1),
        lambda t: mpf(0.25) ** u(t, 40),
    ),
    "slanted_triangular(2, 100)": chain(
        (10, lambda t: line(mpf(2) / 32, 2, t / 10)), lambda t: line(2, mpf(2) / 32, u(t, 90))
    ),
    "slanted_triangular(2, 19)": chain(
        (1, lambda t: line(mpf(2) / 32, 2, t)), lambda t: line(2, mpf(2) / 32, u(t, 18))
    ),
    "onecycle_three_phase(2, 100, 0.3, 10, 100, linear)": chain(
        (30, lambda t: line(D["0.2"], 2, t / 30)), (30, lambda t: line(2, D["0.2"], t / 30)),
        lambda t: line(D["0.2"], D["0.002"], u(t, 40)),
    ),
    "onecycle_momentum(100)": chain(
        (30, lambda t: line(D["0.85"], D["0.95"], half(t / 30))),
        lambda t: line(D["0.95"], D["0.85"], half(u(t, 70))),
    ),
    # kinds of warm-up
    "constant_warmup(10) >> cosine(2, 10)": chain((10, lambda t: D["0.2"]), lambda t: 2 * half(u(t, 10))),
    "exponential_warmup(10) >> 2": chain((10, lambda t: 2 * mpf(10) ** (-2 + t / 5)), lambda t: 2),
    "exponential_warmup(0) >> 2": lambda t: 2,
    "warmup_then(sqrt, 10, cosine(2, 20))": chain((10, lambda t: 2 * sqrt(t / 10)), lambda t: 2 * half(u(t, 20))),
    "warmup_times(sqrt, 10, cosine(2, 20))": lambda t: 2 * sqrt(u(t, 10)) * half(u(t, 20)),
    "linear_dampening(10)": lambda t: min(1, (t + 1) / 10),
    "linear_dampening(0)": lambda t: 1,
    "exponential_dampening(1000)": lambda t: 1 - exp(-(t + 1) / 1000),
    "untuned_linear()": lambda t: min(1, (t + 1) / 2000),
    "untuned_exponential()": lambda t: 1 - exp(-(t + 1) / 1000),
    "radam()": lambda t: radam(t, D["0.999"]),
    "radam(0.9)": lambda t: radam(t, D["0.9"]),
    "radam(0.6)": lambda t: 1,
    "radam(1)": lambda t: 0,
    # changes
    "clip_floor(cosine(2, 10), 0.5)": lambda t: max(2 * half(u(t, 10)), 0.5),
    "rescale_floor(cosine(2, 10), 0.5, 2)": lambda t: 0.5 + 1.5 * half(u(t, 10)),
    "rescale_floor(cosine(2, 10), 0.5, 0)": lambda t: 0.5,
    "cooldown_from(cosine(2, 10), 5, 4, 0.5)": lambda t: 2 * half(t / 10) if t < 5 else 1 - 0.5 * u(t - 5, 4),
    "spike(cosine(2, 40), 3, 10, 8)": lambda t: 2 * half(u(t, 40)) * (1 + 2 * max(0, hill((t - 10) / 8))),
    "spike(2, 3, 10, 0)": lambda t: 2,
    # exploration and temperatures
    "epsilon_linear(10, 1, 0.1, 5)": lambda t: 1 - D["0.9"] * u(max(t - 5, 0), 10),
    "epsilon_exponential(10)": lambda t: D["0.05"] + D["0.95"] * exp(-t / 10),
    "epsilon_exponential(0)": lambda t: D["0.05"] + D["0.95"] * exp(-t),
    "epsilon_geometric(0.9)": lambda t: max(D["0.9"] ** t, D["0.01"]),
    "epsilon_inverse()": lambda t: 1 / (t + 1),
    "geometric_cooling(100, 0.9, 10)": lambda t: 100 * D["0.9"] ** floor(t / 10),
    "boltzmann_cooling(100)": lambda t: 100 / log(1 + t) if t >= 2 else 100,
    "cauchy_cooling(100)": lambda t: 100 / (1 + t),
    "lundy_mees_cooling(100, 0.01)": lambda t: 100 / (1 + t),
    "tsallis_cooling()": lambda t: 5230 * (2 ** D["1.62"] - 1) / ((t + 2) ** D["1.62"] - 1),
    "gumbel_temperature(rate=0.01)": lambda t: max(0.5, exp(-t / 100)),
    # weights
    "beta_linear(10)": lambda t: u(t, 10),
    "beta_linear(0)": lambda t: 1,
    "beta_logistic(100, 0.1, 2)": lambda t: 2 * logistic((t - 100) / 10),
    "beta_cosine(10, 1, 3)": lambda t: 3 - 2 * half(u(t, 10)),
    "beta_exponential(10)": lambda t: (exp(5 * u(t, 10)) - 1) / (exp(5) - 1),
    "beta_polynomial(10, power=3)": lambda t: u(t, 10) ** 3,
    "beta_logarithmic(10)": lambda t: log(1 + 9 * u(t, 10)) / log(10),
    "beta_sigmoid(10)": lambda t: scaled_logistic(u(t, 10), 12),
    "beta_cyclical(40)": lambda t: min(2 * turns(t, 10), 1) if t < 40 else 1,
    "beta_cyclical_cosine(40, 2, 0.25)": lambda t: 1 - half(min(4 * turns(t, 20), 1)) if t < 40 else 1,
    "beta_cyclical_sigmoid(40)": lambda t: logistic(24 * turns(t, 10) - 6) if t < 40 and t % 10 < 5 else 1,
    # diffusion
    "diffusion_linear(11)": lambda t: line(D["1e-4"], D["0.02"], u(t, 10)),
    "diffusion_scaled_linear(11)": lambda t: line(sqrt(D["0.00085"]), sqrt(D["0.012"]), u(t, 10)) ** 2,
    "diffusion_cosine(1000)": lambda t: min(
        D["0.999"], 1 - cos(angle(min(t, 999) + 1, 1000)) ** 2 / cos(angle(min(t, 999), 1000)) ** 2
    ),
    "alpha_bar(10)": lambda t: cos(angle(min(t, 10), 10)) ** 2,
    "karras_sigmas(11)": lambda t: line(mpf(80) ** (mpf(1) / 7), D["0.002"] ** (mpf(1) / 7), u(t, 10)) ** 7,
    # averages
    "ema_decay()": lambda t: min(D["0.9999"], (1 + t) / (10 + t)),
    "ema_power()": lambda t: min(D["0.9999"], 1 - (1 + t) ** (-2 * third)),
    "ema_cosine(10)": lambda t: 1 - D["0.004"] * half(u(t, 10)),
    # composition
    "repeat(linear(3, 10, 1), 3, 2, 0.5)": lambda t: restarts(t, 3, 0, lambda x: 1 - 2 * x / 3, 10, 2, 3, scale=0.5),
    "reverse(linear(3, 10, 1))": lambda t: 1 + 2 * u(t, 10),
    "mirror(linear(3, 10, 1))": lambda t: 3 - 2 * max(0, hill(u(t, 20))),
    "delay(linear(3, 10, 1), 5)": lambda t: 3 - 2 * u(max(t - 5, 0), 10),
    "stretch(linear(3, 10, 1), 2)": lambda t: 3 - 2 * u(t, 20),
    "keyframes(linear, 0:0, 10:2, 20:1)": lambda t: t / 5 if t < 10 else 2 - u(t - 10, 10),
    "join([1, linear(2, 4)], [10])": lambda t: 1 if t < 10 else 2 * (1 - u(t - 10, 4)),
    "at(linear(3, 10, 1), 5)": lambda t: 2,
    "where(t < 10, 1, 2)": lambda t: 1 if t < 10 else 2,
    "clip(t, 5, 10)": lambda t: min(max(t, 5), 10),
}  # fmt: skip
"""A text, and its value at a step by a formula of its own."""

NEAR_ZERO = 1e-15
"""What may be left of a value that is 0, next to values of 1."""


def steps_of(schedule: ss.Schedule) -> list[float]:
    """The first steps, those around every boundary, and some far out."""
    ends = {float(b) for b in schedule.breakpoints if not b.free_symbols and b < 10**6}
    ends |= {5.0, 10.0, 20.0, 40.0, 100.0}
    around = {b + d for b in ends for d in (-1, -0.5, 0, 0.5, 1)}
    return sorted({0.0, 1.0, 2.0, 3.0, 33.0, 997.0, 12345.0, 1e9, 2.0**24 + 1, *(t for t in around if t >= 0)})


@pytest.mark.parametrize("text", CURVES)
def test_a_curve_is_the_formula(text: str) -> None:
    schedule = ss.parse(text)
    off = []
    for t in steps_of(schedule):
        found, expected = schedule(t), CURVES[text](mpf(t))
        if abs(found - expected) > max(1e-12 * abs(expected), NEAR_ZERO):
            off.append((t, found, float(expected)))
    assert not off, f"(step, value, expected): {off}"


ELEMENTARY = {
    "exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "abs", "floor", "ceil", "round",
    "mod", "min", "max", "count", "item", "sum", "product", "cumprod", "keys", "values", "concat",
}  # fmt: skip
"""Functions of numbers and lists, whose cases are in `conformance/`."""


def test_every_entry_of_core_is_compared() -> None:
    compared = {text.partition("(")[0] for text in CURVES}
    compared |= {name for text in CURVES for name in ("decay", "hold") if f"{name}(" in text}
    assert set(prelude.public(prelude.module("core"))) - ELEMENTARY - compared == set()


# Shapes


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


# The page about one nominal schedule


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/conformance/one_nominal_schedule.toml").read_text())[
        "case"
    ]
    return found


def rows() -> list[list[str]]:
    """The cells of the rows of the page, without the name of the library."""
    lines = (ROOT / "docs/one_nominal_schedule.md").read_text().splitlines()
    table = [line.strip("| ").split(" | ")[1:] for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def test_the_page_has_the_cases() -> None:
    assert [row[-1] for row in rows()] == [f"`{case['source']}`" for case in cases()]
    assert len(rows()) == 22


def test_the_page_has_the_values() -> None:
    for row, case in zip(rows(), cases(), strict=True):
        cells = {str(step): float(cell) for step, cell in enumerate(row[:-1]) if cell}
        assert cells == {step: round(value, 3) for step, value in case["values"].items()}, case["name"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_curve_is_the_one_of_the_library(case: dict[str, Any]) -> None:
    """The definition, step by step: where the warm-up begins and ends, how long the cosine is, what comes after."""
    formula = NOMINAL[case["name"]]
    for step, value in case["values"].items():
        assert value == pytest.approx(float(formula(mpf(step))), rel=1e-12, abs=NEAR_ZERO), step


def warmed(first: Curve, owns: Callable[[Any], bool], then: Curve) -> Curve:
    return lambda k: first(k) if owns(k) else then(k)


def stopped(x: Any) -> Any:
    return half(min(max(x, mpf(0)), mpf(1)))


quarter: Curve = lambda k: k / 4  # noqa: E731
plain = warmed(quarter, lambda k: k < 4, lambda k: stopped((k - 4) / 6))
tiny: Curve = lambda k: line(D["1e-8"], 1, k / 4)  # noqa: E731

NOMINAL: dict[str, Curve] = {
    "torch SequentialLR of LinearLR and CosineAnnealingLR": warmed(tiny, lambda k: k < 4, lambda k: half((k - 4) / 6)),
    "torch SequentialLR inside another": warmed(tiny, lambda k: k < 3, lambda k: half((k - 3) / 6)),
    "torch OneCycleLR": warmed(
        lambda k: line(D["1e-8"], 1, 1 - half(k / 3)), lambda k: k < 3, lambda k: line(D["1e-16"], 1, half((k - 3) / 6))
    ),
    "optax warmup_cosine_decay_schedule": plain,
    "keras CosineDecay": plain,
    "transformers get_cosine_schedule_with_warmup": warmed(quarter, lambda k: k < 4, lambda k: half((k - 4) / 6)),
    "transformers get_cosine_with_min_lr_schedule_with_warmup_lr_rate": warmed(
        lambda k: (k + 1) / 4, lambda k: k < 4, lambda k: half((k - 3) / 6)
    ),
    "timm CosineLRScheduler": warmed(quarter, lambda k: k < 4, lambda k: stopped(k / 10)),
    "timm CosineLRScheduler with warmup_prefix": plain,
    "Composer CosineAnnealingWithWarmupScheduler": plain,
    "Megatron-LM and nanotron": warmed(quarter, lambda k: k <= 4, lambda k: stopped((k - 4) / 6)),
    "TorchTitan at 0e13811": warmed(lambda k: (k + 1) / 5, lambda k: k < 4, lambda k: stopped((k - 3) / 7)),
    "TorchTitan at b5bcd76": warmed(
        lambda k: min((k + 1) / 4, 1), lambda k: k < 5, lambda k: half((k - 4) / 6)
    ),
    "NeMo CosineAnnealing": warmed(lambda k: (k + 1) / 5, lambda k: k <= 4, lambda k: stopped((k - 4) / 6)),
    "DeepSpeed WarmupCosineLR": warmed(
        lambda k: max(k - 1, 0) / 4, lambda k: k < 5, lambda k: stopped((k - 4) / 6)
    ),
    "fairseq cosine": warmed(
        quarter, lambda k: k < 4, lambda k: D["0.1"] ** floor((k - 4) / 6) * half((k - 4) % 6 / 6)
    ),
    "T5X and Trax": lambda k: max(D["1e-8"], min(1, k / 4) * half(max(0, (k - 4) / 6) % 1)),
    "big_vision and OLMo-core": plain,
    "Detectron2 WarmupParamScheduler": warmed(
        lambda k: half(D["0.4"]) * k / 4, lambda k: k < 4, lambda k: half(k / 10)
    ),
    "ignite create_lr_scheduler_with_warmup": warmed(lambda k: k / 3, lambda k: k < 3, lambda k: half((k - 3) / 6)),
    "MMEngine LinearLR and CosineAnnealingLR": warmed(
        lambda k: k / 3, lambda k: k < 4, lambda k: half(min(k - 4, 5) / 6)
    ),
    "ParameterSchedulers.jl Sequence": warmed(quarter, lambda k: k < 4, lambda k: half((k - 4) / 6)),
}  # fmt: skip


# What every entry of every module has


ENTRIES = [
    pytest.param(function, id=f"{module}.{name}")
    for module in prelude.modules()
    for name, function in prelude.public(prelude.module(module)).items()
]


@pytest.mark.parametrize("function", ENTRIES)
def test_an_entry_says_what_it_is(function: Function) -> None:
    first, *rest = function.doc.splitlines()
    assert first.endswith((".", ":", ";")) or rest
    assert len(function.doc) > 4
    assert function.doc.isascii()


@pytest.mark.parametrize("function", [e for e in ENTRIES if e.values[0].module in ("core", "shape")])  # type: ignore[union-attr]
def test_parameters_of_the_core_have_kinds(function: Function) -> None:
    names = {"u"} if function.module == "shape" else {"x", "y", "low", "high", "index"}
    free = names if function.module == "shape" or function.name in (*ELEMENTARY, "clip") else set()
    assert [p.name for p in function.parameters if not p.kind and p.name not in free] == []


ARGUMENTS: dict[str, str] = {
    "d_model": "64", "rate": "0.1", "decay_rate": "0.9", "gamma": "0.9", "factor": "0.5", "offset": "1", "power": "2",
    "exponent": "0.5", "end": "0.1", "middle": "0.5", "low": "0.1", "high": "0.9", "points": "0:0, 100:1, 300:0.5",
    "milestones": "[30, 60]", "boundaries": "[30, 60]", "values": "[3, 2, 1]", "num_decays": "3", "decay": "0.1",
    "compound": "1.001", "milestones_values": "[10:1, 20:0.5]", "visit": "2.62", "steps_per_epoch": "10", "k": "2",
    "scheduler": "cosine(1, 50)", "lr_scheduler": "cosine(1, 50)", "schedule": "cosine(1, 50)",
    "factors": "t5x.constant(1)*t5x.linear_warmup(10)",
}  # fmt: skip
"""Arguments of parameters whose kind does not say enough; a module that has one of its own name has it in CALLS."""

KINDS = {
    "value": "0.5", "number": "1.5", "count": "3", "ratio": "0.25", "flag": "true", "shape": "cosine",
    "schedule": "cosine(1, 50)", "list": "[30, 60]",
}  # fmt: skip

NO_CYCLE = {"triangular", "triangular2", "exp_range", "cosine_restarts", "cyclical", "repeat"}
NO_UNIT = {"exponential_decay", "inverse_time", "step_decay", "power_law"}
REFUSED = {**dict.fromkeys(NO_CYCLE, "what is repeated must last longer than 0 steps"), **dict.fromkeys(
    NO_UNIT, "division by zero"
)}  # fmt: skip
"""Entries that refuse a period of 0 steps, and what they say."""

CALLS = {
    "warmup_to": "warmup_to(linear, {d}, cosine(1, 150))",
    "linear_warmup_cosine": "linear_warmup_cosine(1, {d}, 2*{d})",
    "linear_warmup_linear": "linear_warmup_linear(1, {d}, 2*{d})",
    "linear_warmup_poly": "linear_warmup_poly(1, {d}, 2*{d})",
    "hold": "hold({d}, 3)",
    "decay": "decay(linear, {d}, 0, 3)",
    "where": "where(t < {d}, 1, t)",
    "keyframes": "keyframes(linear, {d}:1, 2*{d}:0)",
    "join": "join([1, 2], [{d}])",
    "fvcore.MultiStepParamScheduler": "fvcore.MultiStepParamScheduler([3, 2, 1], {d})",
}
"""Calls that depend on more than the kinds; `{d}` is a number of steps."""

OURS = {"composer", "deepspeed", "detectron2", "fvcore", "ignite", "megatron", "mmengine", "t5x", "thinc", "torchtitan"}
"""Modules whose entries are called here; those of the others are compared with what is installed."""


def argument(parameter: Parameter, steps: int) -> str:
    if isinstance(parameter.kind, tuple):
        return parameter.kind[0]
    if parameter.kind == "duration":
        return str(steps)
    return ARGUMENTS.get(parameter.name) or KINDS[parameter.kind]


def call(function: Function, steps: int) -> str:
    path = function.name if function.module == "core" else f"{function.module}.{function.name}"
    if path in CALLS:
        return CALLS[path].format(d=steps)
    given = [p for p in function.parameters if p.default is None or p.kind == "duration"]
    named = [f"{p.name}={argument(p, steps)}" for p in given if p.name != "points"]
    return f"total = 1e10; steps_per_epoch = 10; {path}({', '.join(named)})"


CALLED = [e for e in ENTRIES if e.values[0].module in {"core", *OURS} and e.values[0].name not in ELEMENTARY]  # type: ignore[union-attr]


@pytest.mark.parametrize("steps", [0, 1, 100])
@pytest.mark.parametrize("function", CALLED)
def test_an_entry_is_finite_at_every_step(function: Function, steps: int) -> None:
    if function.name == "clip":
        return
    text = call(function, steps)
    if steps == 0 and function.module == "core" and function.name in NO_UNIT | (NO_CYCLE - {"repeat"}):
        with pytest.raises(ss.ScheduleError) as caught:
            ss.parse(text)
        assert caught.value.title == REFUSED[function.name]
        return
    schedule = ss.parse(text)
    values = {t: schedule(t) for t in (0, 0.5, 1, 1.5, 2, 10, 50, 99, 100, 101, 150, 200, 250, 1e4, 1e9)}
    assert all(map(math.isfinite, values.values())), (text, values)


@pytest.mark.parametrize(("function", "options"), [
    (e.values[0], p.kind) for e in CALLED for p in e.values[0].parameters if isinstance(p.kind, tuple)  # type: ignore[union-attr]
], ids=str)  # fmt: skip
def test_every_option_is_finite_at_every_step(function: Function, options: tuple[str, ...]) -> None:
    (name,) = {p.name for p in function.parameters if p.kind == options}
    for option in options:
        text = call(function, 100)
        schedule = ss.parse(f"{text[:-1]}, {name}={option})".replace(f"{name}={options[0]}, ", "", 1))
        assert all(math.isfinite(schedule(t)) for t in (0, 1, 2, 99, 100, 101, 200, 1e4, 1e9)), option

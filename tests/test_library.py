"""Every entry of core against a formula written by hand."""

from __future__ import annotations

import pytest
from by_hand import (
    NEAR_ZERO,
    Curve,
    D,
    angle,
    chain,
    half,
    hill,
    line,
    logistic,
    radam,
    restarts,
    scaled_logistic,
    turns,
    u,
)
from mpmath import ceil, cos, exp, floor, log, mpf, pi, sin, sqrt, tanh

import symsched as ss
from symsched import prelude

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
    "mod", "min", "max", "count", "item", "sum", "product", "cumprod", "cumsum", "length", "keys", "values", "concat",
}  # fmt: skip
"""Functions of numbers and lists, whose cases are in `conformance/`."""


def test_every_entry_of_core_is_compared() -> None:
    compared = {text.partition("(")[0] for text in CURVES}
    compared |= {name for text in CURVES for name in ("decay", "hold") if f"{name}(" in text}
    assert set(prelude.public(prelude.module("core"))) - ELEMENTARY - compared == set()

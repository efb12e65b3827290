"""The modules of frameworks that are not installed here, against their formulas step by step, written by hand."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from math import cos, floor, log, pi, sqrt
from typing import Any

import pytest

import symsched as ss

Curve = Callable[[int], float]


def half(x: float) -> float:
    return (1 + cos(pi * x)) / 2


def clip(x: float, low: float = 0, high: float = 1) -> float:
    return min(max(x, low), high)


# fvcore and Detectron2: functions of the part of the run that is done


def multi_step(values: list[float], milestones: list[int], updates: int) -> Curve:
    return lambda k: values[bisect_right(milestones, int((min(k / updates, 1) + 1e-6) * updates))]


def to_the_curve(curve: Curve, factor: float, part: float, run: int, constant: bool = False) -> Curve:
    start, end = factor * curve(0), curve(round(part * run))

    def value(k: int) -> float:
        if k / run + 1e-6 > part:
            return curve(k)
        return start if constant else start + (end - start) * k / run / part

    return value


def warm(k: int, iters: int, factor: float) -> float:
    return 1 if k >= iters else factor * (1 - k / iters) + k / iters


# ignite: a counter that begins again


def cyclical(shape: Callable[[float], float], start: float, end: float, size: int, *mults: float) -> Curve:
    """The value after `k` events; the shape goes from 0 at `start` to 1 at `end`."""
    longer, start_mult, end_mult = mults

    def value(k: int) -> float:
        a, b, n = start, end, size
        while k >= n:
            k, n, a, b = k - n, int(n * longer), a * start_mult, b * end_mult
        return a + (b - a) * shape(k / n)

    return value


# Megatron-LM


def megatron(k: int, style: str, wsd: str = "", low: float = 0.25, warmup: int = 4, steps: int = 20) -> float:
    if warmup and k <= warmup:
        return 2 * k / warmup
    if style == "constant":
        return 2
    if k > steps:
        return low
    if style == "root":
        return max(low, 2 * sqrt(max(warmup, 1) / max(k, 1)))
    ratio = (k - warmup) / (steps - warmup)
    if style == "WSD":
        ratio = max((k - (steps - 8)) / 8, 0)
        part = {"exponential": 2 * 0.5**ratio - 1, "minus_sqrt": 1 - sqrt(ratio), "linear": 1 - ratio}
        part["cosine"] = half(ratio)
        return low + (2 - low) * part[wsd]
    return low + (2 - low) * (1 - ratio if style == "linear" else half(ratio))


# TorchTitan


FALLS = {"linear": lambda p: 1 - p, "sqrt": lambda p: 1 - sqrt(p), "cosine": half}


def titan(k: int, kind: str, steps: int, warmup: int, decay: int, low: float) -> float:
    stable = steps + 1 - warmup - decay
    if k < warmup:
        return 2 * (k + 1) / warmup
    if k < warmup + stable or decay == 0:
        return 2
    return 2 * (low + (1 - low) * FALLS[kind]((k + 1 - warmup - stable) / decay))


def older_titan(k: int, kind: str, steps: int, warmup: int, decay: int, low: float) -> float:
    stable = steps - warmup - decay
    k = min(k, steps)
    if k < warmup:
        return 2 * (k + 1) / (warmup + 1)
    if k < warmup + stable or decay == 0:
        return 2
    return 2 * (low + (1 - low) * FALLS[kind]((k + 1 - warmup - stable) / (decay + 1)))


# DeepSpeed: the index is one behind


def gamma(index: int, steps: int, kind: str) -> float:
    return log(index + 1) / log(steps) if kind == "log" else index / steps


def warmup_lr(k: int, low: float, high: float, steps: int, kind: str, total: int | None = None) -> float:
    index, steps = k - 1, max(2, steps)
    if index < 0:
        return low
    if index < steps:
        part = gamma(index, steps, kind)
    else:
        part = 1 if total is None else max(0, (total - index) / max(1, total - steps))
    return low + (high - low) * part


def warmup_cosine(k: int, total: int, least: float, steps: int, low: float, kind: str) -> float:
    index, steps = k - 1, max(2, steps)
    if index < 0:
        return 0
    if index < steps:
        return 2 * (least + (1 - least) * gamma(index, steps, kind))
    return 2 * (low + (1 - low) * half(min(1, (index - steps + 1) / max(1, total - steps))))


def part_of_cycle(k: int, first: int, second: int, stairs: tuple[int, int]) -> float:
    at = k % (first + second)
    up = at <= first
    x, n = (at / first, stairs[0]) if up else ((first + second - at) / second, stairs[1])
    return floor(x * n + 1e-12) / n if n else x


def one_cycle(k: int, first: int, second: int, stairs: tuple[int, int], rate: float, every: int) -> float:
    total = first + second
    if k - 1 < total:
        return 1 + 2 * part_of_cycle(k, first, second, stairs)
    return 1 / (1 + rate * (k - total) / every) if every and rate else 1


def one_cycle_momentum(k: int, first: int, second: int, rate: float, every: int) -> float:
    if k == 0:
        return 0.8
    if k - 1 < first + second:
        return 0.9 - 0.1 * part_of_cycle(k, first, second, (0, 0))
    return 0.9 * (1 + rate * (k - first - second) / every) if every and rate else 0.9


# thinc


def slanted(k: int, steps: int, cut_frac: float, ratio: float, t: float) -> float:
    step, cut = k + t + 1, int(steps * cut_frac)
    p = step / cut if step < cut else 1 - (step - cut) / (cut * (1 / cut_frac - 1))
    return 2 * (1 + p * (ratio - 1)) / ratio


def cyclic(k: int, period: int) -> float:
    it = k + 1
    x = abs(it / period - 2 * floor(1 + it / (2 * period)) + 1)
    return 1 + 2 * max(0, 1 - x)


# MMEngine: recursive, from step to step


def engine(*rules: tuple[int, int, Callable[[int, float], float]]) -> Curve:
    """Rules that change one value from `begin` to `end`, called with the step since `begin` and the value."""

    def value(k: int) -> float:
        found = 2.0
        for step in range(k + 1):
            for begin, end, rule in rules:
                if begin <= step < end:
                    found = rule(step - begin, found)
        return found

    return value


def constant_rule(factor: float, total: int) -> Callable[[int, float], float]:
    return lambda j, v: v * factor if j == 0 else v / factor if j == total else v


def linear_rule(start: float, end: float, total: int) -> Callable[[int, float], float]:
    def rule(j: int, v: float) -> float:
        if j == 0:
            return v * start
        return v * (1 + (end - start) / (total * start + (j - 1) * (end - start))) if j <= total else v

    return rule


def cosine_rule(steps: int, low: float) -> Callable[[int, float], float]:
    def rule(j: int, v: float) -> float:
        return v if j == 0 else (1 + cos(pi * j / steps)) / (1 + cos(pi * (j - 1) / steps)) * (v - low) + low

    return rule


def poly_rule(total: int, low: float, power: float) -> Callable[[int, float], float]:
    def rule(j: int, v: float) -> float:
        if j == 0 or j > total:
            return v
        return (v - low) * (1 - 1 / (total - j + 1)) ** power + low

    return rule


# T5X


def t5x(k: int, factors: str, warmup: int = 4, cycle: int = 6, every: int = 5, decay: float = 0.5) -> float:
    value = 1.0
    for factor in factors.split():
        value *= {
            "constant": 2,
            "linear_warmup": min(1, k / warmup),
            "linear_decay": 2 * min(k / warmup, 1 + decay * (warmup - k)),
            "rsqrt": 1 / sqrt(max(k, warmup)),
            "normalized": sqrt(warmup / max(k, warmup)),
            "every": decay ** (k // every),
            "cosine": max(0, half(max(0, (k - warmup) / cycle) % 1)),
        }[factor]
    return max(value, 1e-8)


def factors(text: str) -> str:
    return f"t5x.create_learning_rate_scheduler({text})"


CURVES: dict[str, Curve] = {
    "fvcore.ConstantParamScheduler(2)": lambda k: 2,
    "fvcore.CosineParamScheduler(3, 1, 20)": lambda k: 1 + 2 * half(k / 20),
    "fvcore.ExponentialParamScheduler(3, 0.5, 20)": lambda k: 3 * 0.5 ** (k / 20),
    "fvcore.LinearParamScheduler(3, 1, 20)": lambda k: 3 - k / 10,
    "fvcore.MultiStepParamScheduler([3, 2, 1], 20, [5, 9])": multi_step([3, 2, 1], [5, 9], 20),
    "fvcore.MultiStepParamScheduler([3, 2, 1], milestones=[5, 9, 20])": multi_step([3, 2, 1], [5, 9], 20),
    "fvcore.MultiStepParamScheduler([3, 2, 1], 20)": multi_step([3, 2, 1], [7, 14], 20),
    "fvcore.PolynomialDecayParamScheduler(3, 0.9, 20)": lambda k: 3 * max(1 - k / 20, 0) ** 0.9,
    "fvcore.StepParamScheduler(20, [3, 2, 1])": lambda k: [3, 2, 1, 1][min(int((k / 20 + 1e-6) * 3), 3)],
    "fvcore.StepWithFixedGammaParamScheduler(3, 3, 0.5, 20)": lambda k: 3 * 0.5 ** min(int((k / 20 + 1e-6) * 4), 3),
    "detectron2.WarmupParamScheduler(fvcore.CosineParamScheduler(3, 1, 20), 0.1, 0.25, max_iter=20)": to_the_curve(
        lambda k: 1 + 2 * half(k / 20), 0.1, 0.25, 20
    ),
    "detectron2.WarmupParamScheduler(fvcore.CosineParamScheduler(3, 1, 20), 0.1, 0.25, constant, 20)": to_the_curve(
        lambda k: 1 + 2 * half(k / 20), 0.1, 0.25, 20, constant=True
    ),
    "detectron2.LRMultiplier(2, fvcore.LinearParamScheduler(3, 1, 20))": lambda k: 2 * (3 - k / 10),
    "detectron2.WarmupMultiStepLR(2, [5, 10], warmup_iters=7)": lambda k: (
        2 * warm(k, 7, 0.001) * 0.1 ** bisect_right([5, 10], k)
    ),
    "detectron2.WarmupCosineLR(2, 20, 0.1, 5)": lambda k: 2 * warm(k, 5, 0.1) * half(k / 20),
    "detectron2.WarmupCosineLR(2, 20, 0.1, 5, constant)": lambda k: 2 * (0.1 if k < 5 else 1) * half(k / 20),
    "ignite.LinearCyclicalScheduler(3, 1, 10)": cyclical(lambda p: 1 - 2 * abs(p - 0.5), 3, 1, 10, 1, 1, 1),
    "ignite.LinearCyclicalScheduler(3, 1, 6, 2, 0.5, 0.75)": cyclical(
        lambda p: 1 - 2 * abs(p - 0.5), 3, 1, 6, 2, 0.5, 0.75
    ),
    "ignite.LinearCyclicalScheduler(3, 1, 6, monotonic=true)": cyclical(lambda p: p, 3, 1, 6, 1, 1, 1),
    "ignite.CosineAnnealingScheduler(3, 1, 6, 2, 0.5, 0.75)": cyclical(lambda p: 1 - half(p), 3, 1, 6, 2, 0.5, 0.75),
    "ignite.PiecewiseLinear([5:3, 9:1])": lambda k: 3 - 2 * clip((k - 5) / 4),
    "ignite.create_lr_scheduler_with_warmup(cosine(2, 20), 0.5, 5)": lambda k: (
        0.5 + 1.5 * k / 4 if k < 4 else 2 * half(clip((k - 4) / 20))
    ),
    "ignite.create_lr_scheduler_with_warmup(cosine(2, 20), 0.5, 5, 1)": lambda k: (
        0.5 + 0.5 * k / 4 if k <= 4 else 2 * half(clip((k - 5) / 20))
    ),
    "composer.StepScheduler(2, 5, 0.5)": lambda k: 2 * 0.5 ** (k // 5),
    "composer.MultiStepScheduler(2, [5, 9], 0.5)": lambda k: 2 * 0.5 ** bisect_right([5, 9], k),
    "composer.ConstantScheduler(2, 0.5, 10)": lambda k: 1 if k < 10 else 2,
    "composer.LinearScheduler(2, 1, 0.5, 10)": lambda k: 2 - min(k / 10, 1),
    "composer.ExponentialScheduler(2, 0.5, 10)": lambda k: 2 * 0.5 ** (k / 10),
    "composer.CosineAnnealingScheduler(2, 10, 0.5)": lambda k: 1 + half(clip(k / 10)),
    "total = 10; composer.CosineAnnealingScheduler(2)": lambda k: 2 * half(clip(k / 10)),
    "composer.CosineAnnealingWarmRestartsScheduler(2, 5, 2)": cyclical(lambda p: 1 - half(p), 2, 0, 5, 2, 1, 1),
    "composer.PolynomialScheduler(2, 3, 10, 0.5)": lambda k: 1 + (1 - clip(k / 10)) ** 3,
    "composer.MultiStepWithWarmupScheduler(2, 5, [3, 9], 0.5)": lambda k: (
        2 * k / 5 if k < 5 else 2 * 0.5 ** bisect_right([3, 9], k)
    ),
    "composer.ConstantWithWarmupScheduler(2, 5, 0.5, 10)": lambda k: k / 5 if k < 5 else 1 if k < 10 else 2,
    "composer.LinearWithWarmupScheduler(2, 5, 1, 0.5, 10)": lambda k: 2 * k / 5 if k < 5 else 2 - clip((k - 5) / 5),
    "composer.CosineAnnealingWithWarmupScheduler(2, 5, 10, 0.5)": lambda k: (
        2 * k / 5 if k < 5 else 1 + half(clip((k - 5) / 5))
    ),
    "composer.PolynomialWithWarmupScheduler(2, 5, 3, 10)": lambda k: (
        2 * k / 5 if k < 5 else 2 * (1 - clip((k - 5) / 5)) ** 3
    ),
    "megatron.get_lr(0, 2, 0.25, 4, 20, constant)": lambda k: megatron(k, "constant"),
    "megatron.get_lr(0, 2, 0.25, 4, 20)": lambda k: megatron(k, "linear"),
    "megatron.get_lr(0, 2, 0.25, 4, 20, cosine)": lambda k: megatron(k, "cosine"),
    "megatron.get_lr(0, 2, 0.25, 0, 20, cosine)": lambda k: megatron(k, "cosine", warmup=0),
    "megatron.get_lr(0, 2, 0.25, 4, 20, inverse_square_root)": lambda k: megatron(k, "root"),
    "megatron.get_lr(0, 2, 0.25, 0, 20, inverse_square_root)": lambda k: megatron(k, "root", warmup=0),
    "megatron.get_lr(0, 2, 0.25, 4, 20, WSD, 8)": lambda k: megatron(k, "WSD", "exponential"),
    "megatron.get_lr(0, 2, 0.25, 4, 20, WSD, 8, linear)": lambda k: megatron(k, "WSD", "linear"),
    "megatron.get_lr(0, 2, 0.25, 4, 20, WSD, 8, cosine)": lambda k: megatron(k, "WSD", "cosine"),
    "megatron.get_lr(0, 2, 0.25, 4, 20, WSD, 8, minus_sqrt)": lambda k: megatron(k, "WSD", "minus_sqrt"),
    "megatron.get_wd(0.1, 0.1, 10)": lambda k: 0.1,
    "megatron.get_wd(0.1, 0.3, 10, linear)": lambda k: 0.1 + 0.2 * clip(k / 10),
    "megatron.get_wd(0.1, 0.3, 10, cosine)": lambda k: 0.3 - 0.2 * half(clip(k / 10)),
    "deepspeed.WarmupLR(1, 3, 10)": lambda k: warmup_lr(k, 1, 3, 10, "log"),
    "deepspeed.WarmupLR(1, 3, 10, linear)": lambda k: warmup_lr(k, 1, 3, 10, "linear"),
    "deepspeed.WarmupLR(1, 3, 0)": lambda k: warmup_lr(k, 1, 3, 0, "log"),
    "deepspeed.WarmupDecayLR(20, 1, 3, 10)": lambda k: warmup_lr(k, 1, 3, 10, "log", 20),
    "deepspeed.WarmupDecayLR(10, 1, 3, 10, linear)": lambda k: warmup_lr(k, 1, 3, 10, "linear", 10),
    "deepspeed.WarmupCosineLR(2, 20, 0.5, 10)": lambda k: warmup_cosine(k, 20, 0.5, 10, 1e-4, "log"),
    "deepspeed.WarmupCosineLR(2, 20, 0.5, 10, 0.1, linear)": lambda k: warmup_cosine(k, 20, 0.5, 10, 0.1, "linear"),
    "deepspeed.OneCycle(1, 3, 0.5, 5, 7, decay_step_size=2)": lambda k: one_cycle(k, 5, 7, (0, 0), 0.5, 2),
    "deepspeed.OneCycle(1, 3, 0.5, 6)": lambda k: one_cycle(k, 6, 6, (0, 0), 0.5, 0),
    "deepspeed.OneCycle(1, 3, 0.5, 6, 8, 3, 4, 2)": lambda k: one_cycle(k, 6, 8, (3, 4), 0.5, 2),
    "deepspeed.OneCycle_momentum(0.8, 0.9, 0.1, 5, 7, decay_step_size=2)": lambda k: one_cycle_momentum(
        k, 5, 7, 0.1, 2
    ),
    "deepspeed.LRRangeTest(2, 5, 0.5)": lambda k: 2 * (1 + 0.5 * max(k - 1, 0) / 5),
    "deepspeed.LRRangeTest(2, 5, 0.5, true)": lambda k: 2 * (1 + 0.5 * (max(k - 1, 0) // 5)),
    "thinc.constant(2)": lambda k: 2,
    "thinc.constant_then(2, 5, thinc.decaying(1, 0.5))": lambda k: 2 if k < 5 else 1 / (1 + 0.5 * k),
    "thinc.decaying(2, 0.5, 3)": lambda k: 2 / (1 + 0.5 * (k + 3)),
    "thinc.compounding(1, 8, 1.5, 1)": lambda k: min(1.5 ** (k + 1), 8),
    "thinc.compounding(8, 1, 0.5)": lambda k: max(8 * 0.5**k, 1),
    "thinc.slanted_triangular(2, 20)": lambda k: slanted(k, 20, 0.1, 32, 0),
    "thinc.slanted_triangular(2, 20, 0.25, 10, 3)": lambda k: slanted(k, 20, 0.25, 10, 3),
    "thinc.warmup_linear(2, 5, 20)": lambda k: 2 * k / 5 if k < 5 else 2 * max(0, (20 - k) / 15),
    "thinc.warmup_linear(2, 5, 5)": lambda k: 2 * k / 5 if k < 5 else 2 * max(0, 5 - k),
    "thinc.cyclic_triangular(1, 3, 5)": lambda k: cyclic(k, 5),
    "mmengine.StepLR(2, 5, 0.5, 3, 20)": engine((3, 20, lambda j, v: v * 0.5 if j and j % 5 == 0 else v)),
    "mmengine.MultiStepLR(2, [4, 9, 9], 0.5, 3, 20)": engine((3, 20, lambda j, v: v * 0.5 ** [4, 9, 9].count(j))),
    "mmengine.ConstantLR(2, 0.5, 3, 10)": engine((3, 10, constant_rule(0.5, 6))),
    "mmengine.ExponentialLR(2, 0.9, 3, 10)": engine((3, 10, lambda j, v: v * 0.9 if j else v)),
    "mmengine.LinearLR(2, 0.25, 1, 3, 10)": engine((3, 10, linear_rule(0.25, 1, 6))),
    "mmengine.CosineAnnealingLR(2, none, 0.5, 3, 10)": engine((3, 10, cosine_rule(7, 0.5))),
    "mmengine.CosineAnnealingLR(2, 9, 0.5, 3, 10)": engine((3, 10, cosine_rule(9, 0.5))),
    "mmengine.PolyLR(2, 0.5, 2, 3, 10)": engine((3, 10, poly_rule(6, 0.5, 2))),
    "mmengine.LinearLR(1, 0.25, end=4)*mmengine.CosineAnnealingLR(2, begin=4, end=10)": engine(
        (0, 4, linear_rule(0.25, 1, 3)), (4, 10, cosine_rule(6, 0))
    ),
    factors("t5x.constant(2)*t5x.linear_warmup(4)*t5x.rsqrt_decay(4)"): lambda k: t5x(
        k, "constant linear_warmup rsqrt"
    ),
    factors("t5x.constant(2)*t5x.rsqrt_normalized_decay(4)"): lambda k: t5x(k, "constant normalized"),
    factors("t5x.constant(2)*t5x.linear_warmup(4)*t5x.cosine_decay(4, 6)"): lambda k: t5x(
        k, "constant linear_warmup cosine"
    ),
    factors("t5x.constant(2)*t5x.decay_every(5)"): lambda k: t5x(k, "constant every"),
    factors("t5x.linear_decay(2, 4, 0.5)"): lambda k: t5x(k, "linear_decay"),
    factors("t5x.linear_decay(2, 4, 0.5), 3"): lambda k: t5x(max(k - 3, 0), "linear_decay"),
}  # fmt: skip

for _kind in FALLS:
    for _ratio, _decay in ((None, 15), (0.5, 10), (0, 0), (1, 15)):
        _given = f"2, 20, 5, {'none' if _ratio is None else _ratio}, {_kind}, 0.25"
        CURVES[f"torchtitan.linear_warmup_stable_decay({_given})"] = lambda k, kind=_kind, decay=_decay: titan(
            k, kind, 20, 5, decay, 0.25
        )
        CURVES[f"torchtitan.linear_warmup_stable_decay_0e13811({_given})"] = lambda k, kind=_kind, decay=_decay: (
            older_titan(k, kind, 20, 5, decay, 0.25)
        )


@pytest.mark.parametrize("text", CURVES)
def test_a_curve_is_the_one_of_the_framework(text: str) -> None:
    schedule: Any = ss.parse(text)
    off = [(k, schedule(k), CURVES[text](k)) for k in range(64)]
    off = [(k, x, y) for k, x, y in off if not math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-14)]
    assert not off, f"(step, value, expected): {off[:5]}"

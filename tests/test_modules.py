"""The modules of frameworks that are not installed here, against their formulas step by step, written by hand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from math import cos, pi, sqrt

import pytest
from comparison import follows

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


@pytest.mark.parametrize("text", CURVES)
def test_a_curve_is_the_one_of_the_framework(text: str) -> None:
    follows(text, CURVES[text])

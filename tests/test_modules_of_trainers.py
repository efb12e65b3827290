"""Megatron-LM, TorchTitan, DeepSpeed and thinc against their formulas step by step, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, floor, log, pi, sqrt

import pytest
from comparison import follows

Curve = Callable[[int], float]


def half(x: float) -> float:
    return (1 + cos(pi * x)) / 2


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


CURVES: dict[str, Curve] = {
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
    "megatron.get_wd(0.1, 0.3, 10, linear)": lambda k: 0.1 + 0.2 * min(k / 10, 1),
    "megatron.get_wd(0.1, 0.3, 10, cosine)": lambda k: 0.3 - 0.2 * half(min(k / 10, 1)),
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
    follows(text, CURVES[text])

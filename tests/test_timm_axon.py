"""timm and Axon against their formulas, written down again: neither is among what the tests need.

timm: timm/scheduler/*.py at aa4b5850, 2026-08. Axon: lib/axon/schedules.ex of release 0.4.1, and for the linear decay,
whose code leaves the initial value out there, lib/polaris/schedules.ex of its successor Polaris.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from comparison import Case, agree, call, documented, entries, same_signature, values_of

import symsched as ss

REASONS = {"PlateauLRScheduler": "depends on a metric"}
"""What has no entry, and why."""

TIMM = {
    "CosineLRScheduler",
    "MultiStepLRScheduler",
    "PlateauLRScheduler",
    "PolyLRScheduler",
    "StepLRScheduler",
    "TanhLRScheduler",
}
"""What timm.scheduler offers."""

Curve = Callable[[int], float]


def _cycle(t: int, first: int, stretch: float) -> tuple[int, float, float]:
    """The cycle at a step, its length and the time in it; at a restart the logarithm is helped over a rounding."""
    if stretch == 1:
        return t // first, first, t % first
    index = math.floor(math.log(1 - t / first * (1 - stretch), stretch) + 1e-9)
    return index, first * stretch**index, t - first * (1 - stretch**index) / (1 - stretch)


def _cycles(
    fall: Callable[[float], float],
    lr: float,
    t_initial: int,
    lr_min: float,
    cycle_mul: float,
    cycle_decay: float,
    cycle_limit: int,
) -> Curve:
    def value(t: int) -> float:
        if cycle_mul < 1 and t >= t_initial / (1 - cycle_mul):  # timm stops with an error here
            return lr_min
        index, length, passed = _cycle(t, t_initial, cycle_mul)
        if index >= cycle_limit:
            return lr_min
        return lr_min + (lr * cycle_decay**index - lr_min) * fall(passed / length)

    return value


def _warm(curve: Curve, lr: float, warmup_t: int, warmup_lr_init: float, warmup_prefix: bool) -> Curve:
    def value(t: int) -> float:
        if t < warmup_t:
            return warmup_lr_init + t * (lr - warmup_lr_init) / warmup_t
        return curve(t - warmup_t if warmup_prefix else t)

    return value


def cosine_lr_scheduler(
    optimizer: float,
    t_initial: int,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    k_decay: float = 1.0,
) -> Curve:
    def fall(u: float) -> float:
        return 0.5 * (1 + math.cos(math.pi * u**k_decay))

    curve = _cycles(fall, optimizer, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    return _warm(curve, optimizer, warmup_t, warmup_lr_init, warmup_prefix)


def poly_lr_scheduler(
    optimizer: float,
    t_initial: int,
    power: float = 0.5,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    k_decay: float = 1.0,
) -> Curve:
    def fall(u: float) -> float:
        return (1 - u**k_decay) ** power

    curve = _cycles(fall, optimizer, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    return _warm(curve, optimizer, warmup_t, warmup_lr_init, warmup_prefix)


def tanh_lr_scheduler(
    optimizer: float,
    t_initial: int,
    lb: float = -7.0,
    ub: float = 3.0,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
) -> Curve:
    def fall(u: float) -> float:
        return 0.5 * (1 - math.tanh(lb * (1 - u) + ub * u))

    curve = _cycles(fall, optimizer, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    target = optimizer if warmup_prefix else curve(warmup_t)
    return _warm(curve, target, warmup_t, warmup_lr_init, warmup_prefix)


def step_lr_scheduler(
    optimizer: float,
    decay_t: float,
    decay_rate: float = 1.0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
) -> Curve:
    def curve(t: int) -> float:
        return optimizer * decay_rate ** (t // decay_t)

    return _warm(curve, optimizer, warmup_t, warmup_lr_init, warmup_prefix)


def multi_step_lr_scheduler(
    optimizer: float,
    decay_t: list[int],
    decay_rate: float = 1.0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
) -> Curve:
    def curve(t: int) -> float:
        return optimizer * decay_rate ** bisect.bisect_right(decay_t, t + 1)

    return _warm(curve, optimizer, warmup_t, warmup_lr_init, warmup_prefix)


def constant(init_value: float) -> Curve:
    return lambda t: init_value


def cosine_decay(init_value: float, decay_steps: int = 10, alpha: float = 0.0) -> Curve:
    return lambda t: (
        init_value * ((1 - alpha) * (math.cos(math.pi * min(t, decay_steps) / decay_steps) + 1) / 2 + alpha)
    )


def exponential_decay(
    init_value: float,
    decay_rate: float = 0.95,
    transition_steps: int = 10,
    transition_begin: int = 0,
    staircase: bool = False,
) -> Curve:
    def value(t: int) -> float:
        exponent = (t - transition_begin) / transition_steps
        return (
            init_value
            if t <= transition_begin
            else init_value * decay_rate ** (exponent // 1 if staircase else exponent)
        )

    return value


def linear_decay(init_value: float, warmup: int = 0, steps: int = 1000) -> Curve:
    def value(t: int) -> float:
        if t < warmup:
            return init_value * (t / max(1, warmup))
        return init_value * max(0.0, (steps - t) / max(1, steps - warmup))

    return value


def polynomial_decay(
    init_value: float, end_value: float = 1e-3, power: float = 2, transition_steps: int = 10, transition_begin: int = 0
) -> Curve:
    def value(t: int) -> float:
        passed = min(max(t - transition_begin, 0), transition_steps)
        return (init_value - end_value) * (1 - passed / transition_steps) ** power + end_value

    return value


FUNCTIONS: dict[str, Callable[..., Curve]] = {
    "timm.CosineLRScheduler": cosine_lr_scheduler,
    "timm.PolyLRScheduler": poly_lr_scheduler,
    "timm.TanhLRScheduler": tanh_lr_scheduler,
    "timm.StepLRScheduler": step_lr_scheduler,
    "timm.MultiStepLRScheduler": multi_step_lr_scheduler,
    "axon.constant": constant,
    "axon.cosine_decay": cosine_decay,
    "axon.exponential_decay": exponential_decay,
    "axon.linear_decay": linear_decay,
    "axon.polynomial_decay": polynomial_decay,
}

STEPS = (*range(81), 1000, 2**24, 2**24 + 1)


def case(name: str, *arguments: Any, **options: Any) -> Case:
    """A pair of texts; timm is written with its optimizer, Axon with its options, as both are written."""
    module, _, last = name.partition(".")
    text = call(name, arguments, options, symsched=True)
    if module == "timm":
        inner = call("", arguments[1:], options, symsched=False)[1:-1]
        return Case(f"timm.scheduler.{last}(SGD(parameters, lr={arguments[0]!r}), {inner})", text, STEPS)
    inner = call("", arguments, {}, symsched=False)[1:-1]
    given = "".join(f", {key}: {value if isinstance(value, int) else repr(value)}" for key, value in options.items())
    return Case(f"Axon.Schedules.{last}({inner}{given.lower()})", text, STEPS)


def timm() -> Iterator[tuple[Case, Curve]]:
    cycles = ({}, {"cycle_limit": 3}, {"cycle_mul": 2.0, "cycle_limit": 3}, {"cycle_mul": 0.5, "cycle_limit": 4})
    warm = ({}, {"warmup_t": 4}, {"warmup_t": 4, "warmup_lr_init": 0.01, "warmup_prefix": True})
    for name in ("timm.CosineLRScheduler", "timm.PolyLRScheduler", "timm.TanhLRScheduler"):
        for length, cycle, up in product((1, 12), cycles, warm):
            yield pair(name, 0.1, t_initial=length, **cycle, **up)
        for decay, low in product((0.5, 1.0), (0.0, 0.02)):
            yield pair(name, 0.1, t_initial=16, lr_min=low, cycle_mul=2.0, cycle_decay=decay, cycle_limit=3)
        yield pair(name, 0.1, t_initial=8, lr_min=0.02, cycle_decay=0.5, cycle_limit=0)
        yield pair(name, 0.1, t_initial=49, cycle_limit=2)
        yield pair(name, 0.1, t_initial=8, cycle_limit=2, warmup_t=40)  # the warm-up hides all of it
        yield pair(name, 0.1, t_initial=8, cycle_limit=2, warmup_t=40, warmup_prefix=True)
    for name, k in product(("timm.CosineLRScheduler", "timm.PolyLRScheduler"), (0.5, 2.0)):
        yield pair(name, 0.1, t_initial=20, lr_min=0.01, cycle_limit=2, k_decay=k)
    for power in (1.0, 2.0):
        yield pair("timm.PolyLRScheduler", 0.1, t_initial=20, power=power)
    yield pair("timm.TanhLRScheduler", 0.1, t_initial=20, lb=-3.0, ub=2.0)
    for prefix, up in product((True, False), (0, 1, 4)):
        options = {"warmup_t": up, "warmup_prefix": prefix}
        yield pair("timm.StepLRScheduler", 0.1, decay_t=10, decay_rate=0.5, **options)
        yield pair("timm.MultiStepLRScheduler", 0.1, decay_t=[10, 20, 20], decay_rate=0.5, **options)
    yield pair("timm.StepLRScheduler", 0.1, decay_t=2.5, decay_rate=0.9)
    yield pair("timm.StepLRScheduler", 0.1, decay_t=49, decay_rate=0.9, warmup_t=1)
    yield pair("timm.StepLRScheduler", 0.1, decay_t=10)
    yield pair("timm.MultiStepLRScheduler", 0.1, decay_t=[0, 1, 2], decay_rate=0.1, warmup_lr_init=0.5, warmup_t=3)


def axon() -> Iterator[tuple[Case, Curve]]:
    yield pair("axon.constant", 0.01)
    for steps, alpha in product((1, 10, 37), (0.0, 0.1, 1.0)):
        yield pair("axon.cosine_decay", 0.01, decay_steps=steps, alpha=alpha)
    yield pair("axon.cosine_decay", 0.01)
    for begin, stairs in product((0, 1, 7), (False, True)):
        yield pair("axon.exponential_decay", 0.01, transition_begin=begin, staircase=stairs)
    yield pair("axon.exponential_decay", 0.01, decay_rate=0.5, transition_steps=1)
    yield pair("axon.exponential_decay", 0.01, 0.5, 49, transition_begin=1, staircase=True)
    for warmup, steps in ((0, 10), (1, 10), (4, 10), (10, 10), (12, 10), (0, 1), (0, 0)):
        yield pair("axon.linear_decay", 0.01, warmup=warmup, steps=steps)
    yield pair("axon.linear_decay", 0.01)
    for power, begin in product((1, 2, 0.5), (0, 1, 7)):
        yield pair("axon.polynomial_decay", 0.01, power=power, transition_begin=begin)
    yield pair("axon.polynomial_decay", 0.01, end_value=0.0, transition_steps=1)


def pair(name: str, *arguments: Any, **options: Any) -> tuple[Case, Curve]:
    return case(name, *arguments, **options), FUNCTIONS[name](*arguments, **options)


PAIRS = [*timm(), *axon()]

CASES = [case for case, _ in PAIRS]
"""Each a pair of texts: in timm or Axon, and in symsched."""


def test_every_schedule_has_an_entry_or_a_reason() -> None:
    assert entries("timm") | set(REASONS) == TIMM
    assert {f"{m}.{name}" for m in ("timm", "axon") for name in entries(m)} == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_entry_has_the_arguments_and_defaults_of_the_framework(name: str) -> None:
    module, _, last = name.partition(".")
    same_signature(module, last, FUNCTIONS[name], set(), rate=module == "timm")


def test_every_entry_says_what_it_equals_and_is_compared() -> None:
    assert documented("timm") + documented("axon") == []
    assert {c.text.partition("(")[0] for c in CASES} == set(FUNCTIONS)
    assert len({c.text for c in CASES}) == len(CASES)


@pytest.mark.parametrize(("case", "curve"), [pytest.param(*p, id=p[0].text) for p in PAIRS])
def test_the_formula_agrees(case: Case, curve: Curve) -> None:
    agree(values_of(case), [curve(step) for step in case.steps], case)


def test_a_curve_of_timm_lasts_as_long_as_timm_says() -> None:
    # get_cycle_length() of the same scheduler
    assert ss.parse("timm.CosineLRScheduler(0.1, 10, cycle_mul=2, cycle_limit=3)").duration == 70
    assert ss.parse("timm.CosineLRScheduler(0.1, 10, warmup_t=4)").duration == 10
    assert ss.parse("timm.CosineLRScheduler(0.1, 10, warmup_t=4, warmup_prefix=true)").duration == 14

"""Every schedule of transformers against its entry in the library, on a scheduler that is stepped for real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from comparison import Case, agree, call, documented, entries, same_signature, values_of

import symsched as ss

torch = import_module("torch")
optimization = import_module("transformers.optimization")

REASONS = {
    "get_scheduler": "looks one of the others up by its short name",
    "get_reduce_on_plateau_schedule": "depends on a metric",
    "get_greedy_schedule": "depends on a metric",
    "get_adafactor_schedule": "reads the rates that the optimizer works out from its parameters",
}
"""What has no entry, and why."""

FAR = (100, 1000, 9999, 10_000, 10_001, 2**24 - 1, 2**24, 2**24 + 1)
"""Steps long after the end, to which a scheduler is taken by loading its state."""

RATE = 0.1


def case(
    name: str,
    *arguments: Any,
    rate: float = RATE,
    far: bool = True,
    drift: float = 0.0,
    late: tuple[int, ...] = (),
    **options: Any,
) -> Case:
    inner = call("", arguments, options, symsched=False)[1:-1]
    framework = f"{name}(SGD(parameters, lr={rate!r}){', ' * bool(inner)}{inner})"
    text = call(f"transformers.{name}", [rate, *arguments], options, symsched=True)
    return Case(framework, text, (*range(61), *(FAR if far else ())), drift, late)


LENGTHS = ((0, 10), (1, 10), (4, 10), (9, 10), (10, 10), (12, 10), (0, 1), (0, 0), (1, 1), (7, 50))
"""Warm-up and training; in some the warm-up takes all of it, or more."""


def constant() -> Iterator[Case]:
    yield case("get_constant_schedule")
    yield case("get_constant_schedule", rate=3e-5)
    for warmup in (0, 1, 2, 10, 60, 20_000):
        yield case("get_constant_schedule_with_warmup", warmup)
    yield case("get_constant_schedule_with_warmup", num_warmup_steps=37, rate=3e-5)


def linear() -> Iterator[Case]:
    for warmup, training in LENGTHS:
        yield case("get_linear_schedule_with_warmup", warmup, training)
    yield case("get_linear_schedule_with_warmup", num_warmup_steps=500, num_training_steps=10_000)


def cosine() -> Iterator[Case]:
    name = "get_cosine_schedule_with_warmup"
    for warmup, training in LENGTHS:
        yield case(name, warmup, training, far=False)
    for cycles in (0.25, 1.0, 1.5, 2, 0):
        yield case(name, 4, 24, cycles, far=False)
    yield case(name, num_warmup_steps=4, num_training_steps=10, num_cycles=0.5, far=False)
    yield case(name, 4, 12, drift=1e-9)  # an angle of millions of turns, rounded


def restarts() -> Iterator[Case]:
    name = "get_cosine_with_hard_restarts_schedule_with_warmup"
    for warmup, training in LENGTHS:
        yield case(name, warmup, training)
    for cycles, steps in product((2, 3, 4), (12, 48)):
        yield case(name, 4, 4 + steps, cycles)
    yield case(name, num_warmup_steps=0, num_training_steps=40, num_cycles=1.5)
    yield case(name, num_warmup_steps=0, num_training_steps=49, num_cycles=7)


def polynomial() -> Iterator[Case]:
    name = "get_polynomial_decay_schedule_with_warmup"
    for warmup, training in LENGTHS:
        if warmup != training:  # transformers divides by zero
            yield case(name, warmup, training)
    for power, end in product((0.5, 2.0, 3), (0.0, 0.01)):
        yield case(name, 4, 24, lr_end=end, power=power)
    yield case(name, num_warmup_steps=500, num_training_steps=10_000, power=2.0, rate=1e-4)


def inverse_sqrt() -> Iterator[Case]:
    for warmup, timescale in product((0, 1, 4, 37), (None, 1, 10, 10_000)):
        yield case("get_inverse_sqrt_schedule", warmup, timescale)
    yield case("get_inverse_sqrt_schedule", num_warmup_steps=4)


def minimum() -> Iterator[Case]:
    name = "get_cosine_with_min_lr_schedule_with_warmup"
    for warmup, training in LENGTHS:
        yield case(name, warmup, training, min_lr=0.01, far=False)
    for cycles, rate in product((0.5, 1.0, 0.25), (0.0, 0.1, 1.0)):
        yield case(name, 4, 24, cycles, min_lr_rate=rate, far=False)
    yield case(name, num_warmup_steps=4, num_training_steps=24, num_cycles=0.5, min_lr=0.0, far=False)
    yield case(name, 4, 24, min_lr=0.2, far=False)
    yield case(name, 4, 12, min_lr_rate=0.1, drift=1e-9)


def early_minimum() -> Iterator[Case]:
    name = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
    for warmup, training in LENGTHS:
        yield case(name, warmup, training, min_lr=0.01, far=False)
        yield case(name, warmup, training, min_lr=0.01, warmup_lr_rate=0.25, far=False)
    for cycles, rate, start in product((0.5, 1.0), (0.0, 0.1), (None, 0.0)):
        yield case(name, 5, 25, cycles, min_lr_rate=rate, warmup_lr_rate=start, far=False)
    yield case(name, 4, 12, min_lr_rate=0.1, drift=1e-9)


def stable() -> Iterator[Case]:
    name = "get_wsd_schedule"
    types = ("linear", "cosine", "1-sqrt")
    for up, down, ratio in product(types, types, (0, 0.1)):
        yield case(name, 10, 20, num_stable_steps=15, warmup_type=up, decay_type=down, min_lr_ratio=ratio)
    for warmup, decay, training in ((0, 10, 40), (10, 0, 40), (0, 0, 40), (1, 1, 40), (10, 20, 30), (5, 5, 5)):
        yield case(name, warmup, decay, training)
    for down in types:  # more warm-up and decay than training
        yield case(name, 10, 20, 25, decay_type=down, min_lr_ratio=0.1)
        yield case(name, 10, 20, 5, decay_type=down, min_lr_ratio=0.1)
    for cycles in (0.25, 1.0, 1.5, 0):
        yield case(name, 5, 20, 40, num_cycles=cycles, min_lr_ratio=0.1)
    yield case(name, num_warmup_steps=10, num_decay_steps=20, num_stable_steps=0)
    yield case(name, num_warmup_steps=500, num_decay_steps=2000, num_training_steps=10_000, rate=1e-3, drift=1e-16)


CASES = [
    *constant(),
    *linear(),
    *cosine(),
    *restarts(),
    *polynomial(),
    *inverse_sqrt(),
    *minimum(),
    *early_minimum(),
    *stable(),
]
"""Each a pair of texts: in transformers, and in symsched."""


def curve(case: Case) -> list[float]:
    """The learning rate of an optimizer at each step of a run, and then at steps to which the scheduler is taken."""
    optimizers = []

    def sgd(parameters: Any, lr: float) -> Any:
        optimizers.append(torch.optim.SGD(parameters, lr=lr))
        return optimizers[-1]

    names = {**vars(optimization), "SGD": sgd, "parameters": [torch.zeros(1)]}
    scheduler = eval(case.framework, names)  # noqa: S307 (a text of this file)
    (optimizer,) = optimizers
    rates = []
    for step in case.steps:
        if step > 0:
            if step != len(rates):
                scheduler.load_state_dict({**scheduler.state_dict(), "last_epoch": step - 1})
            optimizer.step()
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def public() -> set[str]:
    """The functions that give a schedule, also those that a short name stands for."""
    named = {n for n in vars(optimization) if re.fullmatch(r"get_\w*schedule\w*", n)}
    return named | {f.__name__ for f in optimization.TYPE_TO_SCHEDULER_FUNCTION.values()}


def test_every_schedule_has_an_entry_or_a_reason() -> None:
    assert entries("transformers") | set(REASONS) == public()
    assert not entries("transformers") & set(REASONS)


@pytest.mark.parametrize("name", sorted(entries("transformers")))
def test_an_entry_has_the_arguments_and_defaults_of_transformers(name: str) -> None:
    same_signature("transformers", name, getattr(optimization, name), {"last_epoch"}, rate=True)


def test_every_entry_says_what_it_equals_and_is_compared() -> None:
    assert documented("transformers") == []
    assert {c.text.partition("(")[0].removeprefix("transformers.") for c in CASES} == entries("transformers")


def test_no_pair_stands_twice() -> None:
    assert len({c.text for c in CASES}) == len(CASES) >= 120


@pytest.mark.parametrize("case", [pytest.param(c, id=c.text) for c in CASES])
def test_transformers_agrees(case: Case) -> None:
    agree(values_of(case), curve(case), case)


def test_a_wave_is_exact_however_late() -> None:
    case = Case("get_cosine_schedule_with_warmup(SGD(parameters, lr=1.0), 0, 8)", "", (0, 2**24 + 4))
    ours = ss.parse("transformers.get_cosine_schedule_with_warmup(1, 0, 8)").compile("python")
    assert abs(ours(2**24 + 4) - 0.5) < 1e-15
    assert abs(curve(case)[1] - 0.5) > 1e-11


@pytest.mark.parametrize("given", ["", ", min_lr=0.01, min_lr_rate=0.1"])
@pytest.mark.parametrize("name", sorted(n for n in entries("transformers") if "_min_lr_" in n))
def test_one_minimum_is_asked_for(name: str, given: str) -> None:
    with pytest.raises(ValueError, match="min_lr_rate"):
        curve(Case(f"{name}(SGD(parameters, lr=0.1), 4, 10{given})", ""))
    with pytest.raises(ss.ScheduleError, match=r"one_of_min_lr_and_min_lr_rate"):
        ss.parse(f"transformers.{name}(0.1, 4, 10{given})").compile("python")


def test_a_length_is_asked_for() -> None:
    with pytest.raises(ValueError, match="num_stable_steps"):
        curve(Case("get_wsd_schedule(SGD(parameters, lr=0.1), 4, 10)", ""))
    with pytest.raises(ss.ScheduleError, match=r"num_training_steps_or_num_stable_steps"):
        ss.parse("transformers.get_wsd_schedule(0.1, 4, 10)").compile("python")


def test_a_polynomial_decay_without_steps_is_its_end() -> None:
    framework = "get_polynomial_decay_schedule_with_warmup(SGD(parameters, lr=0.1), 10, 10, 0.01)"
    with pytest.raises(ZeroDivisionError):
        curve(Case(framework, ""))
    ours = ss.parse("transformers.get_polynomial_decay_schedule_with_warmup(0.1, 10, 10, 0.01)").compile("python")
    assert [ours(9), ours(10), ours(11)] == [0.09, 0.01, 0.01]


def test_the_stable_steps_win_over_the_training_steps() -> None:
    arguments = "4, 10, num_training_steps=30, num_stable_steps=3"
    case = Case(
        f"get_wsd_schedule(SGD(parameters, lr=0.1), {arguments})", f"transformers.get_wsd_schedule(0.1, {arguments})"
    )
    with pytest.warns(UserWarning, match="num_stable_steps will be used"):
        theirs = curve(case)
    agree(values_of(case), theirs, case)

"""Every schedule of transformers against its entry in the library, on a scheduler that is stepped for real."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from comparison import Case, agree, documented, entries, pairs, same_signature, values_of, without_entry

import symsched as ss

torch = import_module("torch")
optimization = import_module("transformers.optimization")

REASONS = without_entry("transformers")

ROWS = pairs("transformers")

FAR = (100, 1000, 9999, 10_000, 10_001, 2**24 - 1, 2**24, 2**24 + 1)
"""Steps long after the end, to which a scheduler is taken by loading its state."""

RATE = 0.1
"""The learning rate of an optimizer whose row does not say another."""

NAMES = dict(vars(optimization))


def case(row: dict[str, Any]) -> Case:
    near = range(row.get("steps", 61))
    far = [step for step in FAR if step not in near] if row.get("far") else []
    return Case(row["transformers"], row["symsched"], (*near, *far), row.get("drift", 0.0))


CASES = [case(row) for row in ROWS]


def entry(text: str) -> str:
    """The entry that a text calls."""
    return text.partition("(")[0].removeprefix("transformers.")


def curve(case: Case, rate: float = RATE) -> list[float]:
    """The learning rate of an optimizer at each step of a run, and then at steps to which the scheduler is taken."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=rate)
    scheduler = eval(case.framework, {**NAMES, "optimizer": optimizer})  # noqa: S307 (a text of ours)
    rates: list[float] = []
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
    assert {entry(c.text) for c in CASES} == entries("transformers")
    assert {entry(row["symsched"]) for row in ROWS if "sheet" in row} == entries("transformers")


def test_no_pair_stands_twice() -> None:
    assert len({c.text for c in CASES}) == len(CASES) >= 120


@pytest.mark.parametrize(
    ("case", "rate"), [pytest.param(case(row), row.get("rate", RATE), id=row["symsched"]) for row in ROWS]
)
def test_transformers_agrees(case: Case, rate: float) -> None:
    agree(values_of(case), curve(case, rate), case)


def test_a_wave_is_exact_however_late() -> None:
    case = Case("get_cosine_schedule_with_warmup(optimizer, 0, 8)", "", (0, 2**24 + 4))
    ours = ss.parse("transformers.get_cosine_schedule_with_warmup(1, 0, 8)").compile("python")
    assert abs(ours(2**24 + 4) - 0.5) < 1e-15
    assert abs(curve(case, rate=1.0)[1] - 0.5) > 1e-11


@pytest.mark.parametrize("given", ["", ", min_lr=0.01, min_lr_rate=0.1"])
@pytest.mark.parametrize("name", sorted(n for n in entries("transformers") if "_min_lr_" in n))
def test_one_minimum_is_asked_for(name: str, given: str) -> None:
    with pytest.raises(ValueError, match="min_lr_rate"):
        curve(Case(f"{name}(optimizer, 4, 10{given})", ""))
    with pytest.raises(ss.ScheduleError, match="one of `min_lr` and `min_lr_rate` must be given"):
        ss.parse(f"transformers.{name}(0.1, 4, 10{given})").compile("python")


def test_a_length_is_asked_for() -> None:
    with pytest.raises(ValueError, match="num_stable_steps"):
        curve(Case("get_wsd_schedule(optimizer, 4, 10)", ""))
    with pytest.raises(ss.ScheduleError, match="one of `num_training_steps` and `num_stable_steps` must"):
        ss.parse("transformers.get_wsd_schedule(0.1, 4, 10)").compile("python")


def test_a_polynomial_decay_without_steps_is_its_end() -> None:
    framework = "get_polynomial_decay_schedule_with_warmup(optimizer, 10, 10, 0.01)"
    with pytest.raises(ZeroDivisionError):
        curve(Case(framework, ""))
    ours = ss.parse("transformers.get_polynomial_decay_schedule_with_warmup(0.1, 10, 10, 0.01)").compile("python")
    assert [ours(9), ours(10), ours(11)] == [0.09, 0.01, 0.01]


def test_the_stable_steps_win_over_the_training_steps() -> None:
    arguments = "4, 10, num_training_steps=30, num_stable_steps=3"
    case = Case(f"get_wsd_schedule(optimizer, {arguments})", f"transformers.get_wsd_schedule(0.1, {arguments})")
    with pytest.warns(UserWarning, match="num_stable_steps will be used"):
        theirs = curve(case)
    agree(values_of(case), theirs, case)

"""Every schedule of optax against its entry in the library, in float64."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from comparison import Case, agree, documented, entries, pairs, same_signature, signature, values_of, without_entry

import symsched as ss

jax = import_module("jax")
optax = import_module("optax")

REASONS = without_entry("optax")

DICTIONARIES = {"piecewise_constant_schedule", "piecewise_interpolate_schedule"}
"""Entries whose dictionary, None by default, is a list of pairs, by default an empty one."""

ROWS = pairs("optax")

FAR = (2**24 - 1, 2**24, 2**24 + 1, 2**31, 10**12 + 1)
"""Late steps. float32, in which optax computes by default, cannot tell the second from the third."""


def case(row: dict[str, Any]) -> Case:
    return Case(row["optax"], row["symsched"], (*range(row.get("steps", 64)), *FAR), row.get("drift", 0.0))


CASES = [case(row) for row in ROWS]


def entry(text: str) -> str:
    """The entry that a text calls."""
    return text.partition("(")[0].removeprefix("optax.")


def schedule(framework: str) -> Any:
    return eval(framework, {"optax": optax})  # noqa: S307 (a text of ours)


def public() -> set[str]:
    """The functions of the module of schedules, and others that give one."""
    found = {n for n, f in vars(optax.schedules).items() if inspect.isfunction(f)}
    for name, function in vars(optax).items():
        if inspect.isfunction(function) and inspect.signature(function).return_annotation is optax.Schedule:
            found.add(name)
    return {name for name in found if not name.startswith("_")}


def test_every_schedule_has_an_entry_or_a_reason() -> None:
    assert entries("optax") | set(REASONS) == public()
    assert not entries("optax") & set(REASONS)


@pytest.mark.parametrize("name", sorted(entries("optax") - DICTIONARIES))
def test_an_entry_has_the_arguments_and_defaults_of_optax(name: str) -> None:
    same_signature("optax", name, getattr(optax, name), set())


@pytest.mark.parametrize("name", sorted(DICTIONARIES))
def test_a_dictionary_is_a_list_of_pairs(name: str) -> None:
    theirs = inspect.signature(getattr(optax, name)).parameters
    assert list(signature("optax", name)) == list(theirs)
    assert (signature("optax", name)["boundaries_and_scales"], theirs["boundaries_and_scales"].default) == ("[]", None)


def test_every_entry_says_what_it_equals_and_is_compared() -> None:
    assert documented("optax") == []
    assert {entry(c.text) for c in CASES} == entries("optax")
    assert {entry(row["symsched"]) for row in ROWS if "sheet" in row} == entries("optax")


def test_no_pair_stands_twice() -> None:
    assert len({c.framework for c in CASES}) == len(CASES)
    assert len({c.text for c in CASES}) >= 120


@pytest.mark.parametrize("case", [pytest.param(c, id=c.framework) for c in CASES])
def test_optax_agrees(case: Case) -> None:
    with jax.enable_x64(True):
        function = schedule(case.framework)
        theirs = [float(function(step)) for step in case.steps]
    agree(values_of(case), theirs, case)


# What optax does that the library does not


@pytest.mark.parametrize(
    ("framework", "text"),
    [
        ("optax.cosine_decay_schedule(1.0, 0)", "optax.cosine_decay_schedule(1, -1)"),
        ("optax.warmup_cosine_decay_schedule(0.0, 1.0, 20, 10)", "optax.warmup_cosine_decay_schedule(0, 1, 20, 10)"),
        ("optax.linear_onecycle_schedule(-1, 1.0)", "optax.linear_onecycle_schedule(-1, 1)"),
        ("optax.piecewise_interpolate_schedule('cos', 1.0)", "optax.piecewise_interpolate_schedule(cos, 1)"),
    ],
)
def test_what_optax_refuses_is_an_error(framework: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"require|non-positive|must be"):
        schedule(framework)
    with pytest.raises(ss.ScheduleError):
        ss.parse(text).compile("python")


def test_the_boundaries_are_one_fewer_than_the_schedules() -> None:
    assert schedule("optax.join_schedules([optax.constant_schedule(1.0)], [3, 5])")(9) == 1.0
    with pytest.raises(ss.ScheduleError, match=r"^1 schedules need 0 boundaries, but got 2"):
        ss.parse("optax.join_schedules([1], [3, 5])").compile("python")


def test_the_peak_is_at_the_exact_step() -> None:
    """optax takes 0.29*100 for 28.999999999999996."""
    theirs = schedule("optax.cosine_onecycle_schedule(100, 1.0, pct_start=0.29)")
    ours = ss.parse("optax.cosine_onecycle_schedule(100, 1, pct_start=0.29)").compile("python")
    assert (float(theirs(28)), ours(28) < 1) == (1.0, True)
    assert (float(theirs(29)) < 1, ours(29)) == (True, 1.0)


def test_a_stair_begins_at_its_step() -> None:
    """On an array of steps optax multiplies by 1/49, and 49*(1/49) is less than 1."""
    with jax.enable_x64(True):
        theirs = schedule("optax.exponential_decay(1.0, 49, 0.5, staircase=True)")
        assert float(theirs(49)) == 0.5
        assert theirs(jax.numpy.arange(48, 51)).tolist() == [1.0, 1.0, 0.5]
    ours = ss.parse("optax.exponential_decay(1, 49, 0.5, staircase=true)").compile("numpy")
    assert ours(np.arange(48, 51)).tolist() == [1.0, 0.5, 0.5]


def test_float32_cannot_count_above_two_to_the_24() -> None:
    theirs = schedule("optax.linear_schedule(1.0, 0.0, 2**25)")
    ours = ss.parse("optax.linear_schedule(1, 0, 2**25)").compile("python")
    assert float(theirs(2**24 + 1)) == float(theirs(2**24))
    assert ours(2**24 + 1) == ours(2**24) - 2**-25


def test_cycles_have_a_limit() -> None:
    cycle = "optax.warmup_cosine_decay_schedule(0, 1, 1, 3)"
    many = ss.parse(f"optax.sgdr_schedule([{', '.join([cycle] * 64)}])")
    assert many.duration == 192
    with pytest.raises(ss.ScheduleError, match=r"^there is no item 65 in a list of 65"):
        ss.parse(f"optax.sgdr_schedule([{', '.join([cycle] * 65)}])").compile("python")

"""Schedules of Keras as schedules: objects, what Keras saves of them, and that as JSON."""

from __future__ import annotations

import json
import os
from importlib import import_module
from typing import Any

import pytest
from comparison import Case, agree, pairs

import symsched as ss
from symsched.integrations.keras import from_schedule

os.environ["KERAS_BACKEND"] = "jax"

keras = import_module("keras")
schedules = keras.optimizers.schedules

ROWS = pairs("keras")


def built(text: str) -> Any:
    return eval(text, dict(vars(schedules)))  # noqa: S307 (a text of ours)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["symsched"])
def test_a_schedule_becomes_the_entry_that_the_parity_tests_compare(row: dict[str, Any]) -> None:
    schedule = from_schedule(built(row["keras"]))
    assert "\n" not in str(schedule)
    ours, written = ss.parse(str(schedule)).compile("python"), ss.parse(row["symsched"]).compile("python")
    steps = (*range(row.get("steps", 61)), 1000, 10**6)
    agree(map(ours, steps), map(written, steps), Case(row["keras"], str(schedule), steps))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["symsched"])
def test_what_is_saved_of_a_schedule_is_the_same_schedule(row: dict[str, Any]) -> None:
    schedule = built(row["keras"])
    saved = schedules.serialize(schedule)
    expected = from_schedule(schedule)
    assert from_schedule(saved) == expected
    assert from_schedule(json.loads(json.dumps(saved))) == expected
    assert from_schedule({"class_name": saved["class_name"], "config": saved["config"]}) == expected


@pytest.mark.parametrize("text", ["ExponentialDecay(0.5, 20, 0.25)", "PolynomialDecay(0.5, 40, 0.125, power=2.0)"])
def test_a_schedule_has_the_values_of_the_object(text: str) -> None:
    theirs, ours = built(text), from_schedule(built(text))
    for step in range(61):
        assert ours(step) == pytest.approx(float(theirs(step)), rel=1e-6)  # it computes in float32


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CosineDecay(1e-3, 10000)", "keras.CosineDecay(1e-3, decay_steps=1e4)"),
        (
            "PiecewiseConstantDecay([9, 20], [1.0, 0.5, 0.1])",
            "keras.PiecewiseConstantDecay([9, 20], values=[1, 0.5, 0.1])",
        ),
        (
            "ExponentialDecay(0.1, 10, 0.9, True, name='mine')",
            "keras.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.9, staircase=true)",
        ),
    ],
)
def test_the_text_is_what_one_would_write(text: str, written: str) -> None:
    assert str(from_schedule(built(text))) == written


def test_a_rate_may_be_a_tensor() -> None:
    schedule = schedules.ExponentialDecay(keras.ops.convert_to_tensor(0.5), 10, 0.25)
    assert str(from_schedule(schedule)) == "keras.ExponentialDecay(0.5, decay_steps=10, decay_rate=0.25)"


class ExponentialDecay(schedules.ExponentialDecay):  # type: ignore[name-defined, misc]
    """A schedule of a user, which could do anything."""


class Own(schedules.LearningRateSchedule):  # type: ignore[name-defined, misc]
    def __call__(self, step: Any) -> Any:
        return step

    def get_config(self) -> dict[str, Any]:
        return {}


COSINE = {"initial_learning_rate": 0.1, "decay_steps": 10}


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (ExponentialDecay(0.1, 10, 0.9), f"`{__name__}.ExponentialDecay` cannot become a schedule"),
        (Own(), f"`{__name__}.Own` cannot become a schedule"),
        (schedules, "`builtins.module` cannot become a schedule"),
        (None, "`builtins.NoneType` cannot become a schedule"),
        ({}, "a configuration has a `class_name` and a `config`"),
        ({"class_name": "CosineDecay", "config": {1: 2}}, "a configuration has a `class_name` and a `config`"),
        ({"class_name": "Own", "config": {}}, "`Own` cannot become a schedule"),
        (
            {"module": "mine", "class_name": "CosineDecay", "config": COSINE},
            "`mine.CosineDecay` cannot become a schedule",
        ),
        ({"class_name": "CosineDecay", "config": {**COSINE, "step": 1}}, "`keras.CosineDecay` has no argument `step`"),
        ({"class_name": "CosineDecay", "config": {**COSINE, "alpha": "x"}}, "'x' is not a number"),
        ({"class_name": "CosineDecay", "config": {"decay_steps": 10}}, "`CosineDecay` needs `initial_learning_rate`"),
    ],
)
def test_what_keras_did_not_make_is_refused(given: Any, title: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        from_schedule(given)
    assert caught.value.title == title

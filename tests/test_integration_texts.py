"""Factor strings of T5X and Trax, and keyframe strings of Deforum, against their rules written out by hand.

The rules are those of google-research/t5x `t5x/utils.py` at 019f2a1, google/trax `trax/supervised/lr_schedules.py` at
0aec5c5, and deforum-art/sd-webui-deforum `scripts/deforum_helpers/animation_key_frames.py` at 47f7140.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import Case, agree

import symsched as ss
from symsched.importing import imported
from symsched.integrations import deforum, t5x, trax

T5X = {
    "base_learning_rate": 0.5,
    "warmup_steps": 1000,
    "decay_factor": 0.5,
    "steps_per_decay": 20_000,
    "steps_per_cycle": 100_000,
    "step_offset": 0,
    "min_learning_rate": 1e-8,
}
TRAX = {**T5X, "base_learning_rate": 0.1, "warmup_steps": 400, "min_learning_rate": 0.0}

FACTORS: dict[str, Callable[[float, Any], float]] = {
    "constant": lambda t, n: n["base_learning_rate"],
    "linear_warmup": lambda t, n: min(1.0, t / n["warmup_steps"]),
    "linear_decay": lambda t, n: (
        n["base_learning_rate"] * min(t / n["warmup_steps"], 1 + n["decay_factor"] * (n["warmup_steps"] - t))
    ),
    "rsqrt_decay": lambda t, n: 1 / math.sqrt(max(t, n["warmup_steps"])),
    "rsqrt_normalized_decay": lambda t, n: math.sqrt(n["warmup_steps"] / max(t, n["warmup_steps"])),
    "decay_every": lambda t, n: n["decay_factor"] ** (t // n["steps_per_decay"]),
    "cosine_decay": lambda t, n: (
        (1 + math.cos(math.pi * (max(0, t - n["warmup_steps"]) % n["steps_per_cycle"]) / n["steps_per_cycle"])) / 2
    ),
}


def by_hand(factors: str, numbers: dict[str, float], step: int) -> float:
    t = max(0, step - numbers["step_offset"])
    value = math.prod(FACTORS[name.strip()](t, numbers) for name in factors.split("*"))
    return max(value, numbers["min_learning_rate"])


STRINGS = [
    "constant",
    "constant * linear_warmup",
    "constant*linear_warmup*rsqrt_decay",
    " constant * linear_warmup * rsqrt_normalized_decay ",
    "constant * linear_warmup * decay_every * decay_every",
    "constant * linear_warmup * cosine_decay",
    "rsqrt_decay * cosine_decay * decay_every",
]

NUMBERS: list[dict[str, float]] = [
    {},
    {"warmup_steps": 10, "steps_per_decay": 7, "steps_per_cycle": 13},
    {"warmup_steps": 3, "decay_factor": 0.9, "steps_per_decay": 1, "steps_per_cycle": 1},
]

STEPS = (*range(120), 399, 400, 401, 999, 1000, 1001, 19_999, 20_000, 20_001, 99_999, 100_000, 101_000, 200_401)


def same(schedule: ss.Schedule, theirs: Callable[[int], float]) -> None:
    assert "\n" not in str(schedule)
    ours = ss.parse(str(schedule)).compile("python")
    agree(map(ours, STEPS), map(theirs, STEPS), Case("", str(schedule), STEPS))


@pytest.mark.parametrize("own", [{}, {"base_learning_rate": 2, "step_offset": 5, "min_learning_rate": 0.01}])
@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("factors", [*STRINGS, "linear_decay", "linear_decay * rsqrt_decay"])
def test_a_factor_string_of_t5x(factors: str, numbers: dict[str, float], own: dict[str, float]) -> None:
    given = {**numbers, **own}
    same(t5x.from_factors(factors, **given), lambda step: by_hand(factors, {**T5X, **given}, step))
    text = ", ".join([factors, *(f"{name}={value}" for name, value in given.items())])
    assert imported(text, "t5x") == t5x.from_factors(factors, **given)


@pytest.mark.parametrize(("constant", "minimum"), [(0.1, 0), (2, 0.01)])
@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("factors", STRINGS)
def test_a_factor_string_of_trax(factors: str, numbers: dict[str, float], constant: float, minimum: float) -> None:
    given = {**numbers, "constant": constant, "minimum": minimum}
    whole = {**TRAX, **numbers, "base_learning_rate": constant, "min_learning_rate": minimum}
    same(trax.from_factors(factors, **given), lambda step: by_hand(factors, whole, step))
    text = ", ".join([factors, *(f"{name}={value}" for name, value in given.items())])
    assert imported(text, "trax") == trax.from_factors(factors, **given)


def test_the_defaults_are_those_of_the_libraries() -> None:
    assert t5x.from_factors(STRINGS[2]) == t5x.from_factors(STRINGS[2], **T5X)
    assert trax.from_factors(STRINGS[2]) == trax.from_factors(STRINGS[2], constant=0.1, warmup_steps=400, minimum=0)


@pytest.mark.parametrize(
    ("library", "text", "title", "marked"),
    [
        ("t5x", "constant * cosine", "unknown factor `cosine`", "cosine"),
        ("t5x", "constant ** rsqrt_decay", "a factor is missing", "*"),
        ("t5x", "", "a factor is missing", ""),
        ("t5x", "constant, warmup_steps", "a number is given as name=value", " warmup_steps"),
        ("t5x", "constant, warmup_steps=1, warmup_steps=2", "`warmup_steps` is given twice", "warmup_steps"),
        ("t5x", "constant, warmup=1", "no factor reads `warmup`", None),
        ("t5x", "constant, constant=1", "no factor reads `constant`", None),
        ("trax", "linear_decay", "unknown factor `linear_decay`", "linear_decay"),
        ("trax", "constant, base_learning_rate=1", "no factor reads `base_learning_rate`", None),
        ("trax", "constant, min_learning_rate=1", "no factor reads `min_learning_rate`", None),
    ],
)
def test_what_is_no_factor_string_is_an_error(library: str, text: str, title: str, marked: str | None) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        imported(text, library)
    assert caught.value.title == title
    if marked is not None:
        assert caught.value.source == text
        assert text[slice(*caught.value.span)] == marked


# Keyframes


def frames(text: str, last: int) -> list[float]:
    """The rule of Deforum: evaluate expressions frame by frame, and lay lines through what is left."""
    keys = {int(k): v for k, v in re.findall(r"(\d+):\s*\((.*?)\)(?=,\s*\d|$)", text, flags=re.DOTALL)}
    values = np.full(last, np.nan)
    current = ""
    for t in range(last):
        current = keys.get(t, current)
        plain = re.fullmatch(r"[+-]?\d*(\.\d+)?", re.sub(r"[()]", "", current))
        if plain and t in keys:
            values[t] = float(re.sub(r"[()]", "", current))
        elif not plain:
            names = {**vars(np), "t": np.float64(t), "mod": np.fmod}
            values[t] = eval(current, {"__builtins__": {}}, names)  # noqa: S307 (a text of ours)
    known = np.flatnonzero(~np.isnan(values))
    return [float(v) for v in np.interp(np.arange(last), known, values[known])]


@pytest.mark.parametrize(
    "text",
    [
        "0:(0.65)",
        "0:(0.65), 25:(0.4)",
        "0: (0), 10: (-1.5), 30:(+.5), 31:(7)",
        "0:(1),40:(2),20:(5)",
        "0:((0.5)), 10:(1)",
        "0:( 0.5 ), 10:(1)",
        "0:(1e-3), 10:(1), 20:(2)",
        "0:(1), 50:(2 + sin(t/10))",
        "0:(t**2/7), 5:(3), 9:(cos(2*3.14*t/30)*2), 30:(4), 50:(5)",
        "0:(where(t < 20, t, 20 - t*0.5)), 40:(sqrt(t) + abs(5 - t)), 41:(0)",
        "0:(exp(-t/10)), 15:(floor(t/4)), 30:(ceil(t/4)), 45:(log(t))",
        "0:(0.5),\n 10:(1),\n 20:(t/5)",
    ],
)
def test_keyframes_are_what_deforum_makes_of_them(text: str) -> None:
    schedule = imported(text, "deforum")
    assert "\n" not in str(schedule)
    assert schedule == deforum.from_keyframes(text)
    steps = tuple(range(80))
    agree(map(schedule.compile("python"), steps), frames(text, 80), Case("", str(schedule), steps))


@pytest.mark.parametrize("divisor", ["7", "-7", "(t - 20)"])
def test_a_remainder_has_the_sign_of_the_left_side(divisor: str) -> None:
    ours = deforum.from_keyframes(f"0:((t - 30) % {divisor})").compile("python")
    steps = [step for step in range(60) if step != 20]
    theirs = [math.fmod(step - 30, step - 20 if "t" in divisor else float(divisor)) for step in steps]
    assert [ours(step) for step in steps] == theirs


def test_what_deforum_knows_when_it_runs_is_a_parameter() -> None:
    schedule = deforum.from_keyframes("0:(sin(6.28*t/max_f)), 10:(s)")
    assert [p.name for p in schedule.parameters] == ["max_f", "s"]
    assert schedule.bind(max_f=100, s=3)(12) == 3


@pytest.mark.parametrize(
    ("text", "title", "marked"),
    [
        ("", "there is no keyframe", ""),
        ("0.5", "this is not a keyframe", "0.5"),
        ("0:(1), x:(2)", "this is not a keyframe", "x:(2)"),
        ("0:(1", "this parenthesis is never closed", "("),
        ("0:(1) 5:(2)", "a comma is missing between two keyframes", ")"),
        ("0:(1), 5:(2), 5:(3)", "frame 5 has two values", "5"),
        ("0:()", "a value is one expression", ")"),
        ("0:(1), 5:(1 2)", "this is not Python", "1 2"),
        ("0:(1), 5:( 2*foo(t))", "this would have to be run", "foo(t)"),
        ("0:(__import__('os').system('true'))", "this would have to be run", "__import__('os').system('true')"),
        ("0:(1 if t else 2)", "this is no comparison", "t"),
        ("0:('a')", "this has no counterpart in the language", "'a'"),
        ("0:(max(1, \u00e9))", "`\u00e9` cannot be the name of a parameter", "max(1, \u00e9)"),
    ],
)
def test_what_is_no_keyframe_is_an_error_with_its_place(text: str, title: str, marked: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        deforum.from_keyframes(text)
    assert (caught.value.title, caught.value.source) == (title, text)
    assert text[slice(*caught.value.span)] == marked

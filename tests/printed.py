"""What is printed for compilers outside of Python: the schedules, the steps at which they are run, and the verdict."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import exact
import golden
import numpy as np
from calls import variants

import symsched as ss

ULP = 2
"""How far a value may be from the exact one."""

RECORDS = tomllib.loads((Path(__file__).parent / "contract" / "shortfalls.toml").read_text("ascii"))["shortfall"]
FAR_OFF = {name: ulp for group in RECORDS for name, ulp in group["ulp"].items() if ulp < 1000}
"""How far Python is from the exact value, where that is further."""


@dataclass(frozen=True)
class Case:
    """A schedule that is printed.

    Attributes:
        text: The schedule.
        given: Values of its parameters.
        drawn: How many steps are drawn at random.
        last: The whole step up to which all of them are run; 0 for the end of the schedule or 400.
    """

    text: str
    given: Mapping[str, float] = field(default_factory=dict)
    drawn: int = 20
    last: int = 0

    @property
    def schedule(self) -> ss.Schedule:
        return _parsed(self.text)


@cache
def _parsed(text: str) -> ss.Schedule:
    return ss.parse(text)


CASES: dict[str, Case] = {
    **{name: Case(text) for name, text in variants().items()},
    **{
        name: Case(case["text"], case.get("parameters", {}), 10_000, case["steps"])
        for name, case in golden.CASES.items()
        if name != "plan"
    },
    **{
        name: Case(text, given, 1000)
        for name, text, given in (
            ("stages of many forms", "(warmup(poly(3), 9) >> cosine(1, 8) >> (sqrt(t) + 1)[:7] >> (0.9**t)[:6] >> linear(1, 9, 2) >> (1/(t + 2))[:9] >> rise(sine, 0, 1, 7) >> log(t + 3)[:9] >> tanh(t)[:4] >> floor(t/3)[:9])", {}),  # noqa: E501
            ("equal stages", " >> ".join(["hold(1, 1)"] * 40), {}),
            ("remainders", "mod(500 - t, 7) + mod(t, -7) + floor((3 - t)/7) + round(t/2) + ceil(-t/3)", {}),
            ("long", "sqrt(1 + t/7 + sqrt(2 + t/11 + sqrt(3 + t/13 + sqrt(4 + t/17 + sqrt(5 + t/19)))))*sqrt(6 + t)*(1 + t)/(2 + t)*3/(4 + t)", {}),  # noqa: E501
            (
                "reserved words",
                "double*new*exp(-t/i)*(2 + cos(pi*t/7)) + x*default",
                {"double": 3.0, "new": 0.5, "i": 70.0, "x": 0.25, "default": 0.125},
            ),
            (
                "stages with parameters",
                " >> ".join(f"rise(linear, {k}*i, 0.2*until, 10)" for k in range(1, 13)),
                {"i": 2.0, "until": 0.75},
            ),
            (
                "ends with parameters",
                "hold(first + first*first, 1) >> hold(second + second**2, 2) >> linear(peak, peak**2 + first, 0)",
                {"first": 3.0, "second": 4.0, "peak": 5.0},
            ),
        )
    },
}  # fmt: skip

LONG = [
    "warmup(linear, warmup_steps_of_the_discriminator_network) >> cosine(peak, total_steps_of_the_discriminator_network - warmup_steps_of_the_discriminator_network)",  # noqa: E501
    CASES["megatron.get_lr lr_decay_style=cosine"].text,
]
"""Schedules with long names."""

PLAN = "peak = 1e-3; lr = warmup(linear, 50) >> cosine(peak, 450); wd = 0.1*lr; beta = repeat(linear(0, 100, 1), 4); lr_modulo = mod(3 - t, 7) + sigmoid(t)"  # noqa: E501


def program(name: str) -> str:
    """The path of a program; these tests are asked for by a mark, so that one which is missing is a failure."""
    found = shutil.which(name)
    assert found is not None, f"{name} is not installed"
    return found


def steps_of(case: Case) -> list[float]:
    """Whole steps of a short run, those around the ends of stages, far out, before 0, and any numbers between."""
    schedule = case.schedule
    places = [*schedule.breakpoints, *([] if schedule.duration is None else [schedule.duration])]
    ends = [float(place) for place in places if place.is_Rational]
    last = case.last or max([64, *(end for end in ends if end < 10**5)])
    drawn = np.random.default_rng(list(case.text.encode()))
    near = {
        step for end in ends for step in (end - 1, math.nextafter(end, 0), end, math.nextafter(end, math.inf), end + 1)
    }
    whole = set(map(float, range(case.last or min(int(last), 400) + 3))) | {10.0**6 + 7, 2.0**31, 2.0**53 - 1, 2.0**53}
    random = drawn.uniform(0, 1.2 * last, case.drawn).tolist()
    return [-1e9, -2.5, -5e-324, *sorted({step for step in near if step >= 0} | whole), *random]


def inputs() -> tuple[list[tuple[str, float]], bytes]:
    """Every case at every of its steps, and as bytes: the number of the case and the step, both as doubles."""
    rows = [(name, step) for name, case in CASES.items() for step in steps_of(case)]
    number = {name: float(i) for i, name in enumerate(CASES)}
    return rows, b"".join(struct.pack("<dd", number[name], step) for name, step in rows)


def run(command: Sequence[str | Path], given: bytes = b"", folder: Path | None = None) -> bytes:
    """What a program prints; its complaints are a failure."""
    done = subprocess.run(list(map(str, command)), input=given, capture_output=True, cwd=folder)
    assert (done.returncode, done.stderr.decode()) == (0, ""), done.stdout.decode(errors="replace")[-4000:]
    return done.stdout


def misses(rows: list[tuple[str, float]], found: bytes, from_python: float = 0) -> Iterator[str]:
    """The values that are neither those of Python, but for some units in the last place, nor near the exact ones."""
    values = struct.unpack(f"<{len(rows)}d", found)
    for (name, step), value in zip(rows, values, strict=True):
        case = CASES[name]
        python = case.schedule.compile("python")(step, **case.given)
        if abs(value - python) <= from_python * math.ulp(python):
            continue
        given = {parameter: Fraction(number) for parameter, number in case.given.items()}
        true = exact.number(exact.value(case.schedule.expr, Fraction(max(step, 0.0)), given))
        error = float(abs(exact.mp.mpf(value) - true)) / math.ulp(float(true))
        if not error <= FAR_OFF.get(name, ULP):
            yield f"{name} at {step!r}: {value!r} is {error:.3g} units off, {python!r} in Python"

"""Whether two schedules are one function: pairs that are and pairs that are not, against values worked out by hand."""

from __future__ import annotations

import json
import math
import time
import tomllib
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from click.testing import CliRunner, Result
from nasty import NASTY

import symsched as ss
from symsched.cli import main
from symsched.equivalence import Equivalence

HERE = Path(__file__).parent


def compare(one: str, other: str) -> Equivalence:
    return ss.parse(one).equivalent(ss.parse(other))


# The same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cosine(1e-3, 1e4)", "keras.CosineDecay(1e-3, 10000)"),
        (
            "warmup(linear, 500) >> cosine(1e-3, 1e4)",
            "torch.SequentialLR([torch.LinearLR(1e-3, 0, total_iters=500), torch.CosineAnnealingLR(1e-3, 1e4)], [500])"
            "[:10500]",
        ),
        ("warmup(linear, 9) >> (hold(9, 1) >> linear(1, 9))", "(warmup(linear, 9) >> hold(9, 1)) >> linear(1, 9)"),
        ("2*t", "t + t"),
        ("(t + 1)**2", "t**2 + 2*t + 1"),
        ("cos(t)**2", "1 - sin(t)**2"),
        ("cosine(1, 100)", "sin(pi/2*linear(1, 100))**2"),
        ("tanh(t/10)", "2*sigmoid(t/5) - 1"),
        ("0.81**(t/200)", "exp(log(0.9)*t/100)"),
        ("sqrt(4*t)", "2*t**0.5"),
        ("log(100*(t + 1))", "2*log(10) + log(t + 1)"),
        ("log10(t + 1)", "log(t + 1)/log(10)"),
        ("1/(1 + 0.01*t)", "100/(100 + t)"),
        ("mod(t, 7)", "t - 7*floor(t/7)"),
        ("floor(t/49*49)", "floor(t)"),
        ("peak*cosine(1, 100)", "cosine(peak, 100)"),
        ("warmup(linear, W) >> cosine(peak, 9)", "warmup(linear, W) >> peak*cosine(1, 9)"),
        ("warmup(linear, 5%) >> cosine(1, rest)", "warmup(linear, total/20) >> cosine(1, 95%)"),
        ("sin(1e60*t)**2", "1 - cos(1e60*t)**2"),
    ],
)
def test_a_proof_is_found(one: str, other: str) -> None:
    found = compare(one, other)
    assert found
    assert (found.by, found.gaps) == ("proof", None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("repeat(linear(1, 10), count=3, stretch=0.5)", "linear(1, 10) >> linear(1, 5) >> linear(1, 2.5)"),
        ("max(t, 5) + 1", "max(t + 1, 6)"),
        ("cosine(1, 100)", "sin(pi*(100 - min(t, 100))/200)**2"),
        ("repeat(linear(peak, 10))", "peak*(1 - mod(t/10, 1))"),
        ("sin(1e60*t)**2 + max(t, 5) + 1", "1 - cos(1e60*t)**2 + max(t + 1, 6)"),
    ],
)
def test_what_is_not_proved_is_evaluated(one: str, other: str) -> None:
    found = compare(one, other)
    assert found
    assert found.by == "evaluation"
    assert found.gaps is not None
    assert found.gaps.evaluated > 500


CANONICAL = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((HERE / "conformance").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    if not {"error", "plan", "names"} & case.keys()
]


@pytest.mark.parametrize("case", CANONICAL)
def test_the_canonical_text_is_equivalent_to_the_source(case: dict[str, str]) -> None:
    assert compare(case["source"], str(ss.parse(case["source"])))


# Different


@pytest.mark.parametrize(
    ("one", "other", "first", "largest", "at"),
    [
        ("where(t == 1000003, 1, 2)", "2", 1000003, 1, 1000003),
        ("1", "1 + 1e-30", 0, 1e-30, 0),
        ("hold(2_000_000, 1) >> linear(1, 4)", "hold(2_000_000, 1) >> linear(2, 4)", 2_000_000, 1, 2_000_000),
        ("where(t < 1_234_567, 1, 1 + 1e-30)[:2M]", "constant(1)[:2M]", 1_234_567, 1e-30, 1_234_567),
        ("where(floor(t/9) < 123_456, 1, 3)[:2M]", "constant(1)[:2M]", 1_111_104, 2, 1_111_104),
        ("linear(1, 10)", "linear(1, 10) >> 0.5", 10, 0.5, 10),
        ("t*(1/t)", "1", 0, math.inf, 0),
        ("2**(1/t)*2**(-1/t)", "1", 0, math.inf, 0),
        ("(1/t + 1)*2 - 2/t", "2", 0, math.inf, 0),
        ("1/t", "1/t + where(t < 1, 1, 0)*0 + where(t == 9, 1, 0)", 9, 1, 9),
        ("repeat(linear(1, 10), 10**9)", "repeat(linear(1, 10))", 10**10, 1, 10**10),
    ],
)
def test_the_first_step_and_the_largest_difference_are_found(
    one: str, other: str, first: int, largest: float, at: int
) -> None:
    for found in (compare(one, other), compare(other, one)):
        assert not found
        assert found.gaps is not None
        assert (found.gaps.first, found.gaps.largest, found.gaps.largest_at) == (Fraction(first), largest, Fraction(at))


def test_a_difference_between_steps_is_said_to_be_one() -> None:
    found = compare("floor(t)", "t")
    assert found.gaps is not None
    assert found.gaps.first is not None
    assert 0 < found.gaps.first < 1
    assert 0.9 < found.gaps.largest < 1
    assert "only between steps" in str(found)


def test_the_largest_difference_is_that_of_mpmath() -> None:
    with mpmath.workdps(40):
        steps = [(mpmath.mpf(t) / 1_000_000, t) for t in range(0, 1_000_000, 1)[200_000:250_000]]
        gap, at = max((abs((1 + mpmath.cos(mpmath.pi * u)) / 2 - (1 - u)), -t) for u, t in steps)
    found = compare("cosine(1, 1M)", "linear(1, 1M)")
    assert found.gaps is not None
    assert found.gaps.largest == pytest.approx(float(gap), rel=1e-12)
    assert found.gaps.largest_at in (-at, 1_000_000 + at)
    assert found.gaps.first == 1


def test_a_cosine_that_cancels_is_evaluated_to_its_last_step() -> None:
    found = compare("cosine(1, 1e9) + where(t == 999_999_999, 1e-50, 0)", "cosine(1, 1e9)")
    with mpmath.workdps(60):
        last = (1 - mpmath.cos(mpmath.pi / 10**9)) / 2
    assert found.gaps is not None
    assert found.gaps.first == Fraction(999_999_999)
    assert found.gaps.largest == pytest.approx(1e-50, rel=1e-6)
    assert found.gaps.values == (float(last), float(last))


# Parameters and durations


def test_a_parameter_that_makes_no_difference_is_named() -> None:
    found = compare("linear(1, 10) + 0*floor(x)*mod(t, 3)", "linear(1, 10)")
    assert found
    found = compare("max(x, 0)*0.5 + min(x, 0)*0.5 + t", "x/2 + t + 0*y")
    assert found.by == "evaluation"
    assert found
    found = compare("where(x < -1e9, 1, t)", "t")
    assert (bool(found), found.by, found.alone) == (True, "evaluation", ("x",))
    assert "only one of the two has `x`, which makes no difference" in str(found)


def test_a_parameter_that_makes_a_difference_is_given_values() -> None:
    found = compare("warmup(linear, W) >> cosine(peak, 100)", "cosine(peak, 100)")
    assert not found
    assert found.alone == ("W",)
    one, other = (
        ss.parse(text).bind(**{p.name: found.bound[p.name] for p in ss.parse(text).parameters})
        for text in ("warmup(linear, W) >> cosine(peak, 100)", "cosine(peak, 100)")
    )
    assert found.gaps is not None
    assert found.gaps.largest_at is not None
    assert (one(float(found.gaps.largest_at)), other(float(found.gaps.largest_at))) == found.gaps.values


def test_a_proof_for_each_of_the_values_is_said_to_be_one() -> None:
    found = ss.parse("cosine(peak, steps)").equivalent("peak*cosine(1, steps)")
    assert (bool(found), found.by) == (True, "evaluation")
    first, values = str(found).splitlines()
    assert first == "the same at every step: proved for each of the values that were tried, but not for all values"
    assert values.startswith("with peak = ")


def test_parameters_without_values_that_fit_are_an_error() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        compare("linear(1, 2000000 - n)[3000000:] + n", "linear(1, n - 3000000) + 2*n")
    assert str(caught.value) == ("no values for `n` were found that both schedules accept\n\nHint: bind them first")


def test_durations_are_a_fact_of_their_own() -> None:
    found = compare("linear(1, 10)", "linear(1, 10) >> 0")
    assert found
    assert found.durations == (10, ss.parse("t").duration)
    assert str(found) == "the same at every step: proved\ndurations: 10 steps; endless"


# Bounds


@pytest.mark.parametrize("name", ["a chain of ramps of 64 KiB", "a repetition that hardly grows", "a tower of squares"])
def test_it_takes_a_bounded_time(name: str) -> None:
    one = ss.parse(NASTY[name])
    other = 1 + one
    assert one.expr != other.expr
    begun = time.process_time()
    assert not one.equivalent(other)
    assert time.process_time() - begun < 20


# The command


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["equivalent", *args], prog_name="symsched")


def test_the_exit_code_says_whether_they_are_the_same() -> None:
    same = run("linear(1, 100)", "(1 - t/100)[:100]")
    assert (same.exit_code, same.stdout) == (0, "the same at every step: proved\n")
    assert run("linear(1, 100)", "linear(1, 101)").exit_code == 1
    assert run("linear(1, 100)").exit_code == 2


def test_a_difference_is_drawn() -> None:
    lines = run("linear(1, 100)", "linear(0, 100, 1)").stdout.splitlines()
    assert lines[:4] == ["different: first at 0", "most at 0, by 1: 1.0 and 0.0", "", "both:"]
    assert lines[5].startswith("1 ┤")
    assert lines[-1].strip() == "0" + lines[-1].strip()[1:-3] + "100"
    small = run("linear(1, 100)", "linear(1, 100) + 1e-30*t").stdout.splitlines()
    assert "the second minus the first:" in small


def test_json_holds_what_was_found() -> None:
    record = json.loads(run("linear(1, 4)", "linear(1, 4) >> 1", "--json").stdout)
    assert record == {
        "same": False,
        "by": "evaluation",
        "evaluated": record["evaluated"],
        "first": 4,
        "largest": 1.0,
        "largest_at": 4,
        "values": [0.0, 1.0],
        "durations": [4, "inf"],
        "bound": {},
        "alone": [],
    }
    assert record["evaluated"] > 500


def test_a_value_is_for_the_schedules_that_have_its_parameter() -> None:
    assert run("cosine(peak, 100)", "cosine(1e-3, 100)", "-p", "peak=1e-3").exit_code == 0
    wrong = run("cosine(peak, 100)", "cosine(1e-3, 100)", "-p", "paek=1e-3")
    assert wrong.exit_code == 2
    assert wrong.stderr.endswith("Error: no parameter `paek`: did you mean `peak`?\n")


def test_a_plan_can_be_one_of_the_two() -> None:
    assert run("lr = linear(1, 9); wd = 0.1*lr", "linear(1, 9)", "-n", "lr").exit_code == 0
    assert run("lr = linear(1, 9); wd = 0.1*lr", "linear(1, 9)", "-n", "wd").exit_code == 1


def test_a_mistake_is_shown_where_it_is() -> None:
    wrong = run("linear(1, 9)", "linar(1, 9)")
    assert wrong.exit_code == 1
    assert wrong.stderr == "Error: unknown schedule `linar`\n\n  linar(1, 9)\n  ^^^^^ did you mean `linear`?\n"


def test_an_exact_step_is_a_fraction() -> None:
    found = compare("where(t < 1/3, 1, 2)[:1]", "2")
    assert found.gaps is not None
    assert found.gaps.first == Fraction(0)

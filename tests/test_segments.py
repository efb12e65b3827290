"""Stages as they are lowered: one branch for each, however they were put together, and none for a stage of 0 steps."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

import symsched as ss
from symsched.backends.lowering import lower
from symsched.backends.operations import number_of
from symsched.backends.tables import table

FOLDER = Path(__file__).parent / "conformance"
CASES = [case for path in sorted(FOLDER.glob("*.toml")) for case in tomllib.loads(path.read_text())["case"]]
NUMBERED = [case["source"] for case in CASES if "values" in case and not {"bind", "plan"} & set(case)]
"""Schedules without parameters."""


def stages(text: str) -> list[tuple[str, str, bool]]:
    """The value of each stage and where it ends."""
    return [(repr(s.value), repr(s.until), s.closed) for s in lower(ss.parse(text).expr, ()).segments]


def branches(text: str) -> int:
    return len(stages(text))


def body(text: str) -> str:
    """What is printed for Python, without the text of the schedule."""
    return ss.emit(text, "python").rpartition('"""')[2]


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("2*(linear(1, 10) >> hold(5, 3) >> 0)", "linear(2, 10) >> hold(5, 6) >> 0"),
        ("(linear(1, 10) >> hold(5, 3) >> 0) - 1", "linear(0, 10, -1) >> hold(5, 2) >> -1"),
        ("(linear(1, 10) >> hold(5, 3))[:12] >> 0", "linear(1, 10) >> hold(2, 3) >> 0"),
        ("(linear(1, 10) >> hold(5, 3))[10:] >> 0", "hold(5, 3) >> 0"),
        ("(hold(4, 1) >> linear(1, 10)) >> 2", "hold(4, 1) >> (linear(1, 10) >> 2)"),
        ("where(t < 10, linear(1, 10) >> 5, 7)", "linear(1, 10) >> 7"),
        ("where(t < 10, 1, linear(1, 10) >> 5)", "hold(10, 1) >> 5"),
        ("where(t < 10, 1, where(t < 5, 2, 3))", "hold(10, 1) >> 3"),
        ("where(t <= 10, where(t <= 10, 1, 2), 3)", "where(t <= 10, 1, 3)"),
    ],
)
def test_equal_stages_are_lowered_alike(text: str, equal: str) -> None:
    assert stages(text) == stages(equal)


@pytest.mark.parametrize(
    "text",
    [
        "hold(0, 7) >> cosine(1, 10)",
        "linear(1, 0) >> hold(0, 7) >> cosine(1, 10)",
        "where(t < 0, 7, cosine(1, 10))",
        "where(t < -1, 7, cosine(1, 10))",
        "cosine(1, 10) >> hold(0, 7) >> 0",
    ],
)
def test_a_stage_of_0_steps_leaves_nothing_behind(text: str) -> None:
    assert stages(text) == stages("cosine(1, 10)")


@pytest.mark.parametrize("count", [2, 3, 6, 12])
def test_a_sum_of_chains_has_a_branch_between_any_two_of_their_ends(count: int) -> None:
    parts = [f"(linear(1, {n}) >> 3)" for n in range(1, count + 1)]
    assert branches(" + ".join(parts)) == count + 1
    assert branches("*".join(reversed(parts))) == count + 1


@pytest.mark.parametrize("shape", ["linear", "cosine"])
def test_a_sum_of_very_many_chains_is_printed_about_as_short_as_it_is_written(shape: str) -> None:
    text = " + ".join(f"({shape}(1, {n}) >> 3)" for n in range(1, 400))
    assert len(body(text)) < 5 * len(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("cosine(1, 10)", 3),
        ("hold(7, 1) >> cosine(1, 10)", 4),
        ("warmup(cosine, 10) >> 2", 3),
        ("cosine(1, 10)[:4] >> 0", 2),
        ("cosine(1, 10)[:5] >> 0", 2),
        ("cosine(1, 10)[:6] >> 0", 3),
        ("cosine(1, 10)[5:]", 2),
        ("cosine(1, 10)[6:]", 2),
        ("hold(7, 1) >> cosine(1, 10)[5:]", 3),
        ("hold(7, 1) >> cosine(1, 10)[4:]", 4),
    ],
)
def test_half_a_wave_has_a_branch_above_its_middle_and_one_below(text: str, count: int) -> None:
    assert branches(text) == count


@pytest.mark.parametrize(("waves", "count"), [(7, 15), (63, 127), (64, 65)])
def test_very_many_waves_are_not_cut_at_their_middles(waves: int, count: int) -> None:
    """Up to 64 stages are: the waves and the last value."""
    assert branches(" >> ".join(f"cosine({n + 1}, 10, 0.5)" for n in range(waves))) == count


def test_a_bound_that_two_chains_share_is_one_bound() -> None:
    assert branches("(linear(1, 5) >> hold(5, 2) >> 0) + (hold(5, 1) >> linear(2, 5) >> 1)") == 3


def test_a_stage_up_to_and_with_a_step_is_followed_by_that_step_alone() -> None:
    schedule = ss.parse("where(t < 5, 1, where(t <= 5, 2, 3))")
    assert [schedule(t) for t in (4, 5, 5.5, 6)] == [1.0, 2.0, 3.0, 3.0]
    assert branches(str(schedule)) == 3


@pytest.mark.parametrize("text", NUMBERED)
def test_the_step_that_stands_for_a_segment_is_in_it(text: str) -> None:
    begin = Fraction(0), False
    for segment in lower(ss.parse(text).expr, ()).segments:
        inside = number_of(segment.inside)
        assert begin <= (inside, False)
        if segment.until is not None:
            end = number_of(segment.until), segment.closed
            assert (inside, False) < end
            begin = end


@pytest.mark.parametrize("shapes", [["linear"], ["linear", "poly(2)"], ["poly(3)", "linear"]])
def test_a_form_of_a_table_is_computed_at_a_step_of_its_first_stage(shapes: list[str]) -> None:
    chain = " >> ".join(f"rise({shapes[i % len(shapes)]}, {i}, {2 * i + 1}, 10)" for i in range(15))
    found = table(lower(ss.parse(chain).expr, ()).segments)
    assert found is not None
    for form in found.forms:
        first = next(iter(form.rows))
        assert [0.0, *found.ends][first] <= form.inside < [*found.ends, float("inf")][first]

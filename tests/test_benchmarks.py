"""The benchmarks compare like with like: their two sides compute the same values. No time is asserted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from benchmarks import report
from benchmarks.catalogue import groups
from benchmarks.measuring import Benchmark, Medians, Timing, duration, faster, more, seconds, slower, times

EVERY = [benchmark for group in groups() for benchmark in group.benchmarks]


def numbers(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_two_sides_compute_the_same_values(case: Benchmark) -> None:
    sides = case.small()
    peer, ours = numbers(sides.peer()), numbers(sides.ours())
    assert peer.shape == ours.shape
    np.testing.assert_allclose(ours, peer, rtol=0, atol=sides.tolerance * np.abs(peer).max(initial=0.0))


def test_each_benchmark_has_a_name_of_its_own() -> None:
    assert len({benchmark.name for benchmark in EVERY}) == len(EVERY)


def test_every_target_of_speed_is_measured() -> None:
    found = {benchmark.target for benchmark in EVERY if benchmark.target.startswith("A")}
    assert found == {f"A{number}" for number in range(1, 12)}


def test_what_has_a_target_has_a_limit() -> None:
    assert [b.name for b in EVERY if bool(b.target) != bool(b.figure.target)] == []


MEDIANS = Medians(peer=4e-3, ours=1e-3, ratio=0.2)


@pytest.mark.parametrize(
    ("figure", "value", "text", "target", "met"),
    [
        (slower(0.8), 0.2, "0.200x the time", "at most 0.800x the time", True),
        (slower(0.1), 0.2, "0.200x the time", "at most 0.100x the time", False),
        (faster(5), 5.0, "5.00x as fast", "at least 5.00x as fast", True),
        (faster(40), 5.0, "5.00x as fast", "at least 40.0x as fast", False),
        (seconds(1e-3), 1e-3, "1 ms", "at most 1 ms", True),
        (more(1e-6), 0.0, "0 ns more", "at most 1 µs more", True),
    ],
)
def test_figures(figure: Any, value: float, text: str, target: str, met: bool) -> None:
    assert figure.of(MEDIANS) == pytest.approx(value)
    assert (figure.form(value), figure.target, figure.is_met(value)) == (text, target, met)


def test_a_median_of_ratios_is_not_a_ratio_of_medians() -> None:
    """A turn in which the machine is slow slows both sides."""
    timing = Timing(peer=[1.0, 10.0, 3.0], ours=[2.0, 20.0, 3.0])
    assert timing.medians == Medians(3.0, 3.0, 2.0)


@pytest.mark.parametrize(("seconds", "text"), [(2.5, "2.5 s"), (3.45e-3, "3.45 ms"), (1.2e-5, "12 µs"), (8e-9, "8 ns")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("ratio", "text"), [(0.0416, "0.0416"), (1, "1.00"), (31.44, "31.4"), (1234.5, "1,234")])
def test_ratios(ratio: float, text: str) -> None:
    assert times(ratio) == text


def test_the_page_has_every_benchmark() -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    assert [b.name for b in EVERY if f"| {b.title} |" not in page.partition(f"\n## {b.group}\n")[2]] == []

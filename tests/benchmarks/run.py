"""Run every benchmark: `pytest tests/benchmarks/run.py`."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.catalogue import groups
from benchmarks.measuring import Benchmark, Timing, Turns

ALL = [benchmark for group in groups() for benchmark in group.benchmarks]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_benchmark(case: Benchmark, benchmark: Any, timings: dict[Benchmark, Timing]) -> None:
    turns = Turns(case.sides(), case.rounds)
    benchmark.group = case.group
    benchmark.pedantic(turns.round, rounds=turns.rounds)
    timings[case] = turns.timing

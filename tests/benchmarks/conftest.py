"""What a run of the benchmarks reports: a line for each target, and the page if all were run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks import report
from benchmarks.measuring import Benchmark, Timing

TIMINGS = pytest.StashKey[dict[Benchmark, Timing]]()


@pytest.fixture(scope="session")
def timings(pytestconfig: pytest.Config) -> dict[Benchmark, Timing]:
    return pytestconfig.stash.setdefault(TIMINGS, {})


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """How many threads of torch get to run depends on the other work of the machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    timings = config.stash.get(TIMINGS, {})
    for number, what, figure, target, met in report.summary(timings):
        terminalreporter.write_line(f"{number:4}{figure:>18}  {target:27}{met:9}{what}")
    every = {benchmark for group in report.groups() for benchmark in group.benchmarks}
    if every == timings.keys():
        report.PAGE.write_text(report.page(timings), encoding="utf-8")
        terminalreporter.write_line(f"written: docs/{report.PAGE.name}")

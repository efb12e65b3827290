"""Whether a test finds a mutant.

Each mutant is imported anew, by a fork of a process that has imported the modules of others and nothing of the package:
all that the tests see is made by the changed text, as in a fresh interpreter, whose first seconds are saved.
Of the tests, those run that reach the changed statement.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from apart import DiedError, OutOfTimeError, apart
from checkout import CONFIG, changed
from reach import Reach
from sample import Mutant
from statements import statement_at

GRACE = 40
"""Seconds of processor time that a run may take longer: to collect the tests, and to end the last one."""


@dataclass(frozen=True)
class Judged:
    """What became of a mutant, as JSON holds it."""

    mutant: str
    verdict: str
    """found, out of time (which counts as found), survived, unfinished, or unreached."""
    by: str
    """The test that found it."""
    seconds: float

    @property
    def is_found(self) -> bool:
        return self.verdict in ("found", "out of time")


@dataclass(frozen=True)
class Judge:
    """Runs tests in a copy of the checkout."""

    copy: Path
    reach: Reach
    seconds: int
    """How long tests run for a mutant: a third of it those of the first file, then the others."""

    def warm(self) -> None:
        """Import what the tests import and is not of the package."""
        for module in self.reach.modules:
            with suppress(Exception):  # one that cannot be imported like this is left to the tests
                import_module(module)
        gc.freeze()  # each fork would go through all of it to find garbage

    def __call__(self, mutant: Mutant) -> Judged:
        begun = time.monotonic()
        with changed({self.copy / mutant.file: mutant.changed}):
            verdict, by = self.verdict(mutant)
        return Judged(mutant.name, verdict, by, round(time.monotonic() - begun, 1))

    def verdict(self, mutant: Mutant) -> tuple[str, str]:
        sure, perhaps = self.reach.reaching(statement_at(mutant.file, mutant.source, mutant.place))
        verdict = "survived" if sure or perhaps else "unreached"
        for tests, seconds in self.stages([*sure, *perhaps]):
            try:
                by, is_finished = apart(lambda: self.tried(tests, seconds), seconds + GRACE)  # noqa: B023 (called here)
            except OutOfTimeError:
                return "out of time", ""
            except DiedError as death:
                return "found", str(death)
            if by:
                return "found", by
            if not is_finished:
                verdict = "unfinished"
        return ("unreached" if not sure else verdict), ""

    def stages(self, tests: list[str]) -> Iterator[tuple[list[str], int]]:
        """The tests of the first file, which finds most mutants before the others are collected, then those."""
        first = [test for test in tests if is_in(test, CONFIG["tests"][0])]
        others = [test for test in tests if not is_in(test, CONFIG["tests"][0])]
        short = self.seconds // 3
        return ((some, seconds) for some, seconds in ((first, short), (others, self.seconds - short)) if some)

    def tried(self, tests: list[str], seconds: int) -> tuple[str, bool]:
        """What fails first, if anything does, and whether all tests have run."""
        trial = Trial(tests, self.reach.collected, seconds)
        files = [name for name in CONFIG["tests"] if any(is_in(test, name) for test in tests)]
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that are imported already
        code = pytest.main([*CONFIG["options"], *quiet, "-s", "--exitfirst", *files], plugins=[trial])
        ended_well = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not trial.is_finished
        return trial.failed or ("" if ended_well else f"pytest: {code!r}"), trial.is_finished


def is_in(test: str, name: str) -> bool:
    """Whether a test is that, or one of that file or function."""
    return test == name or test.startswith((f"{name}::", f"{name}["))


class Trial:
    """Makes pytest run the tests that were chosen, in their order, until one fails or the time is spent."""

    def __init__(self, tests: list[str], known: list[str], seconds: int) -> None:
        self.rank = {test: rank for rank, test in enumerate(tests)}
        self.left_out = set(known) - self.rank.keys()  # a test with a new name is one that the mutant made
        self.seconds = seconds
        self.failed = ""
        self.is_finished = True

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        self.session: Any = session
        kept = [item for item in items if item.nodeid not in self.left_out]
        items[:] = sorted(kept, key=lambda item: self.rank.get(item.nodeid, len(self.rank)))
        self.end = time.process_time() + self.seconds

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def note(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if time.process_time() > self.end and nodeid != self.session.items[-1].nodeid:
            self.is_finished = False
            self.session.shouldstop = "the time is spent"

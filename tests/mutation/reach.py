"""Which test reaches which statement, and how long it takes: measured once for a checkout, and kept in a file.

Of each test function so many seconds of its cases are measured, drawn at random.
Of the others it is not known what they reach, so they may reach anything.
"""

from __future__ import annotations

import builtins
import gc
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from apart import apart
from checkout import CONFIG, changed
from statements import MARK, marked

SECONDS = 6
"""What is measured of each test function."""

LIMIT = 3600
"""Seconds of processor time for measuring."""

reached: set[str] = set()
"""The statements that ran in this process."""

PROCESS = "subprocess.Popen"
"""What Python calls the start of another process. What that reaches is not known."""


@dataclass
class Reach:
    """What was measured, as JSON holds it."""

    modules: list[str] = field(default_factory=list)
    """The modules of others that the tests import."""
    collected: list[str] = field(default_factory=list)
    """The names of all tests."""
    shared: list[str] = field(default_factory=list)
    """The statements that run while tests are collected, or the library is read: in some way all tests reach them."""
    statements: list[str] = field(default_factory=list)
    tests: dict[str, tuple[float, str]] = field(default_factory=dict)
    """The seconds of each test that was measured, and the statements it reaches: bits of a hexadecimal number."""
    failing: list[str] = field(default_factory=list)
    """The tests that fail without any change. They judge nothing."""

    def reaching(self, statement: str | None) -> tuple[list[str], list[str]]:
        """The tests that reach a statement, the quickest first, then those that may; no statement is reached by all."""
        if statement is None:
            sure = set(self.tests)
        elif statement in self.statements:
            bit = self.statements.index(statement)
            sure = {test for test, (_, bits) in self.tests.items() if int(bits, 16) >> bit & 1}
        else:
            sure = set()
        never = set(self.failing)
        if statement is not None and statement not in self.shared:
            never |= self.tests.keys() - sure
        return self.in_turns(sure), self.in_turns(set(self.collected) - sure - never)

    def in_turns(self, tests: Iterable[str]) -> list[str]:
        """One test of each function, then the next ones, the quickest of each function first."""
        turns: dict[str, int] = defaultdict(int)
        key = {}
        for test in sorted(tests, key=self.seconds):
            key[test] = turns[function(test)], self.seconds(test)
            turns[function(test)] += 1
        return sorted(key, key=key.__getitem__)

    def seconds(self, test: str) -> float:
        return self.tests[test][0] if test in self.tests else 0.0


def function(test: str) -> str:
    """The name of a test without its case."""
    return test.partition("[")[0]


def measured(copy: Path, file: Path) -> Reach:
    """What the file holds; where there is none, what is measured now."""
    if not file.exists():
        texts = {copy / name: marked(name, (copy / name).read_text(encoding="utf-8")) for name in CONFIG["mutated"]}
        with changed(texts):
            found = apart(lambda: asdict(measure(copy)), LIMIT)
        file.write_text(json.dumps(found), encoding="utf-8")
    return Reach(**json.loads(file.read_text(encoding="utf-8")))


def measure(copy: Path) -> Reach:
    setattr(builtins, MARK, reached.add)
    sys.addaudithook(lambda event, _: reached.add(event) if event == PROCESS else None)
    measuring = Measuring(copy)
    pytest.main([*CONFIG["options"], "-s", *CONFIG["tests"]], plugins=[measuring])
    return measuring.found


class Measuring:
    """Collects all tests, and runs each as if it were the first."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy
        self.found = Reach()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        found = self.found
        warm()
        found.collected = [item.nodeid for item in session.items]
        found.shared = sorted(reached)
        found.modules = list(modules_of_others(self.copy))
        caches = empty_caches()
        bits: dict[str, int] = {}
        spent: dict[str, float] = defaultdict(float)
        for item in random.Random(0).sample(session.items, len(session.items)):  # noqa: S311 (no secret)
            name = item.nodeid
            if spent[function(name)] >= SECONDS:
                continue
            for one in caches:
                one.cache_clear()
            seconds, passed, statements = run(item)
            spent[function(name)] += seconds
            if not passed:
                found.failing.append(name)
            elif PROCESS not in statements:
                found.tests[name] = seconds, f"{sum(1 << bits.setdefault(one, len(bits)) for one in statements):x}"
        found.statements = list(bits)
        return True


def warm() -> None:
    """Import the core, make the parser and read the library: done once, it takes longer than most tests."""
    for file in CONFIG["mutated"]:
        import_module(f"symsched.{file.removeprefix('symsched/').removesuffix('.py').replace('/', '.')}")
    prelude = import_module("symsched.prelude")
    for module in prelude.modules():
        list(prelude.module(module).values())


def empty_caches() -> list[Any]:
    """The caches of all functions that hold nothing yet: what a test puts there, another one would not reach."""
    found = [one for one in gc.get_objects() if type(one) is type(cache(len)) and not one.cache_info().currsize]
    return [one for one in found if one.__module__.startswith(("symsched", "test"))]


def run(item: pytest.Item) -> tuple[float, bool, list[str]]:
    """How long a test takes, whether it passes, and what it reaches."""
    reached.clear()
    item.session.testsfailed = 0
    begun = time.process_time()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return time.process_time() - begun, not item.session.testsfailed, sorted(reached)


def modules_of_others(copy: Path) -> Iterator[str]:
    """What is imported in this process and is not of the copy."""
    for name, module in sys.modules.items():
        spec: Any = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        if origin and not origin.startswith(str(copy)) and spec.name == name:
            yield name

"""What is tried with each text, and what has to hold: a schedule or a `ScheduleError`, soon, and nothing is run."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import symsched as ss
from symsched import backends, checking, limits, prelude
from symsched import show as page
from symsched.backends.typeset import STYLES

FORBIDDEN = ("compile", "exec", "open", "import", "os.system", "os.exec", "os.fork", "subprocess.Popen")
"""Events of the interpreter that no text may cause while it is read: code is run, a file is opened."""

STEPS = (0, 1, 2.5, 7, 99, 100, 2**24 + 1, 2**31 - 1, 2**53)
"""Cycles that grow are counted up to the last of them."""

_watched = False


class ReachedError(Exception):
    """A text made the interpreter do what no text may."""


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watched and event in FORBIDDEN:
        raise ReachedError(event, arguments)


@contextmanager
def nothing_is_run() -> Iterator[None]:
    """Inside, whatever compiles, runs, imports or opens something fails."""
    global _watched
    _watched = True
    try:
        yield
    finally:
        _watched = False


def warm() -> None:
    """Load what is loaded when it is first used, so that it neither counts as time nor as an import."""
    for module in prelude.modules():
        for function in prelude.module(module).values():
            assert function.name
    for text in WARM:
        for target in TARGETS.values():
            target(text, allowance=math.inf)
    sys.addaudithook(_hook)


WARM = (
    "warmup(linear, 5) >> repeat(cosine(1, 3), stretch=2)",
    "cosin(1)",
    "a = 1; b = t + x",
    "max(t, 1 + min(2, sqrt(3)))",
)


PRINTING, SHOWING = 5, 8
"""Times that printing a schedule, and working out all of its curve, may take longer than reading it."""


def budget(text: str) -> float:
    """Seconds of processor time that a target may take: what any program may expand to, and so much a character."""
    return 40e-6 * limits.FEW_NODES + 50e-6 * len(text)


class SlowError(Exception):
    """A text took more time than its length allows."""


def timed(text: str, work: Callable[[str], object], allowance: float) -> object:
    """What the work makes of a text; the quickest of three tries counts where one takes too long."""
    taken = math.inf
    for attempt in range(3):
        begin = time.process_time()
        try:
            found = work(text + " " * attempt)
        except ss.ScheduleError as error:
            found = error
        taken = min(taken, time.process_time() - begin)
        if taken <= allowance * budget(text):
            return found
    raise SlowError(f"{taken:.3f} s for {len(text)} characters")


def parse(text: str, allowance: float = 1) -> ss.Schedule | None:
    """The schedule of a text, None where it is an error with a place in the text."""
    with nothing_is_run():
        found = timed(text, ss.parse, allowance)
        if isinstance(found, ss.ScheduleError):
            shown(found, text)
            return None
        assert isinstance(found, ss.Schedule)
        canonical = str(found)
        assert ss.parse(canonical) == found, canonical
        assert canonical.isascii()
        assert canonical.isprintable()
    return found


def shown(error: ss.ScheduleError, text: str) -> None:
    """A message is short, and its caret stands in the text."""
    page = str(error)
    assert error.title
    assert "\n" not in error.title
    assert len(page) < 1000, page
    if error.span is None:
        assert error.source is None or len(text) > 2**16, error.title
        return
    begin, end = error.span
    assert 0 <= begin <= end <= len(error.source or text) + 1, error.span
    assert sum(set(line.strip()[:1]) == {"^"} for line in page.split("\n")) >= 1, page


def check(text: str, allowance: float = 1) -> None:
    """What `symsched check` says of a program or a plan."""
    with nothing_is_run():
        found = timed(text, lambda t: [r.record() for r in checking.results(t, {})], allowance)
    assert isinstance(found, list)
    assert found


def emit(text: str, allowance: float = 1) -> ss.Schedule | None:
    """The text for every target; nothing has to be installed for it."""
    if (schedule := parse(text, math.inf)) is not None:
        for name in backends.known():
            printed = timed(text, lambda t, name=name: backends.load(name).emit(schedule), PRINTING * allowance)
            assert isinstance(printed, ss.ScheduleError) or printed
    return schedule


def latex(text: str, allowance: float = 1) -> ss.Schedule | None:
    """The formula in every style."""
    if (schedule := parse(text, math.inf)) is not None:
        for style in STYLES:
            printed = timed(text, lambda t, style=style: schedule.latex(style=style), PRINTING * allowance)
            assert isinstance(printed, ss.ScheduleError) or printed
    return schedule


def show(text: str, allowance: float = 1) -> ss.Schedule | None:
    """What `symsched show` prints, in Unicode and without it."""
    if (schedule := parse(text, math.inf)) is not None:
        for unicode in (True, False):
            printed = timed(text, lambda t, unicode=unicode: page.show(schedule, unicode), SHOWING * allowance)
            assert isinstance(printed, ss.ScheduleError) or printed
    return schedule


def equivalent(text: str, allowance: float = 1) -> ss.Schedule | None:
    """A schedule is the same as itself, and differs from one that is higher by 1."""
    if (schedule := parse(text, math.inf)) is not None:
        for other in (schedule, schedule + 1):
            found = timed(text, lambda t, other=other: schedule.equivalent(other), SHOWING * allowance)
            assert isinstance(found, ss.ScheduleError) or found.same or other is not schedule
    return schedule


def value(text: str, allowance: float = 1) -> ss.Schedule | None:
    """Values of a schedule are floats at every step."""
    if (schedule := parse(text, math.inf)) is None:
        return None
    try:
        bound = schedule.bind(**{p.name: 3 for p in schedule.parameters[:20]})
        function = None if bound.parameters else bound.compile("python")
    except ss.ScheduleError:
        return schedule
    for step in STEPS if function else ():
        result = function(step)
        assert type(result) is float, result
    return schedule


TARGETS: dict[str, Callable[..., ss.Schedule | None]] = {
    target.__name__: target for target in (parse, check, emit, latex, show, equivalent, value)
}

"""A text from an untrusted file: nothing in it is run, nothing hangs, and nothing but `ScheduleError` comes out."""

from __future__ import annotations

import ast
import builtins
import faulthandler
import inspect
import math
import pickle
import signal
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sympy
from nasty import KIB, NASTY
from sympy.core.evalf import EvalfMixin
from sympy.functions.elementary.miscellaneous import MinMaxBase
from sympy.parsing import sympy_parser

import symsched as ss

WALL = 30.0
"""Seconds after which an input counts as one that hangs; every input below needs a small part of one."""


class HangsError(Exception):
    """An input took longer than `WALL`."""


@contextmanager
def hang_fails() -> Iterator[None]:
    """Raise where the work inside takes longer than `WALL`; where even that is not heard, end the process."""

    def ring(*_: object) -> None:
        raise HangsError

    faulthandler.dump_traceback_later(6 * WALL, exit=True)
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, WALL)
    try:
        yield
    except HangsError:
        pytest.fail(f"still at work after {WALL} seconds", pytrace=False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def outcome(text: str) -> ss.ScheduleError | tuple[ss.Schedule, list[float]]:
    """What a text comes to: the error, or a schedule with its values. Anything else that is raised fails the test."""
    try:
        schedule = ss.parse(text)
        bound = schedule.bind(**{p.name: 3 for p in schedule.parameters[:50]})
        function = (schedule if len(schedule.parameters) > 50 else bound).compile("python")
        late = {} if bound is not schedule else {p.name: 3.0 for p in schedule.parameters}
        values = [function(t, **late) for t in (0, 1, 7.5, 1e9)] if len(schedule.parameters) <= 50 else []
        assert ss.parse(str(schedule)) == schedule
    except ss.ScheduleError as error:
        return error
    return schedule, values


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_text_is_a_schedule_or_an_error_at_once(name: str) -> None:
    with hang_fails():
        found = outcome(NASTY[name])
    if isinstance(found, tuple):
        schedule, values = found
        assert all(type(v) is float for v in values)
        assert pickle.loads(pickle.dumps(schedule)) == schedule  # noqa: S301 (our own)
        return
    assert found.title
    assert len(found.title) < 300
    assert "\n" not in found.title
    assert len(str(found)) < 1000


def test_a_text_that_is_too_long_names_the_limit() -> None:
    found = outcome(" " * 64 * KIB + "1")
    assert isinstance(found, ss.ScheduleError)
    assert found.title == "a text of 65537 characters is too long: the limit is 65536"
    assert isinstance(outcome(" " * (64 * KIB - 1) + "1"), tuple)


def corpus() -> Iterator[str]:
    """Every source of the conformance cases, right and wrong, and what is nasty but short."""
    for path in sorted((Path(__file__).parent / "conformance").glob("*.toml")):
        yield from (case["source"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"])
    yield from (text for text in NASTY.values() if len(text) < 500)


class ReachedError(Exception):
    """Something was reached that no text may reach."""


def test_sympy_evaluates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time for that has no bound."""

    def poison(value: Any, *_: Any) -> Any:
        raise ReachedError(value)

    monkeypatch.setattr(EvalfMixin, "evalf", poison)
    monkeypatch.setattr(MinMaxBase, "evalf", poison)
    for text in [*corpus(), "max(t, 1 + min(2, sqrt(3)), 2*sqrt(2) + log(3))"]:
        with suppress(ss.ScheduleError):
            ss.emit(text, "numpy")


def test_nothing_that_is_written_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(corpus())
    for text in texts[::10]:  # everything that is imported late is imported now
        outcome(text)
    ran: list[str] = []

    def poison(*args: Any, **_: Any) -> Any:
        raise ReachedError(args)

    def watched(code: Any, *args: Any) -> None:
        ran.append(code.co_filename)
        assert not isinstance(code, str)
        return real_exec(code, *args)

    def only_numbers(real: Callable[..., Any]) -> Callable[..., Any]:
        def check(value: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(value, str):
                raise ReachedError(value)
            return real(value, *args, **kwargs)

        return check

    real_exec = builtins.exec
    sympify_module = import_module("sympy.core.sympify")
    monkeypatch.setattr(builtins, "eval", poison)
    monkeypatch.setattr(builtins, "exec", watched)
    monkeypatch.setattr(pickle, "loads", poison)
    monkeypatch.setattr(sympy, "lambdify", poison)
    monkeypatch.setattr(sympy_parser, "parse_expr", poison)
    monkeypatch.setattr(sympy_parser, "eval_expr", poison)
    monkeypatch.setattr(sympify_module, "sympify", only_numbers(sympify_module.sympify))
    monkeypatch.setattr(sympy, "sympify", only_numbers(sympy.sympify))
    schedules = []
    for text in texts:
        found = outcome(f"{text}\n")  # a text that no cache knows
        if isinstance(found, tuple):
            schedules.append(found[0])
    assert len(schedules) > 300
    assert ran
    modules = str(Path(sympy.__file__).parent)  # SymPy imports some of its own when they are needed
    assert {file for file in ran if not file.startswith(("<symsched python ", modules))} == set()


NAMES = ["names of modules", "names of what is printed", "names of built-ins", "soft keywords", "a lambda", "a class"]
PLAIN = [
    *(NASTY[name] for name in NAMES),
    *(NASTY[name] for name in ("an import", "a class with underscores", "a definition of a keyword", "underscores")),
    *(NASTY[name] for name in ("a comment with a triple quote", "a comment with a carriage return")),
    "warmup(linear, 500) >> cosine(peak, 1e4)",
    "repeat(linear(1, L), stretch=s) + bezier*noam(512, 4000)",
]


@pytest.mark.parametrize("text", PLAIN)
def test_printed_text_holds_nothing_that_could_break_out(text: str, backend: str) -> None:
    source = ss.emit(text, backend)
    assert source.isascii()
    assert all(c.isprintable() or c == "\n" for c in source)
    tree = ast.parse(source)
    assert isinstance(tree.body[0], ast.Expr)  # the docstring, and all of it
    assert source.count('"""') == 2 * sum(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in ast.walk(tree)
    )
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for a in node.names}
    assert imported <= {
        "math",
        "Any",
        "pairwise",
        "numpy",
        "numpy.typing",
        "torch",
        "jax",
        "jax.numpy",
        "bisect",
        "partial",
    }
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in reached if name.startswith("__")}


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_never_hides_a_name_that_the_text_needs(name: str, backend: str) -> None:
    schedule = ss.parse(f"{NASTY[name]} + exp(t)*0 + floor(t/3) + where(t < 1, 5, 5) + repeat(linear(0, 4))")
    given = {p.name: i for i, p in enumerate(schedule.parameters, 1)}
    expected = schedule.bind(**given).compile("python")(7)
    function = schedule.compile(backend)
    names = inspect.signature(function).parameters
    late = {n if n in names else next(m for m in names if m.rstrip("_") == n): v for n, v in given.items()}
    assert function(7, **late) == pytest.approx(expected, rel=1e-12)
    assert schedule(7, **given) == pytest.approx(expected, rel=1e-12)


# Time


def seconds(text: str, repeats: int = 5) -> float:
    """The median time that a text needs from reading to its canonical form or error."""
    times = []
    for i in range(repeats):
        fresh = text + " " * (i + 1)  # no cache may know it
        begin = time.perf_counter()
        try:
            ss.Schedule(fresh)
        except ss.ScheduleError as error:
            str(error)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def eventually(claim: Callable[[], float], bound: float) -> None:
    """A ratio of times is below its bound in one of a few rounds; a slow program is above it in all of them."""
    ratios: list[float] = []
    while len(ratios) < 6:
        ratios.append(claim())
        if ratios[-1] <= bound:
            return
    pytest.fail(f"ratios of times {[round(r, 2) for r in ratios]}, all above {bound}")


CHAIN = " >> ".join(["cosine(1e-3, 1e4, end=1e-5)"] * 10)
SLIPS = {
    "an unknown name at the end": lambda s: s + " >> cosin(1, 1)",
    "an unknown name at the start": lambda s: "cosin(1, 1) >> " + s,
    "an operator at the end": lambda s: s + " >>",
    "a parenthesis that is not closed": lambda s: s[:-1],
    "a parenthesis too many": lambda s: s + ")",
    "an unknown character": lambda s: s + "$",
    "a character beyond ASCII": lambda s: s + "\u2192",
    "two words side by side": lambda s: s.replace(" >> ", " ", 1),
    "an unknown keyword": lambda s: s[::-1].replace("=dne", "=dnee", 1)[::-1],
    "a negative length": lambda s: s + " >> cosine(1, -1)",
    "an unknown unit": lambda s: s + " >> cosine(1, 5banana)",
}


@pytest.mark.parametrize("size", [1, 8, 40])
@pytest.mark.parametrize("slip", SLIPS)
def test_an_error_takes_no_longer_than_a_correct_text_of_its_length(slip: str, size: int) -> None:
    good = " >> ".join([CHAIN] * size)
    bad = SLIPS[slip](good)
    assert isinstance(outcome(bad), ss.ScheduleError)
    eventually(lambda: seconds(bad) / seconds(good), 1.5)


GROWTH = {
    "a chain": lambda n: " >> ".join(["hold(1, 1)"] * n),
    "a chain of ramps": lambda n: " >> ".join(["cosine(1, 10, 0.5)"] * n),
    "a sum": lambda n: " + ".join(["t"] * n),
    "a sum of parameters": lambda n: " + ".join(f"p{i}" for i in range(n)),
    "a product": lambda n: "*".join(["t"] * n),
    "milestones": lambda n: f"multistep(1, 0.5, [{', '.join(str(i) for i in range(n))}])",
    "keyframes": lambda n: f"keyframes(linear, {', '.join(f'{i}:1' for i in range(n))})",
    "open ends": lambda n: "hold(1, 1)" + " >> hold(1)" * n,
    "open ends that look ahead": lambda n: "hold(1, next) >> " * n + "2",
    "open parentheses": lambda n: "(" * n,
    "signs": lambda n: "-" * n,
    "line ends": lambda n: "\n" * 8 * n + "1",
    "definitions": lambda n: "".join(f"a{i} = {i}; " for i in range(n)) + "a0",
    "spaces": lambda n: "1 +" + " " * 8 * n + "1",
    "an unknown name": lambda n: "a" * 8 * n + "(1)",
    "words": lambda n: "a " * n,
    "branches": lambda n: f"where({', '.join(f't < {i}, {i}' for i in range(n))}, 0)",
}


@pytest.mark.parametrize("form", GROWTH)
def test_time_grows_no_faster_than_the_text(form: str) -> None:
    short, long = GROWTH[form](400), GROWTH[form](800)
    eventually(lambda: seconds(long, 3) / seconds(short, 3), 3.0)


@pytest.mark.parametrize("form", ["sin(pi*min({}, 3))", "0.3 - 0.2*min({}, 2)", "1 - sqrt({}*t)", "mod({}/3, 7)"])
def test_a_formula_inside_a_formula_is_lowered_once(form: str) -> None:
    text = "t/100"
    for _ in range(20):
        text = form.format(text)
    with hang_fails():
        ss.parse(text).compile("python")


def test_a_value_is_found_among_many_stages() -> None:
    chain = ss.parse(" >> ".join(f"hold(1, {i})" for i in range(2000)))
    assert [chain(t) for t in (0, 999, 1999, 2000, 1e9)] == [0, 999, 1999, 1999, 1999]
    assert math.isfinite(ss.parse("+".join(["t"] * 5000))(3))


NESTED = {
    "slices": lambda n: "repeat(linear(1, 10))" + "[5:25]" * n + "[a:25]",
    "slices of choices": lambda n: "where(t < b, " * n + "linear(1, 10)" + ", 1)[5:25]" * n + "[a:25]",
    "slices in cycles": lambda n: "repeat(" * n + "linear(1, 10)" + ")[a:25]" * n,
}


@pytest.mark.parametrize("form", NESTED)
def test_time_grows_no_faster_than_the_depth(form: str) -> None:
    """What is worked out twice at each level takes thousands of times as long."""
    shallow, deep = NESTED[form](9), NESTED[form](18)
    eventually(lambda: seconds(deep, 3) / seconds(shallow, 3), 12.0)

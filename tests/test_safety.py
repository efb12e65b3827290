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
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sympy
from sympy.parsing import sympy_parser

import symsched as ss

KIB = 1024
WALL = 30.0
"""Seconds after which an input counts as one that hangs; every input below needs a small part of one."""


def in_turn(first: str, form: str, count: int, last: str) -> str:
    """Definitions `a0 = first`, `a1`, ..., each written with the one before as `{0}`, then an expression."""
    lines = [f"a{i} = {form.format(f'a{i - 1}') if i else first}" for i in range(count)]
    return "; ".join([*lines, last.format(f"a{count - 1}")])


NASTY = {
    "a tower of powers": "10**10**10",
    "a huge exponent": "1e999999",
    "a huge negative exponent": "1e-999999",
    "an exponent of many digits": "1e" + "9" * 60000,
    "a number of 60,000 digits": "7" * 60000,
    "a number of 60,000 decimals": "0." + "7" * 60000,
    "a power of two powers": "2**(2**40)",
    "a power whose exponent is a power": "3**10**8",
    "a huge root": "2**(1/10**30)",
    "a power of a tiny fraction": "(1/10**300)**(10**300)",
    "a factor and a power": "(1B)**(1B)",
    "an exponential of an exponential": "floor(exp(exp(15)))",
    "an exponential of a huge number": "exp(10**300)",
    "a remainder of a huge exponential": "mod(exp(exp(18)), 7)",
    "exponentials of exponentials": "exp(exp(exp(exp(exp(t)))))",
    "a cosine of a huge number": "cos(10**300*t)",
    "repetitions of repetitions": "repeat(repeat(repeat(linear(1, 10), 10**300), 10**300), 10**300)",
    "repetitions without end that grow": "repeat(linear(1, 10**300), stretch=10**300)",
    "a repetition that hardly grows": "repeat(linear(1, 1), stretch=1.0000000000000000000001)",
    "a repetition that hardly shrinks": "repeat(linear(1, 10), 10**9, 0.99999999999)",
    "a scale that explodes": "repeat(linear(1, 1), 10**9, 1, 10**300)",
    "slow motion of slow motion": "stretch(" * 40 + "linear(1, 10)" + ", 10**100)" * 40,
    "mirrors of mirrors": "mirror(" * 50 + "linear(1, 10)" + ")" * 50,
    "reversals of reversals": "reverse(" * 60 + "linear(1, 10)" + ")" * 60,
    "delays of delays": "delay(" * 60 + "linear(1, 10)" + ", 5)" * 60,
    "repetitions in repetitions": "repeat(" * 50 + "linear(1, 10)" + ", 2)" * 50,
    "slices of slices": "linear(1, 10)" + "[1:]" * 10000,
    "values of values": "at(" * 50 + "t" + ", 5)" * 50,
    "functions that double": "; ".join(
        ["f0(x) = x*x", *(f"f{i}(x) = f{i - 1}(x)*f{i - 1}(x)" for i in range(1, 40)), "f39(t)"]
    ),
    "functions that call twice": "; ".join(
        ["f0(x) = x + x", *(f"f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, 30)), "f29(t)"]
    ),
    "definitions that double": in_turn("t + 1", "{0}*{0}", 60, "{0}"),
    "definitions that double in a chain": in_turn("hold(5, 1)", "{0} >> {0}", 40, "{0}"),
    "definitions that double in a list": in_turn("[1, 2]", "concat({0}, {0})", 40, "sum({0})"),
    "definitions that double in a list of lists": in_turn("[1, 2]", "[{0}, {0}]", 40, "sum(sum({0}))"),
    "definitions that double in open ends": in_turn("hold(5, next)", "{0} >> {0}", 40, "{0} >> 3"),
    "definitions that square a number": in_turn("7", "{0}*{0}", 40, "{0}"),
    "two thousand definitions in a row": in_turn("t", "{0} + 1", 2000, "{0}"),
    "open ends in a row": "warmup(linear, 5)" + " >> hold(5, next)" * 2500 + " >> 3",
    "open ends backwards in a row": "hold(5, 1)" + " >> hold(5)" * 5000,
    "open ends that face each other in a row": "warmup(linear, 5)" + " >> hold(5)" * 5000,
    "ten thousand parentheses": "(" * 10000 + "1" + ")" * 10000,
    "64 KiB of open parentheses": "(" * 64 * KIB,
    "64 KiB of closing parentheses": ")" * 64 * KIB,
    "64 KiB of brackets": "[" * 64 * KIB,
    "brackets and parentheses": "([" * 32 * KIB,
    "fifty thousand signs": "-" * 50000,
    "fifty thousand signs and a number": "-" * 50000 + "1",
    "twenty thousand terms": "1+" * 20000 + "1",
    "twenty thousand terms and no last": "1+" * 20000,
    "a sum of 64 KiB": "t+" * (32 * KIB - 1) + "t",
    "a product of 64 KiB": "t*" * (32 * KIB - 1) + "t",
    "a quotient of 64 KiB": "t/" * (32 * KIB - 1) + "t",
    "a power of 64 KiB": "t**" * (21 * KIB) + "t",
    "a chain of 64 KiB": ">>".join(["hold(1,1)"] * 5900),
    "a chain of ramps of 64 KiB": ">>".join(["linear(1,1)"] * 5000),
    "a chain of numbers": "1>>" * 21000 + "1",
    "arrows": ">>" * 32 * KIB,
    "cosines of cosines": "cosine(" * 30 + "1" + ", 10)" * 30,
    "cosines of cosines, too deep": "cosine(" * 5000 + "1" + ", 10)" * 5000,
    "roots of roots": "sqrt(" * 60 + "t" + ")" * 60,
    "maxima of maxima": "max(t, " * 60 + "1" + ")" * 60,
    "choices in choices": "where(t < 5, t, " * 60 + "1" + ")" * 60,
    "ten thousand branches": "where(" + "".join(f"t < {i}, {i}, " for i in range(4000)) + "0)",
    "ten thousand milestones": "multistep(1, 0.5, [" + ",".join(str(i) for i in range(10000)) + "])",
    "ten thousand keyframes": "keyframes(linear" + "".join(f", {i}:{i % 7}" for i in range(6000)) + ")",
    "ten thousand entries of a map": "sum(values([" + ",".join(f"{i}:1" for i in range(8000)) + "]))",
    "products so far of ten thousand": "sum(cumprod([" + ",".join(["3"] * 10000) + "]))",
    "ten thousand arguments": "max(" + ",".join(["t"] * 20000) + ")",
    "ten thousand parameters": "f(" + ",".join(f"p{i}" for i in range(8000)) + ") = 1; f(1)",
    "ten thousand free names": "+".join(f"p{i}" for i in range(8000)),
    "lists in lists": "sum(" + "[" * 60 + "1" + "]" * 60 + ")",
    "a list by a list by a list": "sum(sum([1,2]*3)*[1,2])",
    "a tower of squares": "a = 1 + t; b = a*a; c = b*b; d = c*c; e = d*d; f = e*e; g = f*f; h = g*g; i = h*h; i*i",
    "a function that calls itself": "f(x) = f(x); f(1)",
    "a shape that calls itself": "f(u) = f(u); warmup(f, 10)",
    "a default that calls itself": "f(x=f()) = x; f()",
    "a name of 64 KiB": "a" * 60000,
    "an unknown function of 60,000 letters": "a" * 60000 + "(1)",
    "a dotted name of 64 KiB": "a." * 30000 + "a",
    "a comment of 64 KiB": "#" * 60000,
    "64 KiB of semicolons": ";" * 60000,
    "64 KiB of line ends": "\n" * 60000 + "1",
    "64 KiB of spaces": " " * 60000 + "1",
    "spaces between words": "1 +" + " " * 60000 + "2",
    "a text that is too long": " " * 64 * KIB + "1",
    "a text that is far too long": "t+" * 10**6,
    "commas": "max(" + "," * 60000 + ")",
    "colons": ":" * 60000,
    "points": "." * 60000,
    "underscores": "_" * 60000,
    "numbers and points": "1." * 30000,
    "a NUL": "linear(1, 10)\0",
    "a byte order mark": "\ufefflinear(1, 10)",
    "a surrogate": "linear(1, \ud800)",
    "an emoji": "\U0001f600",
    "Arabic digits": "linear(1, \u0661\u0660)",
    "full-width letters": "\uff4cinear(1, 10)",
    "a right-to-left mark": "linear(1, 10)\u202e",
    "a line separator": "a = 1\u2028a",
    "a vertical tab": "1 +\v2",
    "a bell": "1 +\a2",
    "carriage returns": "a = 1\ra",
    "an import": "__import__",
    "a call of an import": "__import__(os).system(1)",
    "an import with quotes": "__import__('os').system('true')",
    "a triple quote": '"""',
    "a docstring that ends": '1 """; import os',
    "a backslash": "1 \\\n + 2",
    "a comment with a triple quote": '1 # """\n',
    "a comment with a carriage return": "1 # \rimport os",
    "a class": "class",
    "a class with underscores": "__class__ + __dict__",
    "a lambda": "lambda + 1",
    "an attribute": "t.__class__",
    "a call of eval": "eval(1)",
    "a call of getattr": "getattr(t, x)",
    "a format string": "{t.__class__}",
    "names of modules": "math + np + torch + jax + jnp + numpy + sympy",
    "names of what is printed": "schedule + t_ + x + x1 + values + steps + a + b + order + cuts + kind + float + int",
    "names of built-ins": "None + True_ + exec + print + isinstance + __name__ + __builtins__",
    "soft keywords": "match + case + type + _ + __",
    "a definition of a keyword": "lambda = 3; lambda*2",
    "a function with the name of a keyword": "def(class, if=2) = class*if; def(3)",
}


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
    """Something that runs text was reached."""


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
    assert all(file.startswith("<symsched python ") for file in ran)


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
    assert imported <= {"math", "numpy", "torch", "jax", "jax.numpy", "bisect", "functools"}
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


def test_a_value_is_found_among_many_stages() -> None:
    chain = ss.parse(" >> ".join(f"hold(1, {i})" for i in range(2000)))
    assert [chain(t) for t in (0, 999, 1999, 2000, 1e9)] == [0, 999, 1999, 1999, 1999]
    assert math.isfinite(ss.parse("+".join(["t"] * 5000))(3))

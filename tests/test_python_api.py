"""Schedules built and used in Python."""

from __future__ import annotations

import gc
import inspect
import linecache
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from worked import failure, worked

import symsched as ss
from symsched import api, library

TABLE = {0: 0, 250: 5e-4, 499: 9.98e-4, 500: 1e-3, 5500: 5e-4, 10500: 0, 1e9: 0}
NEAR_THE_END = 2.4674010e-11  # at 10499


# The same from Python


def test_the_schedule_built_in_python_is_the_one_that_is_written() -> None:
    assert worked() == ss.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)")
    assert str(worked()) == "warmup(linear, 500) >> cosine(1e-3, 1e4)"
    assert repr(worked()) == "Schedule('warmup(linear, 500) >> cosine(1e-3, 1e4)')"
    assert worked().duration == 10500


def test_the_schedule_built_in_python_gives_the_table(backend: str) -> None:
    function = worked().compile(backend)
    assert {t: function(t) for t in TABLE} == pytest.approx(TABLE, rel=1e-14)
    assert function(10499) == pytest.approx(NEAR_THE_END, rel=1e-7)


def test_a_schedule_is_called_with_numbers_and_arrays() -> None:
    lr = worked()
    assert type(lr(250)) is float
    assert type(lr(np.int64(250))) is float or isinstance(lr(np.int64(250)), np.floating)
    values = lr(np.arange(10_500))
    assert values.shape == (10_500,)
    assert values.dtype == np.float64
    assert values[250] == 5e-4
    assert lr(np.array([0.0, 250.0], dtype=np.float32)).dtype == np.float32
    assert lr(np.array(250)).shape == ()
    assert lr(np.zeros((2, 0, 3))).shape == (2, 0, 3)


def test_every_entry_of_the_library_is_a_function() -> None:
    for name in library.names():
        function = getattr(ss, name)
        assert function.__name__ == name
        assert name in dir(ss)
        assert f"`{name}(" in function.__doc__
        assert len(function.__doc__.splitlines()[0]) > 4
        assert inspect.signature(function).parameters or name in ("pi",)


def test_a_signature_is_that_of_the_language() -> None:
    assert str(inspect.signature(ss.cosine)) == "(start, steps, end=0)"
    assert str(inspect.signature(ss.warmup)) == "(shape, steps, start=0, end=next)"
    assert str(inspect.signature(ss.keyframes)) == "(shape, *points)"


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match=r"^module 'symsched' has no attribute 'cosin'$"):
        ss.cosin  # noqa: B018


def test_public_names_are_what_they_were_after_their_modules_are_imported() -> None:
    for name in (*ss.__all__, *library.names()):
        before = getattr(ss, name)
        assert not inspect.ismodule(before)
        assert getattr(ss, name) is before or name == "plan"
    assert ss.plan("a = 1") == ss.plan("a = 1")


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: ss.cosine(start=1, steps=10, end=0.5), "cosine(start=1, steps=10, end=0.5)"),
        (lambda: ss.warmup("poly(3)", 5), "warmup(poly(3), 5)"),
        (lambda: ss.hold(5, 1) >> ss.decay("cosine", 5), "hold(5, 1) >> decay(cosine, 5)"),
        (lambda: ss.repeat(ss.linear(1, 10), 3), "repeat(linear(1, 10), 3)"),
        (lambda: ss.repeat(ss.linear(1, 10), math.inf), "repeat(linear(1, 10), inf)"),
        (lambda: ss.keyframes("linear", {0: 0, 10: 1}), "keyframes(linear, [0:0, 10:1])"),
        (lambda: ss.multistep(1, 0.1, [30, 60]), "multistep(1, 0.1, [30, 60])"),
        (lambda: ss.multistep(1, 0.1, (30, 60)), "multistep(1, 0.1, [30, 60])"),
        (lambda: ss.join([ss.linear(1, 5), 2], [5]), "join([linear(1, 5), 2], [5])"),
        (lambda: ss.exponential_decay(1, 0.5, staircase=True), "exponential_decay(1, 0.5, staircase=true)"),
        (lambda: ss.max(ss.linear(1, 5), 0.5), "max(linear(1, 5), 0.5)"),
        (lambda: ss.linear("peak", "5%"), "linear(peak, 5%)"),
        (lambda: ss.sqrt("t + 1"), "sqrt(t + 1)"),
        (lambda: ss.linear(1, 10) + 1, "linear(1, 10) + 1"),
        (lambda: 1 + ss.linear(1, 10), "1 + linear(1, 10)"),
        (lambda: ss.linear(1, 10) - 1, "linear(1, 10) - 1"),
        (lambda: 1 - ss.linear(1, 10), "1 - linear(1, 10)"),
        (lambda: 2 * ss.linear(1, 10), "2*linear(1, 10)"),
        (lambda: ss.linear(1, 10) * 2, "linear(1, 10)*2"),
        (lambda: ss.linear(1, 10) / 2, "linear(1, 10)/2"),
        (lambda: 2 / ss.linear(1, 10, 2), "2/linear(1, 10, 2)"),
        (lambda: ss.linear(1, 10) ** 2, "linear(1, 10)**2"),
        (lambda: 2 ** ss.linear(1, 10), "2**linear(1, 10)"),
        (lambda: -ss.linear(1, 10), "-linear(1, 10)"),
        (lambda: (-ss.linear(1, 10)) ** 2, "(-linear(1, 10))**2"),
        (lambda: (ss.linear(1, 10) + 1) * 2, "(linear(1, 10) + 1)*2"),
        (lambda: 3 - (ss.linear(1, 10) - 1), "3 - (linear(1, 10) - 1)"),
        (lambda: ss.linear(1, 10) >> 0.5, "linear(1, 10) >> 0.5"),
        (lambda: "warmup(linear, 5)" >> ss.linear(1, 10), "warmup(linear, 5) >> linear(1, 10)"),
        (lambda: ss.linear(1, 10) >> "cosine(1, 5)", "linear(1, 10) >> cosine(1, 5)"),
        (lambda: 2 * (ss.linear(1, 5) >> ss.hold(5)), "2*(linear(1, 5) >> hold(5))"),
        (lambda: ss.linear(1, 10)[2:5], "linear(1, 10)[2:5]"),
        (lambda: ss.linear(1, 10)[2:], "linear(1, 10)[2:]"),
        (lambda: ss.linear(1, 10)[:"rest"], "linear(1, 10)[:rest]"),
        (lambda: (ss.linear(1, 10) >> ss.hold(5))[:12], "(linear(1, 10) >> hold(5))[:12]"),
    ],
)
def test_python_writes_the_language(build: Callable[[], ss.Schedule], text: str) -> None:
    assert str(build()) == text
    assert build() == ss.parse(text)
    assert build().expr == ss.parse(text).expr


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        (3, "3", 3),
        (0.001, "1e-3", 1e-3),
        (1e-3 / 3, "3.333333333333333e-4", 1e-3 / 3),
        (10_000, "1e4", 10000),
        (-2, "-2", -2),
        (Fraction(1, 3), "1/3", 1 / 3),
        (Fraction(-1, 3), "-(1/3)", -1 / 3),
        (sympy.Rational(1, 4), "0.25", 0.25),
        (sympy.Integer(7), "7", 7),
        (np.float32(0.5), "0.5", 0.5),
        (np.float64(0.1), "0.1", 0.1),
        (np.int64(5), "5", 5),
        (np.uint8(200), "200", 200),
        (np.array(0.25), "0.25", 0.25),
        ("1e-3", "1e-3", 1e-3),
        (5e-324, "5e-324", 5e-324),
        (1.7976931348623157e308, "1.7976931348623157e308", 1.7976931348623157e308),
    ],
)
def test_numbers_of_every_kind_are_numbers(value: Any, text: str, number: float) -> None:
    schedule = ss.constant(value)
    assert str(schedule) == f"constant({text})"
    assert schedule(0) == number
    assert ss.parse("constant(x)").bind(x=value)(0) == number


def test_a_number_in_a_configuration_is_a_schedule() -> None:
    assert ss.parse(0.001) == ss.parse("1e-3")
    assert ss.parse(0.001)(5) == 0.001
    assert ss.compile("0.5")(3) == 0.5


def test_a_negative_number_keeps_its_place_in_an_expression() -> None:
    assert str(ss.linear(1, 10) ** -1 * -2) == "linear(1, 10)**-1*-2"
    assert str(-(2 ** ss.linear(1, 10))) == "-2**linear(1, 10)"
    assert (ss.Schedule("t") - -3)(1) == 4
    assert str((-2) ** ss.linear(1, 10)) == "(-2)**linear(1, 10)"
    assert (Fraction(1, 3) ** ss.hold(5, 2))(0) == pytest.approx(1 / 9)
    assert (1 / ss.constant(Fraction(2, 3)))(0) == 1.5
    assert (ss.constant(2) / Fraction(2, 3))(0) == pytest.approx(3)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (math.nan, "nan is not a value of a schedule"),
        (object(), "a object has no counterpart in the language"),
        (1j, "a complex has no counterpart in the language"),
        (b"1", "a bytes has no counterpart in the language"),
        ({1, 2}, "a set has no counterpart in the language"),
    ],
)
def test_other_values_are_refused(value: Any, title: str) -> None:
    assert failure(lambda: ss.constant(value)).title == title
    assert failure(lambda: ss.constant(1) + value).title == title
    assert failure(lambda: ss.parse("x").bind(x=value)).title == title


# Errors


def test_an_error_of_python_shows_the_canonical_text() -> None:
    error = failure(lambda: ss.cosine(1e-3, -10))
    assert str(error) == (
        "`steps` must be 0 steps or more, but got -10\n\n"
        "  cosine(1e-3, -10)\n"
        "               ^^^\n\n"
        "Hint: cosine(start, steps, end=0)"
    )
    assert error.source == "cosine(1e-3, -10)"


def test_an_error_of_an_operator_shows_the_canonical_text() -> None:
    error = failure(lambda: (ss.constant(1) >> ss.linear(1, 10)).duration)
    assert str(error) == (
        "`constant` never ends, so nothing can follow it\n\n"
        "  constant(1) >> linear(1, 10)\n"
        "  ^^^^^^^^^^^ endless\n\n"
        "Hint: put it last, or give it a length: (...)[:1000]"
    )


def test_an_error_in_a_long_text_shows_the_line_and_its_number() -> None:
    source = "peak = 1e-3\nlr = warmup(linear, 500)\n  >> cosin(peak, 1e4)\nlr"
    assert str(failure(lambda: ss.parse(source))) == (
        "unknown schedule `cosin`\n\n3 |   >> cosin(peak, 1e4)\n         ^^^^^ did you mean `cosine`?"
    )


def test_an_error_pickles_and_is_a_value_error() -> None:
    error = failure(lambda: ss.parse("cosin(1, 10)"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert isinstance(error, ValueError)
    assert str(again) == str(error)
    assert (again.title, again.source, again.span, again.label, again.hint) == (
        "unknown schedule `cosin`",
        "cosin(1, 10)",
        (0, 5),
        "did you mean `cosine`?",
        "",
    )


@pytest.mark.parametrize(
    ("call", "title", "hint"),
    [
        (lambda: ss.parse("linear(peak, 10)").bind(paek=1), "no parameter `paek`", "did you mean `peak`?"),
        (lambda: ss.parse("linear(1, 10)").bind(W=1), "no parameter `W`", "it has no parameters"),
        (lambda: ss.linear(1, 10).compile("tocrh"), "unknown backend `tocrh`", "did you mean `torch`?"),
        (lambda: ss.linear(1, 10)[5], "a piece of a schedule is schedule[begin:end]; a value is schedule(t)", ""),
        (lambda: ss.linear(1, 10)[1:5:2], "a piece of a schedule is schedule[begin:end]; a value is schedule(t)", ""),
        (lambda: ss.plan("a = linear(peak, 5)").bind(paek=1), "no parameter `paek`", "did you mean `peak`?"),
        (
            lambda: ss.parse("total = 5; linear(1, 5%)") >> ss.parse("total = 6; linear(1, 5%)"),
            "two schedules with different `total` cannot be joined",
            "bind `total` after joining: (a >> b).bind(total=...)",
        ),
    ],
)
def test_what_python_gets_wrong_is_named(call: Callable[[], object], title: str, hint: str) -> None:
    error = failure(call)
    assert (error.title, error.hint) == (title, hint)


def test_a_missing_parameter_is_named(backend: str) -> None:
    schedule = ss.parse("warmup(linear, W) >> cosine(peak, 100)")
    error = failure(lambda: schedule(5, W=10))
    assert "`peak`" in error.title
    unknown = failure(lambda: schedule(5, W=10, peak=1, paek=2))
    assert "`paek`" in unknown.title
    with pytest.raises(TypeError):
        schedule.compile(backend)(5)


def test_the_text_of_a_function_is_kept_as_long_as_the_function() -> None:
    functions = [ss.compile("linear(1, 987)", backend) for backend in ("python", "numpy")]
    texts = {function.__code__.co_filename: function.source for function in functions}
    assert {file: "".join(linecache.getlines(file)) for file in texts} == texts
    functions.clear()
    api.compiled.cache_clear()
    gc.collect()
    assert texts.keys() & linecache.cache.keys() == set()


def test_a_function_that_is_compiled_twice_keeps_its_own_text() -> None:
    first = ss.compile("linear(1, 986)")
    api.compiled.cache_clear()
    second = ss.compile("linear(1, 986)")
    file = first.__code__.co_filename
    assert first is not second
    del second
    api.compiled.cache_clear()
    gc.collect()
    assert "".join(linecache.getlines(file)) == first.source
